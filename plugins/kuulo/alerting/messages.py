"""One message a cause: sent when it begins or changes, and once when it has ended."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kuulo.landing.whole_files import write_json

if TYPE_CHECKING:
    from kuulo.alerting.causes import Cause

SMTP, WEBHOOK = "kuulo_alerts_smtp", "kuulo_alerts_webhook"  # ids of the Airflow connections
_MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"',;:]+")
_LONGEST = 500


@dataclass(frozen=True)
class Message:
    """What one person reads.

    Attributes:
        key: of the cause.
        state: `new`, `changed` or `ended`.
        line: one sentence.
        link: the page in Airflow that helps.
    """

    key: str
    state: str
    line: str
    link: str

    @property
    def subject(self) -> str:
        """The line, short enough for a subject."""
        return f"Kuulo: {self.line}"[:120]


def _plain(line: str) -> str:
    """Messages hold nothing personal; should a vendor's word ever bring an address along, it goes no further."""
    return _MAIL.sub("***", " ".join(line.split()))[:_LONGEST]


def _due(told: dict[str, dict[str, str]], found: "list[Cause]", base_url: str) -> Iterator[tuple[Message, dict[str, str] | None]]:
    for cause in found:
        version = hashlib.sha256(cause.version.encode()).hexdigest()[:16]  # what is kept says no more than what was sent
        before, link = told.get(cause.key), f"{base_url.rstrip('/')}/dags/{cause.dag}"
        if before is None or before["version"] != version:
            message = Message(cause.key, "changed" if before else "new", _plain(cause.line), link)
            yield message, {"version": version, "line": message.line, "link": link}
    for key in sorted(set(told) - {cause.key for cause in found}):
        yield Message(key, "ended", f"no longer so: {told[key]['line']}"[:_LONGEST], told[key]["link"]), None


def send_due(state: Path, found: "list[Cause]", *, base_url: str, send: Callable[[Message], None]) -> list[Message]:
    """Send what this channel has not been told of yet, and remember it message by message.

    A message that could not be sent is sent the next time; one whose sending was not noted (a crash in between) comes twice.
    """
    told: dict[str, dict[str, str]] = json.loads(state.read_text()) if state.exists() else {}
    sent = []
    for message, kept in list(_due(told, found, base_url)):
        send(message)
        if kept is None:
            del told[message.key]
        else:
            told[message.key] = kept
        write_json(state, told)
        sent.append(message)
    return sent
