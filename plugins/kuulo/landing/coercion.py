"""One value into its declared type, without loss, or a reason why not.

Empty text is null in every type: vendors and spreadsheets write "" where nothing is known. "9" is the number 9 and 9.0 the
integer 9; "9/10" is neither, and true is no number. Naive times are taken as UTC; a bare number is a time only where the
column declares its unit.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kuulo.sources.source import Column

FIELD_CHARACTERS = 10_000_000
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_WHOLE = re.compile(r"([+-]?\d+)(?:\.0*)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_WORDS = {"true": True, "false": False, "1": True, "0": False}
_INT64 = range(-(2**63), 2**63)


class CannotType(ValueError):
    """The value cannot take the declared type; the message says why, without the value."""


def clean_text(text: str) -> str | None:
    """Text that Parquet and every reader can hold: NUL characters dropped, lone surrogates refused, empty as null."""
    if len(text) > FIELD_CHARACTERS:
        raise CannotType(f"longer than {FIELD_CHARACTERS:,} characters")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise CannotType("holds half a surrogate pair, which is no character") from None
    return text.replace("\0", "") or None


def _string(value: Any) -> str | None:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(_finite(value))
    if isinstance(value, int | date):
        return value.isoformat() if isinstance(value, date) else str(value)
    raise CannotType("an object or a list where text is declared")


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise CannotType("not a finite number")
    return number


def _float(value: Any) -> float | None:
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text) or not text.isascii():
            raise CannotType("text that is not a number")
        return _finite(float(text))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CannotType("not a number")
    if isinstance(value, int) and (abs(value) > 2**1000 or int(float(value)) != value):
        raise CannotType("an integer that a float cannot hold exactly")
    return _finite(float(value))


def _integer(value: Any) -> int | None:
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        match = _WHOLE.fullmatch(text) if text.isascii() and len(text) < 40 else None
        if not match:
            raise CannotType("text that is not a whole number")
        value = int(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CannotType("not a number")
    if isinstance(value, float) and not _finite(value).is_integer():
        raise CannotType("not a whole number")
    if int(value) not in _INT64:
        raise CannotType("beyond 64 bits")
    return int(value)


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else str(value) if isinstance(value, int) else None
    if word == "":
        return None
    if word not in _WORDS:
        raise CannotType("neither true nor false")
    return _WORDS[word]


def _naive_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        raise CannotType("a time outside the years 1 to 9999") from None


def _moment(value: Any, unit: str) -> datetime | None:
    if isinstance(value, datetime):
        return _naive_utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).replace(tzinfo=None)
    text = value.strip() if isinstance(value, str) else ""
    if isinstance(value, str) and not text:
        return None
    if text[4:5] == "-" and text[:4].isdecimal():
        try:
            return _naive_utc(datetime.fromisoformat(text))
        except ValueError:
            raise CannotType("not a time in ISO 8601") from None
    if not unit:
        raise CannotType("not a time in ISO 8601, and no unit is declared for a number")
    number = _integer(value)
    try:
        return None if number is None else _EPOCH + timedelta(**{unit.removeprefix("epoch_"): number})
    except OverflowError:
        raise CannotType("a time outside the years 1 to 9999") from None


def _day(value: Any, unit: str) -> date | None:
    moment = _moment(value, unit)
    if moment is None:
        return None
    if moment.time() != _EPOCH.time():
        raise CannotType("a time of day where a date is declared")
    return moment.date()


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return [_without_nul(item) for item in value] if isinstance(value, list) else value


def json_text(value: Any) -> str | None:
    """The value's JSON text, exact for integers of any size; refuses NaN and what is nested too deep."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
        if "\\u0000" in text:
            text = json.dumps(_without_nul(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
    except (ValueError, RecursionError):
        raise CannotType("holds a number that is not finite, or is nested too deep") from None
    return clean_text(text)


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "string": _string, "float64": _float, "int64": _integer, "boolean": _boolean, "json": json_text,
}  # fmt: skip


def coercer(column: Column) -> Callable[[Any], Any]:
    """The function that types one value of the column; it is never given None, and raises CannotType."""
    if column.type == "timestamp":
        return lambda value: _moment(value, column.unit)
    if column.type == "date":
        return lambda value: _day(value, column.unit)
    return _PLAIN[column.type]
