"""SurveyMonkey's numbered pages of responses, read so that none is passed over while responses are changed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kuulo.sources.api_errors import SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.pagination import Ground
from kuulo.sources.same_origin import below_base

TIME_FORM = "%Y-%m-%dT%H:%M:%S"
_SECOND = timedelta(seconds=1)  # whether the vendor's bound is inclusive is not said: the last second comes once more


@dataclass(frozen=True, kw_only=True)
class FromLastModified:
    """Oldest change first: the next page is asked for from the last response's time of change on.

    A response that is changed meanwhile leaves the window, those behind it move up, and by its number the next page would begin
    behind one that was never read. The number is followed where a time leads no further: all of a page is of one second, the page
    is empty, or the vendor does not keep to the order.
    """

    records_at: str
    since_param: str
    link_at: str = "links.next"

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The same ask from a later time on, or of the next number; None where there is no link to a next page."""
        link = answer.at(self.link_at)
        if link is None:
            return None
        if not isinstance(link, str) or not link:
            raise SourceContractBroken(f"`{self.link_at}` is no link")
        number = dict(below_base(ground.base_url, link, longest=ground.link_characters)[1]).get("page")
        since = self._since(ask, [_modified(record) for record in answer.at(self.records_at)])
        if since:
            return replace(ask, params=tuple(p for p in ask.params if p[0] != "page")).with_param(self.since_param, since)
        if not number:
            raise SourceContractBroken(f"`{self.link_at}` names no page")
        return ask.with_param("page", number)

    def _since(self, ask: Ask, times: list[datetime]) -> str:
        if not times or times != sorted(times) or times[0] >= times[-1] - _SECOND:
            return ""
        since = f"{times[-1] - _SECOND:{TIME_FORM}}"
        return since if since > dict(ask.params)[self.since_param] else ""


def _modified(record: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(record["date_modified"])
    except (KeyError, TypeError, ValueError):
        raise SourceContractBroken("a response without `date_modified`: the next page cannot be asked for behind it") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
