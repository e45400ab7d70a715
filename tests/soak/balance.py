"""What must be true in the end: accounts that balance, and the rows of a reading that nothing disturbed."""

import fcntl
import json
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import read_landing_receipt, read_validation_receipt
from kuulo.settings import Settings
from tests.crash.small_world import left_behind
from tests.every_source.readings import OF_THE_READING

_READINGS = {name for name in OF_THE_READING if not name.startswith("_")}


@dataclass
class Accounts:
    """All batches of a home together, and what is wrong with them."""

    batches: set[tuple[str, str, str]] = field(default_factory=set)
    received: int = 0
    validated: int = 0
    quarantined: int = 0
    duplicates: int = 0
    wrong: list[str] = field(default_factory=list)


def accounts(home: Path) -> Accounts:
    """The accounts of every batch: received = validated + quarantined + exact duplicates, as told and as lying there."""
    settings, told = Settings(home=home), Accounts()
    for path in sorted(settings.landing.glob("*/*/*/receipt.json")):
        source, stream, batch = path.parent.parts[-3:]
        place = BatchPlace(settings, source, stream, batch)
        landed, judged = read_landing_receipt(place), read_validation_receipt(place)
        told.batches.add((source, stream, batch))
        if landed is None or judged is None or judged.status != "validated":
            told.wrong.append(f"{source}/{stream}/{batch}: not validated")
            continue
        refused = sum(judged.quarantined.values())
        lying = tuple(pq.read_metadata(p).num_rows if p.exists() else 0 for p in (place.validated, place.quarantined))
        if landed.received != judged.validated + refused + judged.duplicates or lying != (judged.validated, refused):
            told.wrong.append(f"{source}/{stream}/{batch}: {landed.received} received; {judged}; {lying} lie there")
        told.received += landed.received
        told.validated += judged.validated
        told.quarantined += refused
        told.duplicates += judged.duplicates
    return told


@dataclass
class _Rows:
    """The rows of a file without what tells of the reading, and in which readings of the window each was."""

    records: Counter[str] = field(default_factory=Counter)
    readings: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def _rows(file: Path) -> _Rows:
    rows = _Rows()
    for row in pq.read_table(file).to_pylist() if file.exists() else []:
        record = repr(_of_the_record(row))
        rows.records[record] += 1
        rows.readings[record].add(repr({name: value for name, value in _flat(row).items() if name in _READINGS}))
    return rows


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its record, which a refused one has as JSON."""
    return {**row, **json.loads(row["record"])} if "record" in row else row


def _of_the_record(row: dict[str, Any]) -> dict[str, Any]:
    """Without what tells of the reading; a refused row has its record as JSON."""
    kept = {name: value for name, value in row.items() if name not in OF_THE_READING}
    return {**kept, "record": _of_the_record(json.loads(kept["record"]))} if "record" in kept else kept


@dataclass
class Differences:
    """How the batches of a home differ from those of an undisturbed reading: rows by the file they are in.

    Attributes:
        lost: rows of the undisturbed reading that are not there.
        doubled: rows that are there too often, or that the undisturbed reading does not know.
        again: rows that the undisturbed reading has in another window of the stream, or that stand for another reading of their own
            window. A window that is read late or again is read by its times, where the undisturbed reading went on from the vendor's
            cursor, and Intercom's scroll, if it breaks off, is begun again: that costs a longer reading and no row.
    """

    lost: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)


def differences(home: Path, undisturbed: Path) -> Differences:
    """Compare each batch's validated and refused rows by all their values."""
    told = Differences()
    for folder, name in (("validated", "validated.parquet"), ("quarantine", "quarantined.parquet")):
        places = {path.relative_to(root) for root in (home, undisturbed) for path in root.glob(f"{folder}/*/*/*/{name}")}
        for stream in sorted({place.parent.parent for place in places}):
            known = {place: _rows(undisturbed / place) for place in sorted(places) if place.parent.parent == stream}
            of_the_stream = {record for rows in known.values() for record in rows.records}
            for place, wanted in known.items():
                found = _rows(home / place)
                told.lost[str(place)] += (wanted.records - found.records).total()
                for record, count in (found.records - wanted.records).items():
                    others = len(found.readings[record]) - int(record in wanted.records)
                    again = min(count, others) if record in of_the_stream else 0
                    told.again[str(place)] += again
                    told.doubled[str(place)] += count - again
    return Differences(+told.lost, +told.doubled, +told.again)


def left_over(home: Path) -> list[str]:
    """What nobody is at work on any more: files aside, and locks that are held."""
    found = left_behind(home)
    for lock in home.rglob("*.lock"):
        descriptor = os.open(lock, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            found.append(f"{lock.relative_to(home)} is held")
        finally:
            os.close(descriptor)
    return found
