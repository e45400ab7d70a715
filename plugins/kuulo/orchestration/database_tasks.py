"""The tasks that read source `database`: find the declarations, then one mapped task for each."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from kuulo.errors import KuuloError
from kuulo.landing.coverage import covered_until
from kuulo.landing.receipt import forget_failure
from kuulo.orchestration.dag_defaults import source_pool
from kuulo.orchestration.landing_task_group import note_failed, window_of, without_hole
from kuulo.orchestration.sources_in_use import FIRST_READING
from kuulo.orchestration.told_errors import told_without_values
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.settings import Settings, load_settings
from kuulo.sources.canonical import DATABASE
from kuulo.sources.database.declaration import Declaration
from kuulo.sources.source import Window

SANDBOX = "sandbox_"
_A_DAY = timedelta(days=1)


def _now() -> datetime:
    return datetime.now(UTC)


def next_window(declared: Declaration, covered: datetime | None, now: datetime) -> Window | None:
    """What a run without a window of its own reads: from where the reading before stopped to the last midnight, UTC."""
    if declared.name.startswith(SANDBOX):
        return Window(HISTORY_START, AS_OF)
    end = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if declared.full:
        return Window(end - _A_DAY, end)
    start = covered or end - FIRST_READING
    return Window(start, end) if start < end else None


def _window(settings: Settings, declared: Declaration, context: Any) -> Window:
    covered = None if declared.full else covered_until(settings, DATABASE.name, declared.feed.stream.name, declared=declared.name)
    kind = context["dag_run"].run_type
    if kind == "manual" and not (context["params"]["window_start"] or context["params"]["window_end"]):
        window = next_window(declared, covered, _now())
        if window is None:
            raise AirflowSkipException(f"{declared.where}: nothing new since the last window")
        return window
    window = window_of(context["params"], context.get("data_interval_start"), context.get("data_interval_end"))
    history_start = HISTORY_START if declared.name.startswith(SANDBOX) else None
    return window if kind != "scheduled" or declared.full else without_hole(window, covered, history_start)


def _land(settings: Settings, name: str, context: Any) -> int:
    from kuulo.landing.land_table import land_table
    from kuulo.orchestration.database_connections import database_of
    from kuulo.sources.database.read_declaration import read_declaration

    declared = read_declaration(settings, name)
    receipt = land_table(
        settings=settings,
        source=DATABASE,
        declared=declared,
        window=_window(settings, declared, context),
        database=database_of(declared),
        run=context["run_id"],
        clock=_now,
        refresh=context["params"]["refresh"],
    )
    return receipt.received


def read_databases() -> Any:
    """Tasks that land every declaration of `$KUULO_HOME/databases/`; one that fails leaves the others alone."""

    @task
    @told_without_values
    def find_declarations() -> list[str]:
        from kuulo.sources.database.read_declaration import declaration_names

        settings = load_settings()
        names = declaration_names(settings)
        if not names:
            raise AirflowSkipException(f"no declarations in {settings.databases}: docs/database.md says how to write one")
        return names

    @task(pool=source_pool(DATABASE.name), map_index_template="{{ declaration }}")
    @told_without_values
    def extract_to_landing(name: str) -> int:
        context: Any = get_current_context()
        context["declaration"] = name
        settings = load_settings()
        try:
            received = _land(settings, name, context)
        except KuuloError as error:
            note_failed(DATABASE.name, name, context["run_id"], error)
            raise
        forget_failure(settings, context["run_id"], DATABASE.name, name)
        return received

    return extract_to_landing.expand(name=find_declarations())
