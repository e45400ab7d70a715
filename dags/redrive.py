"""Send a stream's rows through again after a changed declaration, suite or seed, without asking the vendor.

What: the stream's landed batches are typed again where the declaration has changed, and judged by today's suite and seeds;
then marts are built and published. docs/quarantine.md says how to look at what was refused and how to correct it.
When: by hand, with `source` and `stream`, and a window or all that has landed. `make redrive` does the same but for the marts.
Who: data engineering.
Red: the message names the batches that were stopped or could not be typed again, and why; what entered before stays.
"""

from airflow.sdk import dag

from kuulo.orchestration.dag_defaults import DEFAULT_ARGS, START_DATE
from kuulo.orchestration.marts_tasks import build_marts_task, publish_marts_task
from kuulo.orchestration.redrive_tasks import REDRIVE_PARAMS, redrive_task


@dag(
    schedule=None,
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=REDRIVE_PARAMS,
    tags=["quarantine"],
    doc_md=__doc__,
)
def redrive():
    redrive_task() >> build_marts_task() >> publish_marts_task()


redrive()
