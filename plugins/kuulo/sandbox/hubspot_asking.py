"""What can be asked of HubSpot, read from a request, and how it refuses what cannot."""

import json
from typing import Any

from kuulo.sandbox.exchange import Refusal, Request

RATE_HEADERS = (
    ("X-HubSpot-RateLimit-Max", "190"),
    ("X-HubSpot-RateLimit-Remaining", "189"),
    ("X-HubSpot-RateLimit-Interval-Milliseconds", "10000"),
    ("X-HubSpot-RateLimit-Daily", "650000"),
    ("X-HubSpot-RateLimit-Daily-Remaining", "649000"),
)
_CORRELATION = "00000000-0000-4000-8000-000000000000"


def refusal(status: int, category: str, message: str) -> Refusal:
    """A refusal in the vendor's words."""
    return Refusal(status, {"status": "error", "message": message, "correlationId": _CORRELATION, "category": category}, RATE_HEADERS)


def flag_in(request: Request, name: str) -> bool:
    """A query parameter that is true or false."""
    text = request.last(name, "false")
    if text not in ("true", "false"):
        raise refusal(400, "VALIDATION_ERROR", f"{name} must be true or false")
    return text == "true"


def whole_number_in(request: Request, name: str, default: str) -> int:
    """A query parameter that is a whole number."""
    text = request.last(name, default)
    if not text.isdecimal():
        raise refusal(400, "VALIDATION_ERROR", f"{name} must be a whole number")
    return int(text)


def limit_in(request: Request) -> int:
    """The size of a list's page."""
    size = whole_number_in(request, "limit", "10")
    if not 1 <= size <= 100:
        raise refusal(400, "VALIDATION_ERROR", "limit must be between 1 and 100")
    return size


def json_body_of(request: Request) -> dict[str, Any]:
    """The JSON object that was posted."""
    try:
        body = json.loads(request.body)
    except ValueError:
        raise refusal(400, "VALIDATION_ERROR", "Invalid input JSON") from None
    if not isinstance(body, dict):
        raise refusal(400, "VALIDATION_ERROR", "Invalid input JSON: expected an object")
    return body
