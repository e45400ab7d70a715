"""Instants as a watermark column holds them, and back."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from kuulo.landing.coercion import CannotType
from kuulo.sources.database.engines import Engine
from kuulo.sources.inbox.cell_times import time_reader

_EPOCHS = {"epoch_seconds": 1, "epoch_milliseconds": 1000}
_SORTS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?")
_LONGEST_CHANGE = timedelta(hours=3)


@dataclass(frozen=True)
class Bounds:
    """How instants and the values of one watermark column stand for one another.

    Attributes:
        written: the declared format, or empty for the database's own times.
        zone: the zone of times that have none.
    """

    engine: Engine
    written: str
    zone: str

    def lower(self, at: datetime) -> Any:
        """What the first row of a window may hold.

        Where clocks go back, local times come again: the bound is then as early as the earlier of the two offsets makes it, so that
        a row written in the repeated hour is read rather than missed.
        """
        if self._is_local:
            zone = ZoneInfo(self.zone)
            offsets = [moment.astimezone(zone).utcoffset() or timedelta() for moment in (at, at + _LONGEST_CHANGE)]
            return self._written((at + min(offsets)).replace(tzinfo=None))
        return self.value(at)

    def value(self, at: datetime) -> Any:
        """The instant as the column holds it."""
        if self.written in _EPOCHS:
            units = (at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1) * _EPOCHS[self.written]
            return int(units) if units == int(units) else units
        return self._written(at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)) if self._is_local else at

    @property
    def _is_local(self) -> bool:
        """Whether the column is compared with local times; an engine that knows zones itself needs none."""
        return (bool(self.written) and self.written not in _EPOCHS) or not (self.written or self.engine.knows_zones)

    def _written(self, local: datetime) -> Any:
        if self.written:
            return local.strftime(self.written)
        return local.isoformat(sep=" ") if self.engine.times_are_text else local

    def again(self, kept: Any) -> Any:
        """A value of the column that was kept as JSON, as it is compared with the column."""
        if self.written in _EPOCHS:
            return Decimal(kept) if isinstance(kept, str) else kept
        return kept if self.written or self.engine.times_are_text else datetime.fromisoformat(kept)

    def instant(self, kept: Any) -> datetime:
        """The instant that a kept value stands for; CannotType where it is no time as declared."""
        if self.engine.times_are_text and not self.written and not _SORTS.fullmatch(str(kept)):
            raise CannotType("a text that does not sort with others as time does")
        naive = time_reader(self.zone, self.written, False)(kept)
        if naive is None:
            raise CannotType("blank")
        return naive.replace(tzinfo=UTC)
