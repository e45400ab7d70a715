"""What can go wrong with any answer, whatever it holds: refusals, torn and foreign bodies, lines that break."""

import gzip
from dataclasses import replace

from kuulo.sandbox.exchange import Answer, json_answer
from kuulo.sandbox.fault import Kind, Occasion

_LOGIN_PAGE = b"<!doctype html><html><title>Log in</title><form method=post><input name=password></form></html>"
_BOMB = 300 * 2**20


def _rate_limited(on: Occasion) -> Answer:
    told = (("Retry-After", on.fault.retry_after), ("Date", on.fault.date))
    body = {"status": "error", "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING", "message": "You have reached your limit."}
    return json_answer(body, 429, tuple((name, value) for name, value in told if value))


def _refused(on: Occasion) -> Answer:
    return json_answer({"status": "error", "message": "refused, as the sandbox was asked to"}, on.fault.status)


def _cut_body(on: Occasion) -> Answer:
    """The announced length stays; the server sends what is left of the body and hangs up."""
    good = on.good
    return Answer(good.status, good.body[: len(good.body) // 2], (*good.headers, ("Content-Length", str(len(good.body)))))


def _torn_json(on: Occasion) -> Answer:
    """The half of a body as if it were whole."""
    return replace(on.good, body=on.good.body[: len(on.good.body) // 2])


def _login_page(on: Occasion) -> Answer:
    return Answer(200, _LOGIN_PAGE, (("Content-Type", "text/html"),))


def _error_with_200(on: Occasion) -> Answer:
    return json_answer({"error": {"code": "internal", "message": "something went wrong"}})


def _redirect(on: Occasion) -> Answer:
    return Answer(302, b"", (("Location", on.fault.text or on.request.path),))


def _gzip_bomb(on: Occasion) -> Answer:
    """Little to send, and more than anybody can hold."""
    packed = gzip.compress(b" " * 2**20, 9) * (_BOMB // 2**20)
    return Answer(200, packed, (("Content-Encoding", "gzip"),))


NETWORK_FAULTS: dict[str, Kind] = {
    "rate_limited": _rate_limited,
    "server_error": _refused,
    "refused": _refused,
    "cut_body": _cut_body,
    "cut_chunks": lambda on: replace(on.good, wire="cut_chunks"),
    "torn_json": _torn_json,
    "login_page": _login_page,
    "error_with_200": _error_with_200,
    "redirect": _redirect,
    "gzip_bomb": _gzip_bomb,
    "reset": lambda on: replace(on.good, wire="reset"),
    "silence": lambda on: replace(on.good, wire="silence"),
    "drip": lambda on: replace(on.good, wire="drip"),
}
