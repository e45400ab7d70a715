"""Delete what is older than its class of data is kept, daily.

What: pages and typed rows of validated batches in `landing/`, refused rows in `quarantine/`, receipts of runs, logs; each by
its days in `KUULO_KEEP_DAYS`, a class that is not named there for good. `validated/` and what is made of it are never touched.
When: daily, and whenever somebody wants to know (`only_tell` deletes nothing).
Who: data engineering.
Red: a file could not be deleted; the task's log says where. What was deleted stays deleted, run it again.
"""

from airflow.sdk import CronDataIntervalTimetable, dag

from kuulo.orchestration.dag_defaults import DEFAULT_ARGS, START_DATE
from kuulo.orchestration.upkeep_tasks import RETENTION_PARAMS, enforce_retention_task


@dag(
    schedule=CronDataIntervalTimetable("30 4 * * *", timezone="UTC"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=RETENTION_PARAMS,
    tags=["upkeep"],
    doc_md=__doc__,
)
def enforce_retention():
    enforce_retention_task()


enforce_retention()
