"""What can be asked of Dataverse, read from a request's query, and how it refuses what cannot."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kuulo.sandbox.dynamics365_objects import Table, TableRow
from kuulo.sandbox.exchange import Refusal, Request

LARGEST_PAGE = 5000
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt,
}  # fmt: skip
_CLAUSE = re.compile(r"(\w+) (eq|ne|ge|gt|le|lt) (\S+|'[^']*')")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def refusal(status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Refusal:
    """A refusal in the vendor's words."""
    return Refusal(status, {"error": {"code": code, "message": message}}, headers)


@dataclass(frozen=True)
class Preferences:
    """What the one Prefer header asks for."""

    page_size: int
    lookups: bool
    tracks: bool


def preferences_of(request: Request) -> Preferences:
    """The preferences; a page never holds more than 5,000 rows."""
    header = request.headers.get("prefer", "")
    size = re.search(r"odata\.maxpagesize=(\d+)", header)
    lookups = "lookuplogicalname" in header or 'include-annotations="*"' in header
    return Preferences(min(int(size[1]) if size else LARGEST_PAGE, LARGEST_PAGE) or LARGEST_PAGE, lookups, "odata.track-changes" in header)


def _check(table: Table, name: str) -> str:
    if name not in table.columns:
        raise refusal(400, "0x80060888", f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table.logical_name}'.")
    return name


def selected_in(request: Request, table: Table) -> list[str]:
    """The columns asked for; all of them where none is."""
    names = [name for name in request.last("$select").split(",") if name]
    return [_check(table, name) for name in names] or sorted(table.columns)


def _value(text: str) -> Any:
    if text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[text]
    if text.startswith("'") or _TIME.fullmatch(text):
        return text.strip("'")
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def filter_in(request: Request, table: Table) -> Callable[[TableRow], bool]:
    """The condition of $filter: comparisons joined by `and`, times without quotes."""
    text = request.last("$filter")
    tests: list[tuple[str, Callable[[Any, Any], bool], Any]] = []
    for clause in text.split(" and ") if text else []:
        if not (match := _CLAUSE.fullmatch(clause)):
            raise refusal(400, "0x80060888", f"Syntax error at position {len(clause)} in '{clause}'.")
        name, word, value = match.groups()
        if name in ("modifiedon", "createdon") and not _TIME.fullmatch(value):
            raise refusal(400, "0x80060888", "A binary operator with incompatible types was detected: Edm.DateTimeOffset and Edm.String.")
        tests.append((_check(table, name), _COMPARED[word], _value(value)))
    return lambda made: all(made.values[name] is not None and compare(made.values[name], value) for name, compare, value in tests)


def ordered_by(request: Request, table: Table) -> Callable[[TableRow], Any]:
    """The sort key of $orderby, ascending only; by the primary key where none is asked for."""
    names = []
    for part in request.last("$orderby", f"{table.key} asc").split(","):
        name, _, way = part.strip().partition(" ")
        if way not in ("", "asc"):
            raise refusal(400, "0x80060888", "The sandbox orders ascending only.")
        names.append(_check(table, name))
    return lambda made: tuple(made.values[name] for name in names)
