"""A world small enough to be made a hundred times: an account with three answers on two pages, an inbox of two feeds; and its state."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from tests.dbt_project.compiled_models import figures
from tests.sources.test_typeform import Account, answer, response

FEED = "stream: survey_answers\ncolumns: {response_id: id, submitted_at: at, customer_id: customer, email: mail}\n"
FEED += 'questions:\n  score: {question_id: recommend, metric: nps, scale: "0-10"}\n'
ANSWERS = "id,at,customer,mail,score\n1,2026-01-03,K-1,bo@x.example,9\n2,2026-01-04,K-2,cy@x.example,2\n" + 2 * "3,2026-01-05,K-3,,11\n"
MORE_ANSWERS = ANSWERS + "4,2026-01-06,K-1,bo@x.example,7\n"
CONTACTS_FEED = "stream: contacts\ncolumns: {contact_id: id, opened_at: at, customer_id: customer, topic: topic}\n"
CONTACTS = "id,at,customer,topic\nc1,2026-01-03 10:00,K-1,lamp\nc2,2026-01-04 09:00,K-2,bill\n"
# what depends on when, and nothing else: everything else must be equal
_OF_THE_MOMENT = {"seconds", "published_at", "built_at", "expired_at"}
_NOT_DATA = {"locks", "spill", "data_docs", "dbt", "temp", "secrets", "suppression"}


def _items(count: int) -> list[dict[str, Any]]:
    return [response(f"t{n}", answer("q1", "number", n), answer("q2", "text", f"answer {n}")) for n in range(count)]


OLD_ACCOUNT, NEW_ACCOUNT = Account({"f1": _items(3)}, page=2), Account({"f1": _items(5)}, page=2)


def lay_files(home: Path, answers: str = ANSWERS, contacts: str = CONTACTS) -> None:
    """Lay both feeds into the inbox."""
    for name, feed, rows in (("answers", FEED, answers), ("contacts", CONTACTS_FEED, contacts)):
        folder = home / "inbox" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "feed.yml").write_text(feed)
        (folder / f"{name}.csv").write_text(rows)


def copied(home: Path, target: Path) -> Path:
    """The same world in another place, links kept as they are."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(home, target, symlinks=True)
    return target


def _of_json(path: Path) -> Any:
    loaded = json.loads(path.read_text())
    return {name: value for name, value in loaded.items() if name not in _OF_THE_MOMENT} if isinstance(loaded, dict) else loaded


def tables_of(database: Path, *, schema: str = "marts") -> dict[str, list[tuple[str, ...]]]:
    """Every mart of a database file, as its rows in an order of their own, without what tells of the moment.

    Of floating-point numbers the digits that do not depend on the order in which many rows are added.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        names = connection.execute("select table_name from information_schema.tables where table_schema = ?", [schema]).fetchall()
        found: dict[str, list[tuple[str, ...]]] = {}
        for (name,) in sorted(names):
            rows = connection.execute(f'select * from "{database.stem}"."{schema}"."{name}"').to_arrow_table()
            left_out = _OF_THE_MOMENT & set(rows.column_names)
            found[name] = figures(rows.drop_columns(sorted(left_out)).to_pylist())
        return found


def _content(path: Path) -> Any:
    if path.suffix == ".json":
        return _of_json(path)
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return sorted(map(repr, table.drop_columns([n for n in table.column_names if n in _OF_THE_MOMENT]).to_pylist()))
    if path.suffix == ".duckdb":
        return tables_of(path, schema="comments" if path.stem == "comments" else "marts")
    return path.read_bytes()


def state(home: Path) -> dict[str, Any]:
    """Everything that a step may leave, by place; of published folders the one that readers are given."""
    link = home / "published" / "parquet"
    found = {}
    for path in sorted(home.rglob("*")):
        place = path.relative_to(home)
        if path.is_file() and place.parts[0] not in _NOT_DATA and not place.name.startswith("."):
            if place.parts[0] == "published" and place.parts[1].startswith(".parquet-"):
                continue
            found[str(place)] = _content(path)
    if link.is_symlink():
        found |= {f"published/parquet/{path.name}": _content(path) for path in sorted(link.iterdir())}
    return found


def left_behind(home: Path) -> list[str]:
    """What only a process that is at work may have lying about: files aside, and more published folders than today's and the last."""
    signs = (".refresh", ".before", ".tmp", ".room", ".wal")
    found = [path for path in home.rglob("*") if (path.name.endswith(signs) or ".aside" in str(path)) and not path.is_dir()]
    found = [path for path in found if not path.is_relative_to(home / "data_docs")]  # pages for people: swept as the next one is written
    found += [path for path in (home / "published").glob(".parquet.*")]
    found += sorted((home / "published").glob(".parquet-*"), key=lambda path: path.stat().st_mtime)[:-2]
    return sorted(str(path.relative_to(home)) for path in found)
