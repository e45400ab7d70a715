"""Prism: a server written by others that answers as an OpenAPI specification says, and refuses what does not fit it.

It is asked through a front of ours, which notes its verdicts and does what no specification's example can: end a list.
"""

import json
import os
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import CHECKOUT
from tests.loopback_server import Asked, Reply, Script
from tests.proof.specifications import Specification

_FOLDER = CHECKOUT / "proof" / "node_modules"
_LISTENING = "Prism is listening on "
_START_SECONDS = 120.0  # usually 2 to 5; a busy machine is no failure
_HOP_BY_HOP = {"host", "content-length", "connection", "accept-encoding"}


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


@dataclass
class Verdict:
    """What Prism was asked and what it said to it."""

    asked: Asked
    status: int
    body: Any
    violations: str

    def __str__(self) -> str:
        """One line, for a failing test."""
        return f"{self.asked.method} {self.asked.target} -> {self.status} {self.violations}"


@dataclass
class Front:
    """Hands requests on to Prism and notes its verdicts.

    Attributes:
        headers: set on each request; None takes a header away.
        ourselves: answers by path, for what the specification does not speak of.
    """

    url: str
    headers: dict[str, str | None] = field(default_factory=dict)
    ourselves: dict[str, Any] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        """Prism's answer as it came."""
        if asked.path in self.ourselves:
            return Reply(self.ourselves[asked.path])
        headers: dict[str, str | None] = {n: v for n, v in asked.headers.items() if n.lower() not in _HOP_BY_HOP} | self.headers
        sent = {name: value for name, value in headers.items() if value is not None}
        data = None if asked.body is None else json.dumps(asked.body)
        answer = requests.request(asked.method, self.url + asked.target, headers=sent, data=data, timeout=60)
        body = json.loads(answer.content) if answer.content else None
        self.verdicts.append(Verdict(asked, answer.status_code, body, answer.headers.get("sl-violations", "")))
        return Reply(answer.content, answer.status_code, {"Content-Type": answer.headers.get("Content-Type", "application/json")})

    @property
    def refused(self) -> list[str]:
        """What Prism did not take as valid, or could not answer validly."""
        return [str(verdict) for verdict in self.verdicts if not 200 <= verdict.status < 300 or verdict.violations]


def ended(front: Front, last: Callable[[Any], None], *, pages: int = 2) -> Script:
    """The same, but the last of so many pages of a list is made one by `last`: no documented example ever ends."""
    asked_before: Counter[tuple[str, str, str | None]] = Counter()

    def answer(asked: Asked) -> Reply:
        reply = front(asked)
        kind = (asked.method, asked.path, asked.param("archived"))
        asked_before[kind] += 1
        if asked_before[kind] < pages or reply.status != 200 or asked.path in front.ourselves:
            return reply
        document = json.loads(reply.data)
        last(document)
        return Reply(document)

    return answer
