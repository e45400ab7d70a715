"""The same company in circumstances that a reader must bear: its lists change under the reader, or everything happens at once."""

from collections.abc import Callable
from copy import copy
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from kuulo.sandbox.company import Company

_HISTORIES = ("responses", "feedback", "contacts", "subscriptions", "deals", "vendor_answers")
_ONE_IN = 5


def with_fewer_records(company: Company) -> Company:
    """The same people without the first and without every fifth of their answers, contacts, subscriptions and deals."""
    return _with_other_histories(company, lambda records: [record for number, record in enumerate(records) if number % _ONE_IN])


def at_few_instants(company: Company) -> Company:
    """The same history with every time moved back to the beginning of its month, so that pages are full of equal times."""
    return _with_other_histories(company, lambda records: [_at_the_months_beginning(record) for record in records])


def _with_other_histories(company: Company, change: Callable[[list[Any]], list[Any]]) -> Company:
    changed: dict[str, Any] = {name: change(getattr(company, name)) for name in _HISTORIES}
    return replace(company, **changed)


def _at_the_months_beginning(record: Any) -> Any:
    moved = copy(record)
    for field in fields(moved):
        at = getattr(moved, field.name)
        if isinstance(at, datetime):
            setattr(moved, field.name, at.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    return moved
