"""Every model and column says what it is and has its tests; the run prints how many. What is public is told in one place."""

import csv
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import CHECKOUT
from tests.dbt_project.compiled_models import CompiledModels

pytestmark = pytest.mark.dbt


@pytest.fixture(scope="module")
def models(compiled: CompiledModels) -> dict[str, Any]:
    return {name: node for name, node in compiled.nodes.items() if node["resource_type"] == "model"}


@pytest.fixture(scope="module")
def tests_of(compiled: CompiledModels) -> Counter[str]:
    """How many data tests look at a model; a staging model has the rows of its source, so that the source's tests are its own."""
    tests: Counter[str] = Counter()
    for node in compiled.manifest["nodes"].values():
        if node["resource_type"] == "test":
            tests.update(set(node["depends_on"]["nodes"]))
    for name, node in compiled.nodes.items():
        if name.startswith("model.kuulo.stg_"):
            tests[name] += sum(tests[source] for source in set(node["depends_on"]["nodes"]) if source.startswith("source."))
    return tests


def test_every_model_and_every_column_is_described(models: dict[str, Any], record_property: Callable[[str, object], None]) -> None:
    columns = [column for node in models.values() for column in node["columns"].values()]
    assert [node["name"] for node in models.values() if not node["description"]] == []
    assert [column["name"] for column in columns if not column["description"]] == []
    marts = [node for node in models.values() if node["schema"] == "marts"]
    assert [node["name"] for node in marts if not node["description"].startswith("One row a")] == [], "the grain is the first sentence"
    under_contract = [*marts, *(node for node in models.values() if node["schema"] == "comments")]
    assert [node["name"] for node in under_contract if not node["config"]["contract"]["enforced"]] == []
    assert [node["name"] for node in under_contract for column in node["columns"].values() if not column["data_type"]] == []
    record_property("counted", f"described: {len(models)} models, {len(columns)} columns; {len(marts)} marts under contract")


def test_every_model_has_two_data_tests_and_every_mart_four(
    models: dict[str, Any], tests_of: Counter[str], compiled: CompiledModels, record_property: Callable[[str, object], None]
) -> None:
    marts = {name for name, node in models.items() if node["schema"] == "marts"}
    assert {node["name"]: tests_of[name] for name, node in models.items() if tests_of[name] < (4 if name in marts else 2)} == {}
    data_tests = sum(node["resource_type"] == "test" for node in compiled.manifest["nodes"].values())
    unit_tests = len(compiled.manifest["unit_tests"])
    fewest = min(tests_of[name] for name in models), min(tests_of[name] for name in marts)
    of_each = f"at least {fewest[0]} each and {fewest[1]} a mart"
    record_property("counted", f"tested: {len(models)} models by {data_tests} data tests, {of_each}, and {unit_tests} unit tests")
    assert unit_tests >= 70


def test_every_metric_of_the_scorecard_has_a_doc_block(compiled: CompiledModels) -> None:
    """By its own name, or with the metric that it is told together with."""
    together = {"fcr_gross": "fcr", "fcr_net": "fcr"}
    with (CHECKOUT / "dbt_project" / "seeds" / "scorecard_metrics.csv").open(newline="") as file:
        metrics = [row["metric"] for row in csv.DictReader(file)]
    blocks = {node["name"] for node in compiled.manifest["docs"].values() if node["package_name"] == "kuulo"}
    assert [metric for metric in metrics if together.get(metric, metric) not in blocks] == []


def test_what_is_public_is_in_the_contracts(models: dict[str, Any]) -> None:
    with (CHECKOUT / "dbt_project" / "seeds" / "public_columns.csv").open(newline="") as file:
        promised = {(row["table_name"], row["column_name"]) for row in csv.DictReader(file)}
    present = {(node["name"], column) for node in models.values() if node["schema"] == "marts" for column in node["columns"]}
    assert promised - present == set()
    assert len({table for table, _ in promised}) == 20
