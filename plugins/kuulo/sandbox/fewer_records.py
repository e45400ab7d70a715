"""The company some moments earlier, or after some records have gone: what it tells while its lists change under a reader."""

from dataclasses import replace
from typing import TypeVar

from kuulo.sandbox.company import Company

_Record = TypeVar("_Record")
_ONE_IN = 5


def _fewer(records: list[_Record]) -> list[_Record]:
    """Without the first, and without every fifth."""
    return [record for number, record in enumerate(records) if number % _ONE_IN]


def with_fewer_records(company: Company) -> Company:
    """The same people with fewer answers, contacts, subscriptions and deals."""
    return replace(
        company,
        responses=_fewer(company.responses),
        feedback=_fewer(company.feedback),
        contacts=_fewer(company.contacts),
        subscriptions=_fewer(company.subscriptions),
        deals=_fewer(company.deals),
        vendor_answers=_fewer(company.vendor_answers),
    )
