"""The span that the company's life is told over, and the seasons and mishaps in it. All instants are UTC."""

from datetime import UTC, datetime, timedelta
from random import Random

HISTORY_START = datetime(2025, 3, 1, tzinfo=UTC)
AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
LAUNCH = datetime(2024, 9, 1, tzinfo=UTC)

# Dark months bring more customers, more questions and more answers.
_LIVELINESS = {1: 1.0, 2: 0.9, 3: 0.8, 4: 0.7, 5: 0.65, 6: 0.6, 7: 0.5, 8: 0.65, 9: 0.85, 10: 0.95, 11: 1.0, 12: 0.95}
# The control service was down for three days in November 2025; a price change followed in May 2026.
_MISHAPS = {(2025, 11): -0.22, (2025, 12): -0.10, (2026, 5): -0.08}


def first_instant(year: int, month: int) -> datetime:
    """Midnight on the first of a month; months beyond 12 run into the next years."""
    return datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC)


def next_month(month_start: datetime) -> datetime:
    """The first instant of the following month."""
    return first_instant(month_start.year, month_start.month + 1)


def months_between(start: datetime, end: datetime) -> list[datetime]:
    """First instants of all months that begin in [start's month, end)."""
    months = [first_instant(start.year, start.month)]
    while next_month(months[-1]) < end:
        months.append(next_month(months[-1]))
    return months


def mood(at: datetime) -> float:
    """What the time adds to everyone's satisfaction: mishaps weigh it down, the product slowly gets better."""
    age_in_months = (at.year - 2025) * 12 + at.month - 3
    return _MISHAPS.get((at.year, at.month), 0.0) + 0.004 * age_in_months


def any_instant(rng: Random, start: datetime, end: datetime) -> datetime:
    """A whole second in [start, end), all equally likely."""
    return start + timedelta(seconds=int(rng.random() * (end - start).total_seconds()))


def lively_instant(rng: Random, start: datetime = HISTORY_START, end: datetime = AS_OF) -> datetime:
    """A whole second in [start, end), likelier where the company is busier."""
    while True:
        at = any_instant(rng, start, end)
        if rng.random() < _LIVELINESS[at.month]:
            return at
