"""A cell as text: what a reader of the file would have written down."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from kuulo.landing.coercion import CannotType, json_text


class SheetError(str):
    """What a spreadsheet shows in place of a value that it could not compute, such as #N/A: a text to `map`, and no value itself."""

    __slots__ = ()


class FormulaWithoutValue:
    """What stands in a spreadsheet's cell whose formula nobody has computed: no value, and no blank either."""

    def __repr__(self) -> str:
        return "a formula without its value"


FORMULA_WITHOUT_VALUE = FormulaWithoutValue()


def cell_text(cell: Any) -> str:
    """The cell's text without outer spaces; blank is the empty text, 3.0 of a spreadsheet is 3, a date is ISO 8601.

    Raises:
        CannotType: the cell holds what has no text.
    """
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, timedelta):
        return duration_text(cell)
    return _rarer_text(cell)


def _rarer_text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell.normalize() if cell == cell.to_integral_value() else cell, "f")
    if isinstance(cell, bytes):
        try:
            return cell.decode().strip()
        except UnicodeDecodeError:
            raise CannotType("bytes that are no UTF-8 text") from None
    if isinstance(cell, list | dict):
        return json_text(cell) or ""
    if isinstance(cell, FormulaWithoutValue):
        raise CannotType(f"{cell}: open the file in a spreadsheet program and save it, so that values are stored")
    return str(cell)


def duration_text(span: timedelta) -> str:
    """A duration as h:mm:ss."""
    seconds = span.total_seconds()
    whole = int(abs(seconds))
    sign, part = "-" if seconds < 0 else "", abs(seconds) - whole
    text = f"{sign}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return text + (f"{part:.6f}"[1:].rstrip("0") if part else "")


def as_read(cell: Any) -> Any:
    """The cell as `_extra` and quarantine keep it: numbers, truth and text as they are, times as text."""
    if cell is None or isinstance(cell, str | bool | int | list | dict):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    try:
        return cell_text(cell)
    except CannotType:
        return repr(cell)
