"""Send a stream's rows through again after a changed declaration, suite or seed, without asking the vendor.

What: the stream's landed batches are typed again where the declaration has changed, and judged by today's suite and seeds;
then marts are built and published. docs/quarantine.md says how to look at what was refused and how to correct it.
When: by hand, with `source` and `stream`, and a window or all that has landed. `make redrive` does the same but for the marts.
Who: data engineering.
Red: `tell_what_was_missed` names the batches that were stopped or could not be typed again, and why; what of them entered before
stays, and the others are sent, built and published all the same.
"""

from airflow.sdk import dag

from kuulo.orchestration.dag_defaults import BY_HAND
from kuulo.orchestration.marts_tasks import build_marts_task, publish_marts_task
from kuulo.orchestration.redrive_tasks import REDRIVE_PARAMS, redrive_task, tell_what_was_missed


@dag(**BY_HAND, params=REDRIVE_PARAMS, tags=["quarantine"], doc_md=__doc__)
def redrive():
    done = redrive_task()
    done >> build_marts_task() >> publish_marts_task()
    tell_what_was_missed(done)


redrive()
