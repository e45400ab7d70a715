"""An inbox in a temporary home: lay files into it, take them in, read what landed."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from kuulo.landing.land_inbox import InboxOutcome, land_inbox
from kuulo.landing.landing_path import BatchPlace
from kuulo.settings import Settings

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)

FEED = "stream: contacts\ncolumns:\n  contact_id: id\n  opened_at: at\n"
TOPIC = FEED + "  topic: topic\n"


def naive(text: str) -> datetime:
    """A moment without a zone, as typed.parquet holds it (UTC) and spreadsheets do."""
    return datetime.fromisoformat(text)


@dataclass
class InboxHome:
    """A home with an inbox, and the accounts of its last taking in."""

    home: Path
    timezone: str = "UTC"
    now: datetime = NOW
    outcome: InboxOutcome = field(default_factory=lambda: InboxOutcome(()))

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, timezone=self.timezone)

    @property
    def inbox(self) -> Path:
        return self.settings.inbox

    def lay(self, feed: str, feed_yml: str | None = None, **files: str | bytes) -> Path:
        """Lay files; `a_csv="..."` becomes a.csv, `a__csv__gz` a.csv.gz."""
        folder = self.inbox / feed
        folder.mkdir(parents=True, exist_ok=True)
        if feed_yml is not None:
            (folder / "feed.yml").write_text(feed_yml, encoding="utf-8")
        for name, content in files.items():
            self.put(folder / name.replace("__", ".").replace("_csv", ".csv"), content)
        return folder

    def put(self, path: Path, content: str | bytes) -> None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def take_in(self) -> InboxOutcome:
        self.outcome = land_inbox(settings=self.settings, run="run-1", clock=lambda: self.now)
        return self.outcome

    def places(self) -> list[BatchPlace]:
        """Every landed batch, by stream and name."""
        folders = sorted(path.parent for path in self.settings.landing.glob("files/*/*/receipt.json"))
        return [BatchPlace(self.settings, "files", folder.parent.name, folder.name) for folder in folders]

    def receipts(self) -> list[dict[str, Any]]:
        return [json.loads(place.landing_receipt.read_text()) for place in self.places()]

    def rows(self) -> list[dict[str, Any]]:
        """Typed rows of all batches."""
        return [row for place in self.places() for row in pq.read_table(place.typed).to_pylist()]

    def untyped(self) -> list[dict[str, Any]]:
        """Untyped rows of all batches."""
        return [row for place in self.places() if place.untyped.exists() for row in pq.read_table(place.untyped).to_pylist()]

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows()]

    def taken(self, feed_yml: str, name: str, content: str | bytes, *, feed: str = "f") -> "InboxHome":
        """Lay one file in one feed and take it in; nothing may be refused."""
        folder = self.lay(feed, feed_yml)
        self.put(folder / name, content)
        assert self.take_in().refused == {}, self.outcome.lines
        return self

    def refusal(self, feed_yml: str, name: str = "a.csv", content: str | bytes = "id,at\n1,2026-01-01\n", *, feed: str = "f") -> str:
        """The one line with which a file or its feed is refused."""
        folder = self.lay(feed, feed_yml)
        self.put(folder / name, content)
        refused = [file for file in self.take_in().files if file.status == "refused"]
        assert len(refused) == 1, self.outcome.lines
        assert "\n" not in refused[0].line
        return refused[0].line
