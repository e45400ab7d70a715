"""Damaged database files, found as they are opened or only while dbt reads them: put aside, so that a build makes them again."""

import time
from pathlib import Path

import duckdb

from kuulo.landing.disk_room import disk_room
from kuulo.settings import Settings

# how DuckDB speaks of bytes that cannot be its own; an ordinary error of a model has none of these words
_SIGNS = ("Corrupt database file", "does not match stored checksum", "Failure while replaying WAL", "SerializationException",
          "Serialization Error", "INTERNAL Error", "FatalException", "FATAL Error")  # fmt: skip


def set_aside_what_cannot_be_opened(settings: Settings) -> Path | None:
    """The database files are caches: one that is damaged is moved away and made again from validated/.

    Returns the file that another process has open, None where there is none.
    """
    for path in (settings.warehouse, settings.marts):
        try:
            if path.exists():
                with disk_room(path.parent):  # no room to take a log in is no damage
                    duckdb.connect(str(path)).close()
        except duckdb.IOException as error:
            if "could not set lock" in str(error).lower():  # a damaged file's message speaks of blocks
                return path
            _set_aside(path)
        except duckdb.Error:
            _set_aside(path)
    return None


def set_aside_both(settings: Settings) -> None:
    """Move both database files away, whichever of them was damaged."""
    for path in (settings.warehouse, settings.marts):
        if path.exists():
            _set_aside(path)


def _set_aside(path: Path) -> None:
    """Keep the damaged file for who wants to look, and none before it: a cause that stays must not fill the disk."""
    for older in path.parent.glob(f"{path.stem}*.damaged-*"):
        older.unlink()
    path.rename(path.with_suffix(f".damaged-{int(time.time())}"))
    wal = path.with_name(f"{path.name}.wal")
    if wal.exists():
        wal.rename(wal.with_suffix(f".damaged-{int(time.time())}"))


def log_size(settings: Settings) -> int:
    """How much dbt's log holds by now, in bytes: what the next run says stands behind it."""
    return _log(settings).stat().st_size if _log(settings).exists() else 0


def tells_of_damage(settings: Settings, said_before: int) -> bool:
    """Whether what a failed dbt left behind tells of a damaged database file: its results, and its log from `said_before` on."""
    return any(sign in told for told in (_read(_results(settings)), _read(_log(settings), said_before)) for sign in _SIGNS)


def _read(path: Path, start: int = 0) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(start if start <= path.stat().st_size else 0)  # else dbt has begun a new log, since the old one had grown long
        return file.read().decode(errors="replace")


def _results(settings: Settings) -> Path:
    return settings.dbt_target / "run_results.json"


def _log(settings: Settings) -> Path:
    return settings.dbt_logs / "dbt.log"
