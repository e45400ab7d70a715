"""`make run`: every DAG once, in order, by Airflow itself in this process; then the scorecard.

The DAGs, their tasks and their runs are the same as under `make up`: only the scheduler's waiting is left out, since
one process runs them in the order in which the assets would.
"""

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from kuulo.errors import KuuloError
from kuulo.landing.receipt import read_run_receipts
from kuulo.landing.whole_files import private_folder
from kuulo.orchestration.airflow_home import prepare_database, use_airflow_home
from kuulo.orchestration.sandbox_process import sandbox_process
from kuulo.orchestration.sources_in_use import SourceInUse, refuse_misspelt_connections, sources_in_use
from kuulo.publication.scorecard import scorecard_text
from kuulo.settings import Settings, SettingsError, load_settings

_KIND_OF_WORK = {
    "extract_to_landing": "extract",
    "take_in_files": "extract",
    "validate_landing": "validate",
    "build_marts": "dbt",
    "publish_marts": "publish",
}


class Progress:
    """What the user sees: a line a step; everything else goes to the log."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.seconds: dict[str, float] = {}
        self.failures: list[str] = []
        self._screen: IO[str] = os.fdopen(os.dup(1), "w")

    def say(self, text: str = "") -> None:
        """Print a line on the screen."""
        self._screen.write(text + "\n")
        self._screen.flush()

    @contextlib.contextmanager
    def everything_else_to_the_log(self) -> Iterator[None]:
        """Send what Airflow and the tasks print to the log file."""
        kept = os.dup(1), os.dup(2)
        sys.stdout.flush()
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.dup2(descriptor, 1)
            os.dup2(descriptor, 2)
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, copy in zip((1, 2), kept, strict=True):
                os.dup2(copy, number)
                os.close(copy)
            os.close(descriptor)


@contextlib.contextmanager
def _only_run(settings: Settings) -> Iterator[None]:
    """One `make run` a KUULO_HOME at a time; the lock goes with the process, however it ends."""
    with (private_folder(settings.home) / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KuuloError(f"another run is using {settings.home}: wait for it, or set another KUULO_HOME") from None
        yield


def _refuse_mixture(settings: Settings) -> None:
    """Fictional rows must not stay unnoticed among real ones."""
    if not settings.sandbox and (settings.inbox / "sandbox_customers").exists():
        raise KuuloError(
            f"KUULO_SANDBOX=0, but {settings.home} holds the sandbox company's data: set another KUULO_HOME, or remove that folder first"
        )


def _failures_of(settings: Settings, run: str) -> list[str]:
    path = settings.home / "logs" / "failures.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [f"{line['dag']}.{line['task']}: {line['message']}" for line in lines if line["run"] == run]


def _count_seconds(progress: Progress, dag_run: Any, elapsed: float) -> None:
    working = 0.0
    for instance in dag_run.get_task_instances():
        kind = _KIND_OF_WORK.get(instance.task_id)
        if kind and instance.start_date and instance.end_date:
            seconds = (instance.end_date - instance.start_date).total_seconds()
            progress.seconds[kind] = progress.seconds.get(kind, 0.0) + seconds
            working += seconds
    progress.seconds["Airflow"] = progress.seconds.get("Airflow", 0.0) + max(elapsed - working, 0.0)


def _what_entered(settings: Settings, run: str) -> str:
    receipts = [receipt for receipt in read_run_receipts(settings) if receipt.run == run]
    if not receipts:
        return "nothing new"
    received, validated = sum(r.received for r in receipts), sum(r.validated for r in receipts)
    quarantined, duplicates = sum(sum(r.quarantined.values()) for r in receipts), sum(r.duplicates for r in receipts)
    return f"{received:,} rows received, {validated:,} validated, {quarantined:,} quarantined, {duplicates:,} exact duplicates"


def _run_dag(progress: Progress, settings: Settings, dags: Any, dag_id: str, conf: dict[str, Any]) -> None:
    started = time.monotonic()
    with progress.everything_else_to_the_log():
        dag_run = dags[dag_id].test(run_conf=conf)
    elapsed = time.monotonic() - started
    _count_seconds(progress, dag_run, elapsed)
    told = _what_entered(settings, dag_run.run_id) if dag_id.startswith("extract_") else ""
    if str(dag_run.state) != "success":
        failures = _failures_of(settings, dag_run.run_id) or [f"{dag_id} failed: see {progress.log}"]
        progress.failures += failures
        told = f"FAILED  {told}"
    skipped = not told and all(str(instance.state) == "skipped" for instance in dag_run.get_task_instances())
    progress.say(f"  {dag_id:<18} {elapsed:6.1f} s   {'unchanged' if skipped else told}".rstrip())


def _conf(use: SourceInUse) -> dict[str, Any]:
    assert use.window is not None
    return {"window_start": use.window.start.isoformat(), "window_end": use.window.end.isoformat()}


def _run_all(progress: Progress, settings: Settings, sandbox_address: str) -> None:
    started = time.monotonic()
    with progress.everything_else_to_the_log():
        prepare_database()
        from airflow.dag_processing.dagbag import DagBag

        dags = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]).dags
        in_use = sources_in_use(settings, sandbox_address)
    progress.seconds["Airflow"] = time.monotonic() - started
    for use in in_use:
        origin = "the sandbox company, fictional data" if use.is_sandbox else "your connection"
        span = f"{use.window.start:%Y-%m-%d} to {use.window.end:%Y-%m-%d}" if use.window else "nothing new since the last window"
        progress.say(f"  {use.source.name}: {origin}, {span}")
    progress.say()
    for use in in_use:
        if use.window is not None:
            _run_dag(progress, settings, dags, f"extract_{use.source.name}", _conf(use))
    for dag_id in ("extract_files", "build_marts", "publish_marts"):
        if dag_id == "publish_marts" and any(line.startswith("build_marts") for line in progress.failures):
            continue
        _run_dag(progress, settings, dags, dag_id, {})


def _report(progress: Progress, settings: Settings, elapsed: float) -> None:
    progress.say()
    progress.say(scorecard_text(settings))
    spent = ", ".join(f"{name} {seconds:.1f}" for name, seconds in sorted(progress.seconds.items(), key=lambda item: -item[1]))
    progress.say(f"{elapsed:.0f} seconds: {spent}")
    progress.say(f"marts       {settings.published / 'marts.duckdb'} (schema marts) and {settings.published / 'parquet'}")
    progress.say(f"inbox       {settings.inbox} (put a folder with feed.yml there and run again)")
    progress.say(f"validation  {settings.data_docs / 'index.html'}; refused rows in {settings.quarantine}")
    progress.say(f"log         {progress.log}")


def run_pipeline(settings: Settings) -> int:
    """Run every DAG once; returns the process's exit status: 0, or 1 where any step failed."""
    started = time.monotonic()
    _refuse_mixture(settings)
    refuse_misspelt_connections()
    use_airflow_home(settings, AIRFLOW__CORE__DEFAULT_TASK_RETRIES="0")
    progress = Progress(private_folder(settings.home / "logs") / f"run-{datetime.now(UTC):%Y%m%dT%H%M%S}.log")
    with _only_run(settings), contextlib.ExitStack() as stack:
        progress.say(f"Kuulo, data and state in {settings.home}")
        stand_in = settings.sandbox
        address = stack.enter_context(sandbox_process(settings)) if stand_in else ""
        _run_all(progress, settings, address)
        _report(progress, settings, time.monotonic() - started)
    for line in progress.failures:
        progress.say(f"FAILED  {line}")
    return 1 if progress.failures else 0


def main() -> int:
    """Entry of `make run`."""
    try:
        return run_pipeline(load_settings())
    except (KuuloError, SettingsError) as error:
        print(f"kuulo: {error}", file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
