"""Asking for one stream's window: pages, the state to go on from after each, and a guard against going in circles."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from kuulo.sources.api_errors import RetryLater, SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.pagination import Ground, Pager
from kuulo.sources.source import Stream, Window

if TYPE_CHECKING:
    from kuulo.sources.api_session import ApiSession

State = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a stream.

    Attributes:
        records_at: dotted path of its records.
        parent: what the request knew and the records do not say, such as their survey's id.
        next: from where to go on, as JSON; None after the last page.
    """

    ask: Ask
    answer: Answer
    records_at: str
    parent: dict[str, str] = field(default_factory=dict)
    next: State | None = None


@dataclass
class Asker:
    """Asks for one stream's window, and gathers what a reader of the receipt should know.

    Attributes:
        knobs: the connection's extra.
        page: number of the page that is asked for, for messages.
        quick: whether envelopes alone are read here, the records by whoever types them.
        notes: lines for the receipt.
        cursor: what the vendor left at the end of the reading before, if this one goes on from there; else None.
        left: what it leaves at the end of this one, for the next.
    """

    session: "ApiSession"
    stream: Stream
    window: Window
    knobs: dict[str, str]
    page: int = 1
    quick: bool = False
    notes: list[str] = field(default_factory=list)
    cursor: str | None = None
    left: str | None = None
    _asked: set[str] = field(default_factory=set)
    _answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Stream and page, for messages."""
        return f"{self.session.source}/{self.stream.name}, page {self.page}"

    def remember(self, ask: dict[str, Any]) -> None:
        """Count an ask of an earlier, interrupted reading among those that must not come again."""
        self._asked.add(json.dumps(ask, sort_keys=True))

    def ask(self, ask: Ask, records_at: str = "") -> Answer:
        """A whole answer with a list at `records_at`; every ask is remembered, and none is sent twice."""
        fingerprint = json.dumps(ask.to_json(), sort_keys=True)
        if fingerprint in self._asked:
            raise SourceContractBroken(
                f"{self.label}: the vendor's cursor leads back to a page that was read, its paging goes in circles: run it again with "
                f"`refresh`, which reads the window anew"
            )
        if len(self._asked) >= self.session.limits.pages:
            raise SourceContractBroken(f"{self.label}: more than {self.session.limits.pages:,} pages: ask for a smaller window")
        self._asked.add(fingerprint)
        return self.session.ask(ask, label=self.label, records_at=records_at, quick=self.quick)

    def ask_once(self, ask: Ask, records_at: str = "") -> Answer:
        """The answer to something that several parts of a reading want to know; it is asked for once."""
        if ask.path not in self._answers:
            self._answers[ask.path] = self.ask(ask, records_at)
        return self._answers[ask.path]

    def after(self, pager: Pager, ask: Ask, answer: Answer) -> Ask | None:
        """The ask of the next page; errors name stream and page."""
        ground = Ground(self.session.base_url, self.session.limits.link_characters)
        try:
            return pager.after(ask, answer, ground)
        except (RetryLater, SourceContractBroken) as error:
            raise type(error)(f"{self.label}: {error}") from None

    def leave(self, cursor: str) -> None:
        """Keep the vendor's cursor for the next reading; told before the last page is yielded, so that it is kept with that page."""
        if len(cursor) > self.session.limits.link_characters:
            raise SourceContractBroken(f"{self.label}: a cursor of more than {self.session.limits.link_characters:,} characters")
        self.left = cursor

    def note(self, text: str) -> None:
        """Keep a line for the receipt, once."""
        if text not in self.notes:
            self.notes.append(text)


class Reading(Protocol):
    """One way to read a stream's window."""

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """The pages from `state` on, or from the first where it is None."""
