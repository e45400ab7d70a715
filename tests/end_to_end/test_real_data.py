"""Real data through the inbox, out of the published marts: the figures that others have printed."""

import csv
from datetime import date
from pathlib import Path

import pytest

from tests import real_data
from tests.conftest import SHARED
from tests.end_to_end.conftest import Run
from tests.end_to_end.pipeline import rows, run_pipeline

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    if not (SHARED / "data").is_dir():
        pytest.skip(f"no real data at {SHARED / 'data'}")
    home = tmp_path_factory.mktemp("real") / "home"
    (home / "inbox").mkdir(parents=True, mode=0o700)
    for lay in (real_data.lay_sfo_2017, real_data.lay_pwc_call_center, real_data.lay_telco):
        lay(home / "inbox", SHARED)
    return Run(home, run_pipeline(home, "files", KUULO_SANDBOX="0"))


def query(run: Run, text: str, *parameters: object) -> list[tuple]:
    assert run.done.returncode == 0, run.screen
    return rows(run.home, text, *parameters)


def test_sfo_2017_nps_weighted_and_not(run):
    [(responses, promoters, passives, detractors, nps, weighted)] = query(
        run,
        "select sum(responses), sum(promoters), sum(passives), sum(detractors), "
        "100.0 * (sum(promoters) - sum(detractors)) / sum(responses), "
        "100.0 * (sum(weighted_promoters) - sum(weighted_detractors)) / sum(weighted_responses) from nps_by_day where survey = 'sfo_2017'",
    )
    assert (responses, promoters, passives, detractors) == (2746, 1436, 968, 342)
    assert round(nps, 4) == 39.8398
    assert round(weighted, 4) == 40.3984


def test_sfo_2017_on_the_scorecard(run):
    card = dict(
        query(
            run,
            "select metric, value from scorecard_by_period where period_grain = 'all_time' and dimension = 'survey' "
            "and dimension_value = 'sfo_2017'",
        )
    )
    assert round(card["nps"], 4) == 39.8398
    assert round(card["nps_weighted"], 4) == 40.3984
    assert round(card["csat"], 2) == 82.07


def test_sfo_2017_has_the_22_published_days(run):
    with (SHARED / "data" / "sfo_2017" / "expected_agg_nps_daily_2017.csv").open() as file:
        printed = {
            date.fromisoformat(row["date"]): (
                int(float(row["detractor"])),
                int(float(row["passive"])),
                int(float(row["promoter"])),
                float(row["nps"]),
            )
            for row in csv.DictReader(file)
        }
    found = query(
        run,
        "select day, sum(detractors), sum(passives), sum(promoters), 100.0 * (sum(promoters) - sum(detractors)) / sum(responses) "
        "from nps_by_day where survey = 'sfo_2017' group by 1",
    )
    assert len(printed) == 22
    assert {day: counts for day, *counts in found} == {day: pytest.approx(list(counts)) for day, counts in printed.items()}


def test_sfo_2017_csat(run):
    [(responses, satisfied, mean)] = query(
        run, "select sum(responses), sum(satisfied), sum(score_sum) / sum(responses) from csat_by_day where survey = 'sfo_2017'"
    )
    assert responses == 2688
    assert round(100 * satisfied / responses, 2) == 82.07
    assert round(mean, 5) == 4.06436


def test_the_call_centre(run):
    [(contacts, answered, abandoned, resolved, wait, talk)] = query(
        run,
        "select sum(contacts), sum(answered), sum(abandoned), sum(resolved), sum(wait_seconds_sum) / sum(waited), "
        "sum(talk_seconds_sum) / sum(handled) from service_levels_by_day",
    )
    assert (contacts, answered, abandoned, resolved) == (5000, 4054, 946, 3646)
    assert round(wait, 4) == 67.5207
    assert round(talk, 4) == 224.9228
    assert round(100 * resolved / contacts, 2) == 72.92
    assert round(100 * resolved / answered, 3) == 89.936


def test_the_call_centre_by_agent(run):
    by_team = dict(query(run, "select team, sum(resolved) from service_levels_by_day group by 1"))
    assert by_team == {
        "Becky": 462, "Dan": 471, "Diane": 452, "Greg": 455, "Jim": 485, "Joe": 436, "Martha": 461, "Stewart": 424,
    }  # fmt: skip


def test_the_call_centre_on_the_scorecard(run):
    card = dict(
        query(
            run, "select metric, value from scorecard_by_period where period_grain = 'all_time' and dimension = 'all' and metric <> 'csat'"
        )
    )
    assert round(card["asa_seconds"], 4) == 67.5207
    assert round(card["aht_seconds"], 4) == 224.9228
    assert round(card["abandon_rate"], 4) == round(946 / 5000, 4)


def test_the_call_centres_csat(run):
    [(responses, satisfied, mean)] = query(
        run, "select sum(responses), sum(satisfied), sum(score_sum) / sum(responses) from csat_by_day where survey <> 'sfo_2017'"
    )
    assert responses == 4054
    assert round(100 * satisfied / responses, 4) == 49.9013
    assert round(mean, 5) == 3.40355


def test_telco_churn(run):
    [(opening, churned, rate, mrr_rate)] = query(
        run,
        "select sum(opening_customers), sum(churned_customers), sum(churned_customers) / sum(opening_customers), "
        "sum(churned_mrr) / sum(opening_mrr) from churn_by_month where churned_customers > 0 or month in "
        "(select month from churn_by_month where churned_customers > 0)",
    )
    assert (opening, churned) == (7043, 1869)
    assert round(rate, 6) == 0.265370
    assert round(mrr_rate, 6) == 0.305034
    by_plan = {
        plan: (opening, churned)
        for plan, opening, churned in query(
            run,
            "select plan, sum(opening_customers), sum(churned_customers) from churn_by_month "
            "where month in (select month from churn_by_month where churned_customers > 0) group by 1",
        )
        if opening
    }
    assert by_plan == {"Month-to-month": (3875, 1655), "One year": (1473, 166), "Two year": (1695, 48)}


def test_nothing_was_refused_but_what_is_wrong(run):
    health = query(run, "select stream, received, validated, quarantined, duplicates from pipeline_health order by 1")
    assert all(received == validated + quarantined + duplicates for _, received, validated, quarantined, duplicates in health)
    assert not Path(run.home / "landing" / "survicate").exists()
