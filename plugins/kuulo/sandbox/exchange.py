"""What goes over the wire, apart from any server: a request as the dialects see it, and their answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `path` is without the dialect's own prefix, `headers` have lower-case names."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def from_target(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> "Request":
        """A request from the target of its request line."""
        parts = urlsplit(target)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method, parts.path, query, {name.lower(): value for name, value in headers.items()}, body)

    def below(self, prefix: str) -> "Request":
        """The same request as the dialect under the prefix sees it."""
        return Request(self.method, self.path.removeprefix(prefix), self.query, self.headers, self.body)

    @property
    def bearer(self) -> str:
        """The token of `Authorization: Bearer`, empty where there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme == "Bearer" else ""

    def last(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return next((value for key, value in reversed(self.query) if key == name), default)

    def every(self, name: str) -> list[str]:
        """All values of a repeated query parameter."""
        return [value for key, value in self.query if key == name]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered; the body is JSON. `wire` names a way to break it on the line (wire_faults.py), empty for none."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    wire: str = ""


class Refusal(Exception):
    """A request that the dialect refuses, with the body that the vendor would give."""

    def __init__(self, status: int, body: dict[str, Any], headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status)
        self.answer = json_answer(body, status, headers)


def json_answer(body: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An answer with the value as JSON."""
    return Answer(status, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), headers)
