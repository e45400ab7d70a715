"""Build the marts with dbt, whenever any source has new validated rows.

What: one `dbt build` (models and their tests) from `validated/` to `build/marts.duckdb`; the warehouse is a cache.
When: as soon as one source has new rows; one build at a time (pool `kuulo_warehouse`).
Who: analytics engineering.
Red: nothing is published and the last good marts stay; the task's last line names the model or test that failed,
`dbt/logs/dbt.log` has the rest.
"""

from airflow.sdk import dag

from kuulo.orchestration.assets import ANY_VALIDATED
from kuulo.orchestration.dag_defaults import DEFAULT_ARGS, START_DATE
from kuulo.orchestration.marts_tasks import build_marts_task


@dag(
    schedule=ANY_VALIDATED,
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["marts"],
    doc_md=__doc__,
)
def build_marts():
    build_marts_task()


build_marts()
