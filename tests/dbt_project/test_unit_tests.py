"""dbt's own unit tests: every formula at its edges, through the models."""

import json

import pytest

from kuulo.settings import Settings
from kuulo.warehouse.run_dbt import dbt_command
from tests.dbt_project.validated_rows import write_validated
from tests.dbt_runs import run_dbt

pytestmark = pytest.mark.dbt


def test_every_unit_test_of_the_project_passes(tmp_path):
    settings = Settings(home=tmp_path / "kuulo")
    write_validated(settings.home, {})
    settings.marts.parent.mkdir(parents=True, exist_ok=True)
    # Unit tests read the columns of what stands above their model, so the models are there first, without rows.
    for words in (["build", "--empty", "--exclude-resource-type", "test", "unit_test"], ["test", "--select", "test_type:unit"]):
        done = run_dbt(settings, dbt_command(settings, *words, "--quiet", every_source=True))
        assert done.is_good, done.said[-6000:]
    results = json.loads((settings.home / "dbt/target/duckdb/run_results.json").read_text())["results"]
    assert len(results) > 30
    assert {result["status"] for result in results} == {"pass"}
