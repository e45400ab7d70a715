"""Build the marts: one dbt process a run, from validated rows to build/marts.duckdb."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb

from kuulo.crash_points import crash_point
from kuulo.errors import KuuloError
from kuulo.landing.disk_room import disk_room, refuse_full_disk
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.landing.whole_files import private_folder, sync, write_json
from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES
from kuulo.warehouse.damaged_files import log_size, set_aside_both, set_aside_what_cannot_be_opened, tells_of_damage
from kuulo.warehouse.empty_batches import write_empty_batches
from kuulo.warehouse.frozen_inputs import freeze_inputs
from kuulo.warehouse.increment import Increment, increment_since
from kuulo.warehouse.made_from import built_from, inputs
from kuulo.warehouse.receipts_table import write_receipts_table
from kuulo.warehouse.run_dbt import dbt_command, dbt_environment
from kuulo.warehouse.tables_of_no_model import drop_tables_of_no_model

_TOLD = re.compile(r"kuulo (test\.kuulo\.\w+): (.+)")
_MOST_TOLD = 5


class BuildFailed(KuuloError):
    """dbt did not finish; nothing was published."""


def lines_told(said: str) -> dict[str, list[str]]:
    """{test: its lines} of what dbt printed: those that our own tests have for whoever runs the build (the macro `tell`).

    An error's own text may quote rows; dbt indents it line by line, so that none is taken for one of these. Lines end as they do for
    dbt, at a line feed alone: a row may hold every other sign that ends one.
    """
    told: dict[str, list[str]] = {}
    for found in filter(None, map(_TOLD.fullmatch, said.split("\n"))):
        told.setdefault(found[1], []).append(found[2])
    return told


def _how_it_failed(result: dict[str, Any]) -> str:
    """Status, and of a test how many rows; an error's own text may quote rows and is left to dbt's log."""
    message = " ".join((result.get("message") or "").split())
    return f"{result['status']}: {message}" if message.startswith("Got ") else str(result["status"])


def _what_failed(settings: Settings, told_by_tests: dict[str, list[str]]) -> str:
    """What is wrong and what to do, where a test of ours has told it; else the names of what failed."""
    results = settings.dbt_target / "run_results.json"
    try:
        told = json.loads(results.read_text())["results"] if results.exists() else []
    except ValueError:
        told = []  # dbt was ended while it wrote them
    failed = [line for result in told if result["status"] in ("error", "fail") for line in _lines_of(result, told_by_tests)]
    more = [f"and {len(failed) - _MOST_TOLD} more"] if len(failed) > _MOST_TOLD else []
    return "; ".join(failed[:_MOST_TOLD] + more) or "before the first model"


def _lines_of(result: dict[str, Any], told_by_tests: dict[str, list[str]]) -> Iterator[str]:
    yield from told_by_tests.get(result["unique_id"]) or [f"{result['unique_id']} ({_how_it_failed(result)})"]


def _told_elsewhere() -> list[str]:
    """Words that leave out tests of rows of which others tell the same: each source's own mapping, and what a table follows row for row."""
    return ["--exclude", "tag:told_by_the_table", *(f"resource_type:test,path:models/intermediate/{source}" for source in SOURCES)]


def _run_dbt(settings: Settings, as_of: datetime, increment: Increment | None, lock: int) -> list[str]:
    """Run `dbt build`; returns what its tests warn of."""
    results = settings.dbt_target / "run_results.json"
    results.unlink(missing_ok=True)
    words = ["build", "--exclude-resource-type", "unit_test", *_told_elsewhere(), "--quiet"]
    command = dbt_command(settings, *words, variables=increment.lay_out(settings) if increment else None)
    before = increment.as_of_before if increment else None
    inputs_frozen = freeze_inputs(settings, settings.marts.parent)
    keep_open = not (increment and increment.is_of_large_history)
    environment = dbt_environment(settings, inputs_frozen, as_of=as_of, as_of_before=before, keep_open=keep_open)
    logged = log_size(settings)
    done = subprocess.run(
        command, env=environment, check=False, cwd=settings.dbt_project, pass_fds=[lock],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    said = done.stdout.decode(errors="replace")
    sys.stdout.write(said)
    told = lines_told(said)
    if done.returncode != 0:
        refuse_full_disk(settings.home, said)  # by which dbt writes neither results nor a log, and may leave room behind
        if tells_of_damage(settings, logged):
            set_aside_both(settings)
        raise BuildFailed(
            f"dbt build failed, the last good marts stay: {_what_failed(settings, told)}; see {settings.dbt_logs / 'dbt.log'}"
        )
    return [line for lines in told.values() for line in lines]


def _take_in_logs(settings: Settings) -> None:
    """Write into the database files what dbt committed but had no room for as it closed them: who copies a file leaves its log behind."""
    for path in (settings.warehouse, settings.marts):
        if path.with_name(f"{path.name}.wal").exists():
            with duckdb.connect(str(path)) as connection:
                connection.execute("checkpoint")


def build_marts(settings: Settings, *, run: str) -> dict[str, float] | None:
    """Build all marts and run their tests; returns the seconds it took, or None where nothing has changed.

    Raises:
        BuildFailed: a model or a test failed, or another build is under way; what was published before stays.
        DiskRefuses: the disk is full or read-only; what was published before stays.
    """
    # held throughout, by dbt too: an old process that comes back in the middle, or a dbt that outlives it, would write older marts
    # under the note of newer ones
    busy = BuildFailed("another build is under way: wait for it, or end its process; it holds locks/build.lock")
    with disk_room(settings.home), one_at_a_time(settings.home / "locks" / "build.lock", busy=busy) as lock:
        return _build_marts(settings, run, lock)


def _build_marts(settings: Settings, run: str, lock: int) -> dict[str, float] | None:
    started = time.monotonic()
    if path := set_aside_what_cannot_be_opened(settings):
        raise BuildFailed(f"{path} is open elsewhere: end that process, or let it read {settings.published} instead")
    before, now = built_from(settings), inputs(settings)
    if settings.warehouse.exists() and before.get("fingerprint") == now["fingerprint"]:
        return None
    increment = increment_since(settings, before, now)
    private_folder(settings.marts.parent)
    settings.marts.with_name("built.json").unlink(missing_ok=True)
    sync(settings.marts.parent)
    crash_point("build.begun")
    write_empty_batches(settings)
    write_receipts_table(settings)
    crash_point("build.inputs_laid")
    warnings = _run_dbt(settings, now["as_of"], increment, lock)
    crash_point("build.dbt_done")
    drop_tables_of_no_model(settings)
    _take_in_logs(settings)
    for path in (settings.warehouse, settings.marts):
        path.chmod(0o600)
    built = {**now, "run": run, "built_at": datetime.now(UTC), "is_increment": increment is not None, "warnings": warnings}
    built["holds_sandbox_data"] = any(settings.landing.glob("*/.sandbox"))
    write_json(settings.marts.with_name("built.json"), built)
    crash_point("build.noted")
    return {"seconds": round(time.monotonic() - started, 1)}
