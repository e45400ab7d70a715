"""What is a cause, and what is none."""

import json
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from kuulo.alerting.causes import causes, control_limits
from kuulo.landing.receipt import RunReceipt, write_run_receipt
from kuulo.landing.whole_files import private_folder, write_json
from kuulo.settings import Settings, SettingsError, load_settings

NOW = datetime(2026, 3, 10, 6, tzinfo=UTC)


def ran(settings, number, *, source="hubspot", stream="tickets", **said):
    at = NOW - timedelta(days=30 - number)
    told = {"status": "validated", "received": 100, "validated": 100, "newest_at": NOW - timedelta(hours=5), **said}
    write_run_receipt(settings, RunReceipt(run=f"run-{number}", source=source, stream=stream, finished_at=at, **told))


def keys(settings, now=NOW):
    return [cause.key for cause in causes(settings, now)]


def test_all_is_well(settings):
    ran(settings, 1)
    assert keys(settings) == []


@pytest.mark.parametrize("status", ["failed", "stopped"])
def test_a_stream_that_did_not_enter_is_one_until_it_does(settings, status):
    ran(settings, 1)
    ran(settings, 2, status=status, message="refused with status 400")
    [cause] = causes(settings, NOW)
    assert (cause.key, cause.dag) == ("stream:hubspot/tickets", "extract_hubspot")
    assert cause.line == f"hubspot/tickets {status}: refused with status 400"
    ran(settings, 3)
    assert keys(settings) == []


def test_a_source_is_late_behind_its_deadline_by_its_newest_stream(tmp_path):
    settings = Settings(home=tmp_path, freshness_hours={"stripe": 4})
    ran(settings, 1)
    ran(settings, 1, stream="deals", newest_at=NOW - timedelta(days=9))
    ran(settings, 1, source="stripe", stream="events")
    assert keys(settings) == ["stale:stripe"]
    assert keys(settings, NOW + timedelta(hours=31)) == ["stale:stripe"]
    [late, _] = causes(settings, NOW + timedelta(hours=32))
    assert late.line == "hubspot has given nothing new since 2026-03-10 01:00 UTC; its deadline is 36 hours"


def test_files_and_the_sandbox_promise_no_time_unless_told(tmp_path):
    for hours, found in (({}, []), ({"": 12}, []), ({"files": 12}, ["stale:files"])):
        settings = Settings(home=tmp_path, freshness_hours=hours)
        ran(settings, 1, source="files", newest_at=NOW - timedelta(days=400))
        ran(settings, 1, source="zendesk", newest_at=NOW - timedelta(days=400))
        private_folder(settings.landing / "zendesk")
        (settings.landing / "zendesk" / ".sandbox").touch()
        assert keys(settings) == found


def test_refused_rows_are_a_cause_when_they_jump(settings):
    for number in range(1, 6):
        ran(settings, number, validated=98, quarantined={"on_scale:score": 2})
    assert keys(settings) == []
    ran(settings, 7, validated=94, quarantined={"on_scale:score": 6})
    assert keys(settings) == []  # three times two of a hundred is the edge
    ran(settings, 8, validated=93, quarantined={"on_scale:score": 6, "required:email": 1})
    [cause] = causes(settings, NOW)
    assert cause.line == "hubspot/tickets: 7 of 100 rows were refused (7%, usually 2.0%): on_scale:score, required:email"


def test_a_run_that_was_stopped_is_not_what_is_usual(settings):
    """Nothing of it was refused or entered."""
    ran(settings, 1, validated=98, quarantined={"on_scale:score": 2})
    for number in range(2, 5):
        ran(settings, number, status="stopped", validated=0)
    ran(settings, 7, validated=94, quarantined={"on_scale:score": 6})
    assert keys(settings) == []


def test_a_first_run_and_a_handful_of_rows_are_no_jump(settings):
    ran(settings, 1, received=10, validated=2, quarantined={"typed:a": 8})
    ran(settings, 2, stream="deals", received=4, validated=4)
    ran(settings, 3, stream="deals", received=4, validated=0, quarantined={"typed:a": 4})
    assert keys(settings) == []


def test_a_build_that_failed_is_one_until_one_succeeds(settings):
    failures = private_folder(settings.home / "logs") / "failures.jsonl"
    failures.write_text(
        json.dumps({"at": NOW.isoformat(), "run": "r", "dag": "build_marts", "task": "build_marts", "message": "model x"}) + "\n"
    )
    [cause] = causes(settings, NOW)
    assert (cause.key, cause.line) == ("dag:build_marts", "build_marts failed, the last good marts stay: model x")
    private_folder(settings.marts.parent)
    settings.marts.touch()
    write_json(settings.marts.with_name("built.json"), {"built_at": NOW + timedelta(minutes=1)})
    assert keys(settings) == []


def test_control_limits_are_those_of_an_individuals_chart():
    """NIST/SEMATECH e-Handbook 6.3.2.2: mean 50.81, mean moving range 1.8778, limits 55.8041 and 45.8159."""
    values = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    low, high = control_limits(values)
    assert high == pytest.approx(55.8041, abs=0.005)
    assert low == pytest.approx(45.8159, abs=0.005)
    assert control_limits(values[:7]) is None
    assert control_limits([5.0] * 12) is None


def test_a_metric_outside_its_limits_is_one_and_only_final_months_count(settings):
    private_folder(settings.published)
    months = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]

    def publish(last, status="final"):
        (settings.published / "marts.duckdb").unlink(missing_ok=True)
        with duckdb.connect(str(settings.published / "marts.duckdb")) as connection:
            connection.execute("create schema marts.marts")
            connection.execute(
                "create table marts.marts.scorecard_by_period (metric text, definition text, dimension text, period_grain text, "
                "period_start date, status text, value double)"
            )
            for number, value in enumerate([*months, last]):
                row = ["nps", "all", "all", "month", datetime(2025, 1 + number, 1), status if number == 10 else "final", value]  # noqa: DTZ001
                connection.execute("insert into marts.marts.scorecard_by_period values (?, ?, ?, ?, ?, ?, ?)", row)

    publish(55.7)
    assert keys(settings) == []
    publish(40.0, "provisional")
    assert keys(settings) == []
    publish(40.0)
    [cause] = causes(settings, NOW)
    assert cause.key == "metric:nps/all"
    assert cause.line.startswith("nps (all) of 2025-11 is 40, outside 45.8")


def test_deadlines_are_read_from_the_setting():
    assert load_settings({"KUULO_FRESHNESS_HOURS": "36, stripe=6"}).freshness_hours == {"": 36, "stripe": 6}
    with pytest.raises(SettingsError, match="KUULO_FRESHNESS_HOURS"):
        load_settings({"KUULO_FRESHNESS_HOURS": "stripe=soon"})
