"""The `questions:` of a feed.yml: the file columns that are questions of a wide survey export."""

from typing import Any

from kuulo.sources.inbox.feed import METRICS, QuestionRule, column_name
from kuulo.sources.inbox.feed_error import FeedError, listed
from kuulo.sources.inbox.feed_parts import mapping_of, refuse_unknown, text_map_of, text_of, texts_of
from kuulo.sources.source import Stream

OVERRIDES = ("survey_id", "touchpoint", "journey_stage", "channel", "language")
FROM_QUESTIONS = ("question_id", "metric", "scale", "score")
_KEYS = ("question_id", "metric", "scale", "missing", "map", "comment", "label", *OVERRIDES)


def read_questions(said: Any, stream: Stream, scales: frozenset[str], where: str) -> tuple[QuestionRule, ...]:
    """Check `questions:`; scales are the ids that the seed knows (none where there is no seed)."""
    if stream.name != "survey_answers":
        raise FeedError(f"{where}: `questions` is for survey_answers, and the stream is {stream.name}: leave it out")
    pairs = mapping_of(said, where, "questions")
    rules = tuple(_question(column, value, scales, f"{where}: questions: {column}") for column, value in pairs.items())
    _refuse_twins(rules, where)
    return rules


def _question(column: str, value: Any, scales: frozenset[str], where: str) -> QuestionRule:
    said = mapping_of(value, where, column)
    refuse_unknown(said, _KEYS, where, "a question")
    lacking = [key for key in ("question_id", "metric", "scale") if said.get(key) in (None, "")]
    if lacking:
        raise FeedError(f'{where}: lacks {listed(lacking)}: write {{question_id: recommend, metric: nps, scale: "0-10"}}')
    metric, scale = text_of(said["metric"], where, "metric").strip(), text_of(said["scale"], where, "scale").strip()
    check_metric(metric, where)
    check_scale(scale, scales, where)
    return QuestionRule(
        column=column_name(column),
        question_id=text_of(said["question_id"], where, "question_id").strip(),
        metric=metric,
        scale=scale,
        missing=texts_of(said["missing"], where, "missing") if "missing" in said else (),
        map=text_map_of(said["map"], where, "map") if "map" in said else None,
        comment=_column(said, "comment", where),
        label=_column(said, "label", where),
        constants={key: text_of(said[key], where, key).strip() for key in OVERRIDES if said.get(key) is not None},
    )


def _column(said: dict[str, Any], key: str, where: str) -> str:
    return column_name(text_of(said[key], where, key)) if said.get(key) is not None else ""


def _refuse_twins(rules: tuple[QuestionRule, ...], where: str) -> None:
    seen: dict[tuple[str, str], str] = {}
    for rule in rules:
        key = (rule.constants.get("survey_id", ""), rule.question_id)
        if key in seen:
            raise FeedError(
                f"{where}: columns {seen[key]!r} and {rule.column!r} have the same question_id {rule.question_id!r}: give each its own"
            )
        seen[key] = rule.column


def check_metric(metric: str, where: str) -> None:
    """Raise FeedError where the metric is not one of the known."""
    if metric not in METRICS:
        raise FeedError(f"{where}: metric {metric!r} is not known: use one of {listed(METRICS)}")


def check_scale(scale: str, scales: frozenset[str], where: str) -> None:
    """Raise FeedError where the seed of scales is there and has no such scale."""
    if scales and scale not in scales:
        raise FeedError(
            f"{where}: scale {scale!r} is not known: the scales are {listed(sorted(scales))}; "
            "for another one add a row to dbt_project/seeds/survey_scales.csv"
        )
