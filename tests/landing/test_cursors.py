"""Vendors' cursors outlive a window, are kept after its data, and move only forward."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from kuulo.landing.cursors import cursor_for, moved_on
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt, read_landing_receipt
from kuulo.sources.api_errors import SourceContractBroken
from kuulo.sources.ask import Ask
from kuulo.sources.asker import Asker, Page, State
from kuulo.sources.manners import Limits, Manners
from kuulo.sources.source import Column, Source, Stream, Window
from tests.landing.landings import WINDOW, land
from tests.loopback_server import Asked, Reply


@dataclass(frozen=True)
class Export:
    """Pages until the vendor says that the stream has ended; its last cursor is where the next reading begins."""

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        following = state["cursor"] if state else asker.cursor or "start"
        while following:
            ask = Ask(path="/export", params=(("cursor", following),))
            answer = asker.ask(ask, "data")
            after, ended = answer.at("after"), answer.at("ended")
            if ended:
                asker.leave(after)
            following = None if ended else after
            yield Page(ask=ask, answer=answer, records_at="data", next={"cursor": following} if following else None)


STREAM = Stream(name="things", primary_key=("id",), columns=(Column(name="id"),), reading=Export())
SHOP = Source(name="shop", streams=(STREAM,), manners=Manners())
NEXT_DAY = Window(datetime(2026, 1, 11, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC))


def export(asked: Asked) -> Reply:
    """Records 1 to 5, two a page."""
    seen = 0 if asked.param("cursor") == "start" else int(asked.param("cursor") or 0)
    return Reply(
        {"data": [{"id": str(n)} for n in range(seen + 1, min(seen + 2, 5) + 1)], "after": str(min(seen + 2, 5)), "ended": seen + 2 >= 5}
    )


def test_the_cursor_at_the_end_is_in_the_receipt_and_the_next_reading_begins_there(settings):
    receipts, _ = land(settings, SHOP, "things", export)
    assert (receipts[0].received, receipts[0].cursor) == (5, "5")
    receipts, asked = land(settings, SHOP, "things", export, cursor="4", refresh=True, run="run-2")
    assert [a.param("cursor") for a in asked] == ["4"]
    assert (receipts[0].received, receipts[0].cursor) == (1, "5")


def test_an_interruption_leaves_no_cursor_and_what_goes_on_leaves_that_of_the_end(settings):
    def broken(asked: Asked) -> Reply:
        return Reply({}, 404) if asked.param("cursor") == "4" else export(asked)

    with pytest.raises(SourceContractBroken):
        land(settings, SHOP, "things", broken)
    assert read_landing_receipt(BatchPlace(settings, "shop", "things", WINDOW.batch)) is None
    receipts, asked = land(settings, SHOP, "things", export)
    assert [a.param("cursor") for a in asked] == ["4"]
    assert (receipts[0].received, receipts[0].cursor) == (5, "5")


def test_a_receipt_that_was_not_written_is_made_again_with_its_cursor_without_asking(settings):
    land(settings, SHOP, "things", export)
    BatchPlace(settings, "shop", "things", WINDOW.batch).landing_receipt.unlink()
    receipts, asked = land(settings, SHOP, "things", export)
    assert (asked, receipts[0].cursor) == ([], "5")


def test_p12_a_cursor_beyond_all_measure_is_refused(settings):
    with pytest.raises(SourceContractBroken, match="shop/things, page 1: a cursor of more than 100 characters"):
        land(settings, SHOP, "things", lambda _: Reply({"data": [], "after": "x" * 101, "ended": True}), limits=Limits(link_characters=100))


@pytest.fixture
def receipt(settings) -> LandingReceipt:
    return land(settings, SHOP, "things", export)[0][0]


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def kept_of(cursor: str, since: int, until: int) -> dict[str, str]:
    return {"cursor": cursor, "since": day(since).isoformat(), "until": day(until).isoformat()}


def test_what_is_kept_moves_only_forward(receipt):
    kept = moved_on(receipt, None)
    assert kept == kept_of("5", 10, 11)
    assert moved_on(receipt, kept) is None  # a repetition
    assert moved_on(replace(receipt, window_end=day(5), cursor="2"), kept) is None  # a backfill
    later = replace(receipt, window_start=day(11), window_end=day(12), cursor="9")
    assert moved_on(later, kept) == kept_of("9", 10, 12)
    assert moved_on(replace(later, cursor=None), kept) is None


@pytest.mark.parametrize(
    ("start", "since"),
    [(9, 9), (10, 10), (11, 10), (15, 15)],  # begun before the first reading, with it, where it ended, and behind a hole
)
def test_what_is_kept_says_from_when_on_all_was_seen(receipt, start, since):
    landed = replace(receipt, window_start=day(start), window_end=day(20), cursor="9")
    assert moved_on(landed, kept_of("5", 10, 11)) == kept_of("9", since, 20)


@pytest.mark.parametrize(
    ("start", "end", "cursor"),
    [
        (11, 12, "5"),
        (10, 12, "5"),  # overlaps what was read
        (20, 21, "5"),  # closes a hole
        (10, 11, None),
        (9, 12, None),  # of the day before the first reading nothing stands behind the cursor
    ],
)
def test_only_a_window_whose_past_was_seen_and_that_ends_later_goes_on_from_it(start, end, cursor):
    assert cursor_for(Window(day(start), day(end)), kept_of("5", 10, 11)) == cursor


def test_without_a_cursor_a_window_is_read_by_its_times():
    assert cursor_for(NEXT_DAY, None) is None
    assert cursor_for(NEXT_DAY, {"cursor": "5", "until": day(11).isoformat()}) is None  # as it was kept before `since` was


def test_a_trial_of_one_day_takes_nothing_from_the_first_long_reading(receipt):
    """A person tries a day by hand, and asks for a year afterwards: the year is not only what changed since the trial."""
    kept = moved_on(receipt, None)
    year = Window(datetime(2025, 1, 15, tzinfo=UTC), day(15))
    assert cursor_for(year, kept) is None
    read = moved_on(replace(receipt, window_start=year.start, window_end=year.end, cursor="9"), kept)
    assert cursor_for(Window(day(15), day(16)), read) == "9"
