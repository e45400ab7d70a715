"""X6, X7: two processes at the same thing never interleave; one goes through, the other is told or waits for a moment."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from kuulo.publication.publish import publish_marts
from kuulo.settings import Settings
from tests.crash.processes import Processes
from tests.crash.small_world import OLD_ACCOUNT, lay_files, left_behind, state
from tests.loopback_server import serving
from tests.publication.built_marts import build
from tests.publication.test_publish import published_nps


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with Processes(judging=False) as started:
        yield started


@pytest.fixture(scope="module")
def account() -> Iterator[str]:
    with serving(OLD_ACCOUNT) as server:
        yield server.url


def test_x6_of_two_runs_of_one_window_the_second_is_told_and_touches_nothing(processes: Processes, account: str, tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "undisturbed"
    first = processes.start("land", home, at="stop=landing.page_noted", address=account)
    processes.wait(first)
    before = state(home)
    told = processes.run("land", home, address=account)
    batch = "20260110T000000Z--20260111T000000Z"
    assert told.line == f"RetryLater: responses, batch {batch}: another run is landing it; run it again when that has ended"
    assert state(home) == before
    os.kill(first, signal.SIGCONT)
    assert processes.wait(first).is_good
    assert processes.run("land", other, address=account).is_good
    assert state(home) == state(other)


def test_x8_a_build_beside_one_that_was_given_up_is_told_and_touches_nothing(processes: Processes, tmp_path: Path) -> None:
    home = tmp_path / "home"
    given_up = processes.start("build", home, at="stop=build.begun")
    processes.wait(given_up)
    before = state(home)
    told = processes.run("build", home)
    assert told.line == "BuildFailed: another build is under way: wait for it, or end its process; it holds locks/build.lock"
    assert state(home) == before
    os.kill(given_up, signal.SIGKILL)
    os.kill(given_up, signal.SIGCONT)
    assert processes.wait(given_up).was_killed


def test_x12_the_lock_of_a_killed_run_holds_nobody_up(processes: Processes, account: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert processes.run("land", home, at="landing.page_noted", address=account).was_killed
    assert processes.run("land", home, address=account).is_good


def test_x7_another_window_lands_beside_a_window_that_is_being_read(processes: Processes, account: str, tmp_path: Path) -> None:
    """A backfill beside the schedule: other batches, other locks, no waiting, and each is as if it had been alone."""
    home, other = tmp_path / "home", tmp_path / "undisturbed"
    scheduled = processes.start("land", home, at="stop=landing.page_noted", address=account)
    processes.wait(scheduled)
    assert processes.run("land_earlier", home, address=account).is_good
    os.kill(scheduled, signal.SIGCONT)
    assert processes.wait(scheduled).is_good
    for step in ("land", "land_earlier"):
        assert processes.run(step, other, address=account).is_good
    assert state(home) == state(other)


def test_x6_two_that_take_the_inbox_in_take_each_file_once(processes: Processes, tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "undisturbed"
    for each in (home, other):
        lay_files(each)
    both = [processes.start("take_in", home) for _ in range(2)]
    said = [processes.wait(each) for each in both]
    assert [each.is_good for each in said] == [True, True]
    assert sorted(each.said.count("landed") for each in said) == [0, 2]
    assert processes.run("take_in", other).is_good
    assert state(home) == state(other)
    assert left_behind(home) == []


def test_x9_a_reader_that_holds_the_published_file_neither_waits_nor_holds_up(processes: Processes, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    build(settings, 41, "f1")
    publish_marts(settings, run="a")
    with duckdb.connect(str(settings.published / "marts.duckdb"), read_only=True) as reader:
        build(settings, 42, "f2")
        assert processes.run("publish", settings.home).is_good  # in a process of its own, as DuckDB's lock is a process's
        assert reader.execute("select nps from marts.marts.nps_by_day").fetchall() == [(41,)]
    assert published_nps(settings) == (42, 42)
