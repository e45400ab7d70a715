"""Write down what is held about the people whose requests lie in exports/.

What: `exports/<request>/`, a JSON file a stream with every row and record, and index.md for the person; only its owner can read it.
When: by hand, with `make export` or by laying a request down; `request` names one, empty takes all that wait.
Who: whoever answers for personal data.
Red: the task's last line names the request that cannot be carried out, and why; others of the same run are written.
"""

from airflow.sdk import dag

from kuulo.orchestration.dag_defaults import BY_HAND
from kuulo.orchestration.person_tasks import REQUEST_PARAMS, export_task


@dag(**BY_HAND, params=REQUEST_PARAMS, tags=["personal-data"], doc_md=__doc__)
def export_customer():
    export_task()


export_customer()
