"""A front of ours: a server is asked through it, and it notes what was asked and what was answered."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.loopback_server import Asked, Reply, Script

_HOP_BY_HOP = {"host", "content-length", "connection", "accept-encoding"}


@dataclass
class Verdict:
    """What was asked, and what the server said to it; `violations` is Prism's word on what does not fit the specification."""

    asked: Asked
    status: int
    body: Any
    violations: str

    def __str__(self) -> str:
        """One line, for a failing test."""
        return f"{self.asked.method} {self.asked.target} -> {self.status} {self.violations}"


@dataclass
class Front:
    """Hands requests on to a server and notes its answers.

    Attributes:
        headers: set on each request; None takes a header away.
        ourselves: answers by path, for what the server does not speak of.
    """

    url: str
    headers: dict[str, str | None] = field(default_factory=dict)
    ourselves: dict[str, Any] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        """The server's answer as it came."""
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
        """What the server did not take as valid, or could not answer validly."""
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
