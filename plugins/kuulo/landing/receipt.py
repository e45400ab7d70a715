"""Receipts: what each step did, written after what it did, so that accounts can be balanced and failures queried."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from kuulo.errors import KuuloError
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.whole_files import write_json
from kuulo.settings import Settings

_Receipt = TypeVar("_Receipt", "LandingReceipt", "ValidationReceipt", "RunReceipt")


@dataclass(frozen=True, kw_only=True)
class LandingReceipt:
    """One batch landed whole.

    Attributes:
        window_start, window_end: the span of time asked for, [start, end); of a file, the days its records speak of.
        pages: vendor pages (or files) kept.
        bytes: the vendor's bytes before compression.
        received: rows made from them, typed or not.
        untyped: those of them that could not take their declared types.
        undeclared: names of fields that are not declared and were kept in `_extra`.
        sha256: hash over the hashes of the pages, in order.
        declaration: hash of the stream's declaration when it was typed.
        seconds: time from the first request to this receipt.
        cursor: what the vendor left for the next window, where the stream keeps one.
    """

    source: str
    stream: str
    batch: str
    run: str
    window_start: datetime
    window_end: datetime
    landed_at: datetime
    pages: int
    bytes: int
    received: int
    untyped: int
    sha256: str
    declaration: str
    seconds: float
    undeclared: tuple[str, ...] = ()
    note: str = ""
    cursor: str | None = None


@dataclass(frozen=True, kw_only=True)
class ValidationReceipt:
    """One batch judged: received = validated + sum(quarantined) + duplicates. Of a stopped one all rows stay in landing.

    Attributes:
        quarantined: refused rows that are kept, by rule; of a stopped batch none, but for those that were laid out to be looked at
            where there were too many.
        duplicates: exact repeats that were dropped; of a stopped batch none.
        status: `validated`, or `stopped` where the batch broke a batch rule and nothing of it entered.
        message: why it was stopped, in one line without values.
        fingerprint: hash of what the verdict depends on: pages, declaration, suite, seeds.
        filled: typed rows that hold a value, by declared column.
    """

    source: str
    stream: str
    batch: str
    run: str
    window_start: datetime
    window_end: datetime
    received: int
    validated: int
    quarantined: dict[str, int]
    duplicates: int
    status: str
    message: str
    fingerprint: str
    seconds: float
    filled: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RunReceipt:
    """What one run did with one stream, over all batches it touched: the row of `pipeline_health`.

    received = validated + sum(quarantined) + duplicates + held_back.

    Attributes:
        status: `validated`, `stopped` (by validation) or `failed` (before it).
        newest_at: end of the newest window that entered, or None where none did.
        fields_added: undeclared fields that came for the first time; they are kept in `_extra`.
        fields_missing: declared columns of which a batch had no value, though they are required or were filled before.
    """

    run: str
    source: str
    stream: str
    finished_at: datetime
    status: str
    message: str = ""
    batches: int = 0
    received: int = 0
    validated: int = 0
    quarantined: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    bytes: int = 0
    newest_at: datetime | None = None
    seconds: float = 0.0
    fields_added: tuple[str, ...] = ()
    fields_missing: tuple[str, ...] = ()

    @property
    def held_back(self) -> int:
        """Rows that are in landing alone, since their batch was stopped."""
        return self.received - self.validated - sum(self.quarantined.values()) - self.duplicates


class UnreadableReceipt(KuuloError):
    """A receipt is damaged, or was written by a newer version."""


def _read(path: Path, kind: type[_Receipt]) -> _Receipt:
    try:
        loaded: dict[str, Any] = json.loads(path.read_text())
        for name in ("window_start", "window_end", "landed_at", "newest_at", "finished_at"):
            if loaded.get(name):
                loaded[name] = datetime.fromisoformat(loaded[name])
        loaded |= {name: tuple(value) for name, value in loaded.items() if isinstance(value, list)}
        return kind(**loaded)
    except (ValueError, TypeError, AttributeError):
        raise UnreadableReceipt(
            f"{path} is damaged, or of a newer version of Kuulo: run that version, or remove the file and run again, "
            "and what it tells of is done again from what is there"
        ) from None


def read_landing_receipt(place: BatchPlace) -> LandingReceipt | None:
    """The receipt of a batch that has landed whole, else None."""
    if not place.landing_receipt.exists():
        return None
    return _read(place.landing_receipt, LandingReceipt)


def read_validation_receipt(place: BatchPlace) -> ValidationReceipt | None:
    """The receipt of a batch that has been judged, else None."""
    return _read(place.validated_receipt, ValidationReceipt) if place.validated_receipt.exists() else None


def read_validation_receipts(settings: Settings) -> list[ValidationReceipt]:
    """The receipts of all batches that have been judged, ordered by their places."""
    return [_read(path, ValidationReceipt) for path in sorted(settings.validated.glob("*/*/*/receipt.json"))]


def write_receipt(path: Path, receipt: LandingReceipt | ValidationReceipt) -> None:
    """Write a batch's receipt; the last file of its step."""
    write_json(path, asdict(receipt))


def run_slug(run: str) -> str:
    """A run's id as a folder name: readable, and distinct for distinct runs."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", run)[:80] + "-" + hashlib.sha256(run.encode()).hexdigest()[:8]


def write_run_receipt(settings: Settings, receipt: RunReceipt) -> None:
    """Keep what a run did with a stream. A later receipt of the same run and stream replaces it, but a failure stays one."""
    path = settings.receipts / run_slug(receipt.run) / f"{receipt.source}__{receipt.stream}.json"
    before = _read(path, RunReceipt) if path.exists() else None
    if before is not None and before.status == "failed":
        receipt = replace(receipt, status="failed", message=before.message)
    write_json(path, asdict(receipt))


def forget_failure(settings: Settings, run: str, source: str, stream: str) -> None:
    """Take back a failure of this run: a later attempt of the same task has succeeded."""
    path = settings.receipts / run_slug(run) / f"{source}__{stream}.json"
    if path.exists() and _read(path, RunReceipt).status == "failed":
        path.unlink()


def read_run_receipts(settings: Settings) -> list[RunReceipt]:
    """Every run's receipts, ordered by run folder and stream."""
    return [_read(path, RunReceipt) for path in sorted(settings.receipts.glob("*/*.json"))]
