"""The truth balances, and agrees with numbers that can be worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Person, Subscription, SupportContact
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.truth import Truth
from kuulo.sandbox.truth_churn import Ladder, ladder_of
from kuulo.sandbox.truth_figures import ALL_TIME, Figure, Key, median_minutes
from kuulo.sandbox.truth_support import counted_contacts, fcr_status, handle_seconds

_T = datetime(2026, 3, 2, 9, tzinfo=UTC)
_WEEK = timedelta(hours=168)
_SOMEBODY = Person(1, "consumer", 0.6, "FI", "fi", _T, ("a@post.example",), ("K-1",))


def _call(number: int, opened_at: datetime, **more: object) -> SupportContact:
    call = SupportContact(f"P-{number}", "phone", "phone", opened_at, _SOMEBODY, topic="billing", is_resolved=True)
    return replace(call, **more)


@pytest.mark.parametrize(
    ("second", "verdicts"),
    [
        (_call(2, _T + _WEEK), ["unresolved", "repeat"]),
        (_call(2, _T + _WEEK + timedelta(seconds=1)), ["resolved", "resolved"]),
        (_call(2, _T), ["unresolved", "repeat"]),
        (_call(2, _T + timedelta(hours=1), topic="delivery"), ["resolved", "resolved"]),
        (_call(2, _T + timedelta(hours=1), channel="chat", is_bot=True), ["unresolved", "repeat"]),
        (_call(2, _T + timedelta(hours=1), direction="outbound"), ["resolved", "excluded"]),
        (_call(2, _T + timedelta(hours=1), is_abandoned=True), ["resolved", "excluded"]),
        (_call(2, _T + timedelta(hours=1), person=None), ["resolved", "excluded"]),
        (_call(2, _T + 2 * _WEEK, is_resolved=None), ["resolved", "resolved"]),
        (_call(2, _T + 2 * _WEEK, is_resolved=False), ["resolved", "unresolved"]),
        (_call(2, _T + 2 * _WEEK, transfer_count=1), ["resolved", "unresolved"]),
        (_call(2, _T + timedelta(hours=1), topic=" Billing "), ["unresolved", "repeat"]),
        (_call(2, _T + timedelta(hours=1), direction="Outbound "), ["resolved", "excluded"]),
        (_call(2, _T + 2 * _WEEK, reopen_count=1), ["resolved", "unresolved"]),
        (_call(2, AS_OF - _WEEK), ["resolved", "resolved"]),
        (_call(2, AS_OF - _WEEK + timedelta(seconds=1), is_resolved=False), ["resolved", "pending"]),
    ],
)
def test_verdicts_on_a_call_after_another(second, verdicts):
    assert list(fcr_status([_call(1, _T), second]).values()) == verdicts


def test_the_window_runs_from_the_previous_contact_not_from_the_first():
    calls = [_call(n, _T + n * timedelta(days=6)) for n in range(3)]
    assert list(fcr_status(calls).values()) == ["unresolved", "repeat", "repeat"]


def _subscription(start: datetime, end: datetime | None, cents: int = 1000, kind: str | None = None) -> Subscription:
    return Subscription("S-1", _SOMEBODY, "K-1", "Glow", cents, start, end, kind)


@pytest.mark.parametrize(
    ("mine", "moved"),
    [
        ([_subscription(datetime(2026, 3, 1, tzinfo=UTC), None)], {"new_customers": 1, "new_mrr": 1000}),
        ([_subscription(datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), kind="involuntary")],
         {"churned_customers": 1, "churned_involuntary": 1, "churned_mrr": 1000}),
        ([_subscription(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))], {}),
        ([_subscription(_T, _T + timedelta(days=2))], {}),
        ([_subscription(datetime(2025, 3, 2, tzinfo=UTC), datetime(2025, 3, 5, tzinfo=UTC)), _subscription(_T, None)],
         {"reactivated_customers": 1, "reactivation_mrr": 1000}),
        ([_subscription(datetime(2026, 1, 1, tzinfo=UTC), None), _subscription(datetime(2026, 1, 1, tzinfo=UTC), _T, 400)],
         {"contraction_mrr": 400}),
        ([_subscription(datetime(2026, 1, 1, tzinfo=UTC), _T, 0)], {"churned_customers": 1, "churned_voluntary": 1}),
    ],
)  # fmt: skip
def test_what_moves_in_march(mine, moved):
    ladder = ladder_of(mine, datetime(2026, 3, 1, tzinfo=UTC), AS_OF)
    ends = ("opening_customers", "closing_customers", "opening_mrr", "closing_mrr")
    assert {name: value for name, value in ladder.in_currency().items() if value and name not in ends} == {
        name: value / 100 if name.endswith("_mrr") else value for name, value in moved.items()
    }


def test_every_month_of_the_ladder_balances_and_leads_to_the_next(small_truth: Truth):
    months = sorted(small_truth.churn_by_month)
    assert months[0] < date(2025, 3, 1)
    assert months[-1] == date(2026, 8, 1)
    for month, following in zip(months, [*months[1:], None], strict=True):
        m = small_truth.churn_by_month[month]
        assert m["opening_customers"] + m["new_customers"] + m["reactivated_customers"] - m["churned_customers"] == m["closing_customers"]
        assert m["churned_voluntary"] + m["churned_involuntary"] == m["churned_customers"]
        gained, lost = m["new_mrr"] + m["expansion_mrr"] + m["reactivation_mrr"], m["contraction_mrr"] + m["churned_mrr"]
        assert m["opening_mrr"] + gained - lost == pytest.approx(m["closing_mrr"])
        if following:
            assert small_truth.churn_by_month[following]["opening_mrr"] == m["closing_mrr"]
            assert small_truth.churn_by_month[following]["opening_customers"] == m["closing_customers"]


def test_disjoint_cuts_add_up_to_the_whole(small_truth: Truth):
    for key, whole in small_truth.scorecard.items():
        if key.dimension != "all" or whole.numerator is None or key.metric.endswith("churn_rate"):
            continue
        for dimension in ("segment", "channel"):
            parts = [f for k, f in small_truth.scorecard.items() if k[:3] == key[:3] and k.dimension == dimension]
            assert sum(part.n for part in parts) == whole.n
            assert sum(part.numerator or 0 for part in parts) == pytest.approx(whole.numerator)


def test_months_add_up_to_all_time(small_truth: Truth):
    for metric in ("nps", "csat", "ces_mean", "cli", "fcr_gross", "response_rate", "abandon_rate"):
        months = [f for k, f in small_truth.scorecard.items() if (k.metric, k.period_grain, k.dimension) == (metric, "month", "all")]
        assert sum(f.n for f in months) == small_truth.scorecard[Key(metric, "all_time", ALL_TIME, "all", "all")].n


def test_every_metric_of_the_scorecard_is_there(small_truth: Truth):
    assert {key.metric for key in small_truth.scorecard} == {
        "nps", "nps_weighted", "csat", "ces_mean", "ces_easy_rate", "cli", "response_rate", "logo_churn_rate", "gross_mrr_churn_rate",
        "net_mrr_churn_rate", "fcr_gross", "fcr_net", "aht_seconds", "asa_seconds", "abandon_rate", "first_reply_minutes_median",
        "reopen_rate",
    }  # fmt: skip


def test_the_outage_shows(small_truth: Truth):
    outage = small_truth.scorecard[Key("nps", "month", date(2025, 11, 1), "all", "all")]
    assert outage.value < small_truth.scorecard[Key("nps", "all_time", ALL_TIME, "all", "all")].value - 15


def test_every_verdict_occurs_and_deleted_tickets_do_not_count(small_company: Company, small_truth: Truth):
    assert set(small_truth.fcr_status.values()) == {"resolved", "unresolved", "repeat", "pending", "excluded"}
    assert len(counted_contacts(small_company)) == small_truth.rows["fct_contacts"] == len(small_truth.fcr_status)
    assert small_truth.rows["fct_contacts"] < len(small_company.contacts)


def test_handle_time_of_nothing_is_unknown_not_zero():
    assert handle_seconds(_call(1, _T)) is None
    assert handle_seconds(_call(1, _T, talk_seconds=100, wrap_seconds=20)) == 120


def test_a_median_between_two_is_their_mean():
    assert median_minutes([60, 90]) == Figure(1.25, 2, None, None)


def test_small_cuts_are_to_be_hidden_and_the_whole_is_not():
    figure = Figure(1.0, 4, 4.0, 4.0)
    assert figure.is_suppressed(Key("nps", "month", ALL_TIME, "segment", "business"))
    assert not figure.is_suppressed(Key("nps", "month", ALL_TIME, "all", "all"))


def test_a_ladder_takes_in_another():
    total = Ladder(opening_customers=1, opening_mrr=5)
    total.add(Ladder(opening_customers=2, closing_mrr=7))
    assert (total.opening_customers, total.opening_mrr, total.closing_mrr) == (3, 5, 7)
