"""Files without times of day: of a customer's answers of one instant the greatest response id is the last, in every installation.

The marts' keys are made with a secret of the installation; an order by them would be another one in each.
"""

from typing import Any

import pytest

from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt

CUSTOMERS = range(10)  # by a secret's order all ten would be right in one installation of a thousand


def _answers(customer: int) -> list[dict[str, Any]]:
    given = {"question_id": "nps", "metric": "nps", "scale": "0-10", "submitted_at": "2026-01-15", "survey_id": "paper"}
    stages = {f"a{customer}": (0, "buy"), f"b{customer}": (10, "use")}
    return [
        {**given, "response_id": response, "score": score, "journey_stage": stage, "customer_id": f"c{customer}"}
        for response, (score, stage) in stages.items()
    ]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    home = tmp_path_factory.mktemp("one_instant") / "kuulo"
    rows = {("files", "survey_answers"): [answer for customer in CUSTOMERS for answer in _answers(customer)]}
    marts = ["customer_360", "relationship_nps_by_month", "follow_ups", "journey_next_by_month"]
    return SmallWarehouse(home, rows, marts=marts, as_of="2026-07-01")


def test_the_last_answer_is_the_greatest_response(warehouse: SmallWarehouse) -> None:
    assert warehouse.ask("select last_nps_score as score, count(*) as customers from customer_360 group by 1") == [
        {"score": 10.0, "customers": 10}
    ]
    assert warehouse.ask("select customers, promoters, nps from relationship_nps_by_month") == [
        {"customers": 10, "promoters": 10, "nps": 100.0}
    ]


def test_what_comes_next_is_the_greater_response(warehouse: SmallWarehouse) -> None:
    recovered = "select score, recovered_score, is_recovered, count(*) as cases from follow_ups group by all"
    assert warehouse.ask(recovered) == [{"score": 0.0, "recovered_score": 10.0, "is_recovered": True, "cases": 10}]
    nexts = "select journey_stage, next_journey_stage, sum(touches) as touches from journey_next_by_month group by all order by 1"
    assert warehouse.ask(nexts) == [
        {"journey_stage": "buy", "next_journey_stage": "use", "touches": 10},
        {"journey_stage": "use", "next_journey_stage": "none", "touches": 10},
    ]
