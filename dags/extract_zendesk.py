"""Read Zendesk tickets with their metrics, users, organizations, groups, metric events and ratings, daily.

What: pages to `landing/zendesk/`, rows that obey `expectations/zendesk/` to `validated/zendesk/`.
When: daily, from the cursor that the last reading left; or a window of your own by `window_start` and `window_end`.
Who: data engineering.
Red: `tell_what_stopped` says which stream and why; refused rows are in `quarantine/zendesk/`, the verdicts in
`data_docs/`, the history in `marts.pipeline_health`. A stream that the plan lacks stops alone: name it in the
connection's extra `without`.
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
    tags=["extract", "support"],
    doc_md=__doc__,
)
def extract_zendesk():
    land_source("zendesk")


extract_zendesk()
