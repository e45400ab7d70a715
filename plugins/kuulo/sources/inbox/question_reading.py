"""Questions of a wide survey export: a file column each, read into the columns of an answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kuulo.landing.coercion import CannotType
from kuulo.sources.inbox.cell_numbers import float_reader
from kuulo.sources.inbox.column_reading import comparable, comparable_cell, mapped, read_text, remembered
from kuulo.sources.inbox.feed import Feed, QuestionRule
from kuulo.sources.inbox.feed_error import FeedError
from kuulo.sources.inbox.table import Table, is_blank

Answer = list[tuple[int, Any]]


@dataclass(frozen=True)
class QuestionReader:
    """Reads the answer to one question out of a row's cells."""

    rule: QuestionRule
    score_at: int
    score: Callable[[Any], float | None]
    score_to: int
    fixed: tuple[tuple[int, str], ...]
    words: tuple[tuple[int, int], ...]
    comment_at: int | None

    def read(self, cells: Sequence[Any]) -> Answer | None:
        """The answer's values with their places in the stream's row, None where it is missing; CannotType where it is neither.

        A comment beside no score is an answer without one.
        """
        score = self.score(cells[self.score_at])
        if score is None and (self.comment_at is None or is_blank(cells[self.comment_at])):
            return None
        return [*self.fixed, (self.score_to, score), *((to, read_text(cells[place])) for to, place in self.words)]


def question_readers(feed: Feed, table: Table) -> tuple[QuestionReader, ...]:
    """The readers of a feed's questions; none for a long file."""
    return tuple(_reader(rule, feed, table) for rule in feed.questions)


def check_score_maps(feed: Feed) -> None:
    """Raise FeedError where a question's map has a meaning that is no number."""
    for rule in feed.questions:
        _mapped_scores(rule, feed)


def _reader(rule: QuestionRule, feed: Feed, table: Table) -> QuestionReader:
    to = {column.name: place for place, column in enumerate(feed.stream.columns)}
    fixed = {"question_id": rule.question_id, "metric": rule.metric, "scale": rule.scale, **rule.constants}
    words = {"comment": rule.comment, "label": rule.label}
    return QuestionReader(
        rule=rule,
        score_at=table.header.index(rule.column),
        score=remembered(_score_reader(rule, feed)),
        score_to=to["score"],
        fixed=tuple((to[name], text) for name, text in fixed.items()),
        words=tuple((to[name], table.header.index(column)) for name, column in words.items() if column),
        comment_at=table.header.index(rule.comment) if rule.comment else None,
    )


def _score_reader(rule: QuestionRule, feed: Feed) -> Callable[[Any], float | None]:
    missing = {comparable(text, feed.decimal) for text in rule.missing} | {""}
    read = mapped(_mapped_scores(rule, feed), feed.decimal) if rule.map is not None else float_reader(feed.decimal)

    def score(cell: Any) -> float | None:
        return None if comparable_cell(cell, feed.decimal) in missing else read(cell)

    return score


def _mapped_scores(rule: QuestionRule, feed: Feed) -> dict[str, float | None]:
    number = float_reader("")
    try:
        return {text: None if meaning is None else number(meaning) for text, meaning in (rule.map or {}).items()}
    except CannotType:
        raise FeedError(f"{feed.where}: questions: {rule.column}: map: every value must be a number or null") from None
