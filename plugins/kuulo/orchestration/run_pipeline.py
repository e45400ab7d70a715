"""`make run`: every DAG once, in order, by Airflow itself in this process; then the scorecard.

The DAGs, their tasks and their runs are the same as under `make up`: only the scheduler's waiting is left out, since
one process runs them in the order in which the assets would.
"""

import contextlib
import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any

from kuulo.alerting.messages import SMTP, WEBHOOK
from kuulo.errors import KuuloError
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.landing.receipt import read_run_receipts
from kuulo.landing.whole_files import private_folder
from kuulo.orchestration.airflow_home import prepare_database, use_airflow_home
from kuulo.orchestration.progress import Progress, everything_else_to, say
from kuulo.orchestration.sandbox_process import sandbox_process
from kuulo.orchestration.sources_in_use import SourceInUse, has_connection, refuse_misspelt_connections, refuse_mixture, sources_in_use
from kuulo.publication.scorecard import scorecard_text
from kuulo.settings import Settings, load_settings
from kuulo.sources.database.read_declaration import connections_named, declaration_names
from kuulo.warehouse.made_from import built_from


def _failures_of(settings: Settings, run: str) -> list[str]:
    path = settings.home / "logs" / "failures.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [f"{line['dag']}.{line['task']}: {line['message']}" for line in lines if line["run"] == run]


def _what_entered(settings: Settings, run: str) -> str:
    receipts = [receipt for receipt in read_run_receipts(settings) if receipt.run == run]
    if not receipts:
        return "nothing new"
    received, validated = sum(r.received for r in receipts), sum(r.validated for r in receipts)
    quarantined, duplicates = sum(sum(r.quarantined.values()) for r in receipts), sum(r.duplicates for r in receipts)
    held_back = sum(r.held_back for r in receipts)
    told = f"{received:,} rows received, {validated:,} validated, {quarantined:,} quarantined, {duplicates:,} exact duplicates"
    return f"{told}, {held_back:,} held back" if held_back else told


def _run_dag(progress: Progress, settings: Settings, dags: Any, dag_id: str, conf: dict[str, Any]) -> None:
    started = time.monotonic()
    with everything_else_to(progress.log):
        dag_run = dags[dag_id].test(run_conf=conf)
    elapsed = time.monotonic() - started
    progress.spend_as_its_tasks_did(dag_run, elapsed)
    told = _what_entered(settings, dag_run.run_id) if dag_id.startswith("extract_") else ""
    if str(dag_run.state) != "success":
        failures = _failures_of(settings, dag_run.run_id) or [f"{dag_id} failed: see {progress.log}"]
        progress.failures += failures
        told = f"FAILED  {told}"
    skipped = not told and all(str(instance.state) == "skipped" for instance in dag_run.get_task_instances())
    say(f"  {dag_id:<18} {elapsed:6.1f} s   {'unchanged' if skipped else told}".rstrip())


def _conf(use: SourceInUse) -> dict[str, Any]:
    assert use.window is not None
    return {"window_start": use.window.start.isoformat(), "window_end": use.window.end.isoformat()}


def _run_all(progress: Progress, settings: Settings, sandbox_address: str) -> None:
    started = time.monotonic()
    with everything_else_to(progress.log):
        prepare_database()
        from airflow.dag_processing.dagbag import DagBag

        dags = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]).dags
        in_use = sources_in_use(settings, sandbox_address)
    progress.spend("Airflow", time.monotonic() - started)
    for use in in_use:
        origin = "the sandbox company, fictional data" if use.is_sandbox else "your connection"
        span = f"{use.window.start:%Y-%m-%d} to {use.window.end:%Y-%m-%d}" if use.window else "nothing new since the last window"
        say(f"  {use.source.name}: {origin}, {span}")
    say()
    for use in in_use:
        if use.window is not None:
            _run_dag(progress, settings, dags, f"extract_{use.source.name}", _conf(use))
    declared = ("extract_database",) if declaration_names(settings) else ()
    for dag_id in (*declared, "extract_files", "build_marts", "publish_marts"):
        if dag_id == "publish_marts" and any(line.startswith("build_marts") for line in progress.failures):
            continue
        _run_dag(progress, settings, dags, dag_id, {})
    with everything_else_to(progress.log):
        somebody_is_told = any(has_connection(name) for name in (SMTP, WEBHOOK))
    if somebody_is_told:
        _run_dag(progress, settings, dags, "send_alerts", {})


def _report(progress: Progress, settings: Settings, elapsed: float) -> None:
    say()
    say(scorecard_text(settings))
    say(f"{elapsed:.0f} seconds: {progress.seconds_text()}")
    say(f"marts       {settings.published / 'marts.duckdb'} (schema marts) and {settings.published / 'parquet'}")
    say(f"inbox       {settings.inbox} (put a folder with feed.yml there and run again)")
    say(f"validation  {settings.data_docs / 'index.html'}; refused rows in {settings.quarantine}")
    say(f"log         {progress.log}")


def run_pipeline(settings: Settings) -> int:
    """Run every DAG once; returns the process's exit status: 0, or 1 where any step failed."""
    started = time.monotonic()
    refuse_mixture(settings)
    refuse_misspelt_connections(connections_named(settings))
    use_airflow_home(settings, AIRFLOW__CORE__DEFAULT_TASK_RETRIES="0")
    progress = Progress(private_folder(settings.home / "logs") / f"run-{datetime.now(UTC):%Y%m%dT%H%M%S}.log")
    busy = KuuloError(f"another run is using {settings.home}: wait for it, or set another KUULO_HOME")
    with one_at_a_time(settings.home / "locks" / "run.lock", busy=busy), contextlib.ExitStack() as stack:
        say(f"Kuulo, data and state in {settings.home}")
        address = stack.enter_context(sandbox_process(settings)) if settings.sandbox else ""
        _run_all(progress, settings, address)
        _report(progress, settings, time.monotonic() - started)
    for line in built_from(settings).get("warnings", []):
        say(f"WARNING  {line}")
    for line in progress.failures:
        say(f"FAILED  {line}")
    return 1 if progress.failures else 0


def main() -> int:
    """Entry of `make run`."""
    try:
        return run_pipeline(load_settings())
    except KuuloError as error:
        say(f"kuulo: {error}", sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
