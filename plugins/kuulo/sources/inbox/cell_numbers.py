"""Cells as numbers, truth and durations: what is understood, and why the rest is not."""

import math
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from kuulo.landing.coercion import CannotType
from kuulo.sources.inbox.cell_text import cell_text

_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CLOCK = re.compile(r"([0-9]{1,6}):([0-5][0-9]):([0-5][0-9](?:\.[0-9]{1,6})?)")
_SPACES = "\u0020\u00a0\u202f"
_DAY_ZERO = datetime(1899, 12, 31)  # noqa: DTZ001 - a spreadsheet's own day 0 has no zone
_WORDS = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
_INT64 = range(-(2**63), 2**63)


def _grouped(decimal: str) -> re.Pattern[str]:
    groups = rf"[.{_SPACES}']" if decimal == "," else rf"[,{_SPACES}']"
    return re.compile(rf"[+-]?[0-9]{{1,3}}(?:(?P<group>{groups})[0-9]{{3}})(?:(?P=group)[0-9]{{3}})*(?:{re.escape(decimal)}[0-9]*)?")


def plain_number(text: str, decimal: str = "") -> str:
    """The number's text as Python and SQL write it; CannotType where it is none.

    Thousands separators are understood only where feed.yml declares `decimal`: undeclared, 1,234 might be either.
    """
    if not decimal:
        return _checked(text)
    if _grouped(decimal).fullmatch(text):
        text = re.sub(rf"[{_SPACES}']", "", text).replace("." if decimal == "," else ",", "")
    elif decimal == "," and "." in text:
        raise CannotType("not a number with a decimal comma")
    return _checked(text.replace(",", ".") if decimal == "," else text)


def _checked(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        raise CannotType("not a number")
    return text


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise CannotType("not a finite number")
    return number


def float_reader(decimal: str) -> Callable[[Any], float | None]:
    """Cell -> number."""

    def read(cell: Any) -> float | None:
        if isinstance(cell, bool):
            raise CannotType("true or false where a number is declared")
        if isinstance(cell, int | float | Decimal):
            return _exact(cell)
        text = cell_text(cell)
        return _finite(float(plain_number(text, decimal))) if text else None

    return read


def _exact(number: int | float | Decimal) -> float:
    if isinstance(number, int) and (abs(number) > 2**1000 or int(float(number)) != number):
        raise CannotType("an integer that a float cannot hold exactly")
    return _finite(float(number))


def integer_reader(decimal: str) -> Callable[[Any], int | None]:
    """Cell -> whole number; 3.0 is 3."""

    def read(cell: Any) -> int | None:
        if isinstance(cell, bool):
            raise CannotType("true or false where a whole number is declared")
        text = "" if cell is None else str(cell) if isinstance(cell, int) else cell_text(cell)
        return _whole(text if isinstance(cell, int | float | Decimal) else plain_number(text, decimal)) if text else None

    return read


def _whole(text: str) -> int:
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise CannotType("not a number") from None
    if not number.is_finite() or abs(number.adjusted()) > 20 or number != number.to_integral_value():
        raise CannotType("not a whole number")
    if int(number) not in _INT64:
        raise CannotType("beyond 64 bits")
    return int(number)


def read_boolean(cell: Any) -> bool | None:
    """Cell -> truth: true/false, yes/no, y/n, 1/0 in any case."""
    if isinstance(cell, bool):
        return cell
    word = cell_text(cell).lower()
    if not word:
        return None
    if word not in _WORDS:
        raise CannotType("neither true/false, yes/no, y/n nor 1/0")
    return _WORDS[word]


def seconds_reader(decimal: str, written: str) -> Callable[[Any], float | None]:
    """Cell -> seconds: a number, h:mm:ss, a spreadsheet's time, or a text in the format that feed.yml declares."""
    number = float_reader(decimal)

    def read(cell: Any) -> float | None:
        if isinstance(cell, timedelta):
            return cell.total_seconds()
        if isinstance(cell, time):
            return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
        if isinstance(cell, datetime):
            return _since_day_zero(cell)
        if not isinstance(cell, str):
            return number(cell)
        text = cell.strip()
        if clock := _CLOCK.fullmatch(text):
            return int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3])
        return _formatted(text, written) if written and text else number(text)

    return read


def _since_day_zero(moment: datetime) -> float:
    """A duration of a day or more, which a spreadsheet shows as a moment in January 1900."""
    if moment.year > 1900:
        raise CannotType("a date where a duration is declared")
    return (moment.replace(tzinfo=None) - _DAY_ZERO).total_seconds()


def _formatted(text: str, written: str) -> float:
    try:
        moment = datetime.strptime(text, written)  # noqa: DTZ007 - a duration has no zone
    except ValueError:
        raise CannotType(f"not a duration written as {written}") from None
    return (moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
