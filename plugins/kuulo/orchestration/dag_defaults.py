"""What all DAGs share: retries by kind of error, parameters of a window, who is told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pendulum
from airflow.sdk import ExceptionRetryPolicy, Param, RetryAction, RetryRule

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder
from kuulo.settings import load_settings

START_DATE = pendulum.datetime(2026, 1, 1, tz="UTC")
WAREHOUSE_POOL = "kuulo_warehouse"

RETRY_BY_REMEDY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="kuulo.sources.api_errors.RetryLater",
            action=RetryAction.RETRY,
            retry_delay=timedelta(minutes=10),
            reason="the vendor asks us to wait, or does not answer",
        ),
        RetryRule(
            exception="kuulo.errors.KuuloError",
            action=RetryAction.FAIL,
            reason="trying again changes nothing: the message says what to mend",
        ),
    ]
)

WINDOW_PARAMS = {
    "window_start": Param(None, type=["null", "string"], format="date-time", description="ISO 8601; empty: the schedule's interval"),
    "window_end": Param(None, type=["null", "string"], format="date-time", description="ISO 8601, exclusive"),
    "refresh": Param(False, type="boolean", description="ask the vendor again, also for windows that have landed"),
}


def source_pool(source: str) -> str:
    """The pool that keeps parallel reading of a source within its vendor's limits."""
    return f"kuulo_{source}"


def _safe_text(error: BaseException | None) -> str:
    """The text of our own errors; of others only the kind, since their texts may quote rows."""
    return str(error).strip() if isinstance(error, KuuloError) else f"{type(error).__name__}: the task's log has the rest"


def note_failure(context: Any) -> None:
    """Keep one line a failed task in logs/failures.jsonl: run, DAG, task and message."""
    settings = load_settings()
    instance = context["ti"]
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": context["run_id"],
        "dag": instance.dag_id,
        "task": instance.task_id,
        "message": _safe_text(context.get("exception")),
    }
    path = private_folder(settings.home / "logs") / "failures.jsonl"
    with path.open("a") as failures:
        failures.write(json.dumps(line, ensure_ascii=False) + "\n")
    path.chmod(0o600)


DEFAULT_ARGS: dict[str, Any] = {
    "owner": "data-engineering",
    "retry_policy": RETRY_BY_REMEDY,
    "retry_delay": timedelta(minutes=2),
    "on_failure_callback": note_failure,
}

# a DAG that somebody starts, one run at a time
BY_HAND: dict[str, Any] = {
    "schedule": None,
    "start_date": START_DATE,
    "catchup": False,
    "max_active_runs": 1,
    "default_args": DEFAULT_ARGS,
}
