"""Source `database` against a real PostgreSQL: types, read-only, windows, resuming, and what is said when it refuses."""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from kuulo.errors import KuuloError
from kuulo.sources.api_errors import BadCredentials, RetryLater, SourceContractBroken
from kuulo.sources.database.engines import Database, engine_of
from kuulo.sources.source import Window
from tests.sources.database.database_home import DatabaseHome, Interrupted, days

WHERE = {"host": "127.0.0.1", "port": 5432, "dbname": "test", "connect_timeout": 5}


def _connected() -> psycopg.Connection:
    for user in ("postgres", "root"):
        try:
            return psycopg.connect(**WHERE, user=user, autocommit=True)
        except psycopg.OperationalError as error:
            why = type(error).__name__
    pytest.skip(f"no PostgreSQL on 127.0.0.1:5432 with a database named test ({why})")


@pytest.fixture(scope="module")
def owner() -> Iterator[psycopg.Connection]:
    """The database's owner, in a schema that nobody else has."""
    with _connected() as connection:
        schema = f"kuulo_{secrets.token_hex(6)}"
        connection.execute(f'create schema "{schema}"')
        connection.execute(f'set search_path to "{schema}"')
        connection.schema = schema  # type: ignore[attr-defined]
        try:
            yield connection
        finally:
            connection.execute(f'drop schema "{schema}" cascade')


@pytest.fixture
def home(tmp_path: Path, owner: psycopg.Connection) -> DatabaseHome:
    def connect() -> psycopg.Connection:
        return psycopg.connect(**WHERE, user=owner.info.user, options=f"-c search_path={owner.schema}")  # type: ignore[attr-defined]

    return DatabaseHome(tmp_path / "kuulo", Database(connect, engine_of("postgresql"), "%s"))


ORDERS = """\
connection: shop
stream: orders
table: {table}
watermark: changed
overlap: 0s
batch_rows: 100
columns:
  order_id: id
  ordered_at: changed
"""


@pytest.fixture
def orders(owner: psycopg.Connection) -> Iterator[str]:
    """The name of an empty table of orders."""
    name = f"orders_{secrets.token_hex(4)}"
    owner.execute(f"create table {name} (id bigint, changed timestamptz)")
    yield name
    owner.execute(f"drop table {name}")


def lay(owner: psycopg.Connection, table: str, changed: list[str], first: int = 1) -> None:
    with owner.cursor() as cursor:
        rows = [(n, f"2026-01-{at}+00") for n, at in enumerate(changed, first)]
        cursor.executemany(f"insert into {table} values (%s, %s)", rows)


def test_every_type_comes_as_it_was(home, owner):
    owner.execute(
        "create table typed (id uuid, who text, at timestamptz, local_at timestamp, day date, clock time, total numeric(20, 4), "
        "ratio float8, small int2, big numeric(30), is_big boolean, raw bytea, tags text[], facts jsonb, plain json, span interval, "
        "address inet, "
        '"Odd ""name" text)'
    )
    owner.execute(
        "insert into typed values ('0b2f6bd2-3e2c-4b0b-9d5a-0d8d7d1f8a11', 'Ääni', '2026-01-02 10:00:00.123456+02', '2026-07-02 10:00', "
        "'2026-01-02', '10:05', 1234567890.1250, 'NaN', 7, 123456789012345678901234567890, true, '\\x00ff', '{a,b}', '{\"n\": 1.10}', "
        "'[1, null]', '26:03:04', '10.0.0.1', 'x')"
    )
    declared = home.declare(
        "connection: shop\nstream: orders\nquery: select * from typed\nwatermark: at\ntimezone: Europe/Helsinki\n"
        "columns: {order_id: id, ordered_at: local_at, amount: total, status: raw}\n"
    )
    receipt = home.land(declared, days("02", "03"))
    [row] = home.rows(receipt)
    assert (row["order_id"], row["amount"], row["status"]) == ("0b2f6bd2-3e2c-4b0b-9d5a-0d8d7d1f8a11", 1234567890.125, "00ff")
    assert row["ordered_at"] == datetime(2026, 7, 2, 7)  # noqa: DTZ001 - ten o'clock of Helsinki's summer, as naive UTC
    [page] = home.pages(receipt)
    document = json.loads(page)
    assert dict(zip(document["columns"], document["rows"][0], strict=True)) == {
        "id": "0b2f6bd2-3e2c-4b0b-9d5a-0d8d7d1f8a11", "who": "Ääni", "at": "2026-01-02T10:00:00.123456+02:00",
        "local_at": "2026-07-02T10:00:00", "day": "2026-01-02", "clock": "10:05:00", "total": "1234567890.1250", "ratio": "nan",
        "small": 7, "big": "123456789012345678901234567890", "is_big": True, "raw": "00ff", "tags": ["a", "b"], "facts": {"n": 1.1},
        "plain": [1, None], "span": "26:03:04", "address": "10.0.0.1", 'Odd "name': "x",
    }  # fmt: skip


def test_seconds_quantities_and_truth_come_from_the_databases_own_types(home, owner):
    owner.execute("create table events (id int, name varchar(9), at timestamptz, took interval, n numeric)")
    owner.execute("insert into events values (1, 'opened', '2026-01-02 10:00+00', '1 day 00:00:01.5', 2.5)")
    declared = home.declare(
        "connection: shop\nstream: usage_events\ntable: events\nwatermark: at\n"
        "columns: {event_id: id, event_name: name, occurred_at: at, duration_seconds: took, quantity: n}\n"
    )
    [row] = home.rows(home.land(declared, days("02", "03")))
    assert (row["event_id"], row["event_name"], row["duration_seconds"], row["quantity"]) == ("1", "opened", 86_401.5, 2.5)


def test_two_windows_lose_no_boundary_second_and_late_rows_come_with_the_overlap(home, owner, orders):
    lay(owner, orders, ["02 00:00:00", "02 23:59:59.999999", "03 00:00:00"])
    declared = home.declare(ORDERS.format(table=orders), overlap="1h")
    assert home.ids(home.land(declared, days("02", "03"))) == ["1", "2"]
    lay(owner, orders, ["02 23:30:00", "02 22:59:59"], first=4)
    assert home.ids(home.land(declared, days("03", "04"))) == ["4", "2", "3"]


def test_times_without_a_zone_are_compared_in_the_declared_zone(home, owner):
    owner.execute("create table local_orders (id int, changed timestamp)")
    owner.execute(
        "insert into local_orders values (1, '2026-01-02 01:59:59'), (2, '2026-01-02 02:00'), "
        "(3, '2026-01-03 01:59'), (4, '2026-01-03 02:00')"
    )
    declared = home.declare(ORDERS.format(table="local_orders"), timezone="Europe/Helsinki")
    receipt = home.land(declared, days("02", "03"))
    assert home.ids(receipt) == ["2", "3"]
    assert [str(row["ordered_at"]) for row in home.rows(receipt)] == ["2026-01-02 00:00:00", "2026-01-02 23:59:00"]


def test_a_day_is_a_watermark_too(home, owner):
    owner.execute("create table daily (id int, changed date)")
    owner.execute("insert into daily values (1, '2026-01-01'), (2, '2026-01-02'), (3, '2026-01-03')")
    assert home.ids(home.land(home.declare(ORDERS.format(table="daily")), days("02", "03"))) == ["2"]


def test_numbers_are_a_watermark_where_they_are_declared(home, owner):
    owner.execute("create table numbered (id int, changed numeric, at timestamptz default '2026-01-01')")
    owner.execute("insert into numbered select n, 1767312000 + n * 0.5 from generate_series(0, 299) n")
    text = ORDERS.format(table="numbered").replace("ordered_at: changed", "ordered_at: at")
    declared = home.declare(text, watermark="{column: changed, format: epoch_seconds}")
    with pytest.raises(Interrupted):
        home.land(declared, days("02", "03"), cut_after=2)
    assert home.ids(home.land(declared, days("02", "03"))) == [str(n) for n in range(300)]


@pytest.mark.parametrize("batches", [1, 2, 3, 4, 5, 6])
def test_resuming_behind_any_page_gives_every_row_once(home, owner, orders, batches):
    lay(owner, orders, [f"02 00:{n // 60:02d}:{n % 60:02d}" for n in range(250)] + ["02 12:00:00"] * 300)
    declared = home.declare(ORDERS.format(table=orders))
    with pytest.raises(Interrupted):
        home.land(declared, days("02", "03"), cut_after=batches)
    assert home.ids(home.land(declared, days("02", "03"))) == [str(n) for n in range(1, 551)]


def test_rows_are_fetched_as_they_are_needed(home, owner, orders):
    lay(owner, orders, ["02 12:00:00"] * 1000)
    fetched: list[int] = []
    connect = home.database.connect

    class Counted(psycopg.ServerCursor):
        def fetchmany(self, size: int = 0) -> list:
            fetched.append(size)
            return super().fetchmany(size)

    def counting() -> psycopg.Connection:
        connection = connect()
        connection.server_cursor_factory = Counted
        return connection

    home.database = Database(counting, home.database.engine, "%s")
    assert home.land(home.declare(ORDERS.format(table=orders)), days("02", "03")).received == 1000
    assert fetched == [100] * 11


def test_a_window_repeated_reads_nothing_and_changes_nothing(home, owner, orders):
    lay(owner, orders, ["02 10:00:00"])
    declared = home.declare(ORDERS.format(table=orders))
    first = home.land(declared, days("02", "03"))
    lay(owner, orders, ["02 11:00:00"], first=2)
    assert home.land(declared, days("02", "03"), run="run-2", cut_after=0) == first


def test_a_query_has_its_parameters_and_percent_signs(home, owner, orders):
    lay(owner, orders, ["02 10:00:00", "02 11:00:00", "03 10:00:00"])
    inside = "changed >= :window_start and changed < :window_end"
    query = f"select id, max(changed) as changed, '100 %' as note from {orders} where {inside} group by id"
    receipt = home.land(home.declare(ORDERS, table="", query=query), days("02", "03"))
    assert home.ids(receipt) == ["1", "2"]
    assert home.rows(receipt)[0]["_extra"] == '{"note":"100 %"}'


@pytest.mark.parametrize(
    "query",
    [
        "with gone as (delete from {table} returning *) select * from gone",
        "select id, changed, nextval('{table}_numbers') as n from {table}",
        "select id, changed, pg_temp.eat_all() as n from {table}",
        "select id, changed, set_config('transaction_read_only', 'off', false) as n from {table}",
    ],
)
def test_a_query_that_writes_is_refused_and_writes_nothing(home, owner, orders, query):
    lay(owner, orders, ["02 10:00:00"])
    owner.execute(f"create sequence {orders}_numbers")
    owner.execute(f"create or replace function eat_all() returns int language sql as $$ delete from {orders}; select 1 $$")
    declared = home.declare(ORDERS, table="", query=query.format(table=orders).replace("pg_temp.", ""))
    with pytest.raises(SourceContractBroken) as told:
        home.land(declared, days("02", "03"))
    assert "2026" not in str(told.value)
    assert owner.execute(f"select count(*) from {orders}").fetchone() == (1,)
    assert owner.execute(f"select last_value, is_called from {orders}_numbers").fetchone() == (1, False)


def test_nothing_of_the_reading_stays_in_a_pooled_connection(home, owner, orders):
    lay(owner, orders, ["02 10:00:00"])
    connection = home.database.connect()
    before = connection.execute("select current_setting('TimeZone'), current_setting('statement_timeout')").fetchone()
    connection.rollback()
    close, connection.close = connection.close, lambda: None  # as a pool would
    home.database = Database(lambda: connection, home.database.engine, "%s")
    home.land(home.declare(ORDERS.format(table=orders), timezone="Asia/Tokyo", timeout="5s"), days("02", "03"))
    settings = "select current_setting('TimeZone'), current_setting('statement_timeout'), current_setting('transaction_read_only')"
    assert connection.execute(settings).fetchone() == (*before, "off")
    close()


@pytest.mark.parametrize(
    ("keys", "kind", "says"),
    [
        ({"table": "no_such_table"}, SourceContractBroken, "the table is not there, or the connection's user may not see it"),
        (
            {"watermark": "altered"},
            SourceContractBroken,
            "the table has no column 'altered'; it has 'id', 'changed': correct one of the two",
        ),
        ({"watermark": "id"}, SourceContractBroken, "the watermark column cannot be compared with times: declare its `format`"),
        ({"table": "", "query": "selec"}, None, "must begin with select"),
        ({"table": "", "query": "select from where"}, SourceContractBroken, "does not understand the query"),
        (
            {"table": "", "query": "select 1 as id, now() as changed, 2 as id"},
            SourceContractBroken,
            "two columns of the query have the same name",
        ),
        ({"table": "", "query": "select 1 as id, now() as changed from pg_sleep(5)", "timeout": "1s"}, None, "longer than `timeout`"),
        (
            {"table": "", "query": "select 'kanarie'::int as id, now() as changed"},
            SourceContractBroken,
            "holds a value that cannot be read",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_declaration_connection_and_remedy(home, orders, keys, kind, says):
    with pytest.raises(kind or KuuloError) as told:
        home.land(home.declare(ORDERS.format(table=orders), **keys), days("02", "03"))
    assert says in str(told.value)
    assert str(told.value).startswith("databases/shop.yml")
    assert "kanarie" not in str(told.value)
    assert told.value.__context__ is None or told.value.__suppress_context__


def test_a_user_who_may_not_read_is_told_what_to_grant(home, owner, orders):
    role = f"kuulo_{secrets.token_hex(4)}"
    owner.execute(f"create role {role} login")
    try:
        owner.execute(f'grant usage on schema "{owner.schema}" to {role}')
        home.database = Database(
            lambda: psycopg.connect(**WHERE, user=role, options=f"-c search_path={owner.schema}"), home.database.engine, "%s"
        )
        with pytest.raises(BadCredentials, match="the connection's user may not read it: grant select"):
            home.land(home.declare(ORDERS.format(table=orders)), days("02", "03"))
    finally:
        owner.execute(f"drop owned by {role}")
        owner.execute(f"drop role {role}")


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        ({"user": "kuulo_no_such_user"}, BadCredentials, "refuses the connection's login"),
        ({"dbname": "kuulo_no_such_database"}, BadCredentials, "refuses the connection's login"),
        ({"port": 1}, RetryLater, "out of reach or busy"),
    ],
)
def test_a_database_that_refuses_or_is_away_is_told_without_the_password(home, owner, changes, kind, says):
    arguments = {**WHERE, "user": owner.info.user, "password": "canary-77", **changes}
    home.database = Database(lambda: psycopg.connect(**arguments), home.database.engine, "%s")
    with pytest.raises(kind, match=says) as told:
        home.land(home.declare(ORDERS.format(table="orders")), days("02", "03"))
    assert "canary-77" not in repr(told.value)
    assert told.value.__context__ is None or told.value.__suppress_context__


def test_a_time_beyond_all_calendars_is_told(home, owner, orders):
    owner.execute(f"alter table {orders} add column due timestamptz default 'infinity'")
    lay(owner, orders, [])
    owner.execute(f"insert into {orders} (id, changed) values (1, '2026-01-02')")
    declared = home.declare(ORDERS.format(table=orders).replace("ordered_at: changed", "ordered_at: due"))
    with pytest.raises(SourceContractBroken, match=r"shop.yml .connection 'shop'.: the database holds a value that cannot be read"):
        home.land(declared, Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)))
