"""Faults that the sandbox commits when it is told to: how, where and how often."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from kuulo.sandbox.exchange import Answer, Request, json_answer


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind of misbehaviour, for the next `times` requests whose path contains a text.

    Attributes:
        kind: a key of KINDS.
        retry_after: what a refusal for rate says in Retry-After, empty for no such header.
    """

    kind: str
    path_contains: str = ""
    times: int = 1
    retry_after: str = "1"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"fault {self.kind!r} is not known: use one of {', '.join(sorted(KINDS))}")


def _rate_limited(fault: Fault, request: Request, good: Answer) -> Answer:
    headers = (("Retry-After", fault.retry_after),) if fault.retry_after else ()
    body = {"status": "error", "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING", "message": "You have reached your limit."}
    return json_answer(body, 429, headers)


def _server_error(fault: Fault, request: Request, good: Answer) -> Answer:
    return json_answer({"status": "error", "message": "internal error"}, 500)


def _cut_body(fault: Fault, request: Request, good: Answer) -> Answer:
    """The announced length stays; the server sends what is left of the body and hangs up."""
    return Answer(good.status, good.body[: len(good.body) // 2], (*good.headers, ("Content-Length", str(len(good.body)))))


def _repeated_next(fault: Fault, request: Request, good: Answer) -> Answer:
    """The page says that it is followed by itself."""
    body: dict[str, Any] = json.loads(good.body)
    if "pagination_data" in body:
        query = "&".join(f"{name}={value}" for name, value in request.query)
        body["pagination_data"] = {"has_more": True, "next_url": f"{request.path.split('/v2', 1)[-1]}?{query}"}
    elif "results" in body:
        asked = request.last("after") or (json.loads(request.body).get("after") if request.body else "") or "0"
        body["paging"] = {"next": {"after": asked, "link": f"?after={asked}"}}
    return json_answer(body, good.status, good.headers)


KINDS: dict[str, Callable[[Fault, Request, Answer], Answer]] = {
    "rate_limited": _rate_limited, "server_error": _server_error, "cut_body": _cut_body, "repeated_next": _repeated_next,
}  # fmt: skip


class FaultScript:
    """The faults that wait to be committed; safe to use from several threads."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self._lock = Lock()
        self._waiting: list[list[Any]] = [[fault, fault.times] for fault in faults]

    def add(self, fault: Fault) -> None:
        """Commit this one as well, after those that wait already."""
        with self._lock:
            self._waiting.append([fault, fault.times])

    def spoil(self, request: Request, good: Answer) -> Answer:
        """The answer as it leaves the house: the good one, or what the first fitting fault makes of it."""
        fault = self._next_for(request)
        return KINDS[fault.kind](fault, request, good) if fault else good

    def _next_for(self, request: Request) -> Fault | None:
        with self._lock:
            for entry in self._waiting:
                fault, left = entry
                if left > 0 and fault.path_contains in request.path:
                    entry[1] -= 1
                    return fault if isinstance(fault, Fault) else None
        return None
