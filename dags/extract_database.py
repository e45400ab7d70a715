"""Read the tables and queries that are declared in databases/, daily.

What: every `databases/<name>.yml` to `landing/database/`, rows that obey `expectations/database/` to
`validated/database/`. One task a declaration; without declarations there is nothing to do.
When: daily, the interval of the schedule; or a window of your own by `window_start` and `window_end`.
Who: whoever owns the declaration.
Red: `tell_what_stopped` names the declaration and the remedy; refused rows are in `quarantine/database/`.
"""

from airflow.sdk import CronDataIntervalTimetable, dag

from kuulo.orchestration.dag_defaults import DEFAULT_ARGS, START_DATE, WINDOW_PARAMS
from kuulo.orchestration.database_tasks import read_databases
from kuulo.orchestration.landing_task_group import land_source


@dag(
    schedule=CronDataIntervalTimetable("0 1 * * *", timezone="UTC"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=WINDOW_PARAMS,
    tags=["extract", "database"],
    doc_md=__doc__,
)
def extract_database():
    land_source("database", read_databases)


extract_database()
