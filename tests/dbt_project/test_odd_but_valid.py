"""What the contract lets in and nobody expects is built, published and told right: one home, one build, east of the date line."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb
import pytest

from kuulo.landing.declaration import typed_schema
from kuulo.landing.receipt import RunReceipt
from kuulo.settings import Settings
from kuulo.sources.canonical import FILES
from kuulo.validation import courthouse
from kuulo.validation.landing_gate import validate_source
from kuulo.warehouse.build import build_marts
from tests.dbt_project.odd_rows import AS_OF, odd_rows
from tests.dbt_project.validated_rows import Row, table_of
from tests.validation.landed_batches import land

pytestmark = pytest.mark.dbt
Ask = Callable[[str], list[tuple[Any, ...]]]
CHAIN = 800


def _answer(response: str, metric: str, scale: str, score: float, at: str, **more: Any) -> Row:
    return {
        "response_id": response,
        "question_id": response + metric + at,
        "survey_id": "by hand",
        "metric": metric,
        "scale": scale,
        "score": score,
        "submitted_at": at,
        **more,
    }


# the expected figures below are worked out from these by hand; no random row has these names
BY_HAND: dict[str, list[Row]] = {
    "customers": [
        *({"customer_id": name, "segment": f"{name}'s"} for name in ("zero", "back and forth", "cart", "caller", "waiter")),
        *({"customer_id": f"chain {n}", "email": f"link{n // 2}@chain.fi", "segment": "chained"} for n in range(CHAIN)),
        *({"customer_id": f"one of all {n}", "segment": "all"} for n in range(6)),
    ],
    "survey_answers": [
        # five who agree, of whom one counts: 100 * 0.69 / 0.69 is 100.00000000000001
        *(_answer(f"w{n}", "nps", "0-10", 10, "2026-02-03", touchpoint="weighed", weight=0.69 if n == 0 else 0) for n in range(5)),
        # what comes next is a stage called none; is none in both; is nothing
        *(
            _answer(f"j{n}", "other", "0-10", 5, "2026-01-05", journey_stage="before", touchpoint="shop", customer_id=f"j{n}")
            for n in range(3)
        ),
        _answer("j0 next", "other", "0-10", 5, "2026-01-06", journey_stage="none", touchpoint="visit", customer_id="j0"),
        _answer("j1 next", "other", "0-10", 5, "2026-01-06", journey_stage="none", touchpoint="none", customer_id="j1"),
        # one response before and after midnight of Apia, which is 13 hours ahead
        _answer("slow", "nps", "0-10", 10, "2026-05-31T10:59:59", touchpoint="slow"),
        _answer("slow", "nps", "0-10", 0, "2026-05-31T11:00:00", touchpoint="slow"),
        _answer("waits", "nps", "0-10", 0, "2026-03-02", touchpoint="waits", customer_id="waiter"),
        # a response over ten days, within which the customer gave another
        _answer("long", "nps", "1-7", 1, "2026-03-01", touchpoint="long", customer_id="patient"),
        _answer("long", "nps", "0-10", 5, "2026-03-10", touchpoint="long", customer_id="patient"),
        _answer("within", "nps", "0-10", 10, "2026-03-05", customer_id="patient"),
        _answer("after", "nps", "0-10", 9, "2026-03-20", customer_id="patient"),
        # were ids joined as they are, these two would be one response to one question
        {**_answer("c", "other", "0-10", 5, "2026-04-01", touchpoint="colons"), "survey_id": "a:b", "question_id": "q"},
        {**_answer("b:c", "other", "0-10", 5, "2026-04-01", touchpoint="colons"), "survey_id": "a", "question_id": "b:q"},
        *(_answer(f"all{n}", "csat", "1-5", 5, "2026-04-01", customer_id=f"one of all {n}") for n in range(6)),
    ],
    "contacts": [
        {"contact_id": "ours", "customer_id": "caller", "opened_at": "2026-08-20", "direction": "outbound", "is_abandoned": True},
        *(
            {
                "contact_id": f"eternal {n}",
                "customer_id": "waiter",
                "opened_at": "2026-03-03",
                "topic": "eternal",
                "is_resolved": True,
                **seconds,
            }
            for n, seconds in enumerate([{"wait_seconds": 1e13}, {"wait_seconds": 0, "talk_seconds": 1e13, "hold_seconds": 1e13}])
        ),
        *(
            {"contact_id": f"link {n}", "customer_id": f"chain {n}", "email": f"other{(n + 1) // 2}@chain.fi", "opened_at": "2026-08-01"}
            for n in range(CHAIN)
        ),
    ],
    "subscriptions": [
        {"subscription_id": "never", "customer_id": "zero", "mrr": 5, "started_at": "2026-06-05", "ended_at": "2026-06-05"},
        {"subscription_id": "was", "customer_id": "back and forth", "mrr": 5, "started_at": "2025-06-05", "ended_at": "2026-01-20"},
        {"subscription_id": "was not", "customer_id": "back and forth", "mrr": 5, "started_at": "2026-06-05", "ended_at": "2026-06-05"},
    ],
    "orders": [{"order_id": "left behind", "customer_id": "cart", "ordered_at": "2026-06-05", "status": " Abandoned "}],
}


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Row]]:
    """All rows of a stream of the source files, by stream."""
    return {stream: [*told, *BY_HAND.get(stream, [])] for (_, stream), told in odd_rows(20, many=700).items()}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("odd") / "kuulo", as_of=AS_OF, timezone="Pacific/Apia")


@pytest.fixture(scope="module")
def receipts(settings: Settings, rows: dict[str, list[Row]]) -> list[RunReceipt]:
    """What the gate made of them."""
    lineage = {"_page": 1, "_batch": "b1", "_window_start": "1990-01-01", "_window_end": str(AS_OF), "_landed_at": str(AS_OF)}
    for stream in FILES.streams:
        if stream.name in rows:
            numbered = [{**lineage, "_position": position, **row} for position, row in enumerate(rows[stream.name])]
            land(settings, "files", stream, table_of(numbered, typed_schema(stream)))
    with pytest.MonkeyPatch.context() as patched:  # Data Docs have tests of their own
        patched.setattr(courthouse, "build_data_docs", lambda *_positional, **_named: None)
        return validate_source(settings=settings, source=FILES, run="run-1", clock=lambda: AS_OF)


@pytest.fixture(scope="module")
def ask(settings: Settings, receipts: list[RunReceipt]) -> Ask:
    """Questions about the marts, which are built with every data test."""
    assert receipts
    build_marts(settings, run="run-1")

    def rows_of(question: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(settings.marts), read_only=True) as connection:
            return connection.execute("use marts.marts").execute(question).fetchall()

    return rows_of


def test_every_odd_row_is_let_in(receipts, rows):
    entered = {receipt.stream: (receipt.validated, receipt.quarantined) for receipt in receipts if receipt.stream in rows}
    assert entered == {stream: (len(told), {}) for stream, told in rows.items()}


def test_every_row_is_counted_once(ask, rows):
    def known(stream: str, moment: str) -> list[Row]:
        return [row for row in rows[stream] if datetime.fromisoformat(row[moment]).replace(tzinfo=None) < AS_OF.replace(tzinfo=None)]

    answers = [row for row in known("survey_answers", "submitted_at") if row["score"] is not None]
    of = {metric: sum(row["metric"] == metric for row in answers) for metric in ("nps", "csat", "ces")}
    headline = sum((row["metric"], row["scale"]) == ("nps", "0-10") for row in answers)
    contacts, invites = len(known("contacts", "opened_at")), len(known("survey_invites", "sent_at"))
    counted = (
        {
            "fct_contacts": contacts,
            "fct_survey_answers": len(answers),
            "fct_survey_invites": invites,
        }
        | {f"{metric}_by_day, responses": number for metric, number in of.items()}
        | {
            "fcr_by_day, contacts": contacts,
            "service_levels_by_day, contacts": contacts,
            "response_rate_by_month, invites": invites,
            "journey_by_month, nps_responses": headline,
        }
    )
    for name, number in counted.items():
        mart, _, column = name.partition(", ")
        assert ask(f"select {f'sum({column})' if column else 'count(*)'} from {mart}") == [(number,)], name
    dimensions = "metric = 'nps' and period_grain = 'all_time' group by dimension"
    assert {n for (n,) in ask(f"select sum(n) from scorecard_by_period where {dimensions}")} == {headline}


def test_those_who_agree_are_100_whatever_they_weigh(ask):
    assert ask("select nps, nps_weighted, weighted_responses from nps_by_day where touchpoint = 'weighed'") == [(100, 100, 0.69)]
    shown = "metric = 'nps_weighted' and period_grain = 'year' and dimension = 'touchpoint' and dimension_value = 'weighed'"
    assert ask(f"select value, n, effective_n from scorecard_by_period where {shown}") == [(100, 5, 1)]


def test_a_stage_called_none_is_a_stage(ask):
    nexts = "select next_journey_stage, next_touchpoint, touches from journey_next_by_month where journey_stage = 'before' order by 1, 2"
    assert ask(nexts) == [("none", "none", 1), ("none", "visit", 1), ("unknown", "unknown", 1)]
    journey = "select tracked, with_next, next_touchpoint_shares from journey_by_month where journey_stage = 'before'"
    assert ask(journey) == [(3, 2, "none=0.3333; none/visit=0.3333; unknown/unknown=0.3333")]


def test_ids_that_hold_colons_are_told_apart(ask):
    assert ask("select count(distinct response_key), count(distinct question_key) from fct_survey_answers where touchpoint = 'colons'") == [
        (2, 1)
    ]
    assert ask("select volume from journey_by_month where touchpoint = 'colons'") == [(2,)]


def test_a_response_that_goes_on_in_the_next_month_has_answers_in_both(ask):
    months = "select strftime(month, '%Y-%m'), volume, nps_responses, nps from journey_by_month where touchpoint = 'slow' order by 1"
    assert ask(months) == [("2026-05", 1, 1, 100), ("2026-06", 0, 1, -100)]


def test_who_waits_for_ever_has_not_been_reached(ask):
    assert ask("select wait_seconds, handle_seconds from fct_contacts where topic = 'eternal' order by 1") == [(0, 2e13), (1e13, None)]
    reached = "select status, first_contacted_at, closed_at from follow_ups where touchpoint = 'waits'"
    assert ask(reached) == [("contacted", datetime(2026, 3, 3), None)]  # noqa: DTZ001  marts hold UTC without a zone


def test_what_recovers_a_response_comes_after_the_last_of_it(ask):
    recovered = "select score, recovered_score, recovered_at, is_recovered from follow_ups where touchpoint = 'long'"
    assert ask(recovered) == [(5, 9, datetime(2026, 3, 20), True)]  # noqa: DTZ001  marts hold UTC without a zone


def test_a_subscription_that_was_never_active_is_no_leaving(ask):
    customers = "select segment, mrr, churned_at from customer_360 where segment in ('zero''s', 'back and forth''s') order by 1"
    assert ask(customers) == [("back and forth's", 0, datetime(2026, 1, 20)), ("zero's", None, None)]  # noqa: DTZ001


def test_a_cart_left_behind_is_no_order_however_it_is_written(ask):
    assert ask("select count(*) from dim_customers where segment = 'cart''s'") == [(1,)]
    assert ask("select count(*) from inactivity_by_month where segment = 'cart''s'") == [(0,)]


def test_our_call_that_nobody_took_is_one_contact(ask):
    kinds = "select contacts_in_90_days, outbound_in_90_days, abandoned_in_90_days from customer_360 where segment = 'caller''s'"
    assert ask(kinds) == [(1, 1, 1)]


def test_a_long_chain_of_ids_is_one_customer(ask):
    assert ask("select count(*) from dim_customers where segment = 'chained'") == [(1,)]


def test_a_segment_called_all_is_not_the_whole(ask):
    """The dimension tells them apart: a cut is read by dimension and dimension_value together."""
    figures = """select dimension, n from scorecard_by_period
        where metric = 'csat' and period_grain = 'day' and period_start = '2026-04-01' and dimension_value = 'all'
            and dimension in ('all', 'segment')
        order by 1"""
    (_, whole), (_, segment) = ask(figures)
    assert (whole >= 6, segment >= 6) == (True, True)
    members = "select count(*) from fct_survey_answers where category is not null and metric = 'csat' and day = '2026-04-01'"
    assert ask(members) == [(whole,)]
    assert ask(members + " and segment = 'all'") == [(segment,)]


def test_blank_is_nobodys_name(ask):
    for mart, names in {
        "fct_survey_answers": ("touchpoint", "journey_stage", "channel"),
        "fct_survey_invites": ("channel",),
        "dim_customers": ("segment", "country"),
    }.items():
        for name in names:
            assert ask(f"select count(*) from {mart} where trim({name}) = '' or {name} <> trim({name})") == [(0,)], (mart, name)
