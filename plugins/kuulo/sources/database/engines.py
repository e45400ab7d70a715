"""What differs between databases: how to read only, bind times, quote names, and not hold a whole result in memory.

A connection is whatever the driver gives (DB-API 2). Nothing of it outlives the reading: settings are of the transaction.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

Connect = Callable[[], Any]


class Engine:
    """Any database whose driver speaks DB-API 2: a query in brackets cannot write, and the transaction is rolled back.

    Attributes:
        knows_zones: whether its times can be compared with an instant, whatever zone they are in.
        times_are_text: whether its times are texts.
        quote: what stands around names.
    """

    knows_zones = False
    times_are_text = False
    quote = '"'

    def begin(self, connection: Any, zone: str, timeout: timedelta) -> None:
        """Begin a transaction that reads only, in the zone of times without one."""

    def cursor(self, connection: Any, batch_rows: int) -> Any:
        """A cursor that gives so many rows at a time."""
        cursor = connection.cursor()
        cursor.arraysize = batch_rows
        return cursor

    def named(self, name: str) -> str:
        """A name as SQL writes it, whatever is in it."""
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote


class PostgreSql(Engine):
    """PostgreSQL by psycopg: the database itself refuses to write, one snapshot for the whole reading, rows fetched as they are needed."""

    knows_zones = True

    def begin(self, connection: Any, zone: str, timeout: timedelta) -> None:
        """Begin a read-only snapshot; each setting ends with the transaction, so a pooled connection is left as it was."""
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            cursor.execute(
                "select set_config('TimeZone', %s, true), set_config('statement_timeout', %s, true)",
                (zone, str(round(timeout.total_seconds() * 1000))),
            )

    def cursor(self, connection: Any, batch_rows: int) -> Any:
        """A cursor on the server."""
        return connection.cursor(name="kuulo")


class Sqlite(Engine):
    """SQLite: the connection is told to refuse writes, and a statement that works too long is stopped."""

    times_are_text = True

    def begin(self, connection: Any, zone: str, timeout: timedelta) -> None:
        """Refuse writes; text that is no UTF-8 refuses its row later, not the whole reading."""
        latest = time.monotonic() + timeout.total_seconds()
        connection.text_factory = _text
        connection.set_progress_handler(lambda: time.monotonic() > latest, 100_000)
        connection.execute("pragma query_only = on")
        connection.execute("begin")  # one state of the file for the whole reading


class MySql(Engine):
    """MySQL and MariaDB, as far as they differ in how names are quoted."""

    quote = "`"


def _text(written: bytes) -> str:
    return written.decode("utf-8", "surrogateescape")


_ENGINES: dict[str, Engine] = {"postgresql": PostgreSql(), "sqlite": Sqlite(), "mysql": MySql()}


@dataclass(frozen=True)
class Database:
    """A database that can be connected to.

    Attributes:
        engine: what it is.
        placeholder: how its driver writes a parameter, `?` or `%s`.
    """

    connect: Connect
    engine: Engine
    placeholder: str = "?"


def engine_of(dialect: str) -> Engine:
    """The engine of a dialect as SQLAlchemy names it."""
    return _ENGINES.get(dialect, Engine())
