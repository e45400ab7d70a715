"""What can go wrong with the pages of a list: each made from the good page and the vendor's declared PageShape."""

import json
from collections.abc import Callable
from typing import Any

from kuulo.sandbox.exchange import Answer
from kuulo.sandbox.fault import Kind, Occasion
from kuulo.sandbox.page_shape import PageShape, put_at, value_at, with_page

_FEW_MORE = 3


def _shape_of(on: Occasion) -> PageShape:
    if on.shape is None:
        raise ValueError(f"{on.fault.kind} is a fault of lists, and {on.request.path} is none of those in vendor_lists.py")
    return on.shape


def _on_pages(change: Callable[[Occasion, PageShape, dict[str, Any]], None]) -> Kind:
    """A fault that changes the good page."""

    def kind(on: Occasion) -> Answer:
        page = json.loads(on.good.body)
        change(on, _shape_of(on), page)
        return with_page(on.good, page)

    return kind


def _two_pages_in_turn(on: Occasion) -> Answer:
    return on.seen[(len(on.seen) - 1) % 2][1]


def _never_ending(on: Occasion) -> Answer:
    """The first page again and again, each time with a cursor that has not been seen."""
    first = on.seen[0][1]
    page = json.loads(first.body)
    _shape_of(on).with_new_marks(page, len(on.seen))
    return with_page(first, page)


def _repeated_records(on: Occasion, shape: PageShape, page: dict[str, Any]) -> None:
    """Each page begins with the last record of the one before in the same list."""
    earlier = [answer for path, answer in on.seen[:-1] if path == on.request.path]
    if earlier and (before := shape.records(json.loads(earlier[-1].body))):
        shape.records(page).insert(0, before[-1])


def _empty_page(on: Occasion, shape: PageShape, page: dict[str, Any]) -> None:
    """A page without records that still leads on, as of a vendor who filters after cutting pages."""
    put_at(page, shape.records_at, [])


def _wrong_total(on: Occasion, shape: PageShape, page: dict[str, Any]) -> None:
    """More are announced than come, where any are announced."""
    if shape.total_at:
        put_at(page, shape.total_at, value_at(page, shape.total_at) + _FEW_MORE)


def _other_links(on: Occasion, shape: PageShape, page: dict[str, Any]) -> None:
    shape.with_marks(page, link=on.fault.text)


def _other_cursors(on: Occasion, shape: PageShape, page: dict[str, Any]) -> None:
    shape.with_marks(page, cursor=on.fault.text, link=on.fault.text)


PAGING_FAULTS: dict[str, Kind] = {
    "same_page": lambda on: on.seen[0][1],
    "two_pages_in_turn": _two_pages_in_turn,
    "never_ending": _never_ending,
    "fewer_records": lambda on: on.elsewhere(),
    "repeated_records": _on_pages(_repeated_records),
    "empty_page": _on_pages(_empty_page),
    "wrong_total": _on_pages(_wrong_total),
    "other_links": _on_pages(_other_links),
    "other_cursors": _on_pages(_other_cursors),
}
