"""X8: an old process that comes back after its task was tried again changes nothing."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kuulo.publication.attempts import Attempt, TakenOver
from kuulo.publication.publish import NothingToPublish, publish_marts
from kuulo.settings import Settings
from tests.crash.processes import Processes
from tests.publication.built_marts import build
from tests.publication.test_publish import published_nps


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with Processes(judging=False) as started:
        yield started


def _files(settings: Settings) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in settings.published.rglob("*") if path.is_file()}


@pytest.mark.parametrize("point", ["publication.copied", "publication.exported quiet", "publication.prepared"])
def test_x8_an_old_process_that_wakes_up_after_the_next_attempt_is_refused(settings: Settings, processes: Processes, point: str) -> None:
    build(settings, 41, "f1")
    old = processes.start("publish", settings.home, at=f"stop={point}")
    assert processes.wait(old).how == {"stopped": signal.SIGSTOP}
    build(settings, 42, "f2")
    publish_marts(settings, run="retry")
    before = {path: when for path, when in _files(settings).items() if ".aside" not in path.name}  # the old one's, still
    os.kill(old, signal.SIGCONT)
    ended = processes.wait(old)
    assert ended.how == {"status": 1}
    assert ended.line.startswith(
        "TakenOver: a later attempt at the publication (number 2, run retry) has taken over from this one (number 1, run run-1)"
    )
    assert published_nps(settings) == (42, 42)
    assert _files(settings) == before


def test_x8_an_old_process_is_refused_while_the_later_attempt_is_still_at_work(settings: Settings, processes: Processes) -> None:
    build(settings, 41, "f1")
    publish_marts(settings, run="first")
    build(settings, 42, "f2")
    old = processes.start("publish", settings.home, at="stop=publication.prepared")
    assert processes.wait(old).how == {"stopped": signal.SIGSTOP}
    late = processes.start("publish", settings.home, at="stop=publication.prepared")
    assert processes.wait(late).how == {"stopped": signal.SIGSTOP}
    os.kill(old, signal.SIGCONT)
    assert "TakenOver" in processes.wait(old).line
    assert published_nps(settings) == (41, 41)
    os.kill(late, signal.SIGCONT)
    assert processes.wait(late).is_good
    assert published_nps(settings) == (42, 42)


def test_x8_marts_that_a_build_began_to_change_while_they_were_copied_are_not_published(settings: Settings, processes: Processes) -> None:
    build(settings, 41, "f1")
    old = processes.start("publish", settings.home, at="stop=publication.prepared")
    processes.wait(old)
    settings.marts.with_name("built.json").unlink()  # what a build does first
    os.kill(old, signal.SIGCONT)
    assert processes.wait(old).line == "NothingToPublish: a build began while its marts were copied: publish again when it has ended"
    assert [path for path in settings.published.rglob("*") if path.is_file()] == []


def test_x8_a_process_killed_in_the_middle_of_the_swap_holds_nobody_up(settings: Settings, processes: Processes) -> None:
    """X12: the lock goes with the process."""
    build(settings, 41, "f1")
    assert processes.run("publish", settings.home, at="publication.file_swapped").was_killed
    assert publish_marts(settings, run="retry") == {"nps_by_day": 1, "publication": 1, "quiet": 0}
    assert published_nps(settings) == (41, 41)


def test_numbers_rise_and_only_the_latest_may_finish(settings: Settings) -> None:
    first, second = (Attempt.begin(settings, "build", run) for run in ("a", "b"))
    assert (first.ticket.number, second.ticket.number) == (1, 2)
    assert Attempt.begin(settings, "publication", "a").ticket.number == 1
    with pytest.raises(TakenOver, match=r"number 2, run b\) has taken over"), first.finishing():
        raise AssertionError("nobody comes here")
    with second.finishing():
        assert second.is_latest()


@pytest.mark.parametrize("damage", ["", "{", '{"number": 1}', '["newer"]', "\x00\x00"])
def test_x15_a_damaged_ticket_lets_nobody_finish_but_who_begins_anew(settings: Settings, damage: str) -> None:
    old = Attempt.begin(settings, "publication", "a")
    (settings.home / "locks" / "publication.json").write_text(damage)
    with pytest.raises(TakenOver), old.finishing():
        raise AssertionError("nobody comes here")
    with Attempt.begin(settings, "publication", "b").finishing():
        pass
    with pytest.raises(TakenOver), old.finishing():  # its number came again, its name did not
        raise AssertionError("nobody comes here")


def test_x15_a_damaged_note_of_the_build_is_as_none(settings: Settings) -> None:
    build(settings, 41, "f1")
    settings.marts.with_name("built.json").write_text("{")
    with pytest.raises(NothingToPublish, match="run build_marts first"):
        publish_marts(settings, run="a")
    assert not Path(settings.published / "marts.duckdb").exists()
