"""The truth of the survey metrics, from the answers as they were given."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Person
from kuulo.sandbox.truth_figures import Figure, Key, Observed, figures, percent_of

_SCALES = {"nps": "0-10", "csat": "1-5", "ces": "1-7", "cli_recommend": "0-10", "cli_repurchase": "0-10", "cli_try_other": "0-10"}
_SATISFIED = {"1-5": {4, 5}, "thumbs": {1}}  # the boxes that count, by scale
_CLI_ITEMS = frozenset({"cli_recommend", "cli_repurchase", "cli_try_other"})


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """An answer with a valid score to a question that measures something."""

    source: str
    survey_id: str
    response_id: str
    metric: str
    scale: str
    score: int
    at: datetime
    cuts: dict[str, str]
    person: Person | None


def segment_of(person: Person | None) -> str:
    """The segment that the warehouse can know."""
    return person.known_segment if person else "unknown"


def scored_answers(company: Company) -> Iterator[ScoredAnswer]:
    """Every valid answer, whichever system took it."""
    for response in company.responses:
        cuts = {"segment": segment_of(response.person), "channel": response.platform, "survey": response.survey_id}
        for answer in response.answers:
            if answer.metric and answer.score is not None:
                at, scale, who = response.collected_at, _SCALES[answer.metric], response.person
                yield ScoredAnswer("survicate", response.survey_id, response.uuid, answer.metric, scale, answer.score, at, cuts, who)
    for sent in company.feedback:
        if sent.score is not None and sent.submitted_at is not None:
            cuts = {"segment": segment_of(sent.person), "channel": sent.channel.lower(), "survey": sent.survey_id}
            at, scale, who = sent.submitted_at, _SCALES[sent.metric], sent.person
            yield ScoredAnswer("hubspot", sent.survey_id, sent.submission_id, sent.metric, scale, sent.score, at, cuts, who)
    for given in company.vendor_answers:
        if given.score is not None:
            cuts = {"segment": segment_of(given.person), "channel": given.channel, "survey": given.survey_id}
            ids = (given.source, given.survey_id, given.response_id)
            yield ScoredAnswer(*ids, given.metric, given.scale, given.score, given.at, cuts, given.person)


def _observed(answers: list[ScoredAnswer], worth: dict[int, int]) -> list[Observed]:
    return [Observed(answer.at, answer.cuts, worth[answer.score]) for answer in answers]


def _satisfaction(answers: list[ScoredAnswer]) -> list[Observed]:
    """Scales are united by their boxes: whether each answer is one that counts as satisfied on its own."""
    return [Observed(answer.at, answer.cuts, int(answer.score in _SATISFIED[answer.scale])) for answer in answers]


def _loyalty(answers: list[ScoredAnswer]) -> list[Observed]:
    """For each response with all three items, the sum of the three scores (the sandbox asks all three on 0-10)."""
    items: dict[tuple[str, str], dict[str, ScoredAnswer]] = {}
    for answer in answers:
        if answer.metric in _CLI_ITEMS:
            items.setdefault((answer.survey_id, answer.response_id), {})[answer.metric] = answer
    complete = [list(found.values()) for found in items.values() if found.keys() == _CLI_ITEMS]
    return [Observed(max(a.at for a in three), three[0].cuts, sum(a.score for a in three)) for three in complete]


def _loyalty_index(sums: list[int]) -> Figure:
    """Each response's mean of three items on 0 to 100, and the mean of those: sums of three scores of 0 to 10, times 10/3."""
    score_sum = sum(sums) * 10 / 3
    return Figure(score_sum / len(sums), len(sums), score_sum, float(len(sums)))


def survey_figures(company: Company) -> dict[Key, Figure]:
    """nps, nps_weighted, csat, ces_mean, ces_easy_rate, cli."""
    by_metric: dict[str, list[ScoredAnswer]] = {}
    for answer in scored_answers(company):
        by_metric.setdefault(answer.metric, []).append(answer)
    side = {score: 1 if score >= 9 else 0 if score >= 7 else -1 for score in range(11)}
    recommends, items = by_metric["nps"], [answer for metric in sorted(_CLI_ITEMS) for answer in by_metric[metric]]
    return {
        **figures("nps", _observed(recommends, side), of=percent_of),
        # No source of the sandbox gives weights: each answer weighs 1.
        **figures("nps_weighted", _observed(recommends, side), of=percent_of),
        **figures("csat", _satisfaction(by_metric["csat"]), of=percent_of),
        **figures("ces_mean", _observed(by_metric["ces"], {s: s for s in range(1, 8)})),
        **figures("ces_easy_rate", _observed(by_metric["ces"], {s: int(s >= 5) for s in range(1, 8)})),
        **figures("cli", _loyalty(items), of=_loyalty_index),
    }


def invite_figures(company: Company) -> dict[Key, Figure]:
    """response_rate: of the invites that were delivered, those that were responded to, by the month of sending."""
    delivered = [invite for invite in (*company.invites, *company.vendor_invites) if invite.delivered and not invite.is_refused]
    observed = [
        Observed(
            invite.sent_at,
            {"segment": segment_of(invite.person), "channel": invite.channel, "survey": invite.survey_id},
            int(invite.responded_at is not None),
        )
        for invite in delivered
    ]
    return figures("response_rate", observed)
