"""dbt's own unit tests: every formula at its edges, through the models."""

import json
import subprocess

import pytest

from kuulo.settings import Settings
from kuulo.warehouse.run_dbt import dbt_command, dbt_environment
from tests.dbt_project.validated_rows import write_validated

pytestmark = pytest.mark.dbt


def test_every_unit_test_of_the_project_passes(tmp_path):
    settings = Settings(home=tmp_path / "kuulo")
    write_validated(settings.home, {})
    settings.marts.parent.mkdir(parents=True, exist_ok=True)
    # Unit tests read the columns of what stands above their model, so the models are there first, without rows.
    for words in (["build", "--empty", "--exclude-resource-type", "test", "unit_test"], ["test", "--select", "test_type:unit"]):
        done = subprocess.run(
            dbt_command(settings, *words, "--quiet", every_source=True),
            env=dbt_environment(settings), cwd=settings.dbt_project, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    results = json.loads((settings.home / "dbt/target/duckdb/run_results.json").read_text())["results"]
    assert len(results) > 30
    assert {result["status"] for result in results} == {"pass"}
