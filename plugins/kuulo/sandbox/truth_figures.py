"""The vocabulary of the truth: figures under keys, and sums that become figures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from statistics import median
from typing import NamedTuple

ALL_TIME = date(1970, 1, 1)
LEAST_SHOWN = 5
GRAINS = ("month", "quarter", "year", "all_time")


class Key(NamedTuple):
    """Which figure: as the columns of the scorecard."""

    metric: str
    period_grain: str
    period_start: date
    dimension: str
    dimension_value: str


class Figure(NamedTuple):
    """A metric's value with what it was made of; a median has neither numerator nor denominator."""

    value: float
    n: int
    numerator: float | None
    denominator: float | None

    def is_suppressed(self, key: Key) -> bool:
        """Whether the scorecard must hide it: a cut of fewer than five."""
        return key.dimension != "all" and self.n < LEAST_SHOWN


@dataclass(frozen=True, slots=True)
class Observed:
    """Something that counts once towards a metric: when, in which cuts, and with how much above the line."""

    at: datetime
    cuts: dict[str, str]
    amount: int


def month_of(at: datetime) -> date:
    """First day of the month that holds an instant, by UTC."""
    return date(at.year, at.month, 1)


def _start(grain: str, month: date) -> date:
    starts = {"month": month, "quarter": month.replace(month=(month.month - 1) // 3 * 3 + 1), "year": month.replace(month=1)}
    return starts.get(grain, ALL_TIME)


def _by_month(observed: Iterable[Observed]) -> dict[tuple[date, str, str], list[int]]:
    groups: dict[tuple[date, str, str], list[int]] = {}
    for one in observed:
        month = month_of(one.at)
        groups.setdefault((month, "all", "all"), []).append(one.amount)
        for dimension, value in one.cuts.items():
            groups.setdefault((month, dimension, value), []).append(one.amount)
    return groups


def grouped(metric: str, observed: Iterable[Observed], grains: Iterable[str]) -> dict[Key, list[int]]:
    """The amounts observed in every period and cut, the whole among them."""
    groups: dict[Key, list[int]] = {}
    for (month, dimension, value), amounts in _by_month(observed).items():
        for grain in grains:
            groups.setdefault(Key(metric, grain, _start(grain, month), dimension, value), []).extend(amounts)
    return groups


def ratio_of(amounts: list[int]) -> Figure:
    """Sum over count."""
    return Figure(sum(amounts) / len(amounts), len(amounts), float(sum(amounts)), float(len(amounts)))


def percent_of(amounts: list[int]) -> Figure:
    """A hundred times sum over count."""
    return Figure(100 * sum(amounts) / len(amounts), len(amounts), float(sum(amounts)), float(len(amounts)))


def median_minutes(seconds: list[int]) -> Figure:
    """The median, of amounts in seconds, in minutes."""
    return Figure(float(Fraction(median(map(Fraction, seconds))) / 60), len(seconds), None, None)


def figures(
    metric: str, observed: Iterable[Observed], grains: Iterable[str] = GRAINS, of: Callable[[list[int]], Figure] = ratio_of
) -> dict[Key, Figure]:
    """The metric in every period and cut in which anything was observed."""
    return {key: of(amounts) for key, amounts in grouped(metric, observed, grains).items()}
