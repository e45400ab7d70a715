"""Data Docs: they say what was found, hold no value of the data, escape what they show, and do not grow."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kuulo.sources.canonical import FILES, SURVEY_ANSWERS
from kuulo.validation import courthouse, data_docs
from kuulo.validation.landing_gate import validate_source
from tests.validation.landed_batches import SeededSettings, clean_row, land, write_seeds

CANARY = "canary.zq5523x@example.com"
SCRIPT = "<script>alert('zq5523x')</script>"


@pytest.fixture
def settings(tmp_path: Path) -> SeededSettings:
    made = SeededSettings(home=tmp_path / "kuulo", seeds_project=tmp_path / "project")
    write_seeds(made)
    return made


def validate(settings: SeededSettings, run: str, day: int = 1) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    validate_source(settings=settings, source=FILES, run=run, clock=lambda: moment)


def pages(settings: SeededSettings) -> list[Path]:
    return sorted((settings.data_docs / "files" / "validations").rglob("*.html"))


def test_pages_tell_the_rule_and_the_count_but_no_value(settings):
    personal = {"email": CANARY, "comment": f"{CANARY} {SCRIPT}", "label": SCRIPT, "customer_id": CANARY, "response_id": CANARY}
    rows = [clean_row(SURVEY_ANSWERS, n, **{**personal, "question_id": f"{SCRIPT}{n}"}, score=9.0 if n else 77123.0) for n in range(3)]
    rows.append(clean_row(SURVEY_ANSWERS, 9, metric=SCRIPT, scale=SCRIPT, survey_id=SCRIPT, email="zq5523x no address"))
    land(settings, "files", SURVEY_ANSWERS, rows)
    validate(settings, "run <script>alert(1)</script>")
    (page,) = pages(settings)
    shown = page.read_text()
    assert "on_scale:score" in shown
    assert "score is no point of its scale: outside its ends or between its steps" in shown
    assert "1 unexpected values found" in shown or "1 unexpected value" in shown
    everything = [path for path in settings.data_docs.rglob("*") if path.is_file()]
    assert len(everything) > 10
    for forbidden in (b"zq5523x", b"77123.0", b"<script>alert"):
        assert not [path.name for path in everything if forbidden in path.read_bytes()], forbidden


def test_every_suite_has_a_page_and_the_front_page_leads_to_the_source(settings):
    land(settings, "files", SURVEY_ANSWERS, [clean_row(SURVEY_ANSWERS, 0)])
    validate(settings, "run-1")
    suites = {path.stem for path in (settings.data_docs / "files" / "expectations" / "files").glob("*.html")}
    assert suites == {stream.name for stream in FILES.streams}
    assert 'href="files/index.html"' in (settings.data_docs / "index.html").read_text()
    assert "survey_answers" in (settings.data_docs / "files" / "index.html").read_text()


def test_history_is_bounded(settings, monkeypatch):
    monkeypatch.setattr(data_docs, "KEPT_RESULTS", 2)
    for day in range(4):
        land(settings, "files", SURVEY_ANSWERS, [clean_row(SURVEY_ANSWERS, day)], sha256=f"pages of {day}")
        validate(settings, f"run-{day}", day)
    runs = [page.parts[-3].rsplit("-", 1)[0] for page in pages(settings)]
    assert runs == ["run-2", "run-3"]
    assert len(list((settings.data_docs / "results").rglob("*.json"))) == 2


def test_of_many_batches_the_stopped_and_the_refused_are_shown_first(settings, monkeypatch):
    monkeypatch.setattr(courthouse, "KEPT_RESULTS", 3)
    for number in range(3):
        land(settings, "files", SURVEY_ANSWERS, [clean_row(SURVEY_ANSWERS, number)], batch=f"clean{number}")
    land(settings, "files", SURVEY_ANSWERS, [clean_row(SURVEY_ANSWERS, 90, score=99.0)], batch="a_refused")
    twice = [clean_row(SURVEY_ANSWERS, 91), clean_row(SURVEY_ANSWERS, 91, score=1.0)]
    land(settings, "files", SURVEY_ANSWERS, twice, batch="a_stopped")
    validate(settings, "run-1")
    assert {page.stem for page in pages(settings)} == {"a_stopped", "a_refused", "clean2"}


def test_pages_that_cannot_be_written_do_not_fail_the_run(settings, monkeypatch, caplog):
    def no_space(*_positional: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(courthouse, "build_data_docs", no_space)
    place = land(settings, "files", SURVEY_ANSWERS, [clean_row(SURVEY_ANSWERS, 0)])
    validate(settings, "run-1")
    assert place.validated.exists()
    assert "Data Docs of files could not be built" in caplog.text


def test_everything_is_its_owners_alone(settings):
    land(settings, "files", SURVEY_ANSWERS, [clean_row(SURVEY_ANSWERS, 0)])
    validate(settings, "run-1")
    modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in (settings.data_docs, *settings.data_docs.rglob("*"))}
    assert modes == {(True, 0o700), (False, 0o600)}
