"""What dbt is told, and what it is not."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings
from kuulo.warehouse.run_dbt import dbt_command, dbt_environment
from tests.dbt_runs import dbt_process


def test_dbt_is_given_no_connection_of_airflows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ZENDESK", '{"password": "secret-4711"}')
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "secret-4711")
    environment = dbt_environment(Settings(home=tmp_path))
    assert "secret-4711" not in " ".join(environment.values())
    assert environment["PATH"]
    assert (environment["KUULO_HOME"], environment["DO_NOT_TRACK"]) == (str(tmp_path), "1")


def test_instants_are_naive_utc_in_the_environment_and_not_among_the_variables(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, as_of=datetime.fromisoformat("2026-09-01T03:00:00+03:00"), timezone="Europe/Helsinki")
    before = datetime(2026, 8, 31, tzinfo=UTC)
    environment = dbt_environment(settings, as_of_before=before)
    assert (environment["KUULO_AS_OF"], environment["KUULO_AS_OF_BEFORE"]) == ("2026-09-01T00:00:00", "2026-08-31T00:00:00")
    command = dbt_command(settings, "build")
    assert json.loads(command[-1]) == {"timezone": "Europe/Helsinki", "sources": ["files"]}


@pytest.mark.dbt
def test_without_a_reporting_instant_nothing_is_built(tmp_path: Path) -> None:
    """Whoever runs dbt by hand is told: marts of 1970 would be empty, and their tests green."""
    settings = Settings(home=tmp_path)
    private_folder(settings.marts.parent)
    environment = {**dbt_environment(settings), "KUULO_AS_OF": ""}
    words = dbt_command(settings, "compile", "--select", "scorecard_by_period", "--quiet", "--no-introspect")[3:]
    ended = dbt_process(settings.dbt_project, words, environment)
    assert not ended.is_good
    assert "no reporting instant is given: set KUULO_AS_OF, or the variable as_of, to a UTC instant" in ended.said
