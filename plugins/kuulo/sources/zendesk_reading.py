"""Zendesk's own ways: exports behind a cursor that is kept for good, exports by time, and lists that say whether there is more."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from kuulo.sources.api_errors import SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.asker import Asker, Page, Reading, State
from kuulo.sources.page_json import value_at
from kuulo.sources.pagination import Ground
from kuulo.sources.proof import BasicPair, KeyHeader, Standing, TokenAsk
from kuulo.sources.request_params import Pairs
from kuulo.sources.source import Credentials

# What changed in the last minute is held back, and a start_time of the last minute is refused.
_OVERLAP = timedelta(minutes=10)
_FULL_PAGE = 1000


@dataclass(frozen=True)
class TokenOrBearer:
    """An API token with the e-mail of its user (Basic, `mail/token`), or an OAuth token where the extra says `auth: oauth`."""

    def begin(self, credentials: Credentials, ask_token: TokenAsk) -> Standing:
        """The header; a login that ends in /token already is taken as it is."""
        if credentials.extra.get("auth") == "oauth":
            return KeyHeader("Bearer").begin(credentials, ask_token)
        suffix = "" if credentials.login.endswith("/token") else "/token"
        return BasicPair(login_suffix=suffix).begin(credentials, ask_token)


def _from(asker: Asker) -> str:
    return str(int((asker.window.start - _OVERLAP).timestamp()))


@dataclass(frozen=True, kw_only=True)
class CursorExport:
    """An incremental export behind a cursor: what changed since the cursor that was left, up to the present.

    The first reading, a backfill and a reading whose cursor the vendor refuses begin by time.

    Attributes:
        generated_at: the field, in Unix seconds, that the export is ordered by; it ends where a whole page was generated
            behind the window, so that a backfill does not read up to the present each time.
        told: knobs of the connection that a record's rows depend on.
    """

    path: str
    records_at: str
    params: tuple[tuple[str, str], ...] = ()
    generated_at: str = ""
    told: tuple[str, ...] = ()

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """Every page; the cursor behind the last one is left for the next window."""
        parent = {name: asker.knobs[name] for name in self.told if name in asker.knobs}
        following: Ask | None = Ask.from_json(state["ask"]) if state else self._first(asker)
        may_begin_again = state is None and asker.cursor is not None
        while following:
            ask, answer = self._answered(asker, following, may_begin_again=may_begin_again)
            may_begin_again = False
            cursor = self._cursor_behind(asker, ask, answer)
            following = self._following(asker, ask, answer, cursor)
            if following is None and cursor:
                asker.leave(cursor)
            kept = {"ask": following.to_json()} if following else None
            yield Page(ask=ask, answer=answer, records_at=self.records_at, parent=parent, next=kept)

    def _first(self, asker: Asker) -> Ask:
        start = ("cursor", asker.cursor) if asker.cursor else ("start_time", _from(asker))
        return Ask(path=self.path, params=(*self.params, start))

    def _answered(self, asker: Asker, ask: Ask, *, may_begin_again: bool) -> tuple[Ask, Answer]:
        """The answer; where a kept cursor is refused, the answer to the window's start instead."""
        try:
            return ask, asker.ask(ask, self.records_at)
        except SourceContractBroken:
            if not may_begin_again:
                raise
        asker.note("the kept cursor was refused: read from the window's start")
        ask = Ask(path=self.path, params=(*self.params, ("start_time", _from(asker))))
        return ask, asker.ask(ask, self.records_at)

    def _cursor_behind(self, asker: Asker, ask: Ask, answer: Answer) -> str | None:
        cursor = answer.at("after_cursor") or dict(ask.params).get("cursor")
        if cursor is not None and not isinstance(cursor, str):
            raise SourceContractBroken(f"{asker.label}: `after_cursor` is no text")
        return cursor

    def _following(self, asker: Asker, ask: Ask, answer: Answer, cursor: str | None) -> Ask | None:
        is_end = answer.at("end_of_stream")
        if not isinstance(is_end, bool):
            raise SourceContractBroken(f"{asker.label}: does not say whether the stream ends here (`end_of_stream`)")
        if is_end or self._is_behind_window(asker, answer):
            return None
        if not cursor:
            raise SourceContractBroken(f"{asker.label}: says that the stream goes on but gives no `after_cursor`")
        rest = tuple(pair for pair in ask.params if pair[0] != "start_time")
        return replace(ask, params=rest).with_param("cursor", cursor)

    def _is_behind_window(self, asker: Asker, answer: Answer) -> bool:
        if not self.generated_at:
            return False
        records = value_at(answer.document, self.records_at)
        seconds = [record.get(self.generated_at) if isinstance(record, dict) else None for record in records]
        end = asker.window.end.timestamp()
        return bool(seconds) and all(isinstance(second, int | float) and second >= end for second in seconds)


@dataclass(frozen=True, kw_only=True)
class TimeExport:
    """An incremental export by time: each page tells the time that the next one begins at, whose records it repeats."""

    path: str
    records_at: str

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """Every page up to the window's end."""
        first = Ask(path=self.path, params=(("start_time", _from(asker)),))
        following: Ask | None = Ask.from_json(state["ask"]) if state else first
        while following:
            ask = following
            answer = asker.ask(ask, self.records_at)
            following = self._following(asker, ask, answer)
            yield Page(ask=ask, answer=answer, records_at=self.records_at, next={"ask": following.to_json()} if following else None)

    def _following(self, asker: Asker, ask: Ask, answer: Answer) -> Ask | None:
        is_end, until = answer.at("end_of_stream"), answer.at("end_time")
        if is_end is None:  # exports that are older say it by a page that is not full
            is_end = until is None or str(until) == dict(ask.params)["start_time"] or (answer.at("count") or 0) < _FULL_PAGE
        if is_end:
            return None
        if not isinstance(until, int) or isinstance(until, bool):
            raise SourceContractBroken(f"{asker.label}: says that the stream goes on but gives no `end_time`")
        return None if until >= asker.window.end.timestamp() else ask.with_param("start_time", str(until))


@dataclass(frozen=True, kw_only=True)
class IdentitiesOf:
    """The addresses of the end-users that an export tells of, a hundred users a request: whoever was merged into one is known by them."""

    found_by: CursorExport
    path: str
    records_at: str
    batch: int = 100

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """A page for each batch of users, page after page of the export.

        The last batch of an export's page is yielded when the export has gone on: whoever comes behind it may be no end-user, and
        then it is the last page of all, with which the export's cursor is kept.
        """
        held: Page | None = None
        batches = self._every_batch(asker, state)
        while True:
            try:
                page = next(batches, None)
            except Exception:
                if held:
                    yield held  # it need not be asked for again
                raise
            if held:
                yield held if page else replace(held, next=None)
            if page is None:
                return
            held = page if page.next and not page.next["users"] else None
            if held is None:
                yield page

    def _every_batch(self, asker: Asker, state: State | None) -> Iterator[Page]:
        if state and state["left"]:
            asker.leave(state["left"])
        if state and state["users"]:
            yield from self._batches(asker, state["users"], state["export"])
        if state and not state["export"]:
            return
        for found in self.found_by.pages(asker, state["export"] if state else None):
            users = value_at(found.answer.document, self.found_by.records_at)
            ids = [str(user["id"]) for user in users if isinstance(user, dict) and user.get("role") == "end-user" and user.get("active")]
            yield from self._batches(asker, ids, found.next)

    def _batches(self, asker: Asker, ids: list[str], export: State | None) -> Iterator[Page]:
        while ids:
            some, ids = ids[: self.batch], ids[self.batch :]
            ask = Ask(path=self.path, params=(("ids", ",".join(some)), ("include", "identities")))
            answer = asker.ask(ask, self.records_at)
            state = {"users": ids, "export": export, "left": asker.left} if ids or export else None
            yield Page(ask=ask, answer=answer, records_at=self.records_at, next=state)


@dataclass(frozen=True)
class MoreCursor:
    """A cursor beside a word whether there is more (`meta.has_more`, `meta.after_cursor`)."""

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The same ask behind the cursor."""
        more, cursor = answer.at("meta.has_more"), answer.at("meta.after_cursor")
        if more is False:
            return None
        if more is not True:
            raise SourceContractBroken("does not say whether there is more (`meta.has_more`)")
        if not isinstance(cursor, str) or not cursor or len(cursor) > ground.link_characters:
            raise SourceContractBroken("says that there is more but gives no usable `meta.after_cursor`")
        return ask.with_param("page[after]", cursor)


@dataclass(frozen=True, kw_only=True)
class Since:
    """The window's start as a parameter, so many days earlier as an answer may still change; the knob names another number.

    What the vendor compares it with is the time of offering, as far as is known, and answers come later.
    """

    param: str
    knob: str
    days: int
    milliseconds: bool = False

    def params(self, asker: Asker) -> Pairs:
        """The one parameter."""
        days = asker.knobs.get(self.knob, str(self.days))
        if not days.isdecimal():
            raise SourceContractBroken(f"{asker.label}: the connection's extra `{self.knob}` must be a whole number of days")
        start = int((asker.window.start - timedelta(days=int(days))).timestamp())
        return ((self.param, str(max(start, 0) * (1000 if self.milliseconds else 1))),)


@dataclass(frozen=True)
class OnSomePlans:
    """A reading of what not every plan has: nothing is asked where the connection's extra `without` names the stream."""

    reading: Reading

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """The reading's pages, or none."""
        without = [name.strip() for name in asker.knobs.get("without", "").split(",")]
        if asker.stream.name in without:
            asker.note("not asked for, since the connection's extra `without` names it")
            return
        yield from self.reading.pages(asker, state)
