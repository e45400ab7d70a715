"""The record of an erasure, without personal data: when, for whose asking, how many records where, and keyed hashes."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from kuulo.erasure.person_request import PersonRequest, erasures
from kuulo.landing.receipt import run_slug
from kuulo.landing.whole_files import private_folder, write_json
from kuulo.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Audit:
    """One erasure.

    Attributes:
        hmacs: keyed hashes of the person's ids and e-mails; with the key, and a value to try, it can be shown that it was this person.
        status: `begun` (the ids are on the list), `erased` (nothing is left in the lake), `done` (nothing in what is published).
        records: how many rows went, by place, in all runs that it took; of several erasures at once, of all together.
        inbox_files: files of yours that still name somebody who was erased.
    """

    request: str
    requested_by: str
    run: str
    asked_at: datetime
    hmacs: list[str]
    status: str = "begun"
    records: dict[str, int] = field(default_factory=dict)
    inbox_files: list[str] = field(default_factory=list)
    erased_at: datetime | None = None
    done_at: datetime | None = None


def _folder(settings: Settings) -> Path:
    return erasures(settings) / "audit"


def _path(settings: Settings, audit: Audit) -> Path:
    return _folder(settings) / f"{audit.asked_at:%Y%m%dT%H%M%S}-{audit.request}-{run_slug(audit.run)[-8:]}.json"


def notes_of(settings: Settings, audit: Audit) -> Path:
    """Where is counted what goes for this erasure until it is done (erased.py)."""
    return _path(settings, audit).with_suffix(".counts.jsonl")


def write_audit(settings: Settings, audit: Audit) -> None:
    """Keep the record, in place of its earlier status."""
    private_folder(_folder(settings))
    write_json(_path(settings, audit), asdict(audit))


def begin(settings: Settings, request: PersonRequest, run: str, now: datetime, hmacs: Iterable[str]) -> None:
    """Note that an erasure has begun."""
    write_audit(settings, Audit(request=request.name, requested_by=request.requested_by, run=run, asked_at=now, hmacs=sorted(hmacs)))


def unfinished(settings: Settings, *statuses: str) -> list[Audit]:
    """The erasures that stand at one of these."""
    found = []
    for path in sorted(_folder(settings).glob("*.json")):
        loaded = json.loads(path.read_text())
        for name in ("asked_at", "erased_at", "done_at"):
            loaded[name] = datetime.fromisoformat(loaded[name]) if loaded[name] else None
        found.append(Audit(**loaded))
    return [audit for audit in found if audit.status in statuses]


def erased(settings: Settings, audit: Audit, now: datetime, records: dict[str, int], inbox_files: list[str]) -> None:
    """Note what went, and what still names them."""
    write_audit(settings, replace(audit, status="erased", erased_at=now, records=records, inbox_files=inbox_files))


def done(settings: Settings, audits: Iterable[Audit], now: datetime) -> None:
    """Note that what is published holds them no more."""
    for audit in audits:
        notes_of(settings, audit).unlink(missing_ok=True)
        write_audit(settings, replace(audit, status="done", done_at=now))
