"""Intercom's scroll over all companies: one at a time in a workspace, and never continued once it broke off."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kuulo.sources.api_errors import NotFound, RetryLater, SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.asker import Asker, Page, State
from kuulo.sources.page_json import value_at

if TYPE_CHECKING:
    from kuulo.sources.api_session import ApiSession


class _BrokeOff(Exception):
    """A scroll that cannot be continued."""


@contextmanager
def _one_try(session: "ApiSession") -> Iterator[None]:
    """Send nothing twice: a scroll moves on with every answer, so that one that was lost on its way cannot be had again."""
    usual = session.limits
    session.limits = replace(usual, attempts=1, unreadable_attempts=2)
    try:
        yield
    finally:
        session.limits = usual


@dataclass(frozen=True, kw_only=True)
class Scrolled:
    """Every record by a scroll, of which a workspace has one at a time (the source's pool has one slot).

    A scroll ends with an empty page. One that breaks off cannot be continued: it is begun again, and the rows say in which
    scroll they were read, so that a record read twice has a later reading.
    """

    path: str
    records_at: str
    scrolls: int = 3

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """The pages of a scroll, and of as many as it takes to come to an end."""
        begun = state["scroll"] if state else 0
        for number in range(begun + 1, begun + self.scrolls + 1):
            try:
                yield from self._scroll(asker, number)
            except _BrokeOff:
                asker.note("a scroll broke off and was begun again")
            else:
                return
        raise RetryLater(f"{asker.label}: the scroll broke off {self.scrolls} times; run it again later, it begins anew")

    def _scroll(self, asker: Asker, number: int) -> Iterator[Page]:
        ask, answer = Ask(path=self.path), self._first(asker)
        seen: set[str] = set()
        while records := value_at(answer.document, self.records_at):
            mark = str(records[0].get("id") if isinstance(records[0], dict) else records[0])
            if mark in seen or len(seen) >= asker.session.limits.pages:
                raise SourceContractBroken(f"{asker.label}: the scroll comes to a record that was read: it goes in circles")
            seen.add(mark)
            yield self._page(ask, answer, number, {"scroll": number})
            following = answer.at("scroll_param")
            if not isinstance(following, str) or not 0 < len(following) <= asker.session.limits.link_characters:
                raise SourceContractBroken(f"{asker.label}: a page of a scroll without `scroll_param`")
            ask = Ask(path=self.path, params=(("scroll_param", following),))
            try:
                with _one_try(asker.session):
                    answer = asker.session.ask(ask, label=asker.label, records_at=self.records_at)
            except (RetryLater, NotFound) as error:
                raise _BrokeOff from error
        yield self._page(ask, answer, number, None)

    def _first(self, asker: Asker) -> Answer:
        try:
            return asker.session.ask(Ask(path=self.path), label=asker.label, records_at=self.records_at)
        except SourceContractBroken as error:
            if "status 400" in str(error):
                raise RetryLater(f"{error}: another scroll is open in the workspace, which ends a minute after its last use") from None
            raise

    def _page(self, ask: Ask, answer: Answer, number: int, state: dict[str, Any] | None) -> Page:
        return Page(ask=ask, answer=answer, records_at=self.records_at, parent={"scroll": str(number)}, next=state)
