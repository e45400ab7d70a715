"""Retention by class of data: what is older than its class is kept is deleted; the marts lose nothing by it.

validated/ has no class: the warehouse is rebuilt from it. Receipts of batches stay too, since they say which windows have landed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kuulo.crash_points import crash_point
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.one_at_a_time import one_at_a_time, source_lock
from kuulo.landing.receipt import read_landing_receipt, read_run_receipts, read_validation_receipt, run_slug
from kuulo.landing.whole_files import write_json
from kuulo.settings import Settings

_KEPT_OF_A_BATCH = {"receipt.json", "origin.json", "expired.json"}


@dataclass
class Deleted:
    """What was deleted (or would be), by class."""

    files: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)

    def lines(self) -> dict[str, str]:
        """One line a class."""
        return {name: f"{count:,} files, {self.bytes[name]:,} bytes" for name, count in sorted(self.files.items())}


def is_expired(place: BatchPlace) -> bool:
    """Whether a batch's pages and rows are gone for their age: it was judged for the last time."""
    return (place.landing / "expired.json").exists() and not place.typed.exists()


def enforce_retention(settings: Settings, *, now: datetime, only_tell: bool = False) -> Deleted:
    """Delete what is older than `settings.keep_days` allows; a class that it does not name is kept for good.

    Only batches that were validated expire: what is stopped or not yet judged stays, however old, until somebody mends it.

    Args:
        settings: where everything is, and how long what is kept.
        now: the time now, in UTC.
        only_tell: count, and delete nothing.
    """
    deleted = Deleted()
    for source in sorted(path.name for path in settings.landing.glob("*") if path.is_dir()):
        with one_at_a_time(source_lock(settings, source)):
            for place, landed_at in _judged_batches(settings, source):
                if _is_older(settings, "landing", landed_at, now):
                    _expire(place, now, deleted, only_tell)
                if _is_older(settings, "quarantine", landed_at, now):
                    _delete("quarantine", [place.quarantined], deleted, only_tell)
    _delete("receipts", _old_run_receipts(settings, now), deleted, only_tell)
    _delete("logs", _old_logs(settings, now), deleted, only_tell)
    return deleted


def _is_older(settings: Settings, kind: str, at: datetime, now: datetime) -> bool:
    days = settings.keep_days.get(kind)
    return days is not None and at < now - timedelta(days=days)


def _judged_batches(settings: Settings, source: str) -> Iterator[tuple[BatchPlace, datetime]]:
    for path in sorted((settings.landing / source).glob("*/*/receipt.json")):
        place = BatchPlace(settings, source, path.parent.parent.name, path.parent.name)
        landed, judged = read_landing_receipt(place), read_validation_receipt(place)
        if landed and judged and judged.status == "validated":
            yield place, landed.landed_at


def _expire(place: BatchPlace, now: datetime, deleted: Deleted, only_tell: bool) -> None:
    gone = [path for path in sorted(place.landing.iterdir()) if path.is_file() and path.name not in _KEPT_OF_A_BATCH]
    note = place.landing / "expired.json"
    if gone and not only_tell and not note.exists():  # else it was interrupted, and has told of all of them
        write_json(note, {"expired_at": now.isoformat(), "files": sum(not path.name.startswith(".") for path in gone)})
    # The typed rows go first: a process that dies in between leaves a batch that counts as expired, not one with half its pages.
    _delete("landing", sorted(gone, key=lambda path: path.name != place.typed.name), deleted, only_tell)


def _old_run_receipts(settings: Settings, now: datetime) -> list[Path]:
    """Those of old runs, but never the last one of a stream: freshness is told from it."""
    latest: dict[tuple[str, str], datetime] = {}
    receipts = read_run_receipts(settings)
    for receipt in receipts:
        key = (receipt.source, receipt.stream)
        latest[key] = max(latest.get(key, receipt.finished_at), receipt.finished_at)
    return [
        settings.receipts / run_slug(receipt.run) / f"{receipt.source}__{receipt.stream}.json"
        for receipt in receipts
        if _is_older(settings, "receipts", receipt.finished_at, now) and receipt.finished_at < latest[receipt.source, receipt.stream]
    ]


def _old_logs(settings: Settings, now: datetime) -> list[Path]:
    folders = [settings.home / "logs", settings.home / "airflow" / "logs", settings.dbt_logs]
    found = [path for folder in folders for path in folder.rglob("*.log*") if path.is_file() and not path.is_symlink()]
    return [path for path in found if _is_older(settings, "logs", datetime.fromtimestamp(path.stat().st_mtime, UTC), now)]


def _delete(kind: str, paths: Iterable[Path], deleted: Deleted, only_tell: bool) -> None:
    for path in paths:
        if not path.exists():
            continue
        deleted.files[kind] += 1
        deleted.bytes[kind] += path.stat().st_size
        if not only_tell:
            path.unlink()
            crash_point("retention.deleted", kind)
            if kind in ("receipts", "quarantine") and not any(path.parent.iterdir()):
                path.parent.rmdir()
