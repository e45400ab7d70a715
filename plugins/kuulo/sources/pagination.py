"""How the next page is asked for, given the last ask and its answer; pure, and one small value a way."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

from kuulo.sources.api_errors import RetryLater, SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.same_origin import below_base, below_base_verbatim


@dataclass(frozen=True)
class Ground:
    """What a pager must know of the session: where links must stay, and how long they may be."""

    base_url: str
    link_characters: int


class Pager(Protocol):
    """One way of paging."""

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The ask of the next page, or None after the last one."""


@dataclass(frozen=True)
class SinglePage:
    """Everything in one answer."""

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """No next page."""
        return None


@dataclass(frozen=True, kw_only=True)
class NextLink:
    """A link to the next page, and a word whether there is one.

    Parameters that the link does not repeat (the lower bound, the attributes asked for) are sent again, since a vendor's
    link may carry the cursor alone. An empty page ends it only where the vendor says that there is no more, says nothing,
    or gives the link that was just followed.
    """

    link_at: str
    more_at: str
    records_at: str

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The ask that the link stands for."""
        link, more = answer.at(self.link_at), answer.at(self.more_at)
        if more is False or (more is None and not answer.at(self.records_at)):
            return None
        if not link and more is None:
            return None
        if not isinstance(link, str) or not link:
            raise SourceContractBroken(f"says that there is more (`{self.more_at}`) but gives no `{self.link_at}`")
        path, params = below_base(ground.base_url, link, longest=ground.link_characters)
        named = {name for name, _ in params}
        following = replace(ask, path=path, params=(*params, *(pair for pair in ask.params if pair[0] not in named)))
        if sorted(following.params) == sorted(ask.params) and following.path == ask.path and not answer.at(self.records_at):
            return None
        return following


@dataclass(frozen=True, kw_only=True)
class VerbatimLink:
    """A link that is sent as it came, byte for byte, since it holds a cookie of the vendor's; its absence is the end."""

    link_at: str

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The link as an ask with the headers of the one before."""
        link = answer.at(self.link_at)
        if link is None:
            return None
        if not isinstance(link, str) or not link:
            raise SourceContractBroken(f"`{self.link_at}` is no link")
        path = below_base_verbatim(ground.base_url, link, longest=ground.link_characters)
        return Ask(path=path, headers=ask.headers, verbatim=True)


def _cursor(value: Any, at: str, ground: Ground) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise SourceContractBroken(f"`{at}` is neither text nor a number")
    if len(text := str(value)) > ground.link_characters:
        raise SourceContractBroken(f"a cursor of more than {ground.link_characters:,} characters at `{at}`")
    return text


@dataclass(frozen=True, kw_only=True)
class AfterCursor:
    """A cursor in the answer that is sent back as a parameter; its absence is the end."""

    cursor_at: str
    param: str = "after"

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The same ask with the cursor set."""
        cursor = _cursor(answer.at(self.cursor_at), self.cursor_at, ground)
        return None if cursor is None else ask.with_param(self.param, cursor)


@dataclass(frozen=True, kw_only=True)
class IdKeyset:
    """A search whose every page begins behind the greatest id of the one before, whatever cursor the vendor gives.

    A cursor that counts results would pass a record over when one before it leaves the search meanwhile (it was changed
    again, so that it is no longer of the window), and reaches no further than the vendor's cap on results.
    The search must be sorted by the id, ascending, and its other filters must not move while it is read.
    """

    id_property: str
    cursor_at: str = "paging.next.after"

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The same search behind the last id; behind a page without records, what its cursor says."""
        cursor, total = _cursor(answer.at(self.cursor_at), self.cursor_at, ground), answer.at("total")
        body, ids = ask.body or {}, self._ids(answer)
        if cursor and not ids:
            if not (cursor.isascii() and cursor.isdigit()):
                raise SourceContractBroken(f"`{self.cursor_at}` is no number: a search cannot be continued behind an empty page")
            return replace(ask, body={**body, "after": cursor})
        left = total - int(body["after"]) - len(ids) if isinstance(total, int) else 0
        if not cursor and left <= 0:
            return None
        if not ids:
            raise RetryLater(f"says that {left:,} more records match the search, but gives none: run it again later, what was read is kept")
        return replace(ask, body=self._behind(body, ids[-1]))

    def _ids(self, answer: Answer) -> list[int]:
        try:
            ids = [int(record["id"]) for record in answer.document["results"]]
        except (KeyError, TypeError, ValueError):
            raise SourceContractBroken("records without a numeric `id`: a search cannot be continued behind them") from None
        if ids != sorted(ids):
            raise SourceContractBroken(f"results are not sorted by {self.id_property}: a search cannot be continued behind them")
        return ids

    def _behind(self, body: dict[str, Any], last: int) -> dict[str, Any]:
        kept = [f for f in body["filterGroups"][0]["filters"] if f["propertyName"] != self.id_property]
        filters = [*kept, {"propertyName": self.id_property, "operator": "GTE", "value": str(last + 1)}]
        return {**body, "filterGroups": [{"filters": filters}], "after": "0"}
