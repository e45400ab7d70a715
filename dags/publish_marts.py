"""Publish the marts for BI tools, whenever they have changed.

What: `build/marts.duckdb` to `published/marts.duckdb` and `published/parquet/<mart>.parquet`, swapped whole: a reader
sees the old or the new, and never holds the pipeline up.
When: after every build that changed the marts.
Who: analytics engineering.
Red: readers keep the last publication; `marts.publication` in it says from when it is.
"""

from airflow.sdk import dag

from kuulo.orchestration.assets import MARTS
from kuulo.orchestration.dag_defaults import DEFAULT_ARGS, START_DATE
from kuulo.orchestration.marts_tasks import publish_marts_task


@dag(
    schedule=[MARTS],
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["publish"],
    doc_md=__doc__,
)
def publish_marts():
    publish_marts_task()


publish_marts()
