"""Cells as moments in UTC. A time without a zone is in the feed's zone; nothing guesses what a bare number means."""

import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kuulo.landing.coercion import CannotType
from kuulo.sources.inbox.cell_numbers import plain_number
from kuulo.sources.inbox.cell_text import cell_text

_LOOSE = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})"
    r"(?:[T ]\s*(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,](?P<part>[0-9]{1,9}))?)?"
    r"\s*(?P<zone>Z|z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_OF_THE_CLOCK = re.compile(r"%[HIMSfpX]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's date has no zone
_LAST_SERIAL = 2_958_466  # 10000-01-01
_UNITS = {"epoch_seconds": 1, "epoch_milliseconds": 1000}


@dataclass(frozen=True)
class TimeReader:
    """Reads moments of one column.

    Attributes:
        zone: the zone of times that have none. At the end of summer time the first of two equal times is meant; a time
            that summer time skips is moved forward by what was skipped.
        written: strptime format, `epoch_seconds`, `epoch_milliseconds`, or empty for ISO 8601.
        serials: whether bare numbers are days since 1899-12-30, as in a spreadsheet whose cell has no date format.
    """

    zone: ZoneInfo
    written: str = ""
    serials: bool = False

    def __call__(self, cell: Any) -> datetime | None:
        """The moment as naive UTC, None for a blank."""
        if isinstance(cell, datetime):
            return self._utc(cell)
        if isinstance(cell, date):
            return self._utc(datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001 - the zone is added next
        if isinstance(cell, bool | time | timedelta):
            raise CannotType("not a date")
        text = cell_text(cell)
        if not text:
            return None
        if self.written in _UNITS:
            return self._since_epoch(text)
        if self.serials and not self.written and isinstance(cell, int | float):
            return self._serial(cell)
        return self._utc(self._parsed(text))

    def of_parts(self, cells: tuple[Any, ...]) -> datetime | None:
        """The moment that several cells give together, such as a date and a time."""
        for day, clock in (cells, cells[::-1]) if len(cells) == 2 else ():
            if (span := _clock(clock)) is not None and (midnight := self._midnight(day)):
                return self._utc(_later(midnight, span))
        texts = [_part_text(cell) for cell in cells]
        if not all(texts):
            _refuse_half(texts)
            return None
        try:
            return self(" ".join(texts))
        except CannotType:
            if isinstance(cells[0], date):  # the sheet's date is no text, so the declared format need not fit it
                return self._utc(_iso(" ".join(texts)))
            raise

    def _midnight(self, cell: Any) -> datetime | None:
        """The day of a date cell, or of a text in the part of the format that is not of the time of day; None where it is neither."""
        if isinstance(cell, date):
            return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - the zone is added next
        clock = list(_OF_THE_CLOCK.finditer(self.written))
        try:
            if not clock:
                moment = None if self.written else _iso(cell_text(cell))
                return moment if moment and moment.time() == time() else None
            day_format = self.written[: clock[0].start()].strip() or self.written[clock[-1].end() :].strip()
            return datetime.strptime(cell_text(cell), day_format)  # noqa: DTZ007 - the feed's zone is added where it has none
        except ValueError:
            return None

    def _parsed(self, text: str) -> datetime:
        if not self.written:
            return _iso(text)
        try:
            return datetime.strptime(text, self.written)  # noqa: DTZ007 - the feed's zone is added where it has none
        except ValueError:
            raise CannotType(f"not a time written as {self.written}") from None

    def _since_epoch(self, text: str) -> datetime:
        try:
            since = timedelta(microseconds=round(float(plain_number(text)) * 1_000_000 / _UNITS[self.written]))
            return (_EPOCH + since).replace(tzinfo=None)
        except OverflowError:
            raise CannotType("a time outside the years 1 to 9999") from None

    def _serial(self, days: float) -> datetime:
        if not 1 <= days < _LAST_SERIAL:
            raise CannotType("a number that is no spreadsheet date")
        return self._utc(_SERIAL_ZERO + timedelta(milliseconds=round(days * 86_400_000)))

    def _utc(self, moment: datetime) -> datetime:
        if moment.tzinfo is None and self.zone.key == "UTC":
            return moment
        try:
            placed = moment if moment.tzinfo else moment.replace(tzinfo=self.zone, fold=0)
            return placed.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            raise CannotType("a time outside the years 1 to 9999") from None


def _iso(text: str) -> datetime:
    if text[4:5] == "-":
        with contextlib.suppress(ValueError):  # much faster, and knows less: what it refuses is looked at below
            return datetime.fromisoformat(text)
    found = _LOOSE.fullmatch(text)
    if not found:
        raise CannotType("not a time in ISO 8601: declare its `format`")
    year, month, day = (int(number) for number in found["day"].split("-"))
    hour, minute, second = (*(int(number) for number in (found["clock"] or "0:0:0").split(":")), 0)[:3]
    part = int((found["part"] or "0").ljust(6, "0")[:6])
    try:
        return datetime(year, month, day, hour, minute, second, part, tzinfo=_offset(found["zone"]))
    except ValueError:
        raise CannotType("a date or time that does not exist") from None


def _offset(written: str | None) -> Any:
    if not written:
        return None
    if written in ("Z", "z", "UTC"):
        return UTC
    return datetime.strptime(written if len(written) > 3 else written + "00", "%z").tzinfo


def _clock(cell: Any) -> timedelta | None:
    if isinstance(cell, timedelta):
        return cell
    if isinstance(cell, time):
        return timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond)
    return None


def _later(midnight: datetime, span: timedelta) -> datetime:
    try:
        return midnight + span
    except OverflowError:
        raise CannotType("a time outside the years 1 to 9999") from None


def _part_text(cell: Any) -> str:
    """A date cell without a time of day as its date only, so that a time can follow it."""
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell_text(cell)


def _refuse_half(texts: list[str]) -> None:
    if any(texts):
        raise CannotType("one of its parts is blank")


def time_reader(zone: str, written: str, serials: bool) -> TimeReader:
    """The reader of a column's moments."""
    return TimeReader(ZoneInfo(zone), written, serials)
