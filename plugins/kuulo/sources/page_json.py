"""Reading a page's JSON exactly: integers of any size, NaN and half surrogates are seen and not lost on the way."""

import json
import re
from functools import cache
from typing import Any

import orjson

MISSING: Any = object()
_DECODER = json.JSONDecoder()
_KEY = re.compile(r'\s*"([^"\\]*)"\s*:\s*')
_COMMA = re.compile(r"\s*,")
_STEP = re.compile(r"(?<!\\)\.")
_END, _BRACKETS = 16_384, 16
_LONG_INTEGER = re.compile(rb"[:\[,\s]-?\d{19,}")  # orjson makes a float of an integer beyond 64 bits


def decode_page(body: bytes) -> Any:
    """The body as Python values; ValueError where it is no JSON or nested too deep."""
    if not _LONG_INTEGER.search(body):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            pass  # NaN and lone surrogates, which the slower reader takes so that the row alone is refused
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deep") from None


@cache
def steps(path: str) -> tuple[str, ...]:
    r"""The keys of a dotted path; a dot inside a key is written `\.`, as in `@odata\.nextLink`."""
    return tuple(key.replace("\\.", ".") for key in _STEP.split(path))


def value_at(document: Any, path: str) -> Any:
    """The value at a dotted path of nested objects, or MISSING."""
    for key in steps(path):
        if not isinstance(document, dict) or key not in document:
            return MISSING
        document = document[key]
    return document


def _head(text: str, records_key: str) -> tuple[dict[str, Any], int] | None:
    """The members before the records, and where the records' list begins."""
    members: dict[str, Any] = {}
    place = text.find("{") + 1
    while place and (key := _KEY.match(text, place)):
        if key[1] == records_key:
            return (members, key.end()) if text[key.end() : key.end() + 1] == "[" else None
        members[key[1]], place = _DECODER.raw_decode(text, key.end())
        comma = _COMMA.match(text, place)
        place = comma.end() if comma else 0
    return None


def _tail(body: bytes, start: int) -> dict[str, Any] | None:
    """The members behind the records: what follows the last bracket that makes a whole object of it."""
    end = len(body)
    for _ in range(_BRACKETS):
        end = body.rfind(b"]", max(start, len(body) - _END), end)
        if end < 0:
            return None
        try:
            members: dict[str, Any] = orjson.loads(b'{"":[' + body[end:])
        except orjson.JSONDecodeError:
            continue
        return members
    return None


def read_envelope(body: bytes, records_key: str) -> dict[str, Any] | None:
    """The page's members before and behind its records, without reading these; None where that is not possible.

    A member may be missing from it; one that is in it is the page's.
    """
    try:
        text = body[:_END].decode(errors="surrogateescape")  # the cut may go through a letter
        head = _head(text, records_key)
        tail = _tail(body, len(text[: head[1]].encode())) if head else None
    except ValueError:
        return None
    return {**tail, **head[0]} if head and tail is not None else None
