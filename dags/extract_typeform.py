"""Read the answers to Typeform's surveys, daily; skipped by `make run` until there is a connection `typeform`.

What: pages to `landing/typeform/`, rows that obey `expectations/typeform/` to `validated/typeform/`.
When: daily, the interval of the schedule; or a window of your own by `window_start` and `window_end`.
Who: data engineering.
Red: `tell_what_stopped` says which stream and why; refused rows are in `quarantine/typeform/`, the verdicts in
`data_docs/`, the history in `marts.pipeline_health`.
"""

from airflow.sdk import CronDataIntervalTimetable, dag

from kuulo.orchestration.dag_defaults import DEFAULT_ARGS, START_DATE, WINDOW_PARAMS
from kuulo.orchestration.landing_task_group import land_source


@dag(
    schedule=CronDataIntervalTimetable("0 1 * * *", timezone="UTC"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=WINDOW_PARAMS,
    tags=["extract", "surveys"],
    doc_md=__doc__,
)
def extract_typeform():
    land_source("typeform")


extract_typeform()
