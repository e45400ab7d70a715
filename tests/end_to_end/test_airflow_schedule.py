"""The real scheduler: assets start what waits for them, and a backfill reads the windows it is asked for."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.end_to_end.pipeline import environment_of, rows

pytestmark = pytest.mark.end_to_end

PATIENCE_SECONDS = 420
# A source of files, one of an API, and all that follows them. Every further source would be scheduled alike, and every
# one that lands starts a build: with all of them the test took four minutes and a half.
SCHEDULED = ("extract_files", "extract_survicate", "build_marts", "publish_marts")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def states(home: Path, dag_id: str) -> list[str]:
    with closing(sqlite3.connect(f"file:{home}/airflow/airflow.db?mode=ro", uri=True, timeout=30)) as database:
        return [state for (state,) in database.execute("select state from dag_run where dag_id = ? order by id", [dag_id])]


def wait_until(condition, what: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except sqlite3.OperationalError:
            pass  # the database is being made
        try:
            process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"Airflow ended while waiting for {what}")
    pytest.fail(f"{what} did not come within {PATIENCE_SECONDS} seconds")


def contacts_published(home: Path) -> int:
    if not (home / "published" / "marts.duckdb").exists():
        return 0
    return int(rows(home, "select count(*) from fct_contacts")[0][0])


def airflow(environment: dict[str, str], *words: str) -> str:
    """Run a command of Airflow's; returns what went wrong, or nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "kuulo.orchestration.airflow_command", *words],
        env=environment, capture_output=True, text=True, check=False, cwd=CHECKOUT, timeout=120,
    )  # fmt: skip
    return done.stderr[-2000:] if done.returncode else ""


def backfill_is_made(environment: dict[str, str]) -> bool:
    """Ask for a day of history again; whether it was taken.

    Airflow reads and then writes within a savepoint: where the scheduler wrote in between, SQLite refuses at once, however patient the
    connection. What was begun counts as running until the scheduler finds it empty, two minutes later.
    """
    wrong = airflow(
        environment, "backfill", "create", "--dag-id", "extract_survicate", "--from-date", "2026-08-01", "--to-date", "2026-08-02",
    )  # fmt: skip
    assert not wrong or "database is locked" in wrong or "AlreadyRunningBackfill" in wrong, wrong
    return not wrong


@pytest.fixture
def served(tmp_path):
    """`make up` with some of the DAGs, on a free port, ended with all its parts."""
    home, dags = tmp_path / "home", tmp_path / "dags"
    dags.mkdir()
    for name in SCHEDULED:
        shutil.copy(CHECKOUT / "dags" / f"{name}.py", dags)
    environment = environment_of(home, AIRFLOW__API__PORT=str(free_port()), AIRFLOW__CORE__DAGS_FOLDER=str(dags))
    process = subprocess.Popen(
        [sys.executable, "-m", "kuulo.orchestration.serve"],
        env=environment, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        yield home, environment, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=150)
            left = members(process.pid)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        assert not left, "make up left processes behind"


def members(group: int) -> list[str]:
    """The living processes of a group, as /proc tells."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # processes come and go while we look
            state, _, its_group = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:3]
            if its_group == str(group) and state != "Z":
                found.append(folder.name)
    return found


def listening_addresses(pid: int) -> set[str]:
    """Local addresses on which the process group of a process listens, as /proc tells."""
    opened: list[str] = []
    for member in members(pid):
        with contextlib.suppress(OSError):
            opened += [str(link.readlink()) for link in (Path("/proc") / member / "fd").iterdir()]
    inodes = {name.removeprefix("socket:[").removesuffix("]") for name in opened if name.startswith("socket:[")}
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and words[9] in inodes:
                found.add(words[1].split(":")[0])
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc")
def test_assets_carry_a_file_from_the_inbox_to_the_published_marts_and_backfill_works(served):
    home, environment, process = served
    # The first schedule reads the sandbox's files and announces them; the marts follow, and the publication after them.
    wait_until(lambda: "success" in states(home, "extract_files"), "the files of the inbox", process)
    wait_until(lambda: contacts_published(home) > 10_000, "the publication of the contacts in them", process)
    # The file is there a moment before its run is noted as done.
    wait_until(lambda: "success" in states(home, "publish_marts"), "the end of the publication", process)
    # The first scheduled reading of the sandbox begins with its history, not with yesterday.
    wait_until(lambda: rows(home, "select count(*) > 300 from nps_by_day") == [(True,)], "the publication of the answers", process)
    assert listening_addresses(process.pid) <= {"0100007F", "0000000000000000FFFF00000100007F"}

    wait_until(lambda: backfill_is_made(environment), "the backfill", process)

    def landed() -> set[str]:
        return {path.parent.name for path in (home / "landing" / "survicate" / "responses").glob("*/receipt.json")}

    # A day of history is asked for again by itself.
    wait_until(lambda: any(window.startswith("202608") for window in landed()), "the window of the backfill", process)
    [window] = [window for window in landed() if window.startswith("202608")]
    assert window.split("--")[0].endswith("T010000Z")
