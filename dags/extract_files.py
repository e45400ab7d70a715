"""Take in the files that lie in the inbox, hourly.

What: every `inbox/<feed>/feed.yml` with its files to `landing/files/`, rows that obey `expectations/files/` to
`validated/files/`. A file is taken in once, by name and content; a changed file replaces its earlier rows.
When: hourly; the window parameters have no say here.
Who: whoever owns the feed.
Red: `tell_what_stopped` names the file and the remedy; refused rows are in `quarantine/files/`.
"""

from airflow.sdk import dag

from kuulo.orchestration.dag_defaults import DEFAULT_ARGS, START_DATE, WINDOW_PARAMS
from kuulo.orchestration.landing_task_group import land_source


@dag(
    schedule="@hourly",
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=WINDOW_PARAMS,
    tags=["extract", "files"],
    doc_md=__doc__,
)
def extract_files():
    land_source("files")


extract_files()
