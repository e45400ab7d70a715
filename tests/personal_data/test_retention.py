"""What is kept no longer than it may be, and what must outlive it."""

import os
from datetime import timedelta

import pytest

from kuulo.landing.coverage import covered_until
from kuulo.landing.receipt import RunReceipt, read_run_receipts, write_run_receipt
from kuulo.retention import enforce_retention
from kuulo.settings import SettingsError, load_settings
from kuulo.sources.canonical import FILES, SURVEY_ANSWERS
from kuulo.validation import courthouse
from kuulo.validation.landing_gate import validate_source
from tests.validation.landed_batches import SeededSettings, clean_row, clock, land, write_seeds

NOW = clock()


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A validated batch of three rows, one refused; landing kept for 30 days, quarantine for 10."""
    monkeypatch.setattr(courthouse, "build_data_docs", lambda *_positional, **_named: None)
    settings = SeededSettings(home=tmp_path / "home", seeds_project=tmp_path / "project", keep_days={"landing": 30, "quarantine": 10})
    write_seeds(settings)
    rows = [clean_row(SURVEY_ANSWERS, 0), clean_row(SURVEY_ANSWERS, 1, score=11.0), clean_row(SURVEY_ANSWERS, 2)]
    place = land(settings, "files", SURVEY_ANSWERS, rows)
    (place.landing / "page-000001.csv.zst").write_bytes(b"p" * 70)
    validate_source(settings=settings, source=FILES, run="run-1", clock=clock)
    return settings, place


def test_each_class_goes_when_its_days_are_over_and_validated_rows_stay(kept):
    settings, place = kept
    validated = place.validated.read_bytes()
    assert not enforce_retention(settings, now=NOW + timedelta(days=9)).files
    assert dict(enforce_retention(settings, now=NOW + timedelta(days=12)).files) == {"quarantine": 1}
    assert place.typed.exists()
    told = enforce_retention(settings, now=NOW + timedelta(days=40), only_tell=True)
    assert dict(told.files) == {"landing": 2}
    assert place.typed.exists()
    assert enforce_retention(settings, now=NOW + timedelta(days=40)).lines() == told.lines()
    assert sorted(path.name for path in place.landing.iterdir()) == ["expired.json", "receipt.json"]
    assert place.validated.read_bytes() == validated
    assert not enforce_retention(settings, now=NOW + timedelta(days=40)).files


def test_an_expired_batch_is_not_judged_again_when_the_seeds_change(kept):
    settings, place = kept
    enforce_retention(settings, now=NOW + timedelta(days=40))
    (settings.dbt_project / "seeds" / "survey_scales.csv").write_text("scale_id,scale_min,scale_max,scale_step\n0-10,0,8,1\n")
    assert validate_source(settings=settings, source=FILES, run="run-2", clock=clock) == []
    assert place.validated.exists()


def test_what_was_stopped_or_not_judged_stays(kept):
    settings, _ = kept
    place = land(settings, "files", SURVEY_ANSWERS, [clean_row(SURVEY_ANSWERS, 9)], batch="not-judged")
    enforce_retention(settings, now=NOW + timedelta(days=400))
    assert place.typed.exists()


def test_windows_that_have_landed_are_still_known(kept):
    settings, place = kept
    before = covered_until(settings, "files", "survey_answers")
    enforce_retention(settings, now=NOW + timedelta(days=40))
    assert covered_until(settings, "files", "survey_answers") == before
    assert place.landing_receipt.exists()


def test_old_receipts_go_but_the_last_of_a_stream_and_old_logs_go_by_their_age(tmp_path):
    settings = SeededSettings(home=tmp_path / "home", keep_days={"receipts": 30, "logs": 5})
    for run, days in (("a", 90), ("b", 60), ("c", 10)):
        at = NOW - timedelta(days=days)
        write_run_receipt(settings, RunReceipt(run=run, source="hubspot", stream="deals", finished_at=at, status="validated"))
    write_run_receipt(
        settings, RunReceipt(run="a", source="stripe", stream="events", finished_at=NOW - timedelta(days=90), status="failed")
    )
    for name, days in (("run-old.log", 6), ("run-new.log", 4)):
        log = settings.home / "logs" / name
        log.parent.mkdir(exist_ok=True)
        log.write_text("x")
        os.utime(log, (NOW.timestamp() - days * 86400,) * 2)
    assert dict(enforce_retention(settings, now=NOW).files) == {"receipts": 2, "logs": 1}
    assert [(receipt.run, receipt.source) for receipt in read_run_receipts(settings)] == [("a", "stripe"), ("c", "hubspot")]
    assert [path.name for path in (settings.home / "logs").iterdir()] == ["run-new.log"]


def test_without_the_setting_everything_is_kept_for_good(kept):
    settings, _ = kept
    assert load_settings({}).keep_days == {}
    for_good = SeededSettings(home=settings.home, seeds_project=settings.seeds_project)
    assert not enforce_retention(for_good, now=NOW + timedelta(days=4000)).files
    assert load_settings({"KUULO_KEEP_DAYS": "landing=400, logs=30"}).keep_days == {"landing": 400, "logs": 30}


@pytest.mark.parametrize("text", ["validated=30", "landing", "landing=0", "landing=soon"])
def test_a_class_that_may_not_go_and_days_that_are_no_number_are_refused(text):
    with pytest.raises(SettingsError, match="classes are landing, quarantine, receipts, logs"):
        load_settings({"KUULO_KEEP_DAYS": text})
