"""Published and worked examples of survey metrics, answer by answer through the models' own SQL; and their published mistakes."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED
from tests.dbt_project.compiled_models import CompiledModels, MartsInMemory
from tests.dbt_project.golden_survey_answers import P14_BOXES, P16_BOXES, aapor_invites, answers_of, golden, golden_answers, trengo_invites

pytestmark = pytest.mark.dbt


@pytest.fixture(scope="module")
def built(compiled: CompiledModels) -> MartsInMemory:
    if not (SHARED / "data").is_dir():
        pytest.skip(f"no worked examples at {SHARED / 'data'}")
    marts = MartsInMemory(compiled, ["scorecard_by_period"])
    # a vendor's boxes are rows that a user adds to the seed of scales
    marts.seed("survey_scales", [
        {
            "scale_id": f"vendor_1-{greatest}", "scale_min": 1.0, "scale_max": float(greatest), "scale_step": 1.0,
            "direction": "high_good", "detractor_min": float(low), "detractor_max": float(high), "promoter_min": float(promoter),
            "promoter_max": float(greatest),
        }
        for greatest, (low, high, promoter) in P16_BOXES.items()
    ])  # fmt: skip
    return marts.build({("files", "survey_answers"): list(golden_answers())})


def _card(built: MartsInMemory, survey: str, metric: str) -> dict[str, Any]:
    return built.one(
        f"from scorecard_by_period where metric = '{metric}' and period_grain = 'all_time' and dimension = 'survey' "
        f"and dimension_value = '{survey}'"
    )


def test_nps_of_every_worked_example(built: MartsInMemory) -> None:
    for place, example in enumerate(golden()["nps"]):
        found = built.ask(f"select nps from nps_by_day where survey = 'nps-{place}'")
        if example.get("scores") == []:
            assert found == [], "nobody answered: no score, and not 0"
            continue
        expected = example.get("nps", 100 / 3)
        assert found[0]["nps"] == pytest.approx(expected, abs=5e-5), example
        card = _card(built, f"nps-{place}", "nps")
        if "moe95_wald" in example:
            assert card["wald_margin"] == pytest.approx(example["moe95_wald"], abs=5e-5), example
        interval = example.get("adjwald95") or example.get("adjwald95_clamped")
        if interval:
            assert [card["ci_low"], card["ci_high"]] == pytest.approx(interval, abs=5.1e-5), example


def test_variance_of_an_nps_as_printed(built: MartsInMemory) -> None:
    """Cross Validated prints 5/9, and R's NPS package 0.304 as the standard error of its six answers: both are of the plain Wald margin."""
    z = 1.959963984540054
    for survey in ("nps-6", "P04"):
        card = _card(built, survey, "nps")
        error = card["wald_margin"] / 100 / z
        assert card["n"] * error**2 == pytest.approx(5 / 9, abs=1e-12)
        assert round(error, 3) == 0.304


def test_what_is_printed_wrongly_of_an_nps_is_not_matched(built: MartsInMemory) -> None:
    greenbook = built.one("from nps_by_day where survey = 'nps-7'")
    assert (greenbook["promoters"], greenbook["detractors"], greenbook["responses"]) == (1, 2, 5)
    assert greenbook["nps"] == -20, "greenbookblog.org prints +20"
    talkstats = _card(built, "nps-0", "nps")
    half = (talkstats["ci_high"] - talkstats["ci_low"]) / 2
    assert talkstats["wald_margin"] == pytest.approx(4.3877, abs=5e-5), "half the width; surveytoolbox adds the whole, 8.8"
    assert half == pytest.approx(talkstats["wald_margin"], abs=0.02)
    alike = _card(built, "nps-4", "nps")
    assert (alike["wald_margin"], alike["ci_low"]) == (0, -100), "the plain interval of ten detractors has no width"
    assert alike["ci_high"] == pytest.approx(-47.5036, abs=5e-5)


def test_nps_as_vendors_and_packages_print_it(built: MartsInMemory) -> None:
    found = {row["survey"]: row for row in built.ask("from nps_by_day where survey like 'P%'")}
    delighted = found["P01"]
    assert delighted["nps"] == pytest.approx(2600 / 51)
    shares = [delighted[part] / delighted["responses"] for part in ("promoters", "passives", "detractors")]
    assert [round(100 * share) for share in shares] == [63, 25, 12]
    assert round(delighted["nps"]) == 51
    assert [found[survey]["nps"] for survey in ("P02", "P03")] == [20, 25]
    assert found["P04"]["nps"] == pytest.approx(33.3333, abs=5e-5)
    assert [found[f"P07-{score}"]["nps"] for score in (0, 10, 7)] == [-100, 100, 0]
    assert (found["P08"]["responses"], found["P08"]["nps"]) == (2, 50), "-1 and 11 are no answers, and so no detractor and no promoter"


def test_a_vendors_boxes_are_rows_of_the_seed(built: MartsInMemory) -> None:
    """ServiceRocket's rescaled scores stand under their scale and never in the headline."""
    for greatest, (_, high, promoter) in P16_BOXES.items():
        row = built.one(f"from nps_by_day where survey = 'P16-{greatest}'")
        assert (row["detractors"], row["promoters"], row["nps"]) == (high, greatest - promoter + 1, None)
        assert row["nps_like"] == pytest.approx(100 * (row["promoters"] - row["detractors"]) / greatest)


def test_wilson_intervals(built: MartsInMemory) -> None:
    for place, example in enumerate(golden()["wilson95"]):
        card = _card(built, f"wilson95-{place}", "csat")
        assert (card["numerator"], card["n"]) == (example["x"], example["n"])
        assert [card["ci_low"] / 100, card["ci_high"] / 100] == pytest.approx(example["ci"], abs=5.1e-5), example
    nobody, everybody = _card(built, "wilson95-2", "csat"), _card(built, "wilson95-4", "csat")
    assert nobody["ci_high"] - nobody["ci_low"] > 16, "Wald's interval has no width where nobody is satisfied"
    assert everybody["ci_high"] - everybody["ci_low"] > 27


def test_csat_is_the_share_in_the_top_boxes(built: MartsInMemory) -> None:
    for place, example in enumerate(golden()["csat_top2"]):
        row = built.one(f"from csat_by_day where survey = 'csat_top2-{place}'")
        assert row["csat"] == pytest.approx(example["csat"], abs=5e-5)
        assert round(row["csat"]) == example.get("shown", round(example["csat"]))
        if "mean" in example:
            assert (row["csat_mean"], row["csat"] == row["csat_mean"]) == (example["mean"], False), "the mean is never called CSAT"
    card = _card(built, "csat_top2-1", "csat")
    assert [card["ci_low"], card["ci_high"]] == pytest.approx([46.18, 72.39], abs=0.006)
    assert built.one("select responses, csat from csat_by_day where survey = 'csat_top2-2'") == {"responses": 10, "csat": 80}
    assert built.one("select csat from csat_by_day where survey = 'P15'") == {"csat": 90}


def test_top_boxes_by_range(built: MartsInMemory) -> None:
    satisfied = {"1-3": 1, "1-4": 2, "1-5": 2, "1-6": 2, "1-7": 2, "1-10": 3}
    for scale, greatest in P14_BOXES:
        assert built.one(f"select satisfied from csat_by_day where survey = 'P14-{greatest}'") == {"satisfied": satisfied[scale]}


def test_percent_of_possible_points_is_another_figure(built: MartsInMemory) -> None:
    """ServiceRocket calls 60 of 100 points CSAT; it is had from the additive parts, and ours is the top box."""
    row = built.one("from csat_by_day where survey = 'P13'")
    assert 100 * row["score_sum"] / (10 * row["responses"]) == 60
    assert row["csat"] == 30


def test_ces_in_its_three_forms(built: MartsInMemory) -> None:
    example = golden()["ces"][0]
    row = built.one("from ces_by_day where survey = 'ces-0'")
    assert row["ces_mean"] == pytest.approx(example["mean"])
    assert 100 * row["ces_easy_rate"] == pytest.approx(example["pct_5_7"])
    assert row["ces_index"] == pytest.approx(example["index_67_minus_123"])
    assert built.one("select ces_easy_rate from ces_by_day where survey = 'P10'") == {"ces_easy_rate": 0.8}


def test_cli_is_the_mean_of_three_questions(built: MartsInMemory) -> None:
    factors = {"0-10": 10}  # the mart is on 0-100; Totango's answer of 7 is on the questions' own 0-10
    for place, example in enumerate(golden()["cli"]):
        row = built.one(f"select responses, cli from cli_by_day where survey = 'cli-{place}'")
        assert row["cli"] == pytest.approx(example["cli"] * factors.get(example["scale"], 1), abs=5e-5), example
    cannot = built.one("select responses, incomplete_responses, cli from cli_by_day where survey = 'cli-cannot-answer'")
    assert cannot == {"responses": 0, "incomplete_responses": 1, "cli": None}, "two of three items are no score, and not 90"
    recommend, repurchase, nps = 6, 7, -100
    assert (nps + repurchase + recommend) / 3 != built.one("select cli from cli_by_day where survey = 'cli-0'")["cli"]


@pytest.fixture(scope="module")
def invited(compiled: CompiledModels, built: MartsInMemory) -> MartsInMemory:
    partial = [
        row
        for invite in aapor_invites()
        if "partial" in str(invite.get("response_id"))
        for row in answers_of("aapor", "nps", "0-10", [9], response_id=invite["response_id"], is_finished=False)
    ]
    marts = MartsInMemory(compiled, ["response_rate_by_month"])
    invites = [*aapor_invites(), *trengo_invites()]
    return marts.build({("files", "survey_answers"): partial, ("files", "survey_invites"): invites})


def test_response_rates_of_the_standard_definitions(invited: MartsInMemory) -> None:
    example = golden()["aapor"][0]
    row = invited.one("from response_rate_by_month where survey = 'aapor'")
    for rate, column in (("RR1", "aapor_rr1"), ("RR2", "aapor_rr2"), ("RR5", "aapor_rr5"), ("RR6", "aapor_rr6")):
        assert row[column] == pytest.approx(example[rate], abs=5e-7)
    estimated = row["delivered"] + 0.8 * (row["invites"] - row["delivered"])
    assert row["completed"] / estimated == pytest.approx(example["RR3_e0.8"], abs=5e-7)
    assert row["response_rate"] == row["aapor_rr6"], "a vendor's response rate, which sets what is unknown to none, not to all"


def test_an_answer_after_the_window_is_not_of_it(invited: MartsInMemory) -> None:
    row = invited.one("from response_rate_by_month where survey = 'P20'")
    assert (row["invites"], row["responses"], round(100 * row["response_rate"])) == (3, 1, 33)


def test_the_published_file_says_what_is_tested_here() -> None:
    """So that a changed example is seen: the inputs that stand in this file are those of the list."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"no worked examples at {SHARED / 'data'}")
    with Path(SHARED / "data" / "published_worked_examples.csv").open(newline="") as file:
        inputs = {row["id"]: row["inputs"] for row in csv.DictReader(file)}
    assert inputs["P01"] == "promoters=32;passives=13;detractors=6;n=51"
    assert inputs["P02"] == "scores=10,10,9,9,9,8,7,4,2,1"
    assert inputs["P13"] == "scores=6,7,5,3,8,9,4,10,7,1 on 1-10"
    assert inputs["P14"] == "range->satisfied: 3->{3}; 4->{3,4}; 5->{4,5}; 6->{5,6}; 7->{6,7}; 10->{8,9,10}"
    assert inputs["P16"] == "scale max 3: det{1} pro{3}; 5: det{1-3} pro{5}; 7: det{1-4} pro{7}; 10: det{1-6} pro{9,10}"
