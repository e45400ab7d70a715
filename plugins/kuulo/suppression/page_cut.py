"""Records cut out of a page's bytes; every other byte stays as the vendor sent it."""

import json
import re
from collections.abc import Callable
from typing import Any

from kuulo.sources.page_json import steps

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"\s*")


class _Elsewhere(ValueError):
    """The records are not where the path says."""


def _behind_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _enter(text: str, place: int, key: str) -> int:
    """Where the value of an object's member begins."""
    place = _behind_space(text, place)
    if text[place : place + 1] != "{":
        raise _Elsewhere
    place = _behind_space(text, place + 1)
    while text[place : place + 1] == '"':
        name, place = _DECODER.raw_decode(text, place)
        place = _behind_space(text, _behind_space(text, place) + 1)  # the colon
        if name == key:
            return place
        _, place = _DECODER.raw_decode(text, place)
        place = _behind_space(text, place)
        place = _behind_space(text, place + 1) if text[place : place + 1] == "," else place
    raise _Elsewhere


def rewritten(body: bytes, records_at: str, keep: Callable[[int, Any], Any]) -> bytes:
    """The page with its list of records gone through: `keep` gives the record itself, another in its place, or None to cut it.

    Raises:
        ValueError: the page is not UTF-8 JSON with a list at the path.
    """
    text, place = body.decode(), 0
    for key in steps(records_at):
        place = _enter(text, place, key)
    if text[place : place + 1] != "[":
        raise _Elsewhere
    parts, place, index = [text[: place + 1]], place + 1, 0
    is_first = True
    while True:
        start = _behind_space(text, place)
        if text[start : start + 1] == "]":
            return "".join([*parts, text[place:]]).encode()
        record, end = _DECODER.raw_decode(text, start)
        kept = keep(index, record)
        if kept is not None:
            between = "" if is_first or not index else ","
            written = text[place:end] if kept is record else text[place:start] + json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
            parts.append(between + written)
            is_first = False
        index, place = index + 1, _behind_space(text, end)
        if text[place : place + 1] == ",":
            place += 1
        else:
            place = end
