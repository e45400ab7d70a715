"""The scorecard as text: the last final month beside all time, from the published marts."""

from typing import Any

from kuulo.publication.publish import open_published
from kuulo.settings import Settings

_QUERY = """
with headline as (
    select metric, definition, period_grain, period_start, value, unit, n, ci_low, ci_high, target, target_met, status
    from scorecard_by_period
    where dimension = 'all' and period_grain in ('month', 'all_time')
),
months as (
    select *, row_number() over (partition by metric order by period_start desc) as recency
    from headline
    where period_grain = 'month' and status = 'final' and value is not null
)
select
    coalesce(months.metric, ever.metric) as metric, months.period_start, months.value, months.n, months.ci_low, months.ci_high,
    months.target, months.target_met, ever.value as ever_value, ever.n as ever_n, coalesce(months.unit, ever.unit) as unit
from (select * from months where recency = 1) as months
full outer join (select * from headline where period_grain = 'all_time') as ever using (metric, definition)
order by 1
"""
_DIGITS = {"points": 1, "percent": 1, "ratio": 4, "seconds": 1, "minutes": 1, "score": 2}


def _number(value: Any, unit: str) -> str:
    return "" if value is None else f"{value:,.{_DIGITS.get(unit, 2)}f}"


def _line(row: tuple[Any, ...]) -> str:
    metric, month, value, n, low, high, target, met, ever, ever_n, unit = row
    interval = f"{_number(low, unit)} to {_number(high, unit)}" if low is not None else ""
    goal = f"{_number(target, unit)} {'met' if met else 'missed'}" if target is not None and met is not None else ""
    count = f"{n:,.0f}" if n is not None else ""
    ever_count = f"{ever_n:,.0f}" if ever_n is not None else ""
    return (
        f"  {metric:<28} {f'{month:%Y-%m}' if month else '':<8} {_number(value, unit):>10} {unit or '':<8} {count:>7}  "
        f"{interval:<18} {goal:<16} {_number(ever, unit):>10} {ever_count:>7}"
    )


def scorecard_text(settings: Settings) -> str:
    """The headline of `scorecard_by_period` as a table, or one line that says why there is none."""
    path = settings.published / "marts.duckdb"
    if not path.exists():
        return "Nothing is published yet: no build has succeeded."
    with open_published(path) as connection:
        rows = connection.execute(_QUERY).fetchall()
        as_of = connection.execute("select as_of, published_at from publication").fetchone()
    if not rows:
        return "The marts are published and hold no answers, contacts or subscriptions yet: put files into the inbox."
    interval, goal = f"{'95 % interval':<18}", f"{'target':<16}"
    head = f"  {'metric':<28} {'month':<8} {'value':>10} {'unit':<8} {'n':>7}  {interval} {goal} {'all time':>10} {'n':>7}"
    title = f"Scorecard as of {as_of[0]:%Y-%m-%d}, published {as_of[1]:%Y-%m-%d %H:%M} UTC" if as_of else "Scorecard"
    return "\n".join([title, head, *map(_line, rows), ""])
