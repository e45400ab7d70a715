"""Reading a page's JSON exactly: integers of any size, NaN and half surrogates are seen and not lost on the way."""

import json
import re
from typing import Any

import orjson

MISSING: Any = object()
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


def value_at(document: Any, path: str) -> Any:
    """The value at a dotted path of nested objects, or MISSING."""
    for key in path.split("."):
        if not isinstance(document, dict) or key not in document:
            return MISSING
        document = document[key]
    return document


def quick_value(body: bytes, path: str) -> Any:
    """The value at a dotted path of the page's envelope without reading its records, or MISSING where that is not certain."""
    return MISSING


def quick_shape(body: bytes, records_at: str) -> bool:
    """Whether the page's envelope can be read without its records."""
    return False
