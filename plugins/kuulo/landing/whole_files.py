"""A file appears whole or not at all: written aside, synced, renamed. Files are 0600, folders 0700."""

import fcntl
import glob
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from kuulo.crash_points import crash_point
from kuulo.landing.disk_room import disk_room


def private_folder(folder: Path) -> Path:
    """Make the folder and its parents, readable by their owner only."""
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    return folder


def sync(path: Path) -> None:
    """Have the file's or folder's bytes on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Yield a path to write to; on success it becomes `target` atomically, on failure nothing is left of it.

    What a killed process left of the same target is removed first. Two processes may write the same target: the later rename wins.

    Raises:
        DiskRefuses: the disk is full or read-only.
    """
    with disk_room(target.parent):
        private_folder(target.parent)
        remove_what_was_left(target)
        aside, held = _held_file(target)
        try:
            yield aside
            crash_point("file.written", target.name)
            aside.chmod(0o600)
            sync(aside)
            crash_point("file.synced", target.name)
            aside.replace(target)
            crash_point("file.renamed", target.name)
            sync(target.parent)
        finally:
            aside.unlink(missing_ok=True)
            os.close(held)


def _held_file(target: Path) -> tuple[Path, int]:
    """A new file beside the target, locked as long as its writer lives: by that others know it from what a killed one left."""
    while True:
        aside = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(3)}.aside")
        held = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
        if aside.exists():  # else it was taken for a left one in the moment before it was locked
            return aside, held
        os.close(held)


def remove_what_was_left(target: Path) -> None:
    """Remove what killed processes left beside the target; what somebody is writing there stays."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.aside"):
        try:
            descriptor = os.open(left, os.O_RDWR)
        except OSError:
            continue  # its writer was quicker
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # a database's write-ahead log among them, and the one by which they are found last
            for path in sorted(left.parent.glob(f"{glob.escape(left.name)}*"), reverse=True):
                path.unlink(missing_ok=True)
        except BlockingIOError:
            pass  # its writer lives
        finally:
            os.close(descriptor)


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def write_json(target: Path, value: Any) -> None:
    """Write a JSON document whole."""
    with whole_file(target) as aside:
        aside.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=_as_text) + "\n")
