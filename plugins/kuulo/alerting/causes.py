"""What somebody should be told of now, read from receipts, failures and the published scorecard; nothing personal is in any of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import mean, median

import duckdb

from kuulo.landing.receipt import RunReceipt, read_run_receipts
from kuulo.publication.publish import open_published
from kuulo.settings import Settings
from kuulo.warehouse.made_from import built_from

_BEFORE = 20  # runs that a jump of the quarantine is seen against
_JUMP, _LEAST_RATE, _LEAST_ROWS = 3.0, 0.05, 5
_LEAST_MONTHS = 8
_LIMIT = 2.66  # of the mean moving range: three sigma of an individuals chart (Shewhart, as NIST's handbook 6.3.2.2 has it)
_NO_CLOCK = {"files"}  # whoever lays files into the inbox promises no time, unless a deadline is set


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong.

    Attributes:
        key: what it is about: one message as long as key and `version` stay.
        version: what makes it another message, such as another error of the same stream.
        line: one sentence for people.
        dag: the DAG whose page helps.
    """

    key: str
    version: str
    line: str
    dag: str


def causes(settings: Settings, now: datetime) -> list[Cause]:
    """Everything that is wrong now, in a fixed order."""
    by_stream: dict[tuple[str, str], list[RunReceipt]] = {}
    for receipt in sorted(read_run_receipts(settings), key=lambda receipt: receipt.finished_at):
        by_stream.setdefault((receipt.source, receipt.stream), []).append(receipt)
    found = [
        *_stopped(by_stream),
        *_stale(settings, by_stream, now),
        *_refused(by_stream),
        *_not_built(settings),
        *_out_of_limits(settings),
    ]
    return sorted(found, key=lambda cause: cause.key)


def _stopped(by_stream: dict[tuple[str, str], list[RunReceipt]]) -> Iterator[Cause]:
    for (source, stream), receipts in by_stream.items():
        last = receipts[-1]
        if last.status != "validated":
            said = f"{source}/{stream} {last.status}: {last.message or 'the log of the task says why'}"
            yield Cause(f"stream:{source}/{stream}", f"{last.status} {last.message}", said, f"extract_{source}")


def _stale(settings: Settings, by_stream: dict[tuple[str, str], list[RunReceipt]], now: datetime) -> Iterator[Cause]:
    for source in sorted({source for source, _ in by_stream}):
        hours = settings.freshness_hours.get(source, None if source in _NO_CLOCK else settings.freshness_hours.get("", 36))
        if hours is None or (settings.landing / source / ".sandbox").exists():
            continue
        entered = [[r.newest_at for r in receipts if r.newest_at] for (of, _), receipts in by_stream.items() if of == source]
        newest = max((at for ats in entered for at in ats), default=None)
        if newest is not None and newest < now - timedelta(hours=hours):
            said = f"{source} has given nothing new since {newest:%Y-%m-%d %H:%M} UTC; its deadline is {hours} hours"
            yield Cause(f"stale:{source}", f"{newest:%Y-%m-%dT%H}", said, f"extract_{source}")


def _rate(receipt: RunReceipt) -> float:
    return sum(receipt.quarantined.values()) / receipt.received if receipt.received else 0.0


def _refused(by_stream: dict[tuple[str, str], list[RunReceipt]]) -> Iterator[Cause]:
    for (source, stream), receipts in by_stream.items():
        *before, last = receipts
        usual = [_rate(receipt) for receipt in before if receipt.received and receipt.status == "validated"][-_BEFORE:]
        count = sum(last.quarantined.values())
        if usual and count >= _LEAST_ROWS and _rate(last) > max(_LEAST_RATE, _JUMP * median(usual)):
            rules = ", ".join(sorted(last.quarantined))
            shares = f"{_rate(last):.0%}, usually {median(usual):.1%}"
            said = f"{source}/{stream}: {count:,} of {last.received:,} rows were refused ({shares}): {rules}"
            yield Cause(f"quarantine:{source}/{stream}", rules, said, f"extract_{source}")


def _not_built(settings: Settings) -> Iterator[Cause]:
    """The last failure of a build or publication that none has succeeded since."""
    path, built = settings.home / "logs" / "failures.jsonl", built_from(settings)
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    last = {line["dag"]: line for line in lines if line["dag"] in ("build_marts", "publish_marts")}
    succeeded = datetime.fromisoformat(str(built["built_at"])) if built else None
    for dag, line in last.items():
        at = datetime.fromisoformat(line["at"])
        if succeeded is None or succeeded < at:
            yield Cause(f"dag:{dag}", line["message"], f"{dag} failed, the last good marts stay: {line['message']}", dag)


_MONTHS = """
    select metric, definition, period_start, value from scorecard_by_period
    where dimension = 'all' and period_grain = 'month' and status = 'final' and value is not null
    order by metric, definition, period_start
"""


def _out_of_limits(settings: Settings) -> Iterator[Cause]:
    path = settings.published / "marts.duckdb"
    if not path.exists():
        return
    by_metric: dict[tuple[str, str], list[tuple[datetime, float]]] = {}
    try:
        with open_published(path) as connection:
            for metric, definition, month, value in connection.execute(_MONTHS).fetchall():
                by_metric.setdefault((metric, definition), []).append((month, float(value)))
    except duckdb.CatalogException:
        return  # marts of an older shape
    for (metric, definition), months in by_metric.items():
        *before, (month, value) = months
        limits = control_limits([earlier for _, earlier in before])
        if limits and not limits[0] <= value <= limits[1]:
            usual = f"{limits[0]:.4g} to {limits[1]:.4g}"
            said = f"{metric} ({definition}) of {month:%Y-%m} is {value:.4g}, outside {usual}, where its months have been"
            yield Cause(f"metric:{metric}/{definition}", f"{month:%Y-%m}", said, "build_marts")


def control_limits(values: list[float]) -> tuple[float, float] | None:
    """Between which values the next one is expected, by the earlier ones' moving range; None of fewer than eight, or where none moved."""
    if len(values) < _LEAST_MONTHS:
        return None
    spread = _LIMIT * mean(abs(later - earlier) for earlier, later in pairwise(values))
    return (mean(values) - spread, mean(values) + spread) if spread > 0 else None
