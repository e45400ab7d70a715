"""The tasks that send a stream's rows through again, and tell what did not go."""

from datetime import UTC, datetime

from airflow.sdk import Param, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from kuulo.errors import KuuloError
from kuulo.orchestration.told_errors import told_without_values
from kuulo.settings import load_settings
from kuulo.sources.catalog import SOURCES
from kuulo.sources.chosen_stream import chosen_stream, chosen_window

REDRIVE_PARAMS = {
    "source": Param("", type="string", enum=["", *sorted(SOURCES)], description="the source whose rows are sent through again"),
    "stream": Param("", type="string", pattern=r"^[a-z0-9_]{0,64}$", description="its stream"),
    "window_start": Param(None, type=["null", "string"], format="date-time", description="ISO 8601; empty: all that has landed"),
    "window_end": Param(None, type=["null", "string"], format="date-time", description="ISO 8601, exclusive"),
}


def _now() -> datetime:
    return datetime.now(UTC)


@task(task_id="send_through_again")
@told_without_values
def redrive_task() -> dict[str, list[str]]:
    """One line a thing that was `sent`, or `missed`; skipped where there is nothing to send."""
    from kuulo.validation.redrive import redrive

    context = get_current_context()
    params = context["params"]
    source, stream = chosen_stream(SOURCES, params["source"], params["stream"])
    window = chosen_window(params["window_start"] or "", params["window_end"] or "")
    done = redrive(settings=load_settings(), source=source, stream=stream, window=window, run=str(context["run_id"]), clock=_now)
    if not done.judged and not done.missed:
        raise AirflowSkipException(done.lines[0])
    return {"sent": [line for line in done.lines if line not in done.missed], "missed": done.missed}


@task
@told_without_values
def tell_what_was_missed(done: dict[str, list[str]]) -> None:
    """Fail with what could not be sent, and why; the others are built and published meanwhile."""
    if done["missed"]:
        raise KuuloError("; ".join(done["missed"]))
