"""The tasks that build and publish the marts."""

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from kuulo.orchestration.assets import MARTS, PUBLISHED
from kuulo.orchestration.dag_defaults import WAREHOUSE_POOL
from kuulo.orchestration.told_errors import told_without_values
from kuulo.settings import load_settings


@task(task_id="build_marts", outlets=[MARTS], pool=WAREHOUSE_POOL)
@told_without_values
def build_marts_task() -> dict[str, float]:
    """One `dbt build`; skipped where nothing has changed since the last one."""
    from kuulo.publication.comments import withdraw_comments
    from kuulo.warehouse.build import build_marts

    settings, run = load_settings(), str(get_current_context()["run_id"])
    withdraw_comments(settings, run=run)  # first: after a build that fails nothing is published, and nothing would be withdrawn
    built = build_marts(settings, run=run)
    if built is None:
        raise AirflowSkipException("nothing has changed since the last build")
    return built


@task(task_id="publish_marts", outlets=[PUBLISHED], pool=WAREHOUSE_POOL)
@told_without_values
def publish_marts_task() -> dict[str, int]:
    """Swap the published copy; skipped where it holds these marts already."""
    from kuulo.publication.publish import publish_marts

    published = publish_marts(load_settings(), run=str(get_current_context()["run_id"]))
    if published is None:
        raise AirflowSkipException("these marts are published already")
    return published
