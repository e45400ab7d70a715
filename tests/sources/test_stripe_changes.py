"""What Stripe changes is told by its events alone, and for thirty days: windows that go on, gaps, deletions, many changes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyarrow import parquet

from kuulo.landing.land_stream import land_stream
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt
from kuulo.settings import Settings
from kuulo.sources import stripe_reading
from kuulo.sources.api_errors import SourceContractBroken
from kuulo.sources.source import Credentials, Window
from kuulo.sources.stripe import STRIPE
from tests.loopback_server import Asked, Reply, serving
from tests.sources.test_stripe import customer, event, listed, subscription
from tests.still_time import StillTime

MIDNIGHT = datetime(2026, 1, 11, tzinfo=UTC)
FIRST, SECOND = Window(MIDNIGHT - timedelta(days=1), MIDNIGHT), Window(MIDNIGHT, MIDNIGHT + timedelta(days=1))
LATER = MIDNIGHT + timedelta(hours=5)
Row = dict[str, Any]


@dataclass
class Account:
    """What Stripe would answer: lists, lists of one customer, and the events it still has."""

    subscriptions: list[Row] = field(default_factory=list)
    customers: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    gone: tuple[str, ...] = ()
    page: int = 100
    broken_at: int = -1
    answered: int = 0

    def happened(self, identity: str, kind: str, told: Row, at: datetime, **changed: Any) -> None:
        self.events.insert(0, event(identity, kind, told, int(at.timestamp()), **changed))

    def __call__(self, asked: Asked) -> Reply:
        self.answered += 1
        if self.answered - 1 == self.broken_at:
            return Reply({}, 400)
        records: list[Row] = getattr(self, asked.path.strip("/"))
        if asked.path == "/events":
            records = [r for r in records if self._is_wanted(r, asked)]
        if customer_id := asked.param("customer"):
            if customer_id in self.gone:
                return Reply({"error": {"code": "resource_missing"}}, 404)
            records = [r for r in records if r["customer"] == customer_id]
        last, size = asked.param("starting_after"), min(self.page, int(asked.param("limit") or 10))
        start = next(n for n, r in enumerate(records, 1) if r["id"] == last) if last else 0
        return listed(*records[start : start + size], more=start + size < len(records))

    def _is_wanted(self, record: Row, asked: Asked) -> bool:
        since, until = int(asked.param("created[gte]") or 0), int(asked.param("created[lt]") or 2**40)
        return since <= record["created"] < until and asked.param("type") in (None, record["type"])


@dataclass
class Read:
    """One window read: its receipt, what was asked, the typed rows."""

    receipt: LandingReceipt
    asked: list[Asked]
    rows: list[Row]

    def lists(self) -> list[tuple[str, str | None]]:
        """Every list that was asked for but the events', with its customer."""
        return [(a.path, a.param("customer")) for a in self.asked if a.path != "/events"]


def read(settings: Settings, account: Account, stream: str = "subscriptions", window: Window = SECOND, cursor: str | None = None) -> Read:
    still = StillTime()
    with serving(account) as server:
        (receipt,) = land_stream(
            settings=settings, source=STRIPE, stream=STRIPE.stream(stream), window=window, run="run-1", clock=still.now, cursor=cursor,
            credentials=Credentials(base_url=server.url, secret="canary-77"), clocks=still.clocks,
        )  # fmt: skip
    rows = parquet.read_table(BatchPlace(settings, "stripe", stream, window.batch).typed).to_pylist()
    return Read(receipt, server.asked, rows)


@pytest.fixture
def account() -> Account:
    """Three subscriptions of two customers, and a log that reaches back to before the first window."""
    made = Account(
        subscriptions=[subscription("sub_3", customer="cus_2"), subscription("sub_2"), subscription("sub_1")],
        customers=[customer("cus_2"), customer("cus_1")],
    )
    made.happened("evt_0", "charge.succeeded", {"id": "ch_1"}, FIRST.start - timedelta(days=2))
    return made


def test_a_first_reading_reads_everything_and_leaves_where_it_stood(settings: Settings, account: Account) -> None:
    first = read(settings, account, window=FIRST)
    assert [row["subscription_id"] for row in first.rows] == ["sub_3", "sub_2", "sub_1"]
    assert (first.receipt.cursor, first.receipt.note) == ("2026-01-11T00:00:00+00:00", "nothing was read before: read everything")
    assert [a.path for a in first.asked] == ["/subscriptions"]


def test_the_next_window_asks_anew_for_the_customers_whose_subscriptions_changed(settings: Settings, account: Account) -> None:
    cursor = read(settings, account, window=FIRST).receipt.cursor
    account.subscriptions[1] = subscription("sub_2", status="past_due")
    account.happened("evt_1", "customer.subscription.updated", subscription("sub_2", status="active"), LATER)
    account.happened("evt_2", "customer.subscription.updated", subscription("sub_2", status="past_due"), LATER + timedelta(hours=1))
    account.happened("evt_3", "invoice.paid", {"id": "in_1", "customer": "cus_2"}, LATER)
    second = read(settings, account, cursor=cursor)
    assert second.lists() == [("/subscriptions", "cus_1")]
    assert [(row["subscription_id"], row["status"]) for row in second.rows] == [("sub_2", "past_due"), ("sub_1", "active")]
    assert second.asked[-1].params[:2] == (("limit", "100"), ("status", "all"))
    types = [a.param("type") for a in second.asked if a.path == "/events"]
    assert types == [None, *(f"customer.subscription.{what}" for what in ("created", "updated", "deleted", "paused", "resumed"))]
    assert (second.receipt.cursor, second.receipt.note) == ("2026-01-12T00:00:00+00:00", "")


def test_a_window_in_which_nothing_changed_asks_for_nothing_and_still_goes_on(settings: Settings, account: Account) -> None:
    second = read(settings, account, cursor=MIDNIGHT.isoformat())
    assert (second.lists(), second.rows, second.receipt.received) == ([], [], 0)
    assert second.receipt.cursor == "2026-01-12T00:00:00+00:00"


@pytest.mark.parametrize("second", [-300, -1, 0, 1])
def test_no_second_between_two_windows_is_lost(settings: Settings, account: Account, second: int) -> None:
    cursor = read(settings, account, window=FIRST).receipt.cursor
    account.happened(
        "evt_1", "customer.subscription.updated", subscription("sub_3", customer="cus_2"), MIDNIGHT + timedelta(seconds=second)
    )
    assert read(settings, account, cursor=cursor).lists() == [("/subscriptions", "cus_2")]


def test_the_windows_end_is_the_next_ones(settings: Settings, account: Account) -> None:
    account.happened("evt_1", "customer.subscription.updated", subscription("sub_3", customer="cus_2"), SECOND.end)
    assert read(settings, account, cursor=MIDNIGHT.isoformat()).lists() == []
    third = Window(SECOND.end, SECOND.end + timedelta(days=1))
    assert read(settings, account, window=third, cursor=SECOND.end.isoformat()).lists() == [("/subscriptions", "cus_2")]


def test_a_gap_that_the_log_still_covers_is_filled(settings: Settings, account: Account) -> None:
    account.happened("evt_1", "customer.subscription.updated", subscription("sub_1"), FIRST.start + timedelta(hours=1))
    second = read(settings, account, cursor=FIRST.start.isoformat())
    assert second.lists() == [("/subscriptions", "cus_1")]
    assert second.asked[0].param("created[lt]") == str(int((FIRST.start - timedelta(minutes=5)).timestamp()))


def test_where_the_log_no_longer_reaches_back_everything_is_read(settings: Settings, account: Account) -> None:
    account.events = []
    account.happened("evt_1", "customer.subscription.updated", subscription("sub_1"), LATER)
    second = read(settings, account, cursor=MIDNIGHT.isoformat())
    assert (second.lists(), len(second.rows)) == ([("/subscriptions", None)], 3)
    assert second.receipt.note == (
        "Stripe's events, which it keeps for 30 days, no longer reach back to what was read before: read everything"
    )
    assert second.receipt.cursor == "2026-01-12T00:00:00+00:00"


def test_changes_of_very_many_customers_are_read_as_one_list(settings: Settings, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_reading, "MANY_CUSTOMERS", 1)
    for number, made in enumerate(account.subscriptions):
        account.happened(f"evt_{number}1", "customer.subscription.updated", made, LATER)
    second = read(settings, account, cursor=MIDNIGHT.isoformat())
    assert (second.lists(), [r["subscription_id"] for r in second.rows]) == ([("/subscriptions", None)], ["sub_3", "sub_2", "sub_1"])
    assert second.receipt.note == "the objects of more than 1 customers have changed: read everything"


def test_the_last_word_on_a_subscription_whose_customer_is_gone_is_its_event(settings: Settings, account: Account) -> None:
    ended = subscription("sub_3", customer="cus_2", status="canceled", ended_at=int(LATER.timestamp()))
    account.happened("evt_1", "customer.subscription.deleted", ended, LATER)
    account.gone = ("cus_2",)
    second = read(settings, account, cursor=MIDNIGHT.isoformat())
    assert [(r["subscription_id"], r["status"], r["seen_at"].isoformat()) for r in second.rows] == [
        ("sub_3", "canceled", "2026-01-11T05:00:00")
    ]  # fmt: skip
    assert second.receipt.note == "subscriptions of a deleted customer could not be asked for"
    assert "cus_2" not in second.receipt.note


def test_an_ended_subscription_that_can_be_asked_for_comes_as_event_and_as_it_is(settings: Settings, account: Account) -> None:
    ended = subscription("sub_3", customer="cus_2", status="canceled", ended_at=int(LATER.timestamp()))
    account.subscriptions[0] = ended
    account.happened("evt_1", "customer.subscription.deleted", ended, LATER)
    second = read(settings, account, cursor=MIDNIGHT.isoformat())
    assert [(r["subscription_id"], r["status"], r["seen_at"].isoformat()) for r in second.rows] == [
        ("sub_3", "canceled", "2026-01-11T05:00:00"),
        ("sub_3", "canceled", "2026-01-12T00:00:00"),
    ]


def test_customers_are_as_their_events_left_them(settings: Settings, account: Account) -> None:
    account.happened("evt_1", "customer.updated", customer("cus_1", email="new@example.org"), LATER)
    account.happened("evt_2", "customer.created", customer("cus_3"), LATER)
    account.happened("evt_3", "customer.deleted", customer("cus_2"), LATER + timedelta(hours=1))
    second = read(settings, account, "customers", cursor=MIDNIGHT.isoformat())
    assert second.lists() == []
    assert [(r["customer_id"], r["email"], r["is_deleted"], r["event_id"], r["seen_at"].isoformat()) for r in second.rows] == [
        ("cus_3", "a@example.org", False, "evt_2", "2026-01-11T05:00:00"),
        ("cus_1", "new@example.org", False, "evt_1", "2026-01-11T05:00:00"),
        ("cus_2", "a@example.org", True, "evt_3", "2026-01-11T06:00:00"),
    ]


def test_events_are_those_of_the_window_and_an_incomplete_log_is_told(settings: Settings, account: Account) -> None:
    for number, at in enumerate((MIDNIGHT - timedelta(seconds=301), MIDNIGHT - timedelta(seconds=300), LATER, SECOND.end)):
        account.happened(f"evt_1{number}", "customer.subscription.updated", subscription("sub_1"), at)
    second = read(settings, account, "events")
    assert ([r["event_id"] for r in second.rows], second.receipt.note) == (["evt_12", "evt_11"], "")
    account.events = [made for made in account.events if made["id"] == "evt_12"]
    third = Window(SECOND.start, SECOND.end + timedelta(hours=1))
    assert read(settings, account, "events", window=third).receipt.note == (
        "no event from before the window is left, so some of its own may be gone too: Stripe keeps them for 30 days"
    )


def _changed_account() -> Account:
    """Six customers of two subscriptions each, all changed; pages of one record, so that every list goes on."""
    made = Account(page=1)
    made.happened("evt_0", "charge.succeeded", {"id": "ch_1"}, FIRST.start)
    for number in range(6):
        for half in "ab":
            made.subscriptions.append(subscription(f"sub_{number}{half}", customer=f"cus_{number}"))
        made.happened(f"evt_1{number}", "customer.subscription.updated", made.subscriptions[-1], LATER)
    return made


@pytest.mark.parametrize("broken_at", range(1, 24))
def test_going_on_behind_every_page_gives_the_rows_of_reading_straight_through(settings: Settings, tmp_path: Any, broken_at: int) -> None:
    whole = _changed_account()
    straight = read(Settings(home=tmp_path / "straight"), whole, cursor=MIDNIGHT.isoformat())
    assert (len(straight.rows), whole.answered) == (12, 23)
    account = _changed_account()
    account.broken_at = broken_at
    if broken_at < whole.answered:
        with pytest.raises(SourceContractBroken):
            read(settings, account, cursor=MIDNIGHT.isoformat())
    done = read(settings, account, cursor=MIDNIGHT.isoformat())
    assert [{**row, "_landed_at": None} for row in done.rows] == [{**row, "_landed_at": None} for row in straight.rows]
    assert (done.receipt.pages, done.receipt.sha256, done.receipt.cursor) == (
        straight.receipt.pages, straight.receipt.sha256, straight.receipt.cursor
    )  # fmt: skip


def test_a_window_read_again_changes_nothing(settings: Settings, account: Account) -> None:
    account.happened("evt_1", "customer.subscription.updated", subscription("sub_1"), LATER)
    first = read(settings, account, cursor=MIDNIGHT.isoformat())
    account.subscriptions = []
    second = read(settings, account, cursor=MIDNIGHT.isoformat())
    assert (second.asked, second.rows, second.receipt) == ([], first.rows, first.receipt)
