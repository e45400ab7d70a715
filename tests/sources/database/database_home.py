"""A home with declarations and a database: land windows of it, read what landed."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from kuulo.landing.land_table import land_table
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.page_store import PageStore
from kuulo.landing.receipt import LandingReceipt
from kuulo.settings import Settings
from kuulo.sources.canonical import DATABASE
from kuulo.sources.database.declaration import Declaration
from kuulo.sources.database.engines import Database, engine_of
from kuulo.sources.database.read_declaration import read_declaration
from kuulo.sources.source import Window

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
LINEAGE = ("_page", "_position", "_batch", "_window_start", "_window_end", "_landed_at")
ORDERS = """\
connection: shop
stream: orders
table: orders
watermark: changed
overlap: 0s
columns:
  order_id: id
  customer_id: who
  ordered_at: placed
  amount: total
  currency: {value: EUR}
  status: state
"""


def days(first: str, last: str) -> Window:
    """The window of January 2026 from a day (or instant) to another, exclusive."""
    return Window(*(datetime.fromisoformat(f"2026-01-{text}").replace(tzinfo=UTC) for text in (first, last)))


class Interrupted(Exception):
    """What a killed run looks like from inside."""


class _Cut:
    """A connection whose cursors fail after so many batches."""

    def __init__(self, connection: Any, batches: int) -> None:
        self._connection, self.left = connection, batches

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value) if name in ("_connection", "left") else setattr(self._connection, name, value)

    def cursor(self, *words: Any, **names: Any) -> Any:
        return _CutCursor(self._connection.cursor(*words, **names), self)


class _CutCursor:
    def __init__(self, cursor: Any, cut: _Cut) -> None:
        object.__setattr__(self, "_cursor", cursor)
        object.__setattr__(self, "_cut", cut)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *failure: object) -> None:
        self._cursor.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._cursor, name, value)

    def fetchmany(self, size: int) -> Any:
        if self._cut.left == 0:
            raise Interrupted
        self._cut.left -= 1
        return self._cursor.fetchmany(size)


@dataclass
class DatabaseHome:
    """A home and one database."""

    home: Path
    database: Database
    timezone: str = "UTC"

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, timezone=self.timezone)

    def declare(self, text: str = ORDERS, name: str = "shop", **keys: str) -> Declaration:
        """Write a declaration, keys added or replaced, and read it."""
        lines = [line for line in text.splitlines() if line.split(":")[0] not in keys]
        self.settings.databases.mkdir(parents=True, exist_ok=True)
        (self.settings.databases / f"{name}.yml").write_text(
            "\n".join([*(f"{key}: {value}" for key, value in keys.items() if value), *lines])
        )
        return read_declaration(self.settings, name)

    def land(
        self, declared: Declaration, window: Window, *, run: str = "run-1", cut_after: int | None = None, **more: Any
    ) -> LandingReceipt:
        """Land a window; `cut_after` interrupts the reading after so many batches."""
        database = self.database
        if cut_after is not None:
            database = replace(database, connect=lambda: _Cut(self.database.connect(), cut_after))
        return land_table(
            settings=self.settings, source=DATABASE, declared=declared, window=window, database=database, run=run, clock=lambda: NOW, **more
        )  # fmt: skip

    def place(self, receipt: LandingReceipt) -> BatchPlace:
        return BatchPlace(self.settings, receipt.source, receipt.stream, receipt.batch)

    def rows(self, receipt: LandingReceipt) -> list[dict[str, Any]]:
        """The typed rows without their lineage."""
        rows = pq.read_table(self.place(receipt).typed).to_pylist()
        return [{name: value for name, value in row.items() if name not in LINEAGE} for row in rows]

    def ids(self, receipt: LandingReceipt) -> list[str]:
        """The keys of the typed rows, in order."""
        key = DATABASE.stream(receipt.stream).primary_key[0]
        return [row[key] for row in self.rows(receipt)]

    def untyped(self, receipt: LandingReceipt) -> list[dict[str, Any]]:
        path = self.place(receipt).untyped
        return pq.read_table(path).to_pylist() if path.exists() else []

    def pages(self, receipt: LandingReceipt) -> list[bytes]:
        """The landed pages, unpacked."""
        with closing(PageStore(self.place(receipt).landing)) as store:
            return [store.body(kept) for kept in store.whole_pages()]


def sqlite_home(folder: Path, **more: Any) -> DatabaseHome:
    """A home with an SQLite database, which is read as the orchestration reads it."""
    file = folder / "shop.sqlite"
    sqlite3.connect(file).close()
    return DatabaseHome(folder / "kuulo", Database(lambda: sqlite3.connect(f"file:{file}?mode=ro", uri=True), engine_of("sqlite")), **more)


def execute(home: DatabaseHome, sql: str, rows: Iterable[tuple[Any, ...]] | None = None) -> None:
    """Write into a home's SQLite database, as its owner would; once for each row where there are any."""
    with closing(sqlite3.connect(home.home.parent / "shop.sqlite")) as connection, connection:
        connection.execute(sql) if rows is None else connection.executemany(sql, rows)


def lay_orders(home: DatabaseHome, changed: Iterable[str], first: int = 1) -> None:
    """Orders that changed at these instants of January 2026 (`02 00:00:00`), numbered from `first`."""
    execute(home, "create table if not exists orders (id integer, who text, placed text, total real, state text, changed text)")
    rows = [(n, f"K-{n}", "2026-01-01 10:00:00", n / 4, "paid", f"2026-01-{at}") for n, at in enumerate(changed, first)]
    execute(home, "insert into orders values (?, ?, ?, ?, ?, ?)", rows)
