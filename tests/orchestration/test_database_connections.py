"""From a declaration's Airflow connection to a database: what is there, what is not, and no word of a password."""

import json
import sqlite3
from urllib.parse import quote

import pytest

from kuulo.errors import KuuloError
from kuulo.orchestration.connections import UnknownConnection
from kuulo.orchestration.database_connections import database_of
from kuulo.sources.database.declaration import Declaration
from kuulo.sources.database.engines import MySql, PostgreSql, Sqlite
from kuulo.sources.database.read_declaration import read_declaration

TEXT = "connection: shop_db\nstream: orders\ntable: orders\nwatermark: at\ncolumns: {order_id: id, ordered_at: at}\n"


@pytest.fixture
def declared(settings) -> Declaration:
    settings.databases.mkdir(parents=True)
    (settings.databases / "shop.yml").write_text(TEXT)
    return read_declaration(settings, "shop")


def connect(monkeypatch: pytest.MonkeyPatch, connection: dict | str) -> None:
    text = connection if isinstance(connection, str) else json.dumps(connection)
    monkeypatch.setenv("AIRFLOW_CONN_SHOP_DB", text)


def test_an_unknown_connection_names_declaration_and_remedy(monkeypatch, declared):
    monkeypatch.delenv("AIRFLOW_CONN_SHOP_DB", raising=False)
    with pytest.raises(UnknownConnection, match=r"databases/shop.yml .connection 'shop_db'.: .*set AIRFLOW_CONN_SHOP_DB, or add it"):
        database_of(declared)


@pytest.mark.parametrize("as_uri", [False, True])
def test_an_sqlite_file_is_opened_to_be_read_only(monkeypatch, declared, tmp_path, as_uri):
    file = tmp_path / "a shop.sqlite"
    sqlite3.connect(file).execute("create table orders (id, at)").connection.close()
    connect(
        monkeypatch,
        f"sqlite://{quote(str(file), safe='')}" if as_uri else {"conn_type": "sqlite", "host": str(file)},
    )
    database = database_of(declared)
    assert (type(database.engine), database.placeholder) == (Sqlite, "?")
    connection = database.connect()
    assert connection.execute("select count(*) from orders").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("create table more (id)")
    connection.close()


def test_a_file_that_is_not_there_is_not_made(monkeypatch, declared, tmp_path):
    connect(monkeypatch, {"conn_type": "sqlite", "host": str(tmp_path / "gone.sqlite")})
    with pytest.raises(sqlite3.OperationalError):
        database_of(declared).connect()
    assert list(tmp_path.glob("gone*")) == []


def test_postgresql_is_read_by_its_own_hook(monkeypatch, declared):
    connect(monkeypatch, {"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "login": "u", "password": "canary-77", "schema": "test"})
    database = database_of(declared)
    assert (type(database.engine), database.placeholder) == (PostgreSql, "%s")
    assert "canary" not in repr(database)


@pytest.mark.parametrize(
    ("connection", "says"),
    [
        ({"conn_type": "http", "host": "https://example.org", "password": "canary-77"}, "cannot be used|is no SQL database"),
        (
            {"conn_type": "nosuch", "password": "canary-77"},
            "cannot be used .*check its type, and that the provider of",
        ),
    ],
)
def test_a_connection_that_is_no_database_is_told_without_what_it_holds(monkeypatch, declared, connection, says):
    connect(monkeypatch, connection)
    with pytest.raises(KuuloError, match=says) as told:
        database_of(declared)
    assert "canary" not in str(told.value)
    assert told.value.__context__ is None or told.value.__suppress_context__


def test_what_a_hook_says_that_is_no_driver_is_not_repeated(monkeypatch, declared):
    connect(monkeypatch, {"conn_type": "postgres", "host": "127.0.0.1", "extra": {"cursor": "canary-77"}})
    with pytest.raises(KuuloError, match=r"no connection .ValueError.: check host, port and extra") as told:
        database_of(declared).connect()
    assert "canary" not in str(told.value)


def test_names_are_quoted_as_the_engine_does():
    assert (PostgreSql().named('a"b'), MySql().named("a`b")) == ('"a""b"', "`a``b`")
