"""One record or row against a stream's declared columns: what is typed, what is left over, what cannot be typed."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kuulo.landing.coercion import CannotType, coercer, json_text
from kuulo.sources.source import Stream

_Tree = dict[str, Any]


@dataclass(frozen=True)
class Refusal:
    """Why a row could not be typed; `record` is the row as received, in JSON."""

    rule: str
    reason: str
    record: str


def _tree(stream: Stream) -> _Tree:
    root: _Tree = {}
    for column in stream.columns:
        branch = root
        for key in column.path[:-1]:
            branch = branch.setdefault(key, {})
        branch[column.path[-1]] = None
    return root


def _left_over(record: dict[str, Any], tree: _Tree) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    for key, value in record.items():
        if key not in tree:
            extra[key] = value
        elif (branch := tree[key]) is not None and value is not None:
            rest = _left_over(value, branch) if isinstance(value, dict) else value
            if rest or not isinstance(value, dict):
                extra[key] = rest
    return extra


def _names(extra: dict[str, Any], tree: _Tree, prefix: str = "") -> set[str]:
    found: set[str] = set()
    for key, value in extra.items():
        inner = tree.get(key)
        found |= _names(value, inner, f"{prefix}{key}.") if inner and isinstance(value, dict) else {f"{prefix}{key}"}
    return found


def _writable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _writable(item) for key, item in value.items()}
    return [_writable(item) for item in value] if isinstance(value, list | tuple) else value


def as_received(row: Any) -> str:
    """The row in JSON, for whoever looks into the quarantine."""
    try:
        return json.dumps(_writable(row), default=str)  # ASCII escapes keep even half a surrogate pair
    except RecursionError:
        return json.dumps({"_": "nested too deep; the record is whole in the landed page"})


class RecordShape:
    """Types rows of one stream, and gathers the names of fields that are not declared."""

    def __init__(self, stream: Stream) -> None:
        self._columns: list[tuple[str, tuple[str, ...], Callable[[Any], Any]]] = [(c.name, c.path, coercer(c)) for c in stream.columns]
        self._tree = _tree(stream)
        self._flat = all(len(c.path) == 1 for c in stream.columns)
        self._names: frozenset[str] = frozenset(self._tree)
        self.undeclared: set[str] = set()

    def typed(self, row: Any) -> list[Any] | Refusal:
        """The row's values in declared order and its `_extra` JSON, or the first reason why not."""
        if not isinstance(row, dict):
            return Refusal("typed:record", "the record is not an object", as_received(row))
        values: list[Any] = []
        doing = "record"
        try:
            for name, path, coerce in self._columns:
                doing = name
                value = row.get(path[0])
                for key in path[1:]:
                    value = value.get(key) if isinstance(value, dict) else None
                values.append(None if value is None else coerce(value))
            doing = "_extra"
            values.append(self._extra(row))
        except CannotType as why:
            return Refusal(f"typed:{doing}", f"{doing}: {why}", as_received(row))
        return values

    def _extra(self, row: dict[str, Any]) -> str | None:
        if self._flat and row.keys() <= self._names:
            return None
        extra = _left_over(row, self._tree)
        if not extra:
            return None
        self.undeclared |= _names(extra, self._tree)
        return json_text(extra)
