"""Which sources a run reads, from where, and which window of each."""

import difflib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder
from kuulo.orchestration.sandbox_process import STANDS_IN_FOR, connect_to_sandbox
from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES
from kuulo.sources.source import Source, Window

FIRST_READING = timedelta(days=548)  # eighteen months: what a first run against a vendor reads
_PREFIX = "AIRFLOW_CONN_"


@dataclass(frozen=True)
class SourceInUse:
    """A source, the window to read of it, and whether the sandbox stands in for it."""

    source: Source
    window: Window | None
    is_sandbox: bool


def refuse_misspelt_connections() -> None:
    """Raise KuuloError for an AIRFLOW_CONN_ variable that is nearly, but not, a source's name."""
    for variable in os.environ:
        name = variable.removeprefix(_PREFIX).lower()
        if not variable.startswith(_PREFIX) or name in SOURCES:
            continue
        close = difflib.get_close_matches(name, list(SOURCES), n=1, cutoff=0.75)
        if close:
            raise KuuloError(f"{variable} names no source: did you mean {_PREFIX}{close[0].upper()}?")


def _has_connection(source: str) -> bool:
    from airflow.models.connection import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        Connection.get_connection_from_secrets(source)
    except AirflowNotFoundException:
        return False
    except Exception as error:
        raise KuuloError(
            f"{_PREFIX}{source.upper()} cannot be read ({type(error).__name__}): write it as a URI or as JSON, "
            f'for example {{"conn_type": "http", "host": "https://...", "password": "..."}}'
        ) from None
    return True


def _next_window(settings: Settings, source: Source) -> Window | None:
    """From the end of what has landed of every stream (or eighteen months back) to the last midnight, UTC."""
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    newest = []
    for stream in source.streams:
        batches = [path.parent.name for path in (settings.landing / source.name / stream.name).glob("*/receipt.json")]
        ends = [datetime.strptime(batch.split("--")[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for batch in batches]
        newest.append(max(ends, default=end - FIRST_READING))
    start = min(newest)
    return Window(start, end) if start < end else None


def _refuse_mixture(settings: Settings, source: str, from_sandbox: Path) -> None:
    """Windows that landed from the sandbox would be taken for the vendor's own, and read no more."""
    if from_sandbox.exists():
        raise KuuloError(
            f"{settings.home} holds the sandbox company's {source} data, which would mix with your connection's: "
            f"set another KUULO_HOME, or remove that folder first"
        )


def sources_in_use(settings: Settings, sandbox_address: str) -> list[SourceInUse]:
    """The API sources that this run reads. Without a connection the sandbox stands in, where it is on."""
    in_use = []
    for source in SOURCES.values():
        if not source.base_url:
            continue
        from_sandbox = settings.landing / source.name / ".sandbox"
        if _has_connection(source.name):
            _refuse_mixture(settings, source.name, from_sandbox)
            in_use.append(SourceInUse(source, _next_window(settings, source), is_sandbox=False))
        elif sandbox_address and source.name in STANDS_IN_FOR:
            from kuulo.sandbox.history import AS_OF, HISTORY_START

            connect_to_sandbox(source.name, sandbox_address)
            private_folder(from_sandbox.parent)
            if not from_sandbox.exists():
                from_sandbox.touch(mode=0o600)
            in_use.append(SourceInUse(source, Window(HISTORY_START, AS_OF), is_sandbox=True))
    return in_use
