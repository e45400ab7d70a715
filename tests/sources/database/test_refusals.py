"""SQLite, and databases that answer ill: nothing is written, nothing is made up, and what is said shows no value."""

import sqlite3

import pytest

from kuulo.sources.api_errors import BadCredentials, RetryLater, SourceContractBroken
from kuulo.sources.database.engines import Database, engine_of
from tests.sources.database.database_home import DatabaseHome, days, execute, lay_orders


def test_a_file_that_is_not_there_is_not_made(home, tmp_path):
    gone = tmp_path / "gone.sqlite"
    home.database = Database(lambda: sqlite3.connect(f"file:{gone}?mode=ro", uri=True), engine_of("sqlite"))
    with pytest.raises(BadCredentials, match="the database's file is not there or may not be read: check the path in the connection"):
        home.land(home.declare(), days("02", "03"))
    assert not gone.exists()


def test_a_file_that_is_no_database_is_told(home, tmp_path):
    (tmp_path / "shop.sqlite").write_text("order,total\n" * 100)
    with pytest.raises(BadCredentials, match="no SQLite database"):
        home.land(home.declare(), days("02", "03"))


def test_even_a_connection_that_may_write_does_not(home, tmp_path):
    lay_orders(home, ["02 10:00:00"])
    held: list[sqlite3.Connection] = []

    def connect() -> sqlite3.Connection:
        held.append(sqlite3.connect(tmp_path / "shop.sqlite"))
        return held[-1]

    home.database = Database(connect, engine_of("sqlite"))
    engine, written = home.database.engine, []

    class Nosy(type(engine)):
        def cursor(self, connection, batch_rows):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                connection.execute("delete from orders")
            written.append("refused")
            return super().cursor(connection, batch_rows)

    home.database = Database(connect, Nosy())
    assert home.land(home.declare(), days("02", "03")).received == 1
    assert written == ["refused"]


@pytest.mark.parametrize(
    ("keys", "kind", "says"),
    [
        ({"table": "order_lines"}, SourceContractBroken, "the table is not there"),
        ({"watermark": "altered"}, SourceContractBroken, "the table has no column 'altered'; it has 'id', 'who', 'placed', 'total'"),
        ({"table": "", "query": "select * from orders where"}, SourceContractBroken, "does not understand the query"),
        ({"table": "", "query": "select *, nope from orders"}, SourceContractBroken, "a column that it names is not there"),
    ],
)
def test_what_does_not_fit_is_said_with_declaration_connection_and_remedy(home, keys, kind, says):
    lay_orders(home, ["02 10:00:00"])
    with pytest.raises(kind, match=r"^databases/shop.yml .connection 'shop'.: ") as told:
        home.land(home.declare(**keys), days("02", "03"))
    assert says in str(told.value)


def test_a_statement_that_works_too_long_is_stopped(home):
    lay_orders(home, ["02 10:00:00"])
    numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000)"
    endless = f"{numbers} select o.*, (select max(i) from n) m from orders o"
    with pytest.raises(SourceContractBroken, match="longer than `timeout`: index the watermark column"):
        home.land(home.declare(table="", query=endless, timeout="1s"), days("02", "03"))


def test_a_locked_database_is_tried_again_later(home, tmp_path):
    lay_orders(home, ["02 10:00:00"])
    home.database = Database(lambda: sqlite3.connect(f"file:{tmp_path}/shop.sqlite?mode=ro", uri=True, timeout=0), engine_of("sqlite"))
    writer = sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)
    writer.execute("begin exclusive")
    with pytest.raises(RetryLater, match="out of reach or busy: run it again later"):
        home.land(home.declare(), days("02", "03"))
    writer.execute("rollback")
    writer.close()
    assert home.land(home.declare(), days("02", "03")).received == 1


def test_text_that_is_none_refuses_its_row_alone(home):
    lay_orders(home, ["02 10:00:00", "02 11:00:00", "02 12:00:00"])
    execute(home, "update orders set who = cast(x'ff41' as text) where id = 1")
    execute(home, "update orders set who = 'a' || char(0) || 'b' where id = 2")
    receipt = home.land(home.declare(), days("02", "03"))
    assert [(row["order_id"], row["customer_id"]) for row in home.rows(receipt)] == [("2", "ab"), ("3", "K-3")]
    assert [row["rule"] for row in home.untyped(receipt)] == ["typed:customer_id"]


def test_odd_numbers_are_kept_as_they_are(home):
    lay_orders(home, ["02 10:00:00"] * 3)
    execute(home, "update orders set total = 9e999 where id = 1")
    execute(home, "update orders set who = x'00ff' where id = 2")
    receipt = home.land(home.declare(), days("02", "03"))
    assert [row["customer_id"] for row in home.rows(receipt)] == ["00ff", "K-3"]
    assert [row["reason"] for row in home.untyped(receipt)] == ["amount: not a number"]
    assert b'"inf"' in home.pages(receipt)[0]


def test_rows_that_are_large_make_more_pages(home):
    lay_orders(home, ["02 10:00:00"] * 50)
    execute(home, "update orders set who = printf('%.*c', 200000, 'x')")
    receipt = home.land(home.declare(), days("02", "03"))
    assert (receipt.received, receipt.pages) == (50, 3)
    assert max(map(len, home.pages(receipt))) < 4_500_000


def test_a_transaction_that_the_server_ended_is_gone_on_with_later(home):
    lay_orders(home, ["02 10:00:00"])

    class IdleInTransactionSessionTimeout(sqlite3.InternalError):
        sqlstate = "25P03"

    class Ended(type(home.database.engine)):
        def cursor(self, connection, batch_rows):
            raise IdleInTransactionSessionTimeout("canary-77")

    home.database = Database(home.database.connect, Ended())
    with pytest.raises(RetryLater, match=r"out of reach or busy: run it again later, what was read is kept .25P03.$"):
        home.land(home.declare(), days("02", "03"))


def test_columns_of_a_dictionary_cursor_are_read_like_any(home):
    lay_orders(home, ["02 10:00:00"])
    connect = home.database.connect

    def as_dictionaries() -> sqlite3.Connection:
        connection = connect()
        connection.row_factory = lambda cursor, row: dict(zip([column[0] for column in cursor.description], row, strict=True))
        return connection

    home.database = Database(as_dictionaries, home.database.engine)
    assert home.ids(home.land(home.declare(), days("02", "03"))) == ["1"]
    assert home.land(home.declare(), days("07", "08")).received == 0


class _Plain:
    """A driver that knows DB-API 2 and no more: %s placeholders, no settings, a buffering cursor."""

    class Error(Exception):
        pass

    class ProgrammingError(Error):
        pass

    def __init__(self, file: str) -> None:
        self._connection = sqlite3.connect(file)
        self.seen: list[str] = []

    def cursor(self):
        return _PlainCursor(self._connection.cursor(), self.seen)

    def rollback(self) -> None:
        self.seen.append("rollback")

    def close(self) -> None:
        self._connection.close()


class _PlainCursor:
    def __init__(self, cursor, seen) -> None:
        self._cursor, self._seen = cursor, seen

    def execute(self, sql, values=()):
        self._seen.append(sql)
        if "secret" in sql:
            raise _Plain.ProgrammingError("canary-77")
        self._cursor.execute(sql.replace("%s", "?").replace("%%", "%"), tuple(map(str, values)))

    def __getattr__(self, name):
        return getattr(self._cursor, name)


def test_any_driver_of_db_api_will_do(tmp_path, home: DatabaseHome):
    lay_orders(home, ["02 10:00:00", "03 10:00:00"])
    driver = _Plain(str(tmp_path / "shop.sqlite"))
    home.database = Database(lambda: driver, engine_of("mysql"), "%s")
    declared = home.declare(table="", query="select *, '5 %' as rate from orders")
    assert home.ids(home.land(declared, days("02", "03"))) == ["1"]
    assert driver.seen == [
        "select * from (\nselect *, '5 %' as rate from orders\n) kuulo_rows where 1 = 0",
        "select `id`, `who`, `placed`, `total`, `state`, `changed`, `rate` from (\nselect *, '5 %%' as rate from orders\n) kuulo_rows "
        "where `changed` >= %s and `changed` < %s order by `changed`, `id`",
        "rollback",
    ]


def test_an_error_of_an_unknown_driver_shows_nothing_of_its_text(tmp_path, home: DatabaseHome):
    lay_orders(home, ["02 10:00:00"])
    home.database = Database(lambda: _Plain(str(tmp_path / "shop.sqlite")), engine_of("other"), "%s")
    with pytest.raises(SourceContractBroken, match=r"the database refuses what is asked: .* .ProgrammingError.$") as told:
        home.land(home.declare(table="", query="select *, 'secret' as s from orders"), days("02", "03"))
    assert "canary" not in str(told.value)
