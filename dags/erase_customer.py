"""Erase the people whose requests lie in erasures/, from everywhere; they do not come back.

What: pages, rows, refused rows, warehouse, marts and what is published; a keyed hash of each id keeps them out for ever. Marts
are built and published anew in the same run. docs/personal_data.md says what is reached and what is not.
When: by hand, with `make erase` or by laying a request down; `request` names one, empty takes all that wait.
Who: whoever answers for personal data.
Red: the people are on the list already and what was begun is finished by the next run: start it again. A request that cannot be
read is named, and nobody has been erased.
"""

from airflow.sdk import dag

from kuulo.orchestration.dag_defaults import BY_HAND
from kuulo.orchestration.marts_tasks import build_marts_task, publish_marts_task
from kuulo.orchestration.person_tasks import REQUEST_PARAMS, close_audit_task, erase_task


@dag(**BY_HAND, params=REQUEST_PARAMS, tags=["personal-data"], doc_md=__doc__)
def erase_customer():
    erase_task() >> build_marts_task() >> publish_marts_task() >> close_audit_task()


erase_customer()
