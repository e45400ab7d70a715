"""A Zendesk account that exports as the vendor does: behind cursors, by its own clock, holding back the last minute."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kuulo.landing.land_stream import land_stream
from kuulo.landing.receipt import LandingReceipt
from kuulo.settings import Settings
from kuulo.sources.source import Credentials, Window
from kuulo.sources.zendesk import ZENDESK
from tests.landing.landings import land, typed_rows
from tests.loopback_server import Asked, Loopback, Reply, in_order, serving
from tests.still_time import StillTime

Record = dict[str, Any]


def at(text: str) -> int:
    """Unix seconds of a time in January 2026, given as `day hh:mm:ss`."""
    return int(datetime.fromisoformat(f"2026-01-{text.replace(' ', 'T')}").replace(tzinfo=UTC).timestamp())


def ticket(identity: int, generated: int, **changed: Any) -> Record:
    """A ticket as the export shows it."""
    zulu = f"{datetime.fromtimestamp(generated, UTC):%Y-%m-%dT%H:%M:%SZ}"
    plain = {"id": identity, "status": "open", "created_at": "2026-01-01T00:00:00Z", "updated_at": zulu, "via": {"channel": "email"}}
    return {**plain, "generated_timestamp": generated, **changed}


def export(name: str, *records: Record) -> Reply:
    """An export that ends with these records."""
    return Reply({name: list(records), "after_cursor": "c1", "end_of_stream": True})


def listed(name: str, *records: Record, more: Any = False, after: Any = None) -> Reply:
    """A page of a list behind a cursor."""
    return Reply({name: list(records), "meta": {"has_more": more, "after_cursor": after}, "links": {"next": "https://elsewhere.example/"}})


def landed(settings: Settings, stream: str, *records: Record, knobs: dict[str, str] | None = None) -> list[Record]:
    """The typed rows of a page of these records."""
    key = {"csat_survey_responses": "survey_responses"}.get(stream, stream)
    is_list = stream in ("groups", "satisfaction_ratings", "csat_survey_responses")
    land(settings, ZENDESK, stream, in_order(listed(key, *records) if is_list else export(key, *records)), knobs=knobs)
    return typed_rows(settings, ZENDESK, stream)


@dataclass
class Account:
    """Exports its tickets.

    Attributes:
        tickets: the latest version of each, in any order.
        now: the account's clock, Unix seconds.
        page: records a page.
        good_cursors: whether cursors are taken back.
    """

    tickets: list[Record] = field(default_factory=list)
    now: int = at("11 01:00:00")
    page: int = 2
    good_cursors: bool = True
    server: Loopback | None = None

    def __call__(self, asked: Asked) -> Reply:
        """A page of the export."""
        cursor, start = asked.param("cursor"), asked.param("start_time")
        assert (cursor is None) != (start is None), "one of the two, never both"
        if start is not None and int(start) > self.now - 60:
            return Reply({"error": "StartTimeTooRecent"}, 400)
        if cursor is not None and not self.good_cursors:
            return Reply({"error": "InvalidValue"}, 400)
        behind = tuple(int(part) for part in cursor.split("-")) if cursor else (int(start or 0), -1)
        told = sorted((t["generated_timestamp"], t["id"]) for t in self.tickets if t["generated_timestamp"] <= self.now - 60)
        waiting = [key for key in told if key > behind]
        found = {(t["generated_timestamp"], t["id"]): t for t in self.tickets}
        page = waiting[: self.page]
        after = "-".join(map(str, page[-1])) if page else cursor
        return Reply({"tickets": [found[key] for key in page], "after_cursor": after, "end_of_stream": len(waiting) <= self.page})

    @contextmanager
    def open(self) -> Iterator["Account"]:
        """Serve the account until the block ends."""
        with serving(self) as self.server:
            yield self

    def land(
        self, settings: Settings, start: str, end: str, *, cursor: str | None = None, run: str = "run-1", **more: Any
    ) -> tuple[LandingReceipt, list[Asked]]:
        """Land a window of the tickets; the receipt and what was asked for it."""
        assert self.server is not None
        still, before = StillTime(), len(self.server.asked)
        window = Window(datetime.fromtimestamp(at(start), UTC), datetime.fromtimestamp(at(end), UTC))
        (receipt,) = land_stream(
            settings=settings, source=ZENDESK, stream=ZENDESK.stream("tickets"), window=window, run=run, clock=still.now, cursor=cursor,
            credentials=Credentials(base_url=self.server.url, secret="canary-77"), clocks=still.clocks, **more,
        )  # fmt: skip
        return receipt, self.server.asked[before:]
