"""The database of the company's shop and app: an SQLite file, and the declarations that read it."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kuulo.landing.whole_files import private_folder, whole_file
from kuulo.sandbox.company import Company
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.instants import unix
from kuulo.sandbox.spreadsheets import made_from

CONNECTION = "sandbox_kajo"

_SAID = "# Written by the sandbox: fictional data of Kajo Lamps.\n"
_ORDERS = """\
connection: sandbox_kajo
stream: orders
table: shop_orders
watermark: {column: changed, format: epoch_seconds}
columns:
  order_id: number
  customer_id: customer_no
  email: email
  ordered_at: placed_at
  amount: total
  currency: {value: EUR}
  status: state
"""
_USAGE = """\
connection: sandbox_kajo
stream: usage_events
query: |
  select e.event_id, a.customer_no, e.name, e.happened_at, e.session, e.seconds, e.quantity, e.written_at
  from app_events e
  join app_accounts a on a.account_id = e.account_id
  where e.written_at >= :window_start and e.written_at < :window_end
watermark: written_at
columns:
  event_id: event_id
  customer_id: customer_no
  event_name: name
  occurred_at: happened_at
  session_id: session
  duration_seconds: seconds
  quantity: quantity
"""
DECLARATIONS = {"sandbox_orders": _SAID + _ORDERS, "sandbox_usage": _SAID + _USAGE}
_TABLES = (
    "create table shop_orders (number integer primary key, customer_no text, email text, placed_at text, changed integer not null, "
    "total real, state text)",
    "create table app_accounts (account_id integer primary key, customer_no text not null unique)",
    "create table app_events (event_id text primary key, account_id integer not null, name text, happened_at text, session text, "
    "seconds integer, quantity integer, written_at text not null)",
    "create index shop_orders_changed on shop_orders (changed)",
    "create index app_events_written on app_events (written_at)",
    "create table made_from (made_from text)",
)


def database_file(home: Path) -> Path:
    """Where the database lies in a KUULO_HOME."""
    return home / "sandbox" / "kajo.sqlite"


def lay_database(company: Company, home: Path) -> Path:
    """Lay the database and its declarations into a KUULO_HOME; what is there already is not touched."""
    file, made = database_file(home), hashlib.sha256(made_from(company).encode()).hexdigest()
    if not _is_laid(file, made):
        private_folder(file.parent)
        with whole_file(file) as aside, closing(sqlite3.connect(aside)) as connection, connection:
            _fill(connection, company, made)
    for name, text in DECLARATIONS.items():
        declaration = private_folder(home / "databases") / f"{name}.yml"
        if not declaration.is_file() or declaration.read_text() != text:
            with whole_file(declaration) as aside:
                aside.write_text(text)
    return file


def _is_laid(file: Path, made: str) -> bool:
    if not file.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("select made_from from made_from").fetchone() == (made,))
    except sqlite3.Error:
        return False


def _fill(connection: sqlite3.Connection, company: Company, made: str) -> None:
    for table in _TABLES:
        connection.execute(table)
    accounts = {number: place for place, number in enumerate((n for person in company.people for n in person.customer_ids), 1)}
    connection.executemany("insert into app_accounts values (?, ?)", [(place, number) for number, place in accounts.items()])
    connection.executemany("insert into shop_orders values (?, ?, ?, ?, ?, ?, ?)", _order_rows(company))
    connection.executemany("insert into app_events values (?, ?, ?, ?, ?, ?, ?, ?)", _event_rows(company, accounts))
    connection.execute("insert into made_from values (?)", (made,))


def _order_rows(company: Company) -> Iterator[tuple[Any, ...]]:
    for order in company.orders:
        placed = None if order.is_refused else f"{order.ordered_at:%Y-%m-%dT%H:%M:%SZ}"
        changed = unix(order.changed_at)
        yield int(order.order_id), order.customer_id, order.email, placed, changed, order.amount_cents / 100, order.status


def _event_rows(company: Company, accounts: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    for event in (event for event in company.usage if event.is_in_database):
        happened = None if event.is_refused else _written(event.occurred_at)
        written = _written(min(event.occurred_at + timedelta(seconds=event.quantity), AS_OF - timedelta(seconds=1)))
        account = accounts[event.customer_id]
        yield event.event_id, account, event.event_name, happened, event.session_id, event.duration_seconds, event.quantity, written


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
