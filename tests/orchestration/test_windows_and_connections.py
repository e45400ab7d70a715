"""The window a run takes, the connection a source has, and what is said where they are wrong."""

import copy
import json
from datetime import UTC, datetime

import pendulum
import pytest

from kuulo.errors import KuuloError
from kuulo.landing.receipt import RunReceipt, read_run_receipts, write_run_receipt
from kuulo.orchestration.connections import UnknownConnection, credentials_of
from kuulo.orchestration.landing_task_group import window_of
from kuulo.orchestration.sources_in_use import refuse_misspelt_connections
from kuulo.sources.catalog import SOURCES

JAN, FEB = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def test_params_win_over_the_schedule():
    window = window_of({"window_start": "2026-01-01T02:00:00+02:00", "window_end": "2026-01-05"}, JAN, FEB)
    assert (window.start, window.end) == (JAN, datetime(2026, 1, 5, tzinfo=UTC))
    assert window.batch == "20260101T000000Z--20260105T000000Z"


def test_a_window_of_airflows_own_datetimes_keeps_its_zone_in_a_receipt():
    start, end = pendulum.datetime(2026, 1, 1, tz="Europe/Helsinki"), pendulum.datetime(2026, 1, 2, tz="UTC")
    window = window_of({"window_start": None, "window_end": None}, start, end)
    assert (type(window.start), type(copy.deepcopy(window).end)) == (datetime, datetime)
    assert copy.deepcopy(window).start.isoformat() == "2025-12-31T22:00:00+00:00"


def test_without_params_the_schedule_has_its_interval():
    window = window_of({"window_start": None, "window_end": None}, JAN, FEB)
    assert (window.start, window.end) == (JAN, FEB)


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"window_start": "2026-01-01", "window_end": None}, "go together"),
        ({"window_start": "yesterday", "window_end": "2026-01-02"}, "window_start='yesterday' is not a time"),
        ({"window_start": "2026-01-02", "window_end": "2026-01-02"}, "must be later"),
    ],
)
def test_a_wrong_window_is_said_in_one_line(params, says):
    with pytest.raises(KuuloError, match=says):
        window_of(params, None, None)


def test_no_schedule_and_no_params_is_refused():
    with pytest.raises(KuuloError, match="give window_start and window_end"):
        window_of({}, None, None)


@pytest.mark.parametrize(
    ("connection", "base_url"),
    [
        ({"conn_type": "http", "host": "https://data-api.survicate.com/v2/", "password": "k"}, "https://data-api.survicate.com/v2"),
        ({"conn_type": "generic", "host": "data.example.com", "port": 8443, "password": "k"}, "https://data.example.com:8443"),
        ({"conn_type": "http", "host": "127.0.0.1", "port": 9000, "password": "k"}, "http://127.0.0.1:9000"),
        ({"conn_type": "generic", "password": "k"}, "https://data-api.survicate.com/v2"),
    ],
)
def test_a_connection_becomes_credentials(monkeypatch, connection, base_url):
    monkeypatch.setenv("AIRFLOW_CONN_SURVICATE", json.dumps(connection))
    credentials = credentials_of(SOURCES["survicate"])
    assert (credentials.base_url, credentials.secret) == (base_url, "k")
    assert "k" not in repr(credentials).replace("Credentials", "").replace("base_url", "").replace(base_url, "").replace("login", "")


def test_an_unknown_connection_names_itself_and_the_remedy(monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_HUBSPOT", raising=False)
    with pytest.raises(UnknownConnection, match="AIRFLOW_CONN_HUBSPOT"):
        credentials_of(SOURCES["hubspot"])


def test_a_misspelt_connection_is_not_passed_over(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_HUBSPT", "http://x")
    with pytest.raises(KuuloError, match="did you mean AIRFLOW_CONN_HUBSPOT"):
        refuse_misspelt_connections()
    monkeypatch.delenv("AIRFLOW_CONN_HUBSPT")
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", "http://x")
    refuse_misspelt_connections()


def test_a_failure_of_a_run_is_not_covered_up_by_what_validated_later(settings):
    failed = RunReceipt(run="r", source="hubspot", stream="tickets", finished_at=JAN, status="failed", message="no answer")
    write_run_receipt(settings, failed)
    write_run_receipt(settings, RunReceipt(run="r", source="hubspot", stream="tickets", finished_at=FEB, status="validated", received=3))
    [kept] = read_run_receipts(settings)
    assert (kept.status, kept.message, kept.received) == ("failed", "no answer", 3)


@pytest.mark.parametrize("pace", ["fast", 0, -1, "nan"])
def test_a_pace_that_is_no_positive_number_names_the_connection(monkeypatch, pace):
    monkeypatch.setenv("AIRFLOW_CONN_HUBSPOT", json.dumps({"conn_type": "http", "password": "k", "extra": {"pace": pace}}))
    with pytest.raises(KuuloError, match="connection 'hubspot': extra `pace`"):
        credentials_of(SOURCES["hubspot"])


def test_an_account_with_a_higher_limit_is_asked_as_often_as_it_may_be(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_HUBSPOT", json.dumps({"conn_type": "http", "password": "k", "extra": {"pace": 1.5}}))
    source = SOURCES["hubspot"]
    usual, faster = source.manners.rates, source.manners.rates_at(credentials_of(source).pace)
    assert [rate.requests for rate in faster] == [int(rate.requests * 1.5) for rate in usual]
