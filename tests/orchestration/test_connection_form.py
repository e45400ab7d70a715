"""The `Test` button of Airflow's connection form, by the steps that its API takes: a transient connection, its hook, `test_connection`."""

import json
import logging
import os
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from airflow.models.connection import Connection
from airflow.providers_manager import ProvidersManager
from airflow.sdk.exceptions import AirflowSkipException

from kuulo.orchestration.airflow_home import airflow_configuration
from kuulo.orchestration.landing_task_group import StreamsStopped, _check
from kuulo.orchestration.provider import connection_type, hook_name, with_an_api
from kuulo.sandbox.hubspot_dialect import TOKEN_WITHOUT_SCOPE
from kuulo.sandbox.survicate_dialect import KEY_WITHOUT_EXPORT
from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES
from tests.conftest import CHECKOUT
from tests.every_source.readings import credentials, sandbox


def _pressed(monkeypatch: pytest.MonkeyPatch, source: str, **changed: str) -> tuple[bool, str]:
    """What the form shows: Airflow's API lays the connection into the environment under an id of its own, and calls this."""
    told = credentials(source)
    said = {"host": told.base_url, "login": told.login, "password": told.secret, "extra": json.dumps(told.extra), **changed}
    connection = Connection(conn_id="transient7", conn_type=connection_type(SOURCES[source]), **said)
    monkeypatch.setenv("AIRFLOW_CONN_TRANSIENT7", connection.get_uri())
    status, message = connection.test_connection()
    return status, message


def test_airflow_finds_a_type_for_every_source_without_anything_installed():
    hooks = ProvidersManager().hooks
    for source in with_an_api():
        found = hooks[connection_type(source)]
        assert found is not None
        assert (found.hook_class_name, found.package_name) == (f"kuulo.orchestration.connection_hooks.{hook_name(source)}", "kuulo")
        assert found.connection_testable
        assert found.connection_id_attribute_name == "conn_id"


def test_the_distribution_that_airflow_finds_is_this_one():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    assert distribution("kuulo").version == project["version"]


def test_the_button_is_there_on_the_loopback_address_only(settings, monkeypatch):
    monkeypatch.delenv("AIRFLOW__API__HOST", raising=False)
    said = airflow_configuration(settings)
    assert (said["AIRFLOW__CORE__TEST_CONNECTION"], said["AIRFLOW__API__HOST"]) == ("Enabled", "127.0.0.1")
    monkeypatch.setenv("AIRFLOW__API__HOST", "0.0.0.0")
    assert airflow_configuration(settings)["AIRFLOW__CORE__TEST_CONNECTION"] == "Disabled"


def test_the_right_secret(monkeypatch):
    status, message = _pressed(monkeypatch, "hubspot")
    assert status, message
    assert message.splitlines()[0] == "contacts: can be read"
    assert len(message.splitlines()) == 8


@pytest.mark.parametrize("source", ["survicate", "hubspot", "dynamics365", "intercom", "zendesk", "stripe"])
def test_a_wrong_secret(monkeypatch, caplog, source):
    caplog.set_level(logging.DEBUG)
    status, message = _pressed(monkeypatch, source, password="canary-91c4")
    assert not status
    assert "password of connection" in message
    assert "canary-91c4" not in message + caplog.text


def test_a_missing_permission(monkeypatch):
    status, message = _pressed(monkeypatch, "hubspot", password=TOKEN_WITHOUT_SCOPE)
    assert not status
    assert "contacts: forbidden (403): the key of connection hubspot lacks the scope crm.objects.contacts.read; grant it" in message
    assert "tickets: forbidden (403): the key of connection hubspot lacks the scope tickets; grant it" in message


def test_a_setting_that_cannot_be(monkeypatch):
    status, message = _pressed(monkeypatch, "hubspot", extra='{"pace": "fast"}')
    assert (status, message) == (False, "connection 'hubspot': extra `pace` must be a positive number, 1 is the vendor's usual rate")


def test_nobody_at_home(monkeypatch):
    status, message = _pressed(monkeypatch, "survicate", host="http://127.0.0.1:1")
    assert not status
    assert message.startswith("surveys: no answer (ConnectionError)")
    assert sandbox().url not in message


def _command(home: Path, source: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`make check source=...`."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    said = {**kept, "PYTHONPATH": str(CHECKOUT / "plugins"), "KUULO_HOME": str(home), **environment}
    words = [sys.executable, "-m", "kuulo.orchestration.check_command", source]
    return subprocess.run(words, env=said, cwd=CHECKOUT, check=False, capture_output=True, text=True, timeout=120)


def _connected(source: str, **changed: str) -> dict[str, str]:
    told = credentials(source)
    said = {"conn_type": "http", "host": told.base_url, "login": told.login, "password": told.secret, "extra": told.extra, **changed}
    return {f"AIRFLOW_CONN_{source.upper()}": json.dumps(said)}


def test_the_command_prints_the_same_lines(tmp_path):
    good = _command(tmp_path, "survicate", **_connected("survicate"))
    assert (good.returncode, good.stdout.splitlines()) == (
        0,
        ["survicate/surveys: can be read", "survicate/questions: can be read", "survicate/responses: can be read"],
    )
    bad = _command(tmp_path, "survicate", **_connected("survicate", password=KEY_WITHOUT_EXPORT))
    assert bad.returncode == 1
    assert bad.stdout.count("lacks access to the Data Export API, which is a matter of the plan; grant it, then run again") == 3
    assert KEY_WITHOUT_EXPORT not in bad.stdout + bad.stderr


@pytest.mark.parametrize(
    ("source", "says"), [("hubspot", "there is no Airflow connection 'hubspot'"), ("ubspot", "name one source to check")]
)
def test_the_command_says_what_to_do(tmp_path, source, says):
    done = _command(tmp_path, source)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"kuulo: {says}")


def _first_check(settings: Settings, monkeypatch: pytest.MonkeyPatch, **changed: str) -> list[str]:
    """What the task before the first extraction does."""
    monkeypatch.setenv("KUULO_HOME", str(settings.home))
    for name, value in _connected("hubspot", **changed).items():
        monkeypatch.setenv(name, value)
    window = {"window_start": "2026-01-01T00:00:00Z", "window_end": "2026-02-01T00:00:00Z"}
    return _check(SOURCES["hubspot"], {"params": window, "dag_run": None})


def test_before_the_first_extraction_all_that_is_missing_is_told_at_once(settings, monkeypatch):
    assert _first_check(settings, monkeypatch)[:2] == ["contacts: can be read", "companies: can be read"]
    with pytest.raises(StreamsStopped, match=r"hubspot/contacts: forbidden .*; hubspot/deals: forbidden .*; hubspot/tickets: forbidden"):
        _first_check(settings, monkeypatch, password=TOKEN_WITHOUT_SCOPE)


def test_a_vendor_that_does_not_answer_is_left_to_the_extraction(settings, monkeypatch):
    (line,) = _first_check(settings, monkeypatch, host="http://127.0.0.1:1")
    assert line.startswith("contacts: no answer")


def test_what_has_been_read_is_not_checked_again(settings, monkeypatch):
    receipt = settings.landing / "hubspot" / "deals" / "20260101T000000Z--20260102T000000Z" / "receipt.json"
    receipt.parent.mkdir(parents=True)
    receipt.touch()
    before = len(sandbox().reception.requests)
    with pytest.raises(AirflowSkipException, match="hubspot has been read before"):
        _first_check(settings, monkeypatch)
    assert len(sandbox().reception.requests) == before
