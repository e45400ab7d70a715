"""What was judged of a batch, without suppressed people: the files part by part, then the accounts, taken from the files."""

from collections import Counter
from dataclasses import replace

import pyarrow.compute as pc
import pyarrow.parquet as pq

from kuulo.erasure.erased import Erased
from kuulo.erasure.row_cut import RowCut, cut_file
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt, ValidationReceipt, read_landing_receipt, read_validation_receipt, write_receipt
from kuulo.settings import Settings
from kuulo.sources.source import Source, Stream
from kuulo.suppression.suppression_list import SuppressionList
from kuulo.validation.fingerprint import fingerprint_of, seeds_hash
from kuulo.validation.suite import read_suite


def _fingerprint(settings: Settings, landed: LandingReceipt, stream: Stream) -> str:
    return fingerprint_of(landed, stream, read_suite(settings, landed.source, stream.name), seeds_hash(settings, stream))


class JudgedBatch:
    """The judged part of one stream's batch. Make it before the landed part changes: it remembers what was judged."""

    def __init__(self, settings: Settings, source: Source, stream: Stream, batch: str) -> None:
        self._settings, self._stream = settings, stream
        self._place = BatchPlace(settings, source.name, stream.name, batch)
        self._before, landed = read_validation_receipt(self._place), read_landing_receipt(self._place)
        self._was_judged = bool(
            self._before and landed and self._before.fingerprint == _fingerprint(settings, landed, stream)
        )  # else it is judged again by the next run, whatever is done here

    def erase(self, suppression: SuppressionList, erased: Erased) -> None:
        """Take suppressed people out of validated and quarantined rows, and settle the accounts."""
        place, rows, is_changed = self._place, RowCut(suppression, self._place.source, self._stream), False
        for path, cut, name in ((place.validated, rows.typed, "validated"), (place.quarantined, rows.records, "quarantine")):
            if path.exists():
                _, changed = cut_file(path, path, cut, erased.counter(f"{name}/{place.source}/{place.stream}", path))
                is_changed = is_changed or changed
        erased.learned |= rows.names
        landed = read_landing_receipt(place)
        is_unsettled = is_changed or bool(self._before and landed and self._before.received != landed.received and place.typed.exists())
        if self._before and landed and is_unsettled:
            write_receipt(place.validated_receipt, self._settled(self._before, landed))

    def _settled(self, before: ValidationReceipt, landed: LandingReceipt) -> ValidationReceipt:
        if not self._place.typed.exists():  # retention has taken the landed rows: it was judged for the last time
            return self._accounts(before, before.duplicates)
        fingerprint = _fingerprint(self._settings, landed, self._stream) if self._was_judged else ""
        if before.status == "stopped":
            return replace(before, fingerprint=fingerprint)
        settled = self._accounts(before, 0)
        return replace(settled, received=landed.received, duplicates=landed.received - settled.received, fingerprint=fingerprint)

    def _accounts(self, before: ValidationReceipt, duplicates: int) -> ValidationReceipt:
        """What the files hold; of refused rows that retention has taken, what was counted."""
        validated, refused = _rows(self._place), before.quarantined
        if self._place.quarantined.exists():
            refused = _refused(self._place)
        received = validated + sum(refused.values()) + duplicates
        return replace(before, received=received, validated=validated, quarantined=refused, duplicates=duplicates)


def _rows(place: BatchPlace) -> int:
    return int(pq.read_metadata(place.validated).num_rows) if place.validated.exists() else 0


def _refused(place: BatchPlace) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for each in pc.value_counts(pq.read_table(place.quarantined, columns=["rule"])["rule"]).to_pylist():
        counts[each["values"]] += each["counts"]
    return dict(sorted(counts.items()))
