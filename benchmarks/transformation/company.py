"""A company of any size: how much of what happens on each of its days, and in which batches it arrives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HISTORY_DAYS = 549  # 18 months, 2025-03-01 to 2026-08-31
DAILY_AT_THE_END = 31
START = datetime(2025, 3, 1, tzinfo=UTC)
LAGS = (14, 28, 42)  # days after which late answers and reopened contacts arrive


@dataclass(frozen=True)
class Company:
    """So many answers in 18 months, and everything else in proportion: see README.md for why these proportions.

    Days count from 0 on 2025-03-01. The same day holds the same rows whenever it is asked for.
    """

    answers: int

    @property
    def responses_a_day(self) -> int:
        """Responses of three answers each."""
        return self.answers // 3 // HISTORY_DAYS

    @property
    def contacts_a_day(self) -> int:
        """Contacts opened on a day."""
        return self.answers // 5 // HISTORY_DAYS

    @property
    def usage_events_a_day(self) -> int:
        """Events of use on a day."""
        return self.answers * 2 // HISTORY_DAYS

    @property
    def customers(self) -> int:
        """Customers at the end of the 18 months; half of them were there when they began."""
        return self.answers // 10


@dataclass(frozen=True)
class Days:
    """Days [first, after) of the company, which arrive as one batch of each stream."""

    first: int
    after: int

    @property
    def start(self) -> datetime:
        """Begin of the first day, UTC."""
        return START + timedelta(days=self.first)

    @property
    def end(self) -> datetime:
        """End of the last day, UTC."""
        return START + timedelta(days=self.after)


def history() -> Iterator[Days]:
    """The 18 months as they are kept: weeks, and the last month day by day."""
    weekly_until = (HISTORY_DAYS - DAILY_AT_THE_END) // 7 * 7
    yield from (Days(first, first + 7) for first in range(0, weekly_until, 7))
    yield from (Days(first, first + 1) for first in range(weekly_until, HISTORY_DAYS))
