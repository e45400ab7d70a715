"""The gate between landing and the warehouse: one function that judges what a source has landed."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import (
    LandingReceipt,
    RunReceipt,
    ValidationReceipt,
    read_landing_receipt,
    read_validation_receipt,
    write_receipt,
    write_run_receipt,
)
from kuulo.settings import Settings
from kuulo.sources.source import Source, Stream
from kuulo.validation.fingerprint import fingerprint_of, seeds_hash
from kuulo.validation.suite import Suite, read_suite

if TYPE_CHECKING:
    from kuulo.validation.batch_verdict import BatchCourt

_MESSAGES = 3  # of a run's batches that a run's receipt quotes


@dataclass(frozen=True)
class _Due:
    """A batch that has to be judged."""

    place: BatchPlace
    landed: LandingReceipt
    fingerprint: str


def _due_batches(settings: Settings, source: Source, stream: Stream, suite: Suite) -> Iterator[_Due]:
    folder = settings.landing / source.name / stream.name
    seeds = seeds_hash(settings, stream)
    for batch in sorted(path.name for path in folder.glob("*") if (path / "receipt.json").exists()):
        place = BatchPlace(settings, source.name, stream.name, batch)
        landed = read_landing_receipt(place)
        if landed is None:
            continue
        fingerprint, before = fingerprint_of(landed, stream, suite, seeds), read_validation_receipt(place)
        if before is None or before.fingerprint != fingerprint or before.status == "stopped":
            yield _Due(place, landed, fingerprint)


def _validate_batch(court: "BatchCourt", due: _Due, run: str) -> ValidationReceipt:
    started = time.monotonic()
    verdict = court.judge(due.place, due.landed)
    receipt = ValidationReceipt(
        source=due.landed.source,
        stream=due.landed.stream,
        batch=due.landed.batch,
        run=run,
        window_start=due.landed.window_start,
        window_end=due.landed.window_end,
        received=due.landed.received,
        validated=verdict.validated,
        quarantined=verdict.quarantined,
        duplicates=verdict.duplicates,
        status="stopped" if verdict.stopped else "validated",
        message=verdict.stopped or verdict.warning,
        fingerprint=due.fingerprint,
        seconds=round(time.monotonic() - started, 3),
    )
    write_receipt(due.place.validated_receipt, receipt)
    return receipt


def _run_receipt(due: list[_Due], judged: list[ValidationReceipt], finished_at: datetime) -> RunReceipt:
    stopped = [receipt for receipt in judged if receipt.status == "stopped"]
    entered = [receipt for receipt in judged if receipt.status == "validated"]
    by_rule: Counter[str] = Counter()
    for receipt in judged:
        by_rule.update(receipt.quarantined)
    messages = [f"{receipt.batch}: {receipt.message}" for receipt in [*stopped, *entered] if receipt.message]
    return RunReceipt(
        run=judged[0].run,
        source=judged[0].source,
        stream=judged[0].stream,
        finished_at=finished_at,
        status="stopped" if stopped else "validated",
        message=" | ".join(messages[:_MESSAGES]) + (f" | and {len(messages) - _MESSAGES} more" if len(messages) > _MESSAGES else ""),
        batches=len(judged),
        received=sum(receipt.received for receipt in judged),
        validated=sum(receipt.validated for receipt in judged),
        quarantined=dict(by_rule),
        duplicates=sum(receipt.duplicates for receipt in judged),
        bytes=sum(item.landed.bytes for item in due),
        newest_at=max((receipt.window_end for receipt in entered), default=None),
        seconds=round(sum(receipt.seconds for receipt in judged), 3),
    )


def validate_source(*, settings: Settings, source: Source, run: str, clock: Callable[[], datetime]) -> list[RunReceipt]:
    """Judge every landed batch of the source that is new, changed or was stopped; refused rows go to quarantine.

    A batch that breaks a batch rule is stopped: nothing of it enters, what an earlier verdict let in stays, the receipt says why.
    Batches whose pages, declaration, suite and seeds are as they were are not touched, so a repeated call is quick.

    Args:
        settings: where everything is.
        source: the source whose streams are judged.
        run: id of the run, for the receipts.
        clock: the time now, in UTC; only receipts know it, no verdict depends on it.

    Returns:
        One receipt for each stream that had something to judge; they are written too, for `pipeline_health`.
    """
    suites = {stream.name: read_suite(settings, source.name, stream.name) for stream in source.streams}
    work = {stream.name: list(_due_batches(settings, source, stream, suites[stream.name])) for stream in source.streams}
    if not any(work.values()):
        return []

    from kuulo.validation.batch_verdict import Courthouse  # imports Great Expectations: only when there is something to judge

    receipts = []
    with Courthouse(settings, source) as courthouse:
        for stream in source.streams:
            if work[stream.name]:
                court = courthouse.court(stream, suites[stream.name])
                judged = [_validate_batch(court, due, run) for due in work[stream.name]]
                receipts.append(_run_receipt(work[stream.name], judged, clock()))
                write_run_receipt(settings, receipts[-1])
        courthouse.build_data_docs(run, clock())
    return receipts
