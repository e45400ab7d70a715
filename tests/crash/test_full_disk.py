"""X5: no space left while a step writes. It says so in one line, leaves what was there, and goes through when there is room again.

A tmpfs of a few megabytes is the disk; it is filled to the last byte, or so far that the step begins well and ends badly.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kuulo.landing.disk_room import DiskRefuses, refuse_full_disk
from kuulo.landing.whole_files import write_json
from kuulo.settings import Settings
from tests.crash.processes import Processes
from tests.crash.small_world import ANSWERS, OLD_ACCOUNT, lay_files, left_behind, state
from tests.loopback_server import serving
from tests.publication.built_marts import build

SIZE = 8 * 2**20
ONE_LINE = "no space left on the disk: free some, then run again; what was there before is untouched"


@contextmanager
def tmpfs(place: Path, size: int) -> Iterator[Path]:
    """A file system of so many bytes; skips where none may be mounted."""
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "kuulo", place], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with tmpfs(tmp_path / "disk", SIZE) as place:
        yield place


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with Processes(judging=False) as started:
        yield started


@pytest.fixture(scope="module")
def account() -> Iterator[str]:
    with serving(OLD_ACCOUNT) as server:
        yield server.url


def fill(disk: Path, *, room: int) -> Path:
    """Leave so many bytes; returns the file that takes the others."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        while (free := os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize) > room:
            file.write(bytes(min(free - room, 2**20)))
    return ballast


def _prepared(processes: Processes, step: str, home: Path, account: str) -> None:
    home.mkdir()
    if step == "publish":
        build(Settings(home=home), 41, "f1")
        assert processes.run("publish", home).is_good
        build(Settings(home=home), 42, "f2")
        return
    # enough rows that they do not fit in the room that is left
    lay_files(home, ANSWERS + "".join(f"{n},2026-01-06,K-{n},x{n * 7919}@x.example,{n % 11}\n" for n in range(10, 3000)))
    if step == "validate":
        assert processes.run("take_in", home).is_good
        assert processes.run("land", home, address=account).is_good


@pytest.mark.parametrize(
    ("step", "room"),
    [
        *(("take_in", 0), ("take_in", 65536), ("land", 0), ("land", 8192), ("publish", 0), ("publish", 65536)),
        pytest.param("validate", 16384, marks=pytest.mark.crash),  # Great Expectations is imported three times
    ],
)
def test_x5_a_full_disk_is_one_line_and_harms_nothing(
    processes: Processes, account: str, disk: Path, *, step: str, room: int, tmp_path: Path
) -> None:
    home = disk / "home"
    _prepared(processes, step, home, account)
    before = state(home)
    ballast = fill(disk, room=room)
    failed = processes.run(step, home, address=account)
    assert failed.how == {"status": 1}, failed.said
    assert failed.line.startswith(f"DiskRefuses: {home}")
    assert failed.line.endswith(ONE_LINE)
    after = state(home)
    assert {place: after.get(place) for place in before} == before
    assert left_behind(home) == []
    ballast.unlink()
    assert processes.run(step, home, address=account).is_good
    there = state(home)
    other = tmp_path / "undisturbed"
    _prepared(processes, step, other, account)
    assert processes.run(step, other, address=account).is_good
    assert there == state(other)
    assert left_behind(home) == []


def test_x5_a_read_only_file_system_is_one_line(disk: Path) -> None:
    write_json(disk / "receipt.json", {"rows": 1})
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with pytest.raises(DiskRefuses, match=r"disk: the file system is read-only: have it mounted for writing, then run again"):
        write_json(disk / "receipt.json", {"rows": 2})
    assert (disk / "receipt.json").read_text() == '{\n  "rows": 1\n}\n'


def test_x5_of_another_process_that_failed_its_own_words_or_the_disk_tell(disk: Path, tmp_path: Path) -> None:
    """How a dbt that ran out of room is told."""
    refuse_full_disk(tmp_path, "Compilation Error in model nps_by_day")
    with pytest.raises(DiskRefuses, match="no space left"):
        refuse_full_disk(tmp_path, "IO Error: Could not write file: No space left on device")
    fill(disk, room=0)
    with pytest.raises(DiskRefuses, match="no space left"):
        refuse_full_disk(disk)
    assert sorted(path.name for path in disk.iterdir()) == ["ballast"]
