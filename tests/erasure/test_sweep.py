"""A person is taken out of landing, validated and quarantine, and does not come back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kuulo.erasure import landed_batch
from kuulo.erasure.sweep import sweep
from kuulo.landing.land_stream import replay
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import read_landing_receipt, read_validation_receipt
from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES
from kuulo.sources.zendesk import ZENDESK
from tests.erasure.erasable_home import ANSWERS, NEEDLES, files_that_hold, land_files, land_zendesk, now, rows_of, suppressed
from tests.landing.landings import WINDOW, place_of

STREAMS = ("zendesk/users", "zendesk/tickets", "zendesk/ticket_metric_events", "files/survey_answers")
ZENDESK_STREAMS = ("users", "tickets", "ticket_metric_events")


@pytest.fixture
def home(settings: Settings) -> Settings:
    land_zendesk(settings)
    land_files(settings)
    return settings


def everything(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    return {where: rows_of(settings, where) for where in STREAMS}


def others(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What must be left: nobody else's row differs, but for the person's address in another one's comment."""
    left = {where: [row for row in each if not any(n.decode() in repr(row) for n in NEEDLES)] for where, each in rows.items()}
    mentioned = [row for row in rows["files/survey_answers"] if row["response_id"] == "5"]
    left["files/survey_answers"] += [{**row, "comment": "thank erased for me"} for row in mentioned]
    return left


def balanced(settings: Settings) -> bool:
    for path in settings.validated.glob("*/*/*/receipt.json"):
        place = BatchPlace(settings, *path.parent.relative_to(settings.validated).parts)
        landed, judged = read_landing_receipt(place), read_validation_receipt(place)
        assert landed is not None
        assert judged is not None
        if landed.received != judged.received or judged.received != judged.validated + sum(judged.quarantined.values()) + judged.duplicates:
            return False
    return True


def test_nothing_of_the_person_is_left_and_nobody_elses_row_changes(home: Settings) -> None:
    before = everything(home)
    assert len(files_that_hold(home.home, NEEDLES)) >= 8
    erased = sweep(home, suppressed(home))
    assert files_that_hold(home.home, NEEDLES) == {}
    assert everything(home) == others(before)
    assert {k: v for k, v in erased.counts.items() if v} == {
        "landing pages of zendesk/tickets": 1,
        "landing pages of zendesk/users": 1,
        "landing pages of zendesk/ticket_metric_events": 1,
        "landing/zendesk/tickets": 1,
        "landing/zendesk/users": 1,
        "landing/zendesk/ticket_metric_events": 1,
        "validated/zendesk/tickets": 1,
        "validated/zendesk/users": 1,
        "validated/zendesk/ticket_metric_events": 1,
        "landing/files/survey_answers": 2,
        "validated/files/survey_answers": 1,
        "quarantine/files/survey_answers": 1,
    }
    assert balanced(home)
    assert (home.inbox / "answers" / "answers.csv").read_text() == ANSWERS


def test_a_second_sweep_finds_nothing_and_touches_nothing(home: Settings) -> None:
    suppression = suppressed(home)
    sweep(home, suppression)
    stamps = {path: path.stat().st_mtime_ns for path in home.home.rglob("*.*") if path.is_file() and ".lock" not in path.name}
    assert sum(sweep(home, suppression).counts.values()) == 0
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}


def test_replay_works_on_the_pages_that_are_left(home: Settings) -> None:
    sweep(home, suppressed(home))
    left = everything(home)
    for name in ZENDESK_STREAMS:
        before = read_landing_receipt(place_of(home, ZENDESK, name))
        (receipt,) = replay(settings=home, source=ZENDESK, stream=ZENDESK.stream(name), window=WINDOW, run="replay", clock=now)
        assert before is not None
        assert (receipt.sha256, receipt.received, receipt.pages) == (before.sha256, before.received, before.pages)
    assert files_that_hold(home.home, NEEDLES) == {}
    assert everything(home) == left


def test_reading_again_does_not_bring_them_back(home: Settings) -> None:
    sweep(home, suppressed(home))
    left = everything(home)
    land_zendesk(home, run="run-2", refresh=True)
    land_files(home, run="run-2")
    assert files_that_hold(home.home, NEEDLES) == {}
    for where, rows in everything(home).items():
        assert [_plain(row) for row in rows] == [_plain(row) for row in left[where]]
    assert balanced(home)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("_landed_at", "_position")}


def test_a_first_reading_after_the_erasure_keeps_nothing_of_them(settings: Settings) -> None:
    suppressed(settings)
    land_zendesk(settings)
    land_files(settings)
    assert files_that_hold(settings.home, NEEDLES) == {}
    assert [row["user_id"] for row in rows_of(settings, "zendesk/users")] == ["360000000001"]
    assert [row["event_id"] for row in rows_of(settings, "zendesk/ticket_metric_events")] == ["85000001"]
    assert [row["response_id"] for row in rows_of(settings, "files/survey_answers")] == ["1", "5"]
    (receipt,) = (read_landing_receipt(BatchPlace(settings, "files", "survey_answers", p.name)) for p in _batches(settings))
    assert receipt is not None
    assert (receipt.pages, receipt.received) == (0, 2)
    assert "the file itself is not kept" in receipt.note


def _batches(settings: Settings) -> list[Path]:
    return [path for path in (settings.landing / "files" / "survey_answers").iterdir() if path.is_dir()]


@pytest.mark.parametrize("dies_at", range(1, 9))
def test_a_killed_sweep_is_finished_by_the_next(home: Settings, dies_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before, renames = others(everything(home)), iter(range(1, 1000))
    rename = Path.rename

    def dying(self: Path, target: Path) -> Path:
        if next(renames) == dies_at:
            raise KeyboardInterrupt
        return rename(self, target)

    suppression = suppressed(home)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", dying)
        with pytest.raises(KeyboardInterrupt):
            sweep(home, suppression)
    sweep(home, suppression)
    assert files_that_hold(home.home, NEEDLES) == {}
    assert everything(home) == before
    assert balanced(home)


def test_a_half_read_window_is_forgotten_and_nobody_waits_for_it(home: Settings) -> None:
    place = place_of(home, ZENDESK, "users")
    place.landing_receipt.unlink()
    sweep(home, suppressed(home))
    assert not place.landing.exists()
    assert not (home.landing / landed_batch._NEW / "landing" / "zendesk" / "users" / place.batch).exists()
    assert files_that_hold(home.home, NEEDLES, but=("inbox", "validated")) == {}


def test_the_clock_of_other_rows_stays(home: Settings) -> None:
    sweep(home, suppressed(home))
    receipt = read_landing_receipt(place_of(home, ZENDESK, "users"))
    assert receipt is not None
    assert receipt.received == 1
    assert {stream.name for stream in SOURCES["zendesk"].streams} >= set(ZENDESK_STREAMS)
    assert receipt.landed_at < datetime(2027, 1, 1, tzinfo=UTC)
