"""Intercom's search: filters in two levels, dates by calendar day of the workspace, sorted pages behind a cursor."""

import base64
import binascii
import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]

WORKSPACE_ZONE = ZoneInfo("Europe/Helsinki")
_LARGEST_PAGE, _MOST_FILTERS, _MOST_LEVELS = 150, 15, 2


class SearchRefused(ValueError):
    """The search cannot be run: the vendor's code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _day(second: Any) -> date:
    try:
        return datetime.fromtimestamp(int(second), WORKSPACE_ZONE).date()
    except (TypeError, ValueError):
        raise SearchRefused("invalid_field", "a Date field takes a UNIX timestamp") from None


def _fits_date(value: Any, operator: str, wanted: Any) -> bool:
    if operator not in ("=", ">", "<"):
        raise SearchRefused("invalid_operator", f"The operator {operator} is not supported on Date fields")
    day = _day(wanted)
    if value is None:
        return False
    return operator == ("=" if _day(value) == day else ">" if _day(value) > day else "<")


def _fits(record: Record, condition: Record) -> bool:
    field, operator, wanted = condition.get("field"), condition.get("operator"), condition.get("value")
    value: Any = record
    for key in str(field).split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if str(field).endswith("_at"):
        return _fits_date(value, str(operator), wanted)
    if operator in ("=", "!="):
        return bool((str(value) == str(wanted)) == (operator == "="))
    if operator in ("IN", "NIN") and isinstance(wanted, list):
        return bool((str(value) in [str(one) for one in wanted]) == (operator == "IN"))
    raise SearchRefused("invalid_operator", f"The operator {operator} is not supported for {field}")


def _found(record: Record, query: Any, level: int = 1) -> bool:
    if not isinstance(query, dict) or "operator" not in query:
        raise SearchRefused("parameter_invalid", "The query is not valid")
    if query["operator"] not in ("AND", "OR"):
        return _fits(record, query)
    inner = query.get("value")
    if level > _MOST_LEVELS or not isinstance(inner, list) or not 0 < len(inner) <= _MOST_FILTERS:
        raise SearchRefused("parameter_invalid", f"A query has at most {_MOST_LEVELS} levels and {_MOST_FILTERS} filters in each group")
    outcomes = [_found(record, one, level + 1) for one in inner]
    return all(outcomes) if query["operator"] == "AND" else any(outcomes)


def _position(cursor: Any) -> tuple[Any, str]:
    try:
        value, identity = json.loads(base64.b64decode(cursor, validate=True))
    except (binascii.Error, TypeError, ValueError):
        raise SearchRefused("invalid_pagination", "The starting_after cursor is not valid") from None
    return value, identity


def _cursor(value: Any, identity: str) -> str:
    return base64.b64encode(json.dumps([value, identity]).encode()).decode()


def search_page(records: list[Record], body: Any, default_size: int) -> tuple[list[Record], Record, int]:
    """One page of what is found, the `pages` object that goes with it, and how many are found in all.

    Raises:
        SearchRefused: the body, an operator, the size or the cursor is not what the vendor takes.
    """
    if not isinstance(body, dict) or "query" not in body:
        raise SearchRefused("parameter_not_found", "query is required")
    pagination, sort = body.get("pagination") or {}, body.get("sort") or {}
    size, field = pagination.get("per_page", default_size), sort.get("field", "updated_at")
    if not isinstance(size, int) or not 1 <= size <= _LARGEST_PAGE:
        raise SearchRefused("parameter_invalid", f"per_page must be between 1 and {_LARGEST_PAGE}")
    is_descending = sort.get("order", "descending") == "descending"
    found = [record for record in records if _found(record, body["query"])]
    found.sort(key=lambda record: (record.get(field) or 0, record["id"]), reverse=is_descending)
    waiting = found
    if cursor := pagination.get("starting_after"):
        passed = _position(cursor)
        places = [(record.get(field) or 0, record["id"]) for record in found]
        waiting = [r for r, place in zip(found, places, strict=True) if (place < passed if is_descending else place > passed)]
    pages: Record = {"type": "pages", "page": 1, "per_page": size, "total_pages": -(-len(found) // size), "next": None}
    if len(waiting) > size:
        last = waiting[size - 1]
        pages["next"] = {"per_page": size, "starting_after": _cursor(last.get(field) or 0, last["id"])}
    return waiting[:size], pages, len(found)
