"""How a stream's window is read, page by page: small values that vendors' declarations are made of.

A reading yields pages with the state to go on from after each, so that a half-read window resumes. It asks through an
Asker and touches no file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from kuulo.sources.api_errors import NotFound, SourceContractBroken
from kuulo.sources.ask import Ask
from kuulo.sources.asker import Asker, Page, Reading, State
from kuulo.sources.page_json import value_at
from kuulo.sources.pagination import Pager, SinglePage
from kuulo.sources.request_params import Params


@dataclass(frozen=True, kw_only=True)
class Paged:
    """A list behind one path.

    Attributes:
        path: relative to the base URL; `{parent}` is the parent's id, `{name}` a knob of the connection or its default.
        params: parameters that are always the same; `asked` makes those that are not.
    """

    path: str
    records_at: str
    pager: Pager = field(default_factory=SinglePage)
    params: tuple[tuple[str, str], ...] = ()
    asked: tuple[Params, ...] = ()
    knobs: tuple[tuple[str, str], ...] = ()

    def first(self, asker: Asker, parent: str = "") -> Ask:
        """The ask of the first page."""
        made = tuple(pair for maker in self.asked for pair in maker.params(asker))
        path = self.path.format(**{**dict(self.knobs), **asker.knobs, "parent": quote(parent, safe="")})
        return Ask(path=path, params=(*self.params, *made))

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """Every page of the list."""
        yield from self.pages_from(asker, Ask.from_json(state["ask"]) if state else self.first(asker))

    def pages_from(self, asker: Asker, ask: Ask, parent: dict[str, str] | None = None) -> Iterator[Page]:
        """The pages from one ask on."""
        following: Ask | None = ask
        while following:
            ask = following
            answer = asker.ask(ask, self.records_at)
            following = asker.after(self.pager, ask, answer)
            state = {"ask": following.to_json()} if following else None
            yield Page(ask=ask, answer=answer, records_at=self.records_at, parent=parent or {}, next=state)


@dataclass(frozen=True, kw_only=True)
class Parents:
    """A list that is asked to learn its records' ids; its pages are not kept."""

    listing: Paged
    id_at: str = "id"

    def ids(self, asker: Asker) -> list[str]:
        """Every id once, in the vendor's order."""
        found: dict[str, None] = {}
        for page in self.listing.pages(asker, None):
            for record in value_at(page.answer.document, page.records_at):
                identity = record.get(self.id_at) if isinstance(record, dict) else None
                if not isinstance(identity, str | int) or identity == "":
                    raise SourceContractBroken(f"{asker.label}: a record of {self.listing.path} without `{self.id_at}`")
                found[str(identity)] = None
        return list(found)


@dataclass(frozen=True)
class Named:
    """Parents that are known beforehand."""

    names: tuple[str, ...]

    def ids(self, asker: Asker) -> list[str]:
        """The names."""
        return list(self.names)


@dataclass(frozen=True, kw_only=True)
class PerParent:
    """A list for each parent, such as the responses of each survey. A parent that has gone since it was listed is noted and left out.

    Where that is so of all of them, their place has gone and not they: NotFound.
    """

    parents: Parents | Named
    known_as: str
    listing: Paged

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """The pages of every parent's list, parent after parent."""
        waiting = state["waiting"] if state else self.parents.ids(asker)
        ask = Ask.from_json(state["ask"]) if state and state["ask"] else None
        is_one_there = state is not None  # the page that left the state
        while waiting:
            parent, rest = waiting[0], waiting[1:]
            try:
                for page in self.listing.pages_from(asker, ask or self.listing.first(asker, parent), {self.known_as: parent}):
                    is_one_there = True
                    yield replace(page, next=self._next(page.next, waiting, rest))
            except NotFound:
                if not rest and not is_one_there:
                    raise
                asker.note(f"{self.known_as} {parent} was gone when it was asked for")
            waiting, ask = rest, None

    def _next(self, inner: State | None, waiting: list[str], rest: list[str]) -> State | None:
        if inner:
            return {"waiting": waiting, "ask": inner["ask"]}
        return {"waiting": rest, "ask": None} if rest else None


@dataclass(frozen=True)
class InTurn:
    """One reading after another into the same stream, such as the living and then the archived records."""

    readings: tuple[Reading, ...]

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """The pages of the first reading, then of the second, and so on."""
        turn = state["turn"] if state else 0
        inner = state["state"] if state else None
        for number, reading in enumerate(self.readings[turn:], turn):
            for page in reading.pages(asker, inner):
                after = {"turn": number, "state": page.next} if page.next else {"turn": number + 1, "state": None}
                yield replace(page, next=after if after["turn"] != len(self.readings) else None)
            inner = None
