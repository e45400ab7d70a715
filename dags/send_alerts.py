"""Tell people of what is wrong, one message a cause: stopped streams, late sources, refused rows, failed builds, odd metrics.

What: reads receipts, failures and the published scorecard; sends by the connections `kuulo_alerts_smtp` and
`kuulo_alerts_webhook` what has begun, changed or ended since (`alerts/` keeps what was told). Nothing personal is sent.
When: every ten minutes; skipped where neither connection is there.
Who: data engineering.
Red: a channel did not take a message; the task's last line names its connection. It is sent again with the next run.
"""

from airflow.sdk import CronTriggerTimetable, dag

from kuulo.orchestration.alert_channels import send_alerts_task
from kuulo.orchestration.dag_defaults import DEFAULT_ARGS, START_DATE


@dag(
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="UTC"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS | {"retries": 0},
    tags=["upkeep"],
    doc_md=__doc__,
)
def send_alerts():
    send_alerts_task()


send_alerts()
