"""Runs that are killed, files that fail or vanish, and several processes at once."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kuulo.landing import land_file as land_file_module
from kuulo.landing import land_inbox as land_inbox_module
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.one_at_a_time import one_at_a_time, source_lock
from kuulo.sources.inbox.inbox_files import InboxFile
from tests.sources.inbox.inbox_home import InboxHome

FEED = "stream: contacts\ncolumns:\n  contact_id: id\n  opened_at: at\n  ended_at: {column: until}\n"
FILE = "id,at,until\n1,2026-01-03 10:00,2026-01-04 01:00\n2,2026-01-02,\n"


def test_a_run_killed_between_the_two_renames_loses_nothing(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    home.taken(FEED, "a.csv", FILE)
    with monkeypatch.context() as killed:
        killed.setattr(land_file_module, "_bring_back", lambda *_places: None)
        killed.setattr(land_file_module.shutil, "rmtree", lambda *_places, **_named: None)
        killed.setattr(land_file_module, "clear_aside", lambda _settings: None)
        killed.setattr(land_inbox_module, "clear_aside", lambda _settings: None)
        killed.setattr(land_file_module.Path, "rename", _only_the_first(Path.rename))
        home.lay("f", FEED, a_csv="id,at,until\n7,2026-01-07,\n")
        assert [file.status for file in home.take_in().files] == ["refused"]
    assert home.places() == []
    (home.inbox / "f" / "a.csv").unlink()
    home.take_in()
    assert home.column("contact_id") == ["1", "2"]
    assert not (home.settings.landing / ".aside").exists()


def _only_the_first(rename: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
    done: list[Path] = []

    def once(path: Path, target: Path) -> Path:
        if done:
            raise RuntimeError("killed")
        done.append(target)
        return rename(path, target)

    return once


def test_a_failure_between_the_two_renames_leaves_the_earlier_rows(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    home.taken(FEED, "a.csv", FILE)
    home.lay("f", FEED, a_csv="id,at,until\n7,2026-01-07,\n")
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name == target.name and ".aside" in path.parts and "before" not in path.parts:
            raise OSError(5, "no such luck")
        return rename(path, target)

    monkeypatch.setattr(land_file_module.Path, "rename", failing)
    assert [file.status for file in home.take_in().files] == ["refused"]
    assert home.column("contact_id") == ["1", "2"]


def test_one_files_unforeseen_error_keeps_no_other_out_and_shows_no_value(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    home.lay("f", FEED, a_csv=FILE, b_csv="id,at,until\n9,2026-01-09,\n")
    land_file = land_inbox_module.land_file

    def failing(landing: Any, feed: Any) -> Any:
        if landing.file.name == "a.csv":
            raise KeyError("jane.doe@example.com")
        return land_file(landing, feed)

    monkeypatch.setattr(land_inbox_module, "land_file", failing)
    assert [file.status for file in home.take_in().files] == ["refused", "landed"]
    assert home.outcome.lines[0] == "inbox/f/a.csv: cannot be taken in (KeyError): look whether it is whole and still there, and run again"


def test_a_file_that_vanishes_during_the_pass_is_refused_alone(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home.lay("f", FEED, a_csv=FILE, b_csv="id,at,until\n9,2026-01-09,\n")
    land_file = land_inbox_module.land_file

    def late(landing: Any, feed: Any) -> Any:
        (folder / "a.csv").unlink(missing_ok=True)
        return land_file(landing, feed)

    monkeypatch.setattr(land_inbox_module, "land_file", late)
    assert [file.status for file in home.take_in().files] == ["refused", "landed"]
    assert home.column("contact_id") == ["9"]


def test_a_file_that_changes_while_it_is_read_is_no_twin_of_another(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home.lay("f", FEED, a_csv=FILE, b_csv=FILE)
    keep_bytes = land_file_module._keep_bytes

    def written_meanwhile(place: BatchPlace, file: InboxFile) -> None:
        keep_bytes(place, file)
        if file.name == "a.csv":
            home.put(folder / "a.csv", FILE + "3,2026-01-05,\n")

    monkeypatch.setattr(land_file_module, "_keep_bytes", written_meanwhile)
    assert [file.status for file in home.take_in().files] == ["refused", "landed"]
    assert "a.csv: changed while it was read" in home.outcome.lines[0]
    assert home.column("contact_id") == ["1", "2"]


def test_taking_in_waits_for_the_process_that_judges_files_or_takes_them_in(home: InboxHome) -> None:
    home.lay("f", FEED, a_csv=FILE)
    with one_at_a_time(source_lock(home.settings, "files")):
        taking = threading.Thread(target=home.take_in)
        taking.start()
        taking.join(0.3)
        assert taking.is_alive()
        assert home.places() == []
    taking.join(30)
    assert home.column("contact_id") == ["1", "2"]
