"""Every worked example has a place where the real models are held against it, or a reason why it concerns no mart."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT, SHARED

SURVEYS, SUPPORT, CHURN = "test_golden_surveys.py", "test_golden_support.py", "test_golden_churn.py"
RETENTION, MONEY, SERVICE = "test_retention.py", "test_churn.py", "test_service_levels.py"
NO_MART = "no mart: "

PROVED = {
    **{f"nps-{place}": f"{SURVEYS}::test_nps_of_every_worked_example" for place in range(9)},
    "nps-6": f"{SURVEYS}::test_variance_of_an_nps_as_printed",
    "nps-7": f"{SURVEYS}::test_what_is_printed_wrongly_of_an_nps_is_not_matched",
    **{f"wilson95-{place}": f"{SURVEYS}::test_wilson_intervals" for place in range(6)},
    "agresti_coull95-0": NO_MART + "proportions have Wilson's interval, the better one for a few answers; there is no second one beside it",
    "agresti_coull95-1": NO_MART + "as agresti_coull95-0",
    **{f"csat_top2-{place}": f"{SURVEYS}::test_csat_is_the_share_in_the_top_boxes" for place in range(3)},
    **{
        f"csi_acsi-{place}": NO_MART + "an index of three items with weights of one's own; no mart of design.md has it"
        for place in range(3)
    },
    "ces-0": f"{SURVEYS}::test_ces_in_its_three_forms",
    **{f"cli-{place}": f"{SURVEYS}::test_cli_is_the_mean_of_three_questions" for place in range(4)},
    "aapor-0": f"{SURVEYS}::test_response_rates_of_the_standard_definitions",
    "churn-0": f"{MONEY}::test_the_telecom_customers_give_the_published_churn",
    "churn-1": f"{CHURN}::test_gross_and_net_as_chartmogul_prints_them",
    "churn-2": f"{CHURN}::test_new_business_is_in_no_rate",
    "churn-3": f"{CHURN}::test_the_example_that_can_be_read_in_two_ways",
    "churn-4": f"{CHURN}::test_logo_churn_is_of_who_was_there_at_the_opening",
    "km-0": f"{RETENTION}::test_the_tables_that_r_prints_of_the_aml_data",
    "km-1": f"{RETENTION}::test_the_tables_that_r_prints_of_the_aml_data",
    "km-2": f"{RETENTION}::test_the_table_that_bewick_and_others_print",
    "km-3": f"{RETENTION}::test_the_telco_curves",
    "km-4": f"{RETENTION}::test_the_telco_curves",
    "asa-0": f"{SUPPORT}::test_speed_of_answer_counts_who_did_not_wait",
    "service_level-0": f"{SERVICE}::test_the_service_level_that_cisco_prints",
    "aht-0": f"{SERVICE}::test_handle_time_and_speed_of_answer",
    "fcr-0": f"{SUPPORT}::test_calls_for_a_problem",
    "fcr-1": NO_MART + "benchmarks of many centres side by side, of which no formula makes one out of the other",
    "fcr-2": "_support_metrics__unit_tests.yml::test_fcr_gross_and_net_of_a_thousand",
    "business_minutes-0": f"{SUPPORT}::test_business_minutes_of_ticket_941606",
    "servqual-0": NO_MART + "expectation and experience are kept as answers; no mart of design.md pairs them to gaps",
    "P01": f"{SURVEYS}::test_nps_as_vendors_and_packages_print_it",
    "P02": f"{SURVEYS}::test_nps_as_vendors_and_packages_print_it",
    "P03": f"{SURVEYS}::test_nps_as_vendors_and_packages_print_it",
    "P04": f"{SURVEYS}::test_nps_as_vendors_and_packages_print_it",
    "P05": f"{SURVEYS}::test_variance_of_an_nps_as_printed",
    "P06": f"{SURVEYS}::test_variance_of_an_nps_as_printed",
    "P07": f"{SURVEYS}::test_nps_as_vendors_and_packages_print_it",
    "P08": f"{SURVEYS}::test_nps_as_vendors_and_packages_print_it",
    "P09": f"{SURVEYS}::test_ces_in_its_three_forms",
    "P10": f"{SURVEYS}::test_ces_in_its_three_forms",
    "P11": f"{SURVEYS}::test_ces_in_its_three_forms",
    "P12": f"{SURVEYS}::test_cli_is_the_mean_of_three_questions",
    "P13": f"{SURVEYS}::test_percent_of_possible_points_is_another_figure",
    "P14": f"{SURVEYS}::test_top_boxes_by_range",
    "P15": f"{SURVEYS}::test_csat_is_the_share_in_the_top_boxes",
    "P16": f"{SURVEYS}::test_a_vendors_boxes_are_rows_of_the_seed",
    "P17": f"{SUPPORT}::test_vendors_proxies_stand_under_their_own_names",
    "P18": f"{SUPPORT}::test_vendors_proxies_stand_under_their_own_names",
    "P19": f"{SUPPORT}::test_a_repeat_within_seven_days_fails_it",
    "P20": f"{SURVEYS}::test_an_answer_after_the_window_is_not_of_it",
    "P21": f"{CHURN}::test_a_mean_base_is_had_from_the_parts",
}

# the mistakes that metrics.md names, and what keeps them out
MISTAKES = {
    "greenbook's +20": f"{SURVEYS}::test_what_is_printed_wrongly_of_an_nps_is_not_matched",
    "the whole width of an NPS's interval as its margin": f"{SURVEYS}::test_what_is_printed_wrongly_of_an_nps_is_not_matched",
    "Wald's interval without width": f"{SURVEYS}::test_wilson_intervals",
    "no answers as an NPS of 0": f"{SURVEYS}::test_nps_of_every_worked_example",
    "an answer outside the scale as a detractor": f"{SURVEYS}::test_nps_as_vendors_and_packages_print_it",
    "a rescaled score in the headline": f"{SURVEYS}::test_a_vendors_boxes_are_rows_of_the_seed",
    "the mean called CSAT": f"{SURVEYS}::test_csat_is_the_share_in_the_top_boxes",
    "CLI of two of three items, or of the NPS": f"{SURVEYS}::test_cli_is_the_mean_of_three_questions",
    "logo churn of 7 % and of 2 %": f"{CHURN}::test_logo_churn_is_of_who_was_there_at_the_opening",
    "new business in a churn rate": f"{CHURN}::test_new_business_is_in_no_rate",
    "-6.6 %, truncated": f"{CHURN}::test_the_example_that_can_be_read_in_two_ways",
    "customers before 2018 lost, the end of the data as churn": f"{MONEY}::test_the_mrr_playbook_but_for_its_two_mistakes",
    "the raw share of who left as survival": f"{RETENTION}::test_the_telco_curves",
    "the mean of agents' handle times": f"{SUPPORT}::test_handle_time_is_a_ratio_of_sums",
    "the average of those who waited": f"{SUPPORT}::test_speed_of_answer_counts_who_did_not_wait",
    "0 minutes for no reply": f"{SUPPORT}::test_no_reply_has_no_reply_time",
    "rounded business minutes": f"{SUPPORT}::test_business_minutes_of_ticket_941606",
    "one-touch tickets as first-contact resolution": f"{SUPPORT}::test_vendors_proxies_stand_under_their_own_names",
    "the youngest contacts as resolved": "test_fcr.py::test_verdict_of_each_contact",
}


def _exists(place: str) -> bool:
    name, test = place.split("::")
    if name.endswith(".py"):
        text = (CHECKOUT / "tests" / "dbt_project" / name).read_text()
        return re.search(rf"^def {test}\(", text, re.MULTILINE) is not None
    (path,) = (CHECKOUT / "dbt_project" / "models").rglob(name)
    return f"- name: {test}\n" in path.read_text()


@pytest.mark.parametrize("register", [PROVED, MISTAKES], ids=["examples", "mistakes"])
def test_every_place_is_there(register: dict[str, str]) -> None:
    assert [place for place in register.values() if not place.startswith(NO_MART) and not _exists(place)] == []


def test_no_worked_example_is_left_out(record_property: Callable[[str, object], None]) -> None:
    folder = Path(SHARED / "data")
    if not folder.is_dir():
        pytest.skip(f"no worked examples at {folder}")
    golden = json.loads((folder / "golden_metrics.json").read_text())
    # what begins with an underscore is a note, and the two lists of tenures are what km-3 and km-4 are made from
    lists = {name: examples for name, examples in golden.items() if not name.startswith(("_", "telco_tenure"))}
    ids = [f"{name}-{place}" for name, examples in lists.items() for place in range(len(examples))]
    with (folder / "published_worked_examples.csv").open(newline="") as file:
        ids += [row["id"] for row in csv.DictReader(file)]
    assert sorted(ids) == sorted(PROVED)
    without = [example for example, place in PROVED.items() if place.startswith(NO_MART)]
    record_property("counted", f"proved: {len(ids) - len(without)} of {len(ids)} worked examples; {len(without)} concern no mart")
    assert (len(ids), len(without)) == (68, 7)
