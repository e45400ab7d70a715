"""HubSpot's search: filters, sorts, 200 a page, and not one result past the ten-thousandth."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from kuulo.sandbox.hubspot_objects import CrmObject

SEARCH_CAP = 10_000
_REQUIRED = ("after", "filterGroups", "limit", "properties", "sorts")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SearchRefused(ValueError):
    """The search cannot be run; the text is the vendor's message."""


def _millis(text: str) -> int:
    at = datetime.fromisoformat(text)
    return (at - _EPOCH) // timedelta(milliseconds=1)


@lru_cache(maxsize=100_000)
def _comparable(value: str | None) -> tuple[int, int, str]:
    """A value as the vendor orders it: numbers and instants (as epoch milliseconds) before texts, null before all."""
    if value is None:
        return (-1, 0, "")
    if value.lstrip("-").isdecimal():
        return (0, int(value), "")
    if len(value) >= 20 and value[4] == "-" and value[-1] == "Z":
        return (0, _millis(value), "")
    return (1, 0, value)


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": lambda value, wanted: bool(value == wanted),
    "NEQ": lambda value, wanted: bool(value != wanted),
    "LT": lambda value, wanted: bool(value < wanted),
    "LTE": lambda value, wanted: bool(value <= wanted),
    "GT": lambda value, wanted: bool(value > wanted),
    "GTE": lambda value, wanted: bool(value >= wanted),
}


def _matches(found: CrmObject, condition: dict[str, Any]) -> bool:
    value, operator = found.properties.get(condition["propertyName"]), str(condition["operator"])
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return (value is not None) == (operator == "HAS_PROPERTY")
    if value is None:
        return operator == "NEQ"
    own = _comparable(value)
    if operator in ("IN", "NOT_IN"):
        return (own in [_comparable(wanted) for wanted in condition["values"]]) == (operator == "IN")
    if operator == "BETWEEN":
        return _comparable(condition["value"]) <= own <= _comparable(condition["highValue"])
    return _OPERATORS[operator](own, _comparable(condition["value"]))


def _check(search: Any, properties: set[str]) -> None:
    missing = [name for name in _REQUIRED if not isinstance(search, dict) or name not in search]
    if missing:
        raise SearchRefused(f"Invalid input JSON: some required fields were not set: [{', '.join(missing)}]")
    if not isinstance(search["limit"], int) or not 1 <= search["limit"] <= 200:
        raise SearchRefused("limit must be between 1 and 200")
    if not isinstance(search["after"], str) or not search["after"].isdecimal():
        raise SearchRefused("after must be an integer written as a string")
    if len(search["sorts"]) > 1 or len(search["filterGroups"]) > 5:
        raise SearchRefused("at most one sort and five filter groups can be given")
    for condition in (condition for group in search["filterGroups"] for condition in group["filters"]):
        _check_condition(condition, properties)


def _check_condition(condition: dict[str, Any], properties: set[str]) -> None:
    name, operator = condition.get("propertyName"), condition.get("operator")
    if name not in properties:
        raise SearchRefused(f"Property {name!r} does not exist")
    if operator not in {*_OPERATORS, "BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
        raise SearchRefused(f"Operator {operator!r} is not supported")
    values = [condition.get("value"), condition.get("highValue"), *condition.get("values", [])]
    if any(value is not None and not isinstance(value, str) for value in values):
        raise SearchRefused("filter values must be strings")


def _sorted(found: list[CrmObject], sorts: list[Any]) -> list[CrmObject]:
    if not sorts:
        return found
    sort = sorts[0] if isinstance(sorts[0], dict) else {"propertyName": sorts[0].lstrip("-"), "direction": "ASCENDING"}
    descending = sort.get("direction") == "DESCENDING" or (isinstance(sorts[0], str) and sorts[0].startswith("-"))
    return sorted(found, key=lambda made: _comparable(made.properties.get(sort["propertyName"])), reverse=descending)


def _found(objects: list[CrmObject], search: dict[str, Any]) -> list[CrmObject]:
    live = [made for made in objects if made.archived_at is None]
    groups = [group["filters"] for group in search["filterGroups"]]
    found = [made for made in live if not groups or any(all(_matches(made, c) for c in reversed(conditions)) for conditions in groups)]
    return _sorted(found, search["sorts"])


class ObjectSearch:
    """Searches the objects of one type; what was found is kept for the search's further pages."""

    def __init__(self, objects: list[CrmObject]) -> None:
        self._objects = objects
        self._names = {name for made in objects[:1] for name in made.properties}
        self._kept: dict[str, list[CrmObject]] = {}

    def page(self, search: Any) -> tuple[list[CrmObject], int, str | None]:
        """One page of a search among live objects: the results, how many there are in all, and the next `after` if any.

        Raises:
            SearchRefused: the body lacks a field, a filter cannot be understood, or the page lies past the cap.
        """
        _check(search, self._names)
        first, size = int(search["after"]), search["limit"]
        if first + size > SEARCH_CAP:
            raise SearchRefused(f"Invalid page: a search cannot return more than {SEARCH_CAP} results")
        key = json.dumps([search["filterGroups"], search["sorts"]])
        if key not in self._kept:
            self._kept[key] = _found(self._objects, search)
        found = self._kept[key]
        return found[first : first + size], len(found), str(first + size) if first + size < len(found) else None
