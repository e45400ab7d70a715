"""The task that keeps data no longer than it may be kept."""

from datetime import UTC, datetime

from airflow.sdk import Param, get_current_context, task

from kuulo.orchestration.told_errors import told_without_values
from kuulo.settings import load_settings

RETENTION_PARAMS = {"only_tell": Param(False, type="boolean", description="count what would go, and delete nothing")}


@task(task_id="delete_what_is_old_enough")
@told_without_values
def enforce_retention_task() -> dict[str, str]:
    """Files and bytes deleted, by class."""
    from kuulo.retention import enforce_retention

    only_tell = bool(get_current_context()["params"]["only_tell"])
    return enforce_retention(load_settings(), now=datetime.now(UTC), only_tell=only_tell).lines()
