"""Prism: a server written by others that answers as an OpenAPI specification says, and refuses what does not fit it.

It is asked through a front of ours (front.py), which notes its verdicts and ends lists: no documented example ever does.
"""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.proof.specifications import Specification

_FOLDER = CHECKOUT / "proof" / "node_modules"
_LISTENING = "Prism is listening on "
_START_SECONDS = 120.0  # usually 2 to 5; a busy machine is no failure


@contextmanager
def prism(specification: Specification, folder: Path, *options: str) -> Iterator[str]:
    """Serve a specification on loopback; its address. An answer that breaks its own schema is a failure, too (`--errors`)."""
    if not (_FOLDER / ".installed").exists():
        pytest.skip(f"no Prism in {_FOLDER}: it needs npm, then `make test` sets it up")
    kept = folder / "specification.json"
    kept.write_text(json.dumps(specification, default=str))
    command = [str(_FOLDER / ".bin" / "prism"), "mock", str(kept), "-h", "127.0.0.1", "-p", "0", "--errors", *options]
    environment = {**os.environ, "SCARF_ANALYTICS": "false", "NO_COLOR": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) as process:
        impatience = threading.Timer(_START_SECONDS, process.kill)
        impatience.start()
        try:
            yield _address(process)
        finally:
            impatience.cancel()
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    """What the server says when it listens; what it says afterwards is read and dropped, so that it never waits for a reader."""
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if _LISTENING in line:
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return line.partition(_LISTENING)[2].strip()
    raise AssertionError("Prism did not start: " + "".join(said[-10:]))
