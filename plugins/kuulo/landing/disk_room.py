"""A disk that takes no more: whatever noticed it, one line that names the folder and the remedy."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kuulo.errors import KuuloError

_WHY = {
    errno.ENOSPC: "no space left on the disk: free some",
    errno.EDQUOT: "the disk quota is used up: free some, or have it raised",
    errno.EROFS: "the file system is read-only: have it mounted for writing",
}
# DuckDB and dbt tell it in words, and have no number for it
_WORDS = (
    ("No space left on device", errno.ENOSPC),
    ("failed to offload data block", errno.ENOSPC),
    ("Disk quota exceeded", errno.EDQUOT),
    ("Read-only file system", errno.EROFS),
)


class DiskRefuses(KuuloError):
    """The disk is full or read-only; what was there before stays as it was."""


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in _WHY:
        return _WHY[error.errno]
    return _told_in(str(error)) if type(error).__module__.partition(".")[0] in ("_duckdb", "duckdb", "pyarrow") else ""


def _told_in(text: str) -> str:
    return next((_WHY[number] for words, number in _WORDS if words in text), "")


@contextmanager
def disk_room(folder: Path) -> Iterator[None]:
    """Tell an error of a full or read-only disk, by Python or DuckDB, as DiskRefuses about the folder; others pass as they are."""
    try:
        yield
    except DiskRefuses:
        raise
    except Exception as error:
        if why := _why(error):
            raise _refusal(folder, why) from None
        raise


def refuse_full_disk(folder: Path, said: str = "") -> None:
    """After another process failed that writes there: raise DiskRefuses where what it said tells of it, or the disk is full still."""
    refuse_where_told(folder, said)
    with disk_room(folder):
        probe = folder / ".room"
        try:
            probe.write_bytes(bytes(65536))
        finally:
            probe.unlink(missing_ok=True)


def is_told_in(said: str) -> bool:
    """Whether the text of an error, whoever raised it, says that the disk takes no more."""
    return bool(_told_in(said))


def refuse_where_told(folder: Path, said: str) -> None:
    """Raise DiskRefuses about the folder where the text of an error says so."""
    if why := _told_in(said):
        raise _refusal(folder, why)


def _refusal(folder: Path, why: str) -> DiskRefuses:
    return DiskRefuses(f"{folder}: {why}, then run again; what was there before is untouched")
