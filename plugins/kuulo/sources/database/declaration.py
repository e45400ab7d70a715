"""What a declaration in databases/<name>.yml says, once it has been found right."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import timedelta

from kuulo.sources.inbox.feed import Feed

DIRECTORY = "databases"
NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")

# Part of the reading's hash: raise it when the same declaration shall read other pages than before.
_READING_VERSION = 1


def declaration_file(name: str) -> str:
    """A declaration as messages name it."""
    return f"{DIRECTORY}/{name}.yml"


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """The column that tells when a row came or changed.

    Attributes:
        format: how it is written where it is no time of the database: `epoch_seconds`, `epoch_milliseconds` or a strptime format that
            sorts as time does.
    """

    column: str
    format: str = ""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One table or query of a database, and what its rows are.

    Attributes:
        feed: the canonical stream and where its columns come from; the same as a feed.yml says of a file.
        connection: id of the Airflow connection.
        table: the parts of the table's name, schema first; empty where there is a query.
        watermark: None only where `full`.
        overlap: how long before its window a reading begins, for rows that were committed late.
        full: each reading is of the whole table and takes the place of the one before.
        timeout: how long the database may work at one statement.
    """

    name: str
    feed: Feed
    connection: str
    table: tuple[str, ...] = ()
    query: str = ""
    watermark: Watermark | None = None
    overlap: timedelta = timedelta()
    full: bool = False
    batch_rows: int = 5_000
    timeout: timedelta = timedelta(minutes=30)

    @property
    def where(self) -> str:
        """Its file as messages name it."""
        return declaration_file(self.name)

    @property
    def label(self) -> str:
        """Declaration and connection, as messages begin."""
        return f"{self.where} (connection {self.connection!r})"

    @property
    def asked_columns(self) -> tuple[str, ...]:
        """The columns it names, each once: those of the canonical columns, then the watermark."""
        marked = (self.watermark.column,) if self.watermark else ()
        return tuple(dict.fromkeys((*self.feed.asked_columns, *marked)))

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns that the stream's key is made of."""
        rules = [self.feed.columns[name] for name in self.feed.stream.primary_key if name in self.feed.columns]
        return tuple(dict.fromkeys(column for rule in rules for column in rule.columns))

    @property
    def reading_hash(self) -> str:
        """Hash of all that decides which rows and columns a window has; where it changes, landed pages no longer answer."""
        said = {
            "version": _READING_VERSION,
            "asked": [self.connection, self.table, self.query, self.full, self.overlap.total_seconds(), self.feed.timezone],
            "watermark": asdict(self.watermark) if self.watermark else None,
            "columns": sorted(self.asked_columns),
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    @property
    def hash(self) -> str:
        """Hash of all that decides the typed rows."""
        return hashlib.sha256(f"{self.reading_hash} {self.feed.declaration}".encode()).hexdigest()
