"""What a wrong row of each seed does: one test, named after what is wrong, finds it, and no other test is disturbed."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from kuulo.settings import Settings
from kuulo.warehouse.run_dbt import dbt_environment
from tests.conftest import CHECKOUT

pytestmark = pytest.mark.dbt
PROJECT = CHECKOUT / "dbt_project"

# seed -> [(a row that nobody can mean, the test that says so)]; rows of one seed do not meet but where the test is about that
WRONG = {
    "survey_scales": [
        ("w1,5,1,1,high_good,,,,,,,,,ends below its beginning", "assert_a_scale_ends_above_its_beginning_by_steps"),
        ("w2,0,10,0,high_good,,,,,,,,,no step", "assert_a_scale_ends_above_its_beginning_by_steps"),
        ("w3,0,10,1,high_good,9,10,0,9,,,,,9 is both", "assert_a_scales_detractors_are_below_its_promoters"),
        ("w4,1,5,1,high_good,,,,,4,6,,,6 of 5", "assert_a_scales_boxes_are_on_it"),
        ("w5,1,5,1,high_good,,,,,,,0,2,easier than the easiest", "assert_a_scales_boxes_are_on_it"),
        ("w6,1,5,1,high_good,,,,,4,,,,a box without an end", "assert_a_scales_boxes_begin_and_end"),
        ("w7,0,10,1,high_good,9,10,,,,,,,promoters and nobody else", "assert_a_scales_boxes_begin_and_end"),
        ("w8,1,5,1,sideways,,,,,,,,,no direction", "assert_a_scales_direction_is_known"),
        ("w9,,5,1,high_good,,,,,,,,,no beginning", "assert_a_scale_is_whole"),
        ("1-5,1,5,1,high_good,,,,,4,5,4,5,again", "assert_a_scale_stands_once"),
    ],
    "survey_questions": [
        ("survicate,wrong,1,nps,0-11,t,use,no such scale", "assert_a_questions_scale_is_known"),
        ("survicate,wrong,2,joy,0-10,t,use,no such metric", "assert_a_questions_metric_is_known"),
        ("survicate,wrong,,nps,0-10,t,use,no question", "assert_a_question_is_whole"),
        ("hubspot,501,value,csat,1-5,onboarding,onboard,two metrics of one question", "assert_a_question_stands_once"),
    ],
    "metric_targets": [
        ("joy,all,all,1,high,2020-01-01,", "assert_a_targets_metric_is_known"),
        ("nps,planet,earth,1,high,2020-01-01,", "assert_a_targets_dimension_is_known"),
        ("nps,channel,all,1,high,2020-01-01,", "assert_a_target_of_the_whole_is_of_all"),
        ("nps,channel,web,1,best,2020-01-01,", "assert_the_good_side_of_a_target_is_known"),
        ("nps,channel,chat,1,high,2020-01-01,2019-01-01", "assert_a_target_ends_after_it_begins"),
        ("nps,channel,email,,high,2020-01-01,", "assert_a_target_is_whole"),
        ("csat,all,all,90,high,2026-01-01,", "assert_targets_of_a_figure_do_not_overlap"),
    ],
    "scorecard_metrics": [
        ("w1,default,ratio,1,guess,day", "assert_a_scorecard_interval_is_known"),
        ("w2,default,ratio,1,,hour", "assert_a_scorecard_grain_is_known"),
        ("w3,default,,1,,day", "assert_a_scorecard_metric_is_whole"),
        ("nps,other,points,100,,day", "assert_a_scorecard_metric_stands_once"),
    ],
    "business_hours": [
        ("6,08:00,12:00,Europe/Helsingfors,2020-01-01,2021-01-01,", "assert_the_zone_of_business_hours_is_known"),
        ("6,12:00,08:00,,2021-01-01,2022-01-01,", "assert_business_hours_close_after_they_open"),
        ("6,08:00,12:00,,2023-01-01,2022-01-01,", "assert_business_hours_end_after_they_begin"),
        ("6,08.00,9,,2023-01-01,2024-01-01,", "assert_business_hours_are_clock_times"),
        ("6,08:00,12:00,,2024-01-01,2025-01-01,Atlantis", "assert_the_calendar_of_business_hours_has_holidays"),
        ("8,08:00,12:00,,2020-01-01,,", "assert_business_hours_are_of_a_weekday"),
        ("7,08:00,,,2020-01-01,,", "assert_business_hours_are_whole"),
        ("1,16:00,18:00,,2026-01-01,,", "assert_no_two_business_hours_hold_at_once"),
    ],
    "holidays": [
        ("FI,24.12.,,2000-01-01,,as people write it", "assert_a_holiday_is_a_day_of_the_year"),
        ("FI,02-30,,2000-01-01,,a day that is none", "assert_a_holiday_is_a_day_of_the_year"),
        ("FI,02-28,Europe/Helsingfors,2000-01-01,,no such zone", "assert_the_zone_of_a_holiday_is_known"),
        ("FI,02-27,,2020-01-01,2019-01-01,ends first", "assert_a_holiday_ends_after_it_begins"),
        ("FI,02-26,,,,since when", "assert_a_holiday_is_whole"),
        ("FI,12-06,,2020-01-01,,again", "assert_a_holiday_stands_once"),
    ],
    "fcr_exclusions": [
        ("returns,2020-01-01,2019-01-01,ends first", "assert_an_fcr_exclusion_ends_after_it_begins"),
        ("returns of nobody,2020-01-01,,", "assert_an_fcr_exclusion_is_whole"),
        ("Hardware_return,2026-01-01,,again", "assert_fcr_exclusions_of_a_topic_do_not_overlap"),
    ],
    "follow_up_rules": [
        ("w,nps,0-11,,0,6,,1,Care,,2000-01-01,,no such scale", "assert_a_follow_up_scale_is_known"),
        ("w,joy,0-10,,0,6,,1,Care,,2000-01-01,,no such metric", "assert_a_follow_up_metric_is_known"),
        ("w,nps,0-10,,6,0,,1,Care,,2000-01-01,,from above", "assert_a_follow_up_rule_names_a_box_or_scores_of_a_scale"),
        ("w,nps,0-10,satisfied,,,,1,Care,,2000-01-01,,a box of another metric", "assert_a_follow_up_box_is_one_of_its_metric"),
        ("w,nps,0-10,,0,1,,1,Care,0,2000-01-01,,no time", "assert_a_follow_up_rule_leaves_time_and_ends_after_it_begins"),
        ("w,nps,0-10,,0,2,,1,ann@example.org,,2000-01-01,,a person", "assert_a_follow_up_owner_is_no_address"),
        ("w,nps,0-10,,0,3,,1,,,2000-01-01,,nobody", "assert_a_follow_up_rule_is_whole"),
        ("detractor,nps,,detractor,,,,1,Others,,2000-01-01,,again", "assert_a_follow_up_rule_stands_once"),
    ],
    "currency_rates": [
        ("USD,2024-01-01,0,worth nothing", "assert_a_currency_rate_is_above_nothing"),
        ("usd,2024-01-01,0.9,not in capitals", "assert_a_currency_is_a_code_of_three_capitals_or_none"),
        ("SEK,2024-01-01,,no rate", "assert_a_currency_rate_is_whole"),
        ("EUR,2024-01-01,1.09,the wrong way round", "assert_the_reporting_currency_is_worth_one"),
        ("NOK,2024-01-01,0.09,once", None),
        ("NOK,2024-01-01,0.10,and again", "assert_a_currency_rate_stands_once"),
    ],
    "dynamics365_choices": [
        ("mood,1,glad,no such kind", "assert_the_kind_of_a_choice_is_known"),
        ("case_type,99,,says nothing", "assert_a_choice_is_whole"),
        ("case_origin,1,email,two meanings of one number", "assert_a_choice_stands_once"),
    ],
    "public_columns": [
        ("nps_by_day,", "assert_a_public_column_is_whole"),
        ("dim_customers,segment", "assert_a_public_column_stands_once"),
    ],
}  # fmt: skip


def _seeds_alone(folder: Path) -> Path:
    """The project without its models: its seeds with the wrong rows behind the right ones, and the tests that read nothing else."""
    project = folder / "dbt_project"
    seeds = {path.stem for path in (PROJECT / "seeds").glob("*.csv")}
    for part in ("seeds", "macros", "tests/generic"):
        shutil.copytree(PROJECT / part, project / part)
    for path in (PROJECT / "tests").glob("*.sql"):
        text = path.read_text()
        read = set(re.findall(r"ref\('(\w+)'\)", text))
        if read and read <= seeds and "graph.nodes" not in text:
            shutil.copy(path, project / "tests")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, project)
    for seed, rows in WRONG.items():
        with (project / "seeds" / f"{seed}.csv").open("a") as file:
            file.writelines(f"{row}\n" for row, _ in rows)
    return project


def test_every_wrong_row_is_found_by_the_test_that_is_named_after_it(tmp_path: Path) -> None:
    project = _seeds_alone(tmp_path)
    settings = Settings(home=tmp_path / "kuulo")
    settings.marts.parent.mkdir(parents=True)
    words = ["build", "--quiet", "--project-dir", str(project), "--profiles-dir", str(project), "--log-path", str(tmp_path / "logs")]
    done = subprocess.run(
        [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *words, "--vars", json.dumps({"reporting_currency": "eur"})],
        env=dbt_environment(settings), cwd=project, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (project / "target" / "run_results.json").exists(), done.stdout[-3000:] + done.stderr[-2000:]
    results = json.loads((project / "target" / "run_results.json").read_text())["results"]
    found = {result["unique_id"].split(".")[2]: (result["status"], result["failures"]) for result in results}
    expected = Counter(test for rows in WRONG.values() for _, test in rows if test)
    assert {name: how for name, how in found.items() if how[0] not in ("pass", "success")} == {
        name: ("fail", times) for name, times in expected.items()
    }, done.stdout[-3000:]
    tests = {name for name, (status, _) in found.items() if status != "success"}
    assert tests - set(expected) == set(), "tests of seeds that no wrong row shows to work"


def test_every_seed_has_a_wrong_row() -> None:
    assert {path.stem for path in (PROJECT / "seeds").glob("*.csv")} == set(WRONG)
