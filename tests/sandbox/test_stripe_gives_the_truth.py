"""What the company's Stripe account and its billing tell together: the very ladder of churn that its own records have."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from kuulo.landing.land_inbox import land_inbox
from kuulo.landing.land_stream import land_stream
from kuulo.sandbox.company import Company, generate_company
from kuulo.sandbox.company_records import Person, Subscription
from kuulo.sandbox.history import AS_OF, LAUNCH
from kuulo.sandbox.server import serve
from kuulo.sandbox.spreadsheets import lay_inbox
from kuulo.sandbox.stripe_billing import card_subscriptions
from kuulo.sandbox.stripe_dialect import STRIPE_KEY
from kuulo.sandbox.stripe_objects import StripeAccount
from kuulo.sandbox.truth import Truth, truth_of
from kuulo.settings import Settings
from kuulo.sources.canonical import FILES
from kuulo.sources.source import Credentials, Window
from kuulo.sources.stripe import STRIPE
from kuulo.sources.stripe_money import monthly_price
from kuulo.validation.landing_gate import validate_source
from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt
WHOLE = Window(LAUNCH - timedelta(days=31), AS_OF)


def _now() -> datetime:
    return AS_OF


@pytest.fixture(scope="module")
def company() -> Company:
    """Large enough that a plan changes in the last thirty days, and a customer is deleted."""
    return generate_company(customers=1000)


@pytest.fixture(scope="module")
def truth(company: Company) -> Truth:
    return truth_of(company)


@pytest.fixture(scope="module")
def home(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Validated rows of Stripe and of billing's exports."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    lay_inbox(company, settings.inbox)
    land_inbox(settings=settings, run="test", clock=_now)
    with serve(company) as server:
        credentials = Credentials(base_url=server.url_of("stripe"), secret=STRIPE_KEY)
        for stream in STRIPE.streams:
            land_stream(settings=settings, source=STRIPE, stream=stream, window=WHOLE, credentials=credentials, run="test", clock=_now)
    for source in (FILES, STRIPE):
        validate_source(settings=settings, source=source, run="test", clock=_now)
    return settings.home


@pytest.fixture(scope="module")
def warehouse(home: Path) -> SmallWarehouse:
    return SmallWarehouse(home, {}, marts=["churn_by_month", "fct_subscription_movements"], as_of=f"{AS_OF:%Y-%m-%d}", data_tests=False)


def _validated(home: Path, stream: str) -> list[dict]:
    files = str(home / "validated" / "stripe" / stream / "*" / "validated.parquet")
    found = duckdb.sql(f"select * from read_parquet('{files}', union_by_name = true)")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def test_every_object_of_the_account_is_validated_but_the_refused_one(company: Company, truth: Truth, home: Path) -> None:
    account = StripeAccount(company)
    assert {row["subscription_id"] for row in _validated(home, "subscriptions")} == {
        made["id"] for made in account.subscriptions if made["customer"]
    }
    assert truth.quarantined["stripe/subscriptions"] == 1
    found = {row["customer_id"]: row for row in _validated(home, "customers")}
    assert {name for name, row in found.items() if not row["is_deleted"]} == {made["id"] for made in account.customers}
    assert {name for name, row in found.items() if row["is_deleted"]} == set(account.deleted) != set()
    assert len(_validated(home, "invoices")) == len(account.invoices)
    assert len(_validated(home, "events")) == sum(event["type"].startswith("customer.subscription") for event in account.events)


def test_a_subscription_brings_what_the_company_charges_for_it(company: Company, home: Path) -> None:
    found = {row["subscription_id"]: row for row in _validated(home, "subscriptions")}
    for card in card_subscriptions(company.subscriptions):
        row, last = found[card.subscription_id], card.parts[-1]
        assert (round(row["mrr"] * 100, 6), row["plan"], row["currency"]) == (last.mrr_cents, last.plan, "eur")
        assert (row["ended_at"] and row["ended_at"].replace(tzinfo=UTC)) == last.ended_at


def test_the_ladder_of_churn_is_the_truth(truth: Truth, warehouse: SmallWarehouse) -> None:
    columns = list(next(iter(truth.churn_by_month.values())))
    sums = ", ".join(f"round(sum({column}), 2)::double as {column}" for column in columns)
    found = {row.pop("month"): row for row in warehouse.ask(f"select month, {sums} from churn_by_month group by month order by month")}
    assert {month: {name: round(value, 2) for name, value in ladder.items()} for month, ladder in truth.churn_by_month.items()} == found


def test_an_update_within_the_events_reach_is_an_expansion_in_its_month(company: Company, home: Path, warehouse: SmallWarehouse) -> None:
    changed = [card for card in card_subscriptions(company.subscriptions) if len(card.parts) > 1]
    assert changed, "the company has no plan change in its last thirty days: choose another size"
    events = [row for row in _validated(home, "events") if row["event_type"] == "customer.subscription.updated"]
    assert sorted((round(e["list_mrr_before"] * 100), e["plan_before"], e["plan"]) for e in events) == sorted(
        (part.mrr_cents * (2 if card.discount else 1), part.plan, later.plan)
        for card in changed
        for part, later in zip(card.parts, card.parts[1:], strict=False)
    )
    august = warehouse.one(
        "select count(*) as n from fct_subscription_movements where month = date '2026-08-01' and movement = 'expansion'"
    )
    assert august["n"] > 0


def _line(*, changed_at: datetime) -> list[Subscription]:
    somebody = Person(1, "consumer", 0.6, "FI", "fi", datetime(2026, 1, 1, tzinfo=UTC), ("a@post.example",), ("K-1",))
    first = Subscription("S-1", somebody, "K-1", "Glow", 900, datetime(2026, 1, 5, tzinfo=UTC), changed_at, None, "plan change", "stripe")
    return [first, Subscription("S-2", somebody, "K-1", "Bright", 1995, changed_at, None, biller="stripe")]


@pytest.mark.parametrize(
    ("changed_at", "expected"),
    [
        (datetime(2026, 8, 20, tzinfo=UTC), [("sub_S1", ["Glow", "Bright"], "active")]),
        (datetime(2026, 7, 20, tzinfo=UTC), [("sub_S1", ["Glow"], "canceled"), ("sub_S2", ["Bright"], "active")]),
    ],
)
def test_a_change_of_plan_is_an_update_while_events_tell_it_and_else_an_end_and_a_start(changed_at, expected) -> None:
    cards = card_subscriptions(_line(changed_at=changed_at))
    assert [(card.subscription_id, [part.plan for part in card.parts], card.status) for card in cards] == expected


def test_the_ways_of_pricing_all_occur(company: Company) -> None:
    account = StripeAccount(company)
    ways = {
        (
            item["price"]["recurring"]["interval"],
            item["price"]["recurring"]["interval_count"],
            item.get("quantity"),
            len(made["items"]["data"]),
        )
        for made in account.subscriptions
        for item in made["items"]["data"]
    }
    assert ways >= {
        ("month", 1, 1, 1),
        ("year", 1, 1, 1),
        ("month", 3, 1, 1),
        ("month", 1, 8, 1),
        ("month", 1, 1, 2),
        ("month", 1, None, 2),
    }
    assert any(made["discounts"] for made in account.subscriptions)
    assert not all(monthly_price(made).is_fully_priced for made in account.subscriptions)
    assert {made["status"] for made in account.subscriptions} == {
        "active", "past_due", "unpaid", "canceled", "trialing", "incomplete", "incomplete_expired", "paused"
    }  # fmt: skip
    assert date(2026, 8, 1) <= max(datetime.fromtimestamp(e["created"], UTC).date() for e in account.events) <= AS_OF.date()
