"""An inbox and a database with canaries in every personal column, some of them where a number or a time should be."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from kuulo.landing.whole_files import private_folder
from kuulo.sources.canonical import FILES
from kuulo.sources.source import Column, Stream
from tests.personal_data.planted_vendors import COMMENT, MAIL, NAME, PHONE

DATABASE_CONNECTION = "planted_shop"
_TIME = "2026-08-03 09:05:00"
_SAID = {"metric": "nps", "scale": "0-10", "site": "shop", "currency": "EUR", "plan": "Glow", "event_name": "login", "status": "paid"}


def _personal(column: Column, row: int) -> str:
    if column.personal == "free_text":
        return f"{COMMENT} {NAME} {PHONE} {row}"
    return f"{NAME} {PHONE}" if column.name in ("author", "owner") else f"{MAIL}{row}@post.example"


def _value(column: Column, row: int) -> str:
    if row == 2 and column.type in ("timestamp", "float64") and column.name not in ("submitted_at", "weight"):
        return f"{MAIL}@post.example"  # where a time or a number should be
    if row == 3 and column.name == "score":
        return f"{COMMENT} eleven"
    if column.personal in ("direct", "free_text") or column.name == "owner":
        return _personal(column, row)
    by_type = {"timestamp": _TIME, "float64": "7", "int64": "7", "boolean": "true"}
    return by_type.get(column.type) or _SAID.get(column.name, f"{column.name}-{row}")


def _columns(stream: Stream) -> list[Column]:
    return [column for column in stream.columns if column.name != "ended_at" or stream.name != "subscriptions"]


def _rows(stream: Stream) -> list[list[str]]:
    return [[*(_value(column, row) for column in _columns(stream)), PHONE] for row in range(5)]


def lay_planted_inbox(home: Path) -> None:
    """A feed for each canonical stream; a column `phone` that its feed.yml does not name; and a file that fits no feed."""
    for stream in FILES.streams:
        folder = private_folder(home / "inbox" / stream.name)
        names = [column.name for column in _columns(stream)]
        lines = [",".join([*names, "phone"]), *(",".join(row) for row in _rows(stream))]
        (folder / "rows.csv").write_text("\n".join(lines) + "\n")
        (folder / "feed.yml").write_text(f"stream: {stream.name}\ncolumns:\n" + "".join(f"  {name}: {name}\n" for name in names))
    (home / "inbox" / "reviews" / "lacks.csv").write_text(f"review_id,phone\n1,{PHONE} {NAME} {MAIL}@post.example {COMMENT}\n")


def lay_planted_database(home: Path) -> str:
    """A table for reviews and orders, read whole; gives its Airflow connection."""
    file = private_folder(home / "shop") / "shop.sqlite"
    with closing(sqlite3.connect(file)) as connection, connection:
        for stream in (FILES.stream("reviews"), FILES.stream("orders")):
            names = [column.name for column in _columns(stream)]
            connection.execute(f"create table {stream.name} ({', '.join(names)}, phone)")
            connection.executemany(f"insert into {stream.name} values ({', '.join('?' * (len(names) + 1))})", _rows(stream))
            declared = f"connection: {DATABASE_CONNECTION}\nstream: {stream.name}\ntable: {stream.name}\nfull: true\ncolumns:\n"
            (private_folder(home / "databases") / f"{stream.name}.yml").write_text(
                declared + "".join(f"  {name}: {name}\n" for name in names)
            )
    return json.dumps({"conn_type": "sqlite", "host": str(file)})
