"""X5 of a build: the disk fills while dbt is at work, at several models. A tmpfs that is made larger from run to run is the disk."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crash.processes import Ended, Processes
from tests.crash.small_world import ANSWERS, CONTACTS, copied, lay_files, tables_of
from tests.crash.test_full_disk import ONE_LINE, tmpfs

pytestmark = pytest.mark.crash

MEGABYTE = 2**20
PLENTY = 300 * MEGABYTE
# enough that the tables, not dbt's own notes, are what the disk has no room for
ROWS = range(10, 20_000)
_BROKEN_MODEL = re.compile(r"of \d+ ERROR creating .* model (\S+)")

Tables = dict[str, list[tuple[str, ...]]]


@dataclass(frozen=True)
class FullWorld:
    """A home on a disk of its own: small marts are published, and many answers and contacts wait to be built.

    Attributes:
        small: a home whose small marts are built and published.
        waiting: the same with what waits.
        old: the marts that are published.
        new: those that a build with room enough gives.
    """

    processes: Processes
    disk: Path
    small: Path
    waiting: Path
    old: Tables
    new: Tables

    @property
    def home(self) -> Path:
        return self.disk / "home"

    def lay(self, home: Path) -> None:
        """Have a copy of a home on the disk, with room enough."""
        self.leave(PLENTY)
        copied(home, self.home)

    def leave(self, room: int) -> None:
        """Make the disk so large that so many bytes are free."""
        there = os.statvfs(self.disk)
        used = (there.f_blocks - there.f_bfree) * there.f_frsize
        subprocess.run(["mount", "-o", f"remount,size={used + room}", self.disk], check=True)

    def published(self) -> Tables:
        """What a reader finds."""
        return tables_of(self.home / "published" / "marts.duckdb")

    def is_noted(self) -> bool:
        """Whether a build counts as done."""
        return (self.home / "build" / "built.json").exists()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullWorld]:
    folder = tmp_path_factory.mktemp("full")
    small, waiting, roomy = folder / "small", folder / "waiting", folder / "roomy"
    lay_files(small)
    with tmpfs(folder / "disk", PLENTY) as disk, Processes() as processes:
        _run(processes, small, "take_in", "validate", "build", "publish")
        old = tables_of(small / "published" / "marts.duckdb")
        lay_files(
            copied(small, waiting),
            ANSWERS + "".join(f"{n},2026-01-{n % 28 + 1:02},K-{n},x{n * 7919}@x.example,{n % 11}\n" for n in ROWS),
            CONTACTS + "".join(f"c{n},2026-01-{n % 28 + 1:02} 10:00,K-{n % 5_000},lamp\n" for n in ROWS),
        )
        _run(processes, waiting, "take_in", "validate")
        copied(waiting, roomy)
        _run(processes, roomy, "build", "publish")
        new = tables_of(roomy / "published" / "marts.duckdb")
        assert len(new["fct_survey_answers"]) > len(ROWS)
        yield FullWorld(processes, disk, small, waiting, old, new)


def _run(processes: Processes, home: Path, *steps: str) -> list[Ended]:
    ended = [processes.run(step, home) for step in steps]
    assert all(each.is_good for each in ended), [each.said[-600:] for each in ended]
    return ended


def test_x5_a_disk_that_fills_while_dbt_builds_is_one_line_and_what_is_published_stays(world: FullWorld) -> None:
    world.lay(world.waiting)
    broken = []
    for room in (4 * MEGABYTE, 8 * MEGABYTE, 14 * MEGABYTE):
        world.leave(room)
        failed = world.processes.run("build", world.home)
        assert failed.how == {"status": 1}, failed.said[-600:]
        assert failed.line == f"DiskRefuses: {world.home}: {ONE_LINE}", room
        broken.append(next(iter(_BROKEN_MODEL.findall(failed.said)), "none"))
        assert not world.is_noted()
        assert world.processes.run("publish", world.home).line.startswith("NothingToPublish")
        assert world.published() == world.old
        assert list(world.home.rglob("*.damaged-*")) == []
    assert len({*broken} - {"none"}) > 1, f"it must break in more than one model, not in {broken}"
    world.leave(PLENTY)
    _run(world.processes, world.home, "build", "publish")
    assert world.published() == world.new


def test_x5_what_dbt_had_no_room_to_take_out_of_its_log_is_published_too(world: FullWorld) -> None:
    """All was committed, but the database files could not take it in as dbt closed them; then somebody made room."""
    world.lay(world.small)
    for made in ("build", "published"):
        shutil.rmtree(world.home / made)
    world.leave(6 * MEGABYTE)
    begun = world.processes.start("build", world.home, at="stop=build.dbt_done")
    stopped = world.processes.wait(begun)
    assert stopped.how == {"stopped": signal.SIGSTOP}, stopped.said[-600:]
    assert (world.home / "build" / "marts.duckdb.wal").exists(), "dbt found room for all, so this proves nothing"
    world.leave(PLENTY)
    os.kill(begun, signal.SIGCONT)
    ended = world.processes.wait(begun)
    assert ended.is_good, ended.said[-600:]
    _run(world.processes, world.home, "publish")
    assert world.published() == world.old
