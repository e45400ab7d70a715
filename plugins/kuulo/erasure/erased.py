"""What an erasure takes away, noted before it goes: so that the count is right whatever stops the erasure on its way."""

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from kuulo.crash_points import crash_point
from kuulo.erasure.audit import Audit, notes_of, unfinished
from kuulo.landing.disk_room import disk_room
from kuulo.settings import Settings


@dataclass
class Erased:
    """What went, by place and stream; and the ids that were learned on the way.

    Attributes:
        notes: the files in which erasures that have begun count what goes, whoever takes it away.
    """

    notes: tuple[Path, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    learned: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Nothing yet, counted for the erasures that have begun."""
        return cls(tuple(notes_of(settings, audit) for audit in unfinished(settings, "begun")))

    def counter(self, where: str, path: Path) -> Callable[[object, int], None]:
        """What counts rows of a file at a place, to be called before they go: with what is another once they are gone, and how many."""

        def count(state: object, rows: int) -> None:
            if rows:
                line = json.dumps({"where": where, "file": str(path), "state": str(state), "rows": rows}, ensure_ascii=False)
                for note in self.notes:
                    _append(note, f"{line}\n")
                    crash_point("erasure.counted")
                self.counts[where] += rows

        return count


def _append(note: Path, line: str) -> None:
    with disk_room(note.parent):
        descriptor = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode("utf-8", "surrogateescape"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def records_of(settings: Settings, audit: Audit) -> dict[str, int]:
    """How many records went for an erasure, by place, in all of its runs.

    What was counted twice in one state had not gone when it was counted first: the process ended before.
    """
    note = notes_of(settings, audit)
    went: dict[tuple[str, str], tuple[str, int]] = {}
    for line in note.read_bytes().splitlines() if note.exists() else []:
        try:
            told = json.loads(line)
        except ValueError:
            continue  # torn by a power cut, so that nothing had gone yet
        went[told["file"], told["state"]] = (told["where"], told["rows"])
    counts: Counter[str] = Counter()
    for where, rows in went.values():
        counts[where] += rows
    return dict(sorted(counts.items()))
