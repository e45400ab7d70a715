"""Stripe's own ways: lists behind the last id, and an event log of thirty days that tells which objects have changed.

Stripe cannot be asked what changed: only its events tell, and they are kept for thirty days. So a window is read by its
events where the log reaches back to what was read before, and whole where it does not (a first reading, a backfill, a gap).
Whether it reaches back is asked, not reckoned from a clock: an event from before is still there, or it is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kuulo.sources.api_errors import NotFound, SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.asker import Asker, Page, State
from kuulo.sources.pagination import Ground
from kuulo.sources.request_params import Params

EVENTS = "/events"
# An event may be listed some moments after the second that it names.
OVERLAP = timedelta(minutes=5)
# From here on reading everything costs less than asking for each customer whose objects have changed.
MANY_CUSTOMERS = 500
_HUNDRED = ("limit", "100")


@dataclass(frozen=True)
class LastId:
    """A list that goes on behind the id of its last record, for as long as it says `has_more`."""

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The same ask behind the last record."""
        more, records = answer.at("has_more"), answer.at("data")
        if not isinstance(more, bool):
            raise SourceContractBroken("a list without `has_more`: this is not Stripe's API")
        if not more:
            return None
        last = records[-1].get("id") if records and isinstance(records[-1], dict) else None
        if not isinstance(last, str) or not 0 < len(last) <= ground.link_characters:
            raise SourceContractBroken("says that there is more (`has_more`) but ends with no record whose `id` could be asked behind")
        return ask.with_param("starting_after", last)


_PAGER = LastId()


def _second(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def _from_second_on(moment: datetime) -> str:
    """The first whole second that is not before the moment."""
    return str(-int(-moment.timestamp() // 1))


def _reaches_back(asker: Asker, since: datetime) -> bool:
    """Whether the log still holds an event from before, so that nothing since has been dropped from it."""
    asked = Ask(path=EVENTS, params=(("limit", "1"), ("created[lt]", _second(since))))
    return bool(asker.ask(asked, "data").document["data"])


def _log(asker: Asker, since: datetime, event_type: str) -> Ask:
    bounds = (("created[gte]", _second(since)), ("created[lt]", _from_second_on(asker.window.end)))
    return Ask(path=EVENTS, params=(_HUNDRED, ("type", event_type), *bounds))


def _lists(asker: Asker, asks: list[Ask]) -> Iterator[tuple[Page, list[Ask]]]:
    """The pages of one list after another, each with what is still to be asked after it."""
    while asks:
        ask, rest = asks[0], asks[1:]
        answer = asker.ask(ask, "data")
        following = asker.after(_PAGER, ask, answer)
        asks = [following, *rest] if following else rest
        yield Page(ask=ask, answer=answer, records_at="data", parent=_seen(asker)), asks


def _seen(asker: Asker) -> dict[str, str]:
    """Until when a list tells: to the window's end, and what happened after it will be told by later events."""
    return {"seen_at": asker.window.end.isoformat()}


def _kept(asks: list[Ask], changed: list[str], *, by_events: bool = False) -> State:
    return {"asks": [ask.to_json() for ask in asks], "changed": changed, "by_events": by_events}


@dataclass(frozen=True)
class EventLog:
    """The window's events of some types, for as far back as Stripe keeps them."""

    types: tuple[str, ...]

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """Type after type; the receipt notes a log that may not reach back to the window's start."""
        since = asker.window.start - OVERLAP
        if state is None and not _reaches_back(asker, since):
            asker.note("no event from before the window is left, so some of its own may be gone too: Stripe keeps them for 30 days")
        asks = [Ask.from_json(kept) for kept in state["asks"]] if state else [_log(asker, since, name) for name in self.types]
        for page, rest in _lists(asker, asks):
            yield replace(page, next=_kept(rest, []) if rest else None)


@dataclass(frozen=True, kw_only=True)
class ChangedObjects:
    """All objects of a kind, or those that the window's events name.

    Attributes:
        path: the list of all objects.
        types: the events that tell of a change.
        params, asked: what the list is asked for with.
        told_by_events: events that are read even where everything is, since the list leaves out what they tell of.
        of_customers: whether changed objects are asked for anew, customer by customer (the objects in events are written
            in the account's own version of the API); else the events' own objects are the rows.
    """

    path: str
    types: tuple[str, ...]
    params: tuple[tuple[str, str], ...] = ()
    asked: tuple[Params, ...] = ()
    told_by_events: tuple[str, ...] = ()
    of_customers: bool = False

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """Pages of lists, of events, and of both; what the events name is asked for when they have all been read."""
        asker.leave(asker.window.end.isoformat())
        state = state or self._beginning(asker)
        asks, changed = [Ask.from_json(kept) for kept in state["asks"]], list(state["changed"])
        if state["by_events"] and asks and asks[0].path == EVENTS:
            yield from self._by_events(asker, asks, changed)
            return
        yield from self._read(asker, asks, changed)
        yield from self._anew(asker, changed)

    def _beginning(self, asker: Asker) -> State:
        if asker.cursor is None:
            asker.note("nothing was read before: read everything")
        else:
            since = min(datetime.fromisoformat(asker.cursor), asker.window.start) - OVERLAP
            if _reaches_back(asker, since):
                return _kept([_log(asker, since, name) for name in self.types], [], by_events=True)
            asker.note("Stripe's events, which it keeps for 30 days, no longer reach back to what was read before: read everything")
        return _kept([self._list(asker), *(_log(asker, asker.window.start, name) for name in self.told_by_events)], [])

    def _list(self, asker: Asker) -> Ask:
        made = tuple(pair for maker in self.asked for pair in maker.params(asker))
        return Ask(path=self.path, params=(_HUNDRED, *self.params, *made))

    def _by_events(self, asker: Asker, asks: list[Ask], changed: list[str]) -> Iterator[Page]:
        everything: list[Ask] = []
        for page, rest in _lists(asker, asks):
            changed = self._customers(page, changed)
            if not rest and len(changed) > MANY_CUSTOMERS:
                asker.note(f"the objects of more than {MANY_CUSTOMERS} customers have changed: read everything")
                everything, changed = [self._list(asker)], []
            going_on = [*rest, *everything]
            yield replace(page, next=_kept(going_on, changed, by_events=True) if going_on or changed else None)
        yield from self._read(asker, everything, [])
        yield from self._anew(asker, changed)

    def _customers(self, page: Page, known: list[str]) -> list[str]:
        """The customers whose objects have changed, each once."""
        if not self.of_customers:
            return []
        told = (((event.get("data") or {}).get("object") or {}).get("customer") for event in page.answer.document["data"])
        return [*dict.fromkeys([*known, *(customer for customer in told if isinstance(customer, str))])]

    def _read(self, asker: Asker, asks: list[Ask], waiting: list[str]) -> Iterator[Page]:
        for page, rest in _lists(asker, asks):
            yield replace(page, next=_kept(rest, waiting, by_events=bool(waiting)) if rest or waiting else None)

    def _anew(self, asker: Asker, waiting: list[str]) -> Iterator[Page]:
        """The objects of each customer. Stripe may know a deleted one no more: then only the events tell how it ended."""
        while waiting:
            customer, waiting = waiting[0], waiting[1:]
            try:
                yield from self._read(asker, [self._list(asker).with_param("customer", customer)], waiting)
            except NotFound:
                asker.note(f"{self.path.strip('/')} of a deleted customer could not be asked for")
