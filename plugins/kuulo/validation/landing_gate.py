"""The gate between landing and the warehouse: one function that judges what a source has landed."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from kuulo.crash_points import crash_point
from kuulo.landing.disk_room import disk_room
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.one_at_a_time import one_at_a_time, source_lock
from kuulo.landing.receipt import (
    LandingReceipt,
    RunReceipt,
    ValidationReceipt,
    read_landing_receipt,
    read_validation_receipt,
    write_receipt,
    write_run_receipt,
)
from kuulo.retention import is_expired
from kuulo.settings import Settings
from kuulo.sources.source import Source, Stream
from kuulo.suppression.suppression_list import list_path
from kuulo.validation.drift import StreamHistory, field_names, fields_added
from kuulo.validation.fingerprint import fingerprint_of, seeds_hash
from kuulo.validation.suite import Suite, read_suite

if TYPE_CHECKING:
    from kuulo.validation.courthouse import Courthouse

_QUOTED_MESSAGES = 3  # of a run's batches, in its receipt


@dataclass(frozen=True)
class _Due:
    """A batch that has to be judged."""

    place: BatchPlace
    landed: LandingReceipt
    fingerprint: str


@dataclass
class _Work:
    """One stream's batches.

    Attributes:
        landed: all of them.
        before: earlier verdicts on them.
        due: those to judge.
        judged: those that this run (or an earlier attempt of it) has judged.
    """

    stream: Stream
    landed: list[LandingReceipt] = field(default_factory=list)
    before: list[ValidationReceipt] = field(default_factory=list)
    due: list[_Due] = field(default_factory=list)
    judged: list[tuple[LandingReceipt, ValidationReceipt]] = field(default_factory=list)


def _work_of(settings: Settings, source: Source, stream: Stream, suite: Suite, run: str) -> _Work:
    work, seeds = _Work(stream), seeds_hash(settings, stream)
    folder = settings.landing / source.name / stream.name
    for batch in sorted(path.parent.name for path in folder.glob("*/receipt.json")):
        place = BatchPlace(settings, source.name, stream.name, batch)
        landed, before = read_landing_receipt(place), read_validation_receipt(place)
        if landed is None:
            continue
        work.landed.append(landed)
        work.before.extend([before] if before else [])
        if is_expired(place):
            continue
        fingerprint = fingerprint_of(landed, stream, suite, seeds)
        if before is None or before.fingerprint != fingerprint or before.status == "stopped":
            work.due.append(_Due(place, landed, fingerprint))
        elif before.run == run:
            work.judged.append((landed, before))
    return work


def _judge(courthouse: "Courthouse", due: _Due, run: str) -> ValidationReceipt:
    started, landed = time.monotonic(), due.landed
    verdict = courthouse.judge(due.place, landed)
    crash_point("validation.parted", landed.stream)
    receipt = ValidationReceipt(
        source=landed.source,
        stream=landed.stream,
        batch=landed.batch,
        run=run,
        window_start=landed.window_start,
        window_end=landed.window_end,
        received=landed.received,
        validated=verdict.validated,
        quarantined=verdict.quarantined,
        duplicates=verdict.duplicates,
        status="stopped" if verdict.stopped else "validated",
        message=verdict.stopped or verdict.warning,
        fingerprint=due.fingerprint,
        seconds=round(time.monotonic() - started, 3),
        filled=verdict.filled,
    )
    write_receipt(due.place.validated_receipt, receipt)
    crash_point("validation.judged", landed.stream)
    return receipt


def _message(receipts: list[ValidationReceipt], volumes: list[str]) -> str:
    told = [*(f"{receipt.batch}: {receipt.message}" for receipt in receipts if receipt.message), *volumes]
    more = [f"and {len(told) - _QUOTED_MESSAGES} batches more"] if len(told) > _QUOTED_MESSAGES else []
    return " | ".join(told[:_QUOTED_MESSAGES] + more)


def _run_receipt(source: Source, work: _Work, run: str, finished_at: datetime) -> RunReceipt:
    landed, receipts = [landed for landed, _ in work.judged], [receipt for _, receipt in work.judged]
    history = StreamHistory(source, work.stream, work.landed, [*work.before, *receipts])
    volumes = [f"{receipt.batch}: {line}" for receipt in landed if (line := history.volume(receipt))]
    stopped = [receipt for receipt in receipts if receipt.status == "stopped"]
    entered = [receipt for receipt in receipts if receipt.status == "validated"]
    by_rule: Counter[str] = Counter()
    for receipt in receipts:
        by_rule.update(receipt.quarantined)
    return RunReceipt(
        run=run,
        source=receipts[0].source,
        stream=receipts[0].stream,
        finished_at=finished_at,
        status="stopped" if stopped else "validated",
        message=_message([*stopped, *entered], volumes),
        batches=len(receipts),
        received=sum(receipt.received for receipt in receipts),
        validated=sum(receipt.validated for receipt in receipts),
        quarantined=dict(by_rule),
        duplicates=sum(receipt.duplicates for receipt in receipts),
        bytes=sum(receipt.bytes for receipt in landed),
        newest_at=max((receipt.window_end for receipt in entered), default=None),
        seconds=round(sum(receipt.seconds for receipt in receipts), 3),
        fields_added=field_names(fields_added(landed, work.landed), source, work.stream),
        fields_missing=field_names((name for receipt in landed for name in history.fields_missing(receipt)), source, work.stream),
    )


def _judge_due(settings: Settings, source: Source, suites: dict[str, Suite], work: dict[str, _Work], *, run: str, now: datetime) -> None:
    from kuulo.validation.courthouse import Courthouse  # imports Great Expectations: only when there is something to judge

    with Courthouse(settings, source, suites) as courthouse:
        for stream in work.values():
            stream.judged.extend((due.landed, _judge(courthouse, due, run)) for due in stream.due)
        courthouse.build_data_docs(run, now)


def _keep_out_the_erased(settings: Settings, source: Source) -> None:
    if list_path(settings).exists():
        from kuulo.erasure.sweep import keep_out  # only where somebody has been erased

        keep_out(settings, source)


def validate_source(*, settings: Settings, source: Source, run: str, clock: Callable[[], datetime]) -> list[RunReceipt]:
    """Judge every landed batch of the source that is new, changed or was stopped; refused rows go to quarantine.

    A batch that breaks a batch rule is stopped: nothing of it enters, what an earlier verdict let in stays, the receipt says why.
    Batches whose pages, declaration, suite and seeds are as they were are not touched, so a repeated call is quick; a repeated
    call of the same run (after a crash) gives the receipts of the whole run. While another process judges the source, this one waits.

    Args:
        settings: where everything is.
        source: the source whose streams are judged.
        run: id of the run, for the receipts.
        clock: the time now, in UTC; only receipts and pages know it, no verdict depends on it.

    Returns:
        One receipt for each stream that had something to judge; they are written too, for `pipeline_health`.
    """
    suites = {stream.name: read_suite(settings, source.name, stream.name) for stream in source.streams}
    with disk_room(settings.home), one_at_a_time(source_lock(settings, source.name)):
        _keep_out_the_erased(settings, source)
        work = {stream.name: _work_of(settings, source, stream, suites[stream.name], run) for stream in source.streams}
        if any(stream.due for stream in work.values()):
            _judge_due(settings, source, suites, work, run=run, now=clock())
    receipts = [_run_receipt(source, stream, run, clock()) for stream in work.values() if stream.judged]
    for receipt in receipts:
        write_run_receipt(settings, receipt)
        crash_point("validation.run_noted")
    return receipts
