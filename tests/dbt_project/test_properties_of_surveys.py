"""What holds of survey metrics whatever was answered: hypothesis makes them, DuckDB runs the models' own SQL."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dbt_project.compiled_models import BOUNDED, CompiledModels, MartsInMemory, figures

pytestmark = pytest.mark.dbt
MARTS = ["nps_by_day", "csat_by_day", "ces_by_day", "cli_by_day", "relationship_nps_by_month"]
NODES = [
    {"node": f"company:{key}", "customer_key": key, "segment": segment, "country": "FI"}
    for key, segment in [("a", "consumer"), ("b", "consumer"), ("c", "business")]
]
GIVEN = {
    "int_customer_nodes": pa.schema({"node": pa.string(), "customer_key": pa.string(), "segment": pa.string(), "country": pa.string()}),
}
PARTS = pa.schema({
    "metric": pa.string(), "dimension": pa.string(), "dimension_value": pa.string(), "day": pa.date32(), "numerator": pa.float64(),
    "denominator": pa.float64(), "n": pa.int64(), "promoters": pa.int64(), "detractors": pa.int64(), "weight_squares": pa.float64(),
    "pending": pa.int64(),
})  # fmt: skip
QUESTIONS = {
    "recommend": ("nps", "0-10", 0, 10),
    "likely": ("nps", "0-6", 0, 6),
    "satisfied": ("csat", "1-5", 1, 5),
    "easy": ("ces", "1-7", 1, 7),
    "cli-1": ("cli_recommend", "0-10", 0, 10),
    "cli-2": ("cli_repurchase", "0-10", 0, 10),
    "cli-3": ("cli_try_other", "0-10", 0, 10),
}
START = datetime(2026, 4, 28, 8)  # noqa: DTZ001 - validated rows hold naive UTC
Rows = list[dict[str, Any]]


@st.composite
def answers(
    draw: st.DrawFn, questions: tuple[str, ...] = tuple(QUESTIONS), customers: tuple[str | None, ...] = ("a", "b", "c", None)
) -> Rows:
    """Up to thirty answers of some customers to some questions, over ten days and two months, of dyadic weights: sums are exact."""
    rows = []
    for number in range(draw(st.integers(0, 30))):
        question = draw(st.sampled_from(questions))
        metric, scale, least, most = QUESTIONS[question]
        rows.append({
            "survey_id": "s", "response_id": f"r{number // 2}", "question_id": question if number % 2 else f"{question}-once",
            "metric": metric, "scale": scale, "score": float(draw(st.integers(least, most))),
            "submitted_at": START + timedelta(hours=7 * draw(st.integers(0, 40))), "channel": draw(st.sampled_from(["web", "email"])),
            "customer_id": draw(st.sampled_from(customers)), "weight": draw(st.sampled_from([None, 0.5, 1.0, 2.0, 4.0])),
            "_landed_at": "2026-05-20", "_window_end": "2026-05-20",
        })  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def marts(compiled: CompiledModels) -> MartsInMemory:
    return MartsInMemory(compiled, MARTS, given=GIVEN)


@pytest.fixture(scope="module")
def scorecard(compiled: CompiledModels) -> MartsInMemory:
    support = {
        "int_scorecard_support_parts": PARTS,
        "int_scorecard_subscription_parts": PARTS,
        "int_scorecard_medians": pa.schema({
            "metric": pa.string(), "period_grain": pa.string(), "period_start": pa.date32(), "dimension": pa.string(),
            "dimension_value": pa.string(), "median": pa.float64(), "n": pa.int64(),
        }),
        "int_survey_invites_by_day": pa.schema({
            "day": pa.date32(), "survey": pa.string(), "channel": pa.string(), "segment": pa.string(), "country": pa.string(),
            "delivered": pa.int64(), "answered": pa.int64(),
        }),
    }  # fmt: skip
    return MartsInMemory(compiled, ["scorecard_by_period"], given={**GIVEN, **support})


def _built(marts: MartsInMemory, rows: Rows) -> MartsInMemory:
    return marts.build({("files", "survey_answers"): rows}, {"int_customer_nodes": NODES})


def _all(marts: MartsInMemory, rows: Rows) -> dict[str, Any]:
    _built(marts, rows)
    return {mart: figures(marts.ask(f"from {mart}")) for mart in MARTS}


def _later(rows: Rows) -> Rows:
    return [{**row, "_landed_at": "2026-05-25", "_window_end": "2026-05-25", "_batch": "second"} for row in rows]


@BOUNDED
@given(rows=answers(), data=st.data())
def test_the_order_of_rows_is_of_no_account(marts: MartsInMemory, rows: Rows, data: st.DataObject) -> None:
    assert _all(marts, data.draw(st.permutations(rows))) == _all(marts, rows)


@BOUNDED
@given(rows=answers(), data=st.data())
def test_what_is_delivered_twice_counts_once(marts: MartsInMemory, rows: Rows, data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(rows))) if rows else []
    assert _all(marts, [*rows, *again, *_later(again)]) == _all(marts, rows)


@BOUNDED
@given(rows=answers())
def test_no_answer_and_one_outside_its_scale_count_nowhere(marts: MartsInMemory, rows: Rows) -> None:
    declined = [
        {**row, "response_id": f"declined-{row['response_id']}", "score": score}
        for row in rows
        for score in (None, -1.0, QUESTIONS[row["question_id"].removesuffix("-once")][3] + 1.0)
    ]
    # each kind a survey of its own would be a row; one response cannot give three values to one question
    for number, row in enumerate(declined):
        row["response_id"] += f"-{number % 3}"
    assert _all(marts, [*declined, *rows]) == _all(marts, rows)


@BOUNDED
@given(consumers=answers(customers=("a", "b")), businesses=answers(customers=("c",)))
def test_segments_add_up_in_their_counts_and_not_in_their_rates(marts: MartsInMemory, consumers: Rows, businesses: Rows) -> None:
    businesses = [{**row, "response_id": f"business-{row['response_id']}"} for row in businesses]
    both = _all(marts, consumers + businesses)
    apart = [_all(marts, rows) for rows in (consumers, businesses)]
    assert both == {mart: sorted(apart[0][mart] + apart[1][mart]) for mart in MARTS}
    _built(marts, consumers + businesses)
    parts = marts.ask("select sum(promoters) as p, sum(detractors) as d, sum(responses) as n from nps_by_day where scale = '0-10'")[0]
    if parts["n"]:
        scores = [row["score"] for row in consumers + businesses if row["question_id"].startswith("recommend")]
        of_all = 100 * (sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)) / len(scores)
        assert 100 * (parts["p"] - parts["d"]) / parts["n"] == pytest.approx(of_all)


@BOUNDED
@given(rows=answers())
def test_every_figure_lies_within_its_bounds(marts: MartsInMemory, rows: Rows) -> None:
    _built(marts, rows)
    for mart, column, least, most in [
        ("nps_by_day", "nps", -100, 100), ("nps_by_day", "nps_like", -100, 100), ("nps_by_day", "nps_weighted", -100, 100),
        ("csat_by_day", "csat", 0, 100), ("csat_by_day", "csat_mean", 1, 5), ("ces_by_day", "ces_mean", 1, 7),
        ("ces_by_day", "ces_easy_rate", 0, 1), ("ces_by_day", "ces_index", -100, 100), ("cli_by_day", "cli", 0, 100),
        ("relationship_nps_by_month", "ci_low", -100, 100), ("relationship_nps_by_month", "ci_high", -100, 100),
    ]:  # fmt: skip
        assert all(least <= row[column] <= most for row in marts.ask(f"select {column} from {mart} where {column} is not null")), column
    for row in marts.ask("from nps_by_day where scale = '0-10'"):
        assert row["promoters"] + row["passives"] + row["detractors"] == row["responses"]
        # Kish's effective size lies between one answer and all
        assert 1 <= row["weighted_responses"] ** 2 / row["weight_square_sum"] <= row["responses"] + 1e-9


def _one_cut(scores: list[int]) -> Rows:
    return [
        {
            "survey_id": "s", "response_id": f"r{number}", "question_id": "q", "metric": "nps", "scale": "0-10", "score": float(score),
            "submitted_at": "2026-05-04T10:00:00",
        }
        for number, score in enumerate(scores)
    ]  # fmt: skip


SCORES = st.lists(st.integers(0, 10), min_size=1, max_size=40)


@BOUNDED
@given(scores=SCORES)
def test_a_nine_for_a_seven_lifts_it_by_a_hundredth_of_the_answers(marts: MartsInMemory, scores: list[int]) -> None:
    before = _built(marts, _one_cut([*scores, 7])).one("select nps from nps_by_day")["nps"]
    after = _built(marts, _one_cut([*scores, 9])).one("select nps from nps_by_day")["nps"]
    assert after - before == pytest.approx(100 / (len(scores) + 1))


def _cards(scorecard: MartsInMemory, scores: list[int]) -> dict[str, Any]:
    return _built(scorecard, _one_cut(scores)).one(
        "from scorecard_by_period where metric = 'nps' and period_grain = 'all_time' and dimension = 'all'"
    )


@BOUNDED
@given(scores=SCORES)
def test_promoters_for_detractors_turn_the_sign(scorecard: MartsInMemory, scores: list[int]) -> None:
    turned = {**dict.fromkeys(range(7), 10), 7: 7, 8: 8, 9: 0, 10: 0}
    one, other = _cards(scorecard, scores), _cards(scorecard, [turned[score] for score in scores])
    assert other["value"] == pytest.approx(-one["value"])
    assert other["wald_margin"] == pytest.approx(one["wald_margin"])
    assert [other["ci_low"], other["ci_high"]] == pytest.approx([-one["ci_high"], -one["ci_low"]])


def _days(marts: MartsInMemory) -> Iterator[tuple[Any, ...]]:
    yield from figures(marts.ask("from nps_by_day") + marts.ask("from csat_by_day"))


@BOUNDED
@given(rows=answers(questions=("recommend", "satisfied")), data=st.data())
def test_late_answers_restate_their_days_as_if_they_had_been_there(marts: MartsInMemory, rows: Rows, data: st.DataObject) -> None:
    """What arrives weeks later, or corrects what was there, restates the day it belongs to, and no other."""
    is_late = [data.draw(st.booleans()) for _ in rows]
    early = [row for row, late in zip(rows, is_late, strict=True) if not late]
    corrected = [{**row, "score": 3.0} for row in early[: len(early) // 2]]
    late = [*(row for row, is_late in zip(rows, is_late, strict=True) if is_late), *corrected]
    before = set(_days(_built(marts, early)))
    restated = set(_days(_built(marts, [*early, *_later(late)])))
    kept = [row for row in early if row not in early[: len(early) // 2]]
    assert restated == set(_days(_built(marts, [*kept, *late])))
    touched = {row["submitted_at"].date() for row in late}
    assert {row for row in before ^ restated if row[0] not in {str(day) for day in touched}} == set()
