"""The tasks that erase a person, or hand out what is held about one. Whom a request is about is read from its file, never from Airflow."""

from datetime import UTC, datetime

from airflow.sdk import Param, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from kuulo.orchestration.dag_defaults import WAREHOUSE_POOL
from kuulo.orchestration.told_errors import told_without_values
from kuulo.settings import load_settings

REQUEST_PARAMS = {
    "request": Param(
        None,
        type=["null", "string"],
        pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$",
        description="name of a request's file, <name>.json; empty: every request that waits. Never a person's id or e-mail.",
    )
}


def _now() -> datetime:
    return datetime.now(UTC)


@task(task_id="erase", pool=WAREHOUSE_POOL)
@told_without_values
def erase_task() -> dict[str, int]:
    """Rows that went, by place."""
    from kuulo.erasure.erase import erase_requested

    context = get_current_context()
    outcome = erase_requested(load_settings(), run=str(context["run_id"]), clock=_now, only=context["params"]["request"])
    if outcome is None:
        raise AirflowSkipException("nobody waits to be erased")
    return {"people": outcome.people, **outcome.records, "inbox files that still name them": len(outcome.inbox_files)}


@task(task_id="close_audit", pool=WAREHOUSE_POOL, trigger_rule=TriggerRule.NONE_FAILED)
@told_without_values
def close_audit_task() -> int:
    """Remove the published copies of before; erasures that are done now."""
    from kuulo.erasure.erase import finish_erasures

    return finish_erasures(load_settings(), clock=_now)


@task(task_id="export", pool=WAREHOUSE_POOL)
@told_without_values
def export_task() -> dict[str, int]:
    """Rows that were written, by request."""
    from kuulo.erasure.export import export_requested

    context = get_current_context()
    written = export_requested(load_settings(), run=str(context["run_id"]), clock=_now, only=context["params"]["request"])
    if not written:
        raise AirflowSkipException("nobody waits for an export")
    return written
