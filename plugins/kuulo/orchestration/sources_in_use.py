"""Which sources a run reads, from where, and which window of each."""

import difflib
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kuulo.errors import KuuloError
from kuulo.landing.coverage import covered_until
from kuulo.landing.whole_files import private_folder
from kuulo.orchestration.sandbox_process import STANDS_IN_FOR, connect_to_sandbox, connect_to_sandbox_database
from kuulo.sandbox.history import AS_OF, HISTORY_START
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


def refuse_misspelt_connections(declared: Collection[str] = ()) -> None:
    """Raise KuuloError for an AIRFLOW_CONN_ variable that is nearly, but not, a source's name, nor one that a declaration names."""
    known = [name for name, source in SOURCES.items() if source.base_url]
    for variable in os.environ:
        name = variable.removeprefix(_PREFIX).lower()
        if not variable.startswith(_PREFIX) or name in known or name in declared:
            continue
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
        if close:
            raise KuuloError(f"{variable} names no source: did you mean {_PREFIX}{close[0].upper()}?")


def has_connection(source: str) -> bool:
    """Whether Airflow knows a connection of that id; KuuloError where it is there and cannot be read."""
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
    """From where every stream has been read without a hole (or eighteen months back) to the last midnight, UTC."""
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    covered = [covered_until(settings, source.name, stream.name) for stream in source.streams]
    start = min(until or end - FIRST_READING for until in covered)
    return Window(start, end) if start < end else None


def sandbox_marker(settings: Settings, source: str) -> Path:
    """The file that says that what has landed of a source is the sandbox company's."""
    return settings.landing / source / ".sandbox"


def has_landed(settings: Settings, source: str) -> bool:
    """Whether a window of the source has been read whole."""
    return next((settings.landing / source).glob("*/*/receipt.json"), None) is not None


def refuse_mixture(settings: Settings) -> None:
    """Fictional rows must not stay unnoticed among real ones: raise KuuloError where the sandbox is off, but its rows are here."""
    fictional = [name for name in SOURCES if sandbox_marker(settings, name).exists()]
    laid = sorted(path.name for folder in (settings.inbox, settings.databases) for path in folder.glob("sandbox_*"))
    if not settings.sandbox and (fictional or laid):
        raise KuuloError(
            f"KUULO_SANDBOX=0, but {settings.home} holds the sandbox company's data ({', '.join([*fictional, *laid])}): "
            f"set another KUULO_HOME"
        )


def _refuse_own_connection(settings: Settings, source: str) -> None:
    """Windows that landed from the sandbox would be taken for the vendor's own, and read no more."""
    if sandbox_marker(settings, source).exists():
        raise KuuloError(
            f"{settings.home} holds the sandbox company's {source} data, which would mix with your connection's: set another KUULO_HOME"
        )


def mark_as_sandbox(settings: Settings, source: str) -> None:
    """Note that what lands of a source is the sandbox company's; raises KuuloError where real data has landed already."""
    marker = sandbox_marker(settings, source)
    if not marker.exists():
        if has_landed(settings, source):
            raise KuuloError(
                f"{settings.home} holds your own {source} data, but there is no connection {source!r} now: set {_PREFIX}{source.upper()}, "
                f"or KUULO_SANDBOX=0 to go on without it"
            )
        private_folder(marker.parent)
        marker.touch(mode=0o600)


def sources_in_use(settings: Settings, sandbox_address: str) -> list[SourceInUse]:
    """The API sources that this run reads. Without a connection the sandbox stands in, where it is on."""
    in_use = []
    if sandbox_address:
        connect_to_sandbox_database(settings)
    for source in SOURCES.values():
        if not source.base_url:
            continue
        if has_connection(source.name):
            _refuse_own_connection(settings, source.name)
            in_use.append(SourceInUse(source, _next_window(settings, source), is_sandbox=False))
        elif sandbox_address and source.name in STANDS_IN_FOR:
            mark_as_sandbox(settings, source.name)
            connect_to_sandbox(source.name, sandbox_address)
            in_use.append(SourceInUse(source, Window(HISTORY_START, AS_OF), is_sandbox=True))
    return in_use
