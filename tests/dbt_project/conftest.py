"""What the tests of the models' own SQL share."""

import pytest

from tests.dbt_project.compiled_models import CompiledModels

MARTS = [
    "scorecard_by_period",
    "relationship_nps_by_month",
    "response_rate_by_month",
    "retention_by_tenure",
    "fct_subscription_movements",
    "inactivity_by_month",
]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledModels:
    """The project, compiled once, as of the beginning of June 2026."""
    return CompiledModels(tmp_path_factory.mktemp("compiled") / "kuulo", MARTS, as_of="2026-06-01T00:00:00")
