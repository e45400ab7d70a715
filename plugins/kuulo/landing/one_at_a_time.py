"""One process at a time does a thing; the lock goes with the process, so a killed one holds nobody up."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings

_LOG = logging.getLogger(__name__)


def source_lock(settings: Settings, source: str) -> Path:
    """The lock of a source's batches: who judges them or takes files in holds it."""
    return settings.home / "locks" / f"{source}.lock"


@contextmanager
def one_at_a_time(lock: Path, *, busy: KuuloError | None = None) -> Iterator[int]:
    """Hold the lock while the block runs; where another process has it, wait, or raise `busy` where that is given.

    The lock is not for use within itself: a block that takes the same lock again waits for ever. Yields the lock's file descriptor: a
    process that is given it (`pass_fds`) holds the lock too, for as long as it lives, though this one be killed.
    """
    descriptor = os.open(private_folder(lock.parent) / lock.name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, lock, busy)
        yield descriptor
    finally:
        os.close(descriptor)


def _take(descriptor: int, lock: Path, busy: KuuloError | None) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if busy is not None:
            raise busy from None
        _LOG.info("waiting for another process that holds %s", lock.name)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
