"""Keys that an installation makes for itself and keeps: random, one file each, readable by their owner only."""

import os
import re
import secrets
from pathlib import Path

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder


def kept_key(path: Path) -> bytes:
    """The key in the file; on first use 32 random bytes, written as hex into a file that only its owner can read."""
    if not path.exists():
        _create_key(path)
    text = path.read_text().strip()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise KuuloError(f"{path} holds no key of 64 hex digits: put the right one back; a new one would change every key made with it")
    return bytes.fromhex(text)


def _create_key(path: Path) -> None:
    private_folder(path.parent)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)  # never over a key that another process has just made: keys derived from it would be lost
    except FileExistsError:
        pass
    finally:
        beside.unlink()
