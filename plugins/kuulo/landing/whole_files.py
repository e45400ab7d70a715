"""A file appears whole or not at all: written aside, synced, renamed. Files are 0600, folders 0700."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any


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
    """Yield a path to write to; on success it becomes `target` atomically, on failure nothing is left of it."""
    private_folder(target.parent)
    aside = target.with_name(f".{target.name}.{os.getpid()}.aside")
    try:
        yield aside
        aside.chmod(0o600)
        sync(aside)
        aside.replace(target)
        sync(target.parent)
    finally:
        aside.unlink(missing_ok=True)


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def write_json(target: Path, value: Any) -> None:
    """Write a JSON document whole."""
    with whole_file(target) as aside:
        aside.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=_as_text) + "\n")
