"""What must be true in the end: accounts that balance, and the rows of a reading that nothing disturbed."""

import fcntl
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import read_landing_receipt, read_validation_receipt
from kuulo.settings import Settings
from tests.crash.small_world import left_behind
from tests.every_source.readings import OF_THE_READING


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


def _rows(file: Path) -> Counter[str]:
    if not file.exists():
        return Counter()
    table = pq.read_table(file)
    table = table.drop_columns([name for name in table.column_names if name in OF_THE_READING])
    return Counter(map(repr, table.to_pylist()))


def differences(home: Path, undisturbed: Path) -> tuple[Counter[str], Counter[str]]:
    """Rows lost and rows too many, by what they are lost from: each batch's validated and refused rows, by all their values."""
    lost: Counter[str] = Counter()
    doubled: Counter[str] = Counter()
    for folder, name in (("validated", "validated.parquet"), ("quarantine", "quarantined.parquet")):
        places = {path.relative_to(root) for root in (home, undisturbed) for path in root.glob(f"{folder}/*/*/*/{name}")}
        for place in sorted(places):
            found, wanted = _rows(home / place), _rows(undisturbed / place)
            lost[str(place)] += (wanted - found).total()
            doubled[str(place)] += (found - wanted).total()
    return +lost, +doubled


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
