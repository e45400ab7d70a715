"""Fencing: of several attempts at the same thing only the latest may finish it.

Airflow starts a task anew when it hears nothing of the process that runs it, and that process may still be alive. Each attempt
therefore takes a ticket when it begins; the next one's ticket is higher, and whoever comes to finish with an older one is refused.
The lock is held for the moment of taking and for the moment of finishing, never while the work is done.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kuulo.errors import KuuloError
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.landing.whole_files import write_json
from kuulo.settings import Settings


class TakenOver(KuuloError):
    """A later attempt at the same thing has begun; this one has left nothing."""


@dataclass(frozen=True)
class _Ticket:
    """Number of the attempt, a name of its own (a number may come again where the file was lost), and whose run it is."""

    number: int
    name: str
    run: str


@dataclass(frozen=True)
class Attempt:
    """One attempt at `what` (`publication`, `comments`)."""

    settings: Settings
    what: str
    ticket: _Ticket

    @classmethod
    def begin(cls, settings: Settings, what: str, run: str) -> "Attempt":
        """Take the next ticket: every attempt before this one can no longer finish."""
        with one_at_a_time(_folder(settings) / f"{what}.lock"):
            ticket = _Ticket(_latest(settings, what).number + 1, uuid.uuid4().hex, run)
            write_json(_path(settings, what), asdict(ticket))
        return cls(settings, what, ticket)

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """Nobody else begins or finishes while the block runs.

        Raises:
            TakenOver: this is not the latest attempt.
        """
        with one_at_a_time(_folder(self.settings) / f"{self.what}.lock"):
            latest = _latest(self.settings, self.what)
            if latest != self.ticket:
                raise TakenOver(
                    f"a later attempt at the {self.what} (number {latest.number}, run {latest.run}) has taken over from this one "
                    f"(number {self.ticket.number}, run {self.ticket.run}), which changes nothing any more: look at the later one"
                )
            yield

    def is_latest(self) -> bool:
        """Whether nobody has begun after this one."""
        return _latest(self.settings, self.what) == self.ticket


def _folder(settings: Settings) -> Path:
    return settings.home / "locks"


def _path(settings: Settings, what: str) -> Path:
    return _folder(settings) / f"{what}.json"


def _latest(settings: Settings, what: str) -> _Ticket:
    """The ticket on file; where it is missing or cannot be read, one that nobody holds."""
    try:
        loaded: dict[str, Any] = json.loads(_path(settings, what).read_text())
        return _Ticket(int(loaded["number"]), str(loaded["name"]), str(loaded["run"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return _Ticket(0, "", "unknown")
