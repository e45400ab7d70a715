"""Windows of a table: none loses a row, none is read twice, an interrupted one goes on, a whole table replaces itself."""

from datetime import UTC, datetime

import pytest

from kuulo.landing.coverage import covered_until
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.landing.receipt import read_landing_receipt
from kuulo.sources.api_errors import RetryLater, SourceContractBroken
from kuulo.sources.source import Window
from tests.sources.database.database_home import ORDERS, Interrupted, days, execute, lay_orders

SHORT = "connection: shop\nstream: orders\ntable: orders\noverlap: 0s\ncolumns: {order_id: id, ordered_at: placed}\n"


def test_a_window_is_read_in_order_and_typed(home):
    lay_orders(home, ["03 10:00:00", "02 09:00:00", "01 23:59:59", "04 00:00:00"])
    receipt = home.land(home.declare(), days("02", "04"))
    assert (receipt.received, receipt.untyped, receipt.batch) == (2, 0, "shop--20260102T000000Z--20260104T000000Z")
    rows = home.rows(receipt)
    assert [(row["order_id"], row["customer_id"], row["amount"], row["currency"], row["status"]) for row in rows] == [
        ("2", "K-2", 0.5, "EUR", "paid"),
        ("1", "K-1", 0.25, "EUR", "paid"),
    ]
    assert str(rows[0]["ordered_at"]) == "2026-01-01 10:00:00"
    assert rows[0]["_extra"] == '{"changed":"2026-01-02 09:00:00"}'
    assert home.pages(receipt) == [
        b'{"columns":["id","who","placed","total","state","changed"],"rows":[\n'
        b'[2,"K-2","2026-01-01 10:00:00",0.5,"paid","2026-01-02 09:00:00"],\n'
        b'[1,"K-1","2026-01-01 10:00:00",0.25,"paid","2026-01-03 10:00:00"]\n]}'
    ]


def test_two_windows_lose_no_boundary_second_and_share_none(home):
    lay_orders(home, ["02 00:00:00", "02 23:59:59", "03 00:00:00", "03 23:59:59", "04 00:00:00"])
    declared = home.declare()
    assert home.ids(home.land(declared, days("02", "03"))) == ["1", "2"]
    assert home.ids(home.land(declared, days("03", "04"))) == ["3", "4"]
    assert str(covered_until(home.settings, "database", "orders", declared="shop")) == "2026-01-04 00:00:00+00:00"


def test_what_is_committed_late_comes_with_the_overlap(home):
    lay_orders(home, ["02 23:30:00"])
    declared = home.declare(overlap="1h")
    assert home.ids(home.land(declared, days("02", "03"))) == ["1"]
    lay_orders(home, ["02 23:00:00", "02 22:59:59", "03 05:00:00"], first=2)
    assert home.ids(home.land(declared, days("03", "04"))) == ["2", "1", "4"]


def test_a_window_repeated_reads_nothing_and_changes_nothing(home):
    lay_orders(home, ["02 10:00:00"])
    declared = home.declare()
    first = home.land(declared, days("02", "03"))
    before = {path: path.stat().st_mtime_ns for path in home.settings.landing.rglob("*") if path.is_file()}
    lay_orders(home, ["02 11:00:00"], first=2)
    assert home.land(declared, days("02", "03"), run="run-2", cut_after=0) == first
    assert {path: path.stat().st_mtime_ns for path in home.settings.landing.rglob("*") if path.is_file()} == before


def test_a_refresh_reads_again_and_replaces(home):
    lay_orders(home, ["02 10:00:00"])
    declared = home.declare()
    home.land(declared, days("02", "03"))
    lay_orders(home, ["02 11:00:00"], first=2)
    refreshed = home.land(declared, days("02", "03"), run="run-2", refresh=True)
    assert home.ids(refreshed) == ["1", "2"]
    with pytest.raises(Interrupted):
        home.land(declared, days("02", "03"), run="run-3", refresh=True, cut_after=0)
    assert read_landing_receipt(home.place(refreshed)) == refreshed


# Fourteen pages of a hundred; in the second run of instants all rows share one.
MANY = [f"02 {n // 60:02d}:{n % 60:02d}:00" for n in range(700)] + ["02 12:00:00"] * 650


@pytest.mark.parametrize("batches", range(1, 15))
def test_resuming_behind_any_page_gives_what_reading_straight_through_gives(home, batches):
    lay_orders(home, MANY)
    declared = home.declare(batch_rows="100")
    with pytest.raises(Interrupted):
        home.land(declared, days("02", "03"), cut_after=batches)
    resumed = home.land(declared, days("02", "03"), run="run-2")
    straight = home.land(home.declare(name="other", batch_rows="100"), days("02", "03"))
    assert (resumed.received, resumed.pages) == (1350, straight.pages)
    assert home.ids(resumed) == home.ids(straight)
    assert home.rows(resumed) == home.rows(straight)


def test_rows_that_are_alike_are_each_kept_over_an_interruption(home):
    lay_orders(home, [])
    execute(home, "insert into orders values (?, ?, ?, ?, ?, ?)", [(7, "K-7", None, 1.0, "paid", "2026-01-02 10:00:00")] * 250)
    declared = home.declare(batch_rows="100")
    with pytest.raises(Interrupted):
        home.land(declared, days("02", "03"), cut_after=2)
    assert home.land(declared, days("02", "03")).received == 250


def test_pages_of_other_rules_are_not_gone_on_from(home):
    lay_orders(home, MANY)
    with pytest.raises(Interrupted):
        home.land(home.declare(batch_rows="100"), days("02", "03"), cut_after=3)
    assert home.land(home.declare(batch_rows="100", overlap="1d"), days("02", "03")).received == 1350


def test_another_mapping_is_typed_again_without_reading_and_other_columns_are_read(home):
    lay_orders(home, ["02 10:00:00"])
    home.land(home.declare(), days("02", "03"))
    sek = home.land(home.declare(ORDERS.replace("EUR", "SEK")), days("02", "03"), run="run-2", cut_after=0)
    assert [row["currency"] for row in home.rows(sek)] == ["SEK"]
    mailed = home.land(home.declare(ORDERS + "  email: who\n"), days("02", "03"), run="run-3", cut_after=0)
    assert [row["email"] for row in home.rows(mailed)] == ["K-1"]
    longer = home.land(home.declare(overlap="1d"), days("02", "03"), run="run-4")
    assert longer.run == "run-4"


def test_a_window_without_rows_lands_as_such(home):
    lay_orders(home, ["02 10:00:00"])
    receipt = home.land(home.declare(), days("05", "06"))
    assert (receipt.received, receipt.pages) == (0, 1)
    assert home.rows(receipt) == []


def test_a_whole_table_replaces_what_was_read_before(home):
    lay_orders(home, ["02 10:00:00", "03 10:00:00"])
    declared = home.declare(full="true", watermark="", overlap="")
    first = home.land(declared, days("02", "03"))
    assert (first.batch, home.ids(first)) == ("shop--full", ["1", "2"])
    assert home.land(declared, days("02", "03"), run="again", cut_after=0) == first
    execute(home, "delete from orders where id = 1")
    second = home.land(declared, days("03", "04"), run="run-2")
    assert home.ids(second) == ["2"]
    assert [path.name for path in (home.settings.landing / "database" / "orders").glob("shop*")] == ["shop--full"]
    assert home.land(declared, days("02", "03"), run="an older window", cut_after=0) == second


def test_a_whole_table_half_read_leaves_the_last_one_and_is_read_anew(home):
    lay_orders(home, MANY)
    declared = home.declare(full="true", watermark="", overlap="", batch_rows="100")
    first = home.land(declared, days("02", "03"))
    execute(home, "delete from orders where id <= 50")
    with pytest.raises(Interrupted):
        home.land(declared, days("03", "04"), run="run-2", cut_after=4)
    assert len(home.ids(first)) == 1350
    execute(home, "delete from orders where id <= 60")
    assert len(home.ids(home.land(declared, days("03", "04"), run="run-2"))) == 1290


def test_two_runs_of_one_window_do_not_meet(home):
    lay_orders(home, ["02 10:00:00"])
    declared = home.declare()
    lock = home.settings.landing / "database" / "orders" / ".shop--20260102T000000Z--20260103T000000Z.lock"
    with one_at_a_time(lock), pytest.raises(RetryLater, match=r"databases/shop.yml, batch shop--.*: another run is landing it"):
        home.land(declared, days("02", "03"))


def test_a_row_that_cannot_be_typed_is_refused_alone_and_kept(home):
    lay_orders(home, ["02 10:00:00", "02 11:00:00"])
    execute(home, "update orders set total = 'much' where id = 1")
    receipt = home.land(home.declare(), days("02", "03"))
    assert (receipt.received, receipt.untyped, home.ids(receipt)) == (2, 1, ["2"])
    [refused] = home.untyped(receipt)
    assert (refused["rule"], refused["reason"]) == ("typed:amount", "amount: not a number")
    assert '"total": "much"' in refused["record"]


@pytest.mark.parametrize(
    ("column", "format_", "values", "kept"),
    [
        ("integer", "epoch_seconds", [1767311999, 1767312000, 1767398399, 1767398400], [2, 3]),
        ("integer", "epoch_milliseconds", [1767311999999, 1767312000000, 1767398399999, 1767398400000], [2, 3]),
        ("text", "%Y-%m-%dT%H:%MZ", ["2026-01-01T23:59Z", "2026-01-02T00:00Z", "2026-01-02T23:59Z", "2026-01-03T00:00Z"], [2, 3]),
        ("text", "%Y%m%d", ["20260101", "20260102", "20260102", "20260103"], [2, 3]),
    ],
)
def test_a_watermark_is_compared_as_it_is_written(home, column, format_, values, kept):
    execute(home, f"create table orders (id integer, placed text, changed {column})")
    execute(home, "insert into orders values (?, '2026-01-01', ?)", list(enumerate(values, 1)))
    declared = home.declare(SHORT, watermark=f"{{column: changed, format: '{format_}'}}")
    assert home.ids(home.land(declared, days("02", "03"))) == [str(number) for number in kept]


@pytest.mark.parametrize(
    ("values", "watermark"),
    [
        ([1767312000, 1767398399], "changed"),  # numbers are less than any text: no row would ever come
        ([1767312000000, 1767398399000], "{column: changed, format: epoch_seconds}"),
        (["02.01.2026", "03.01.2026"], "changed"),
        (["soon"], "changed"),
        (["2026-01-02T10:00:00-05:00"], "changed"),  # sorts as text, and not as time
    ],
)
def test_a_watermark_that_is_not_written_as_declared_is_told_instead_of_reading_nothing(home, values, watermark):
    execute(home, "create table orders (id integer, placed text, changed)")
    execute(home, "insert into orders values (?, '2026-01-01', ?)", list(enumerate(values, 1)))
    declared = home.declare(SHORT, watermark=watermark)
    with pytest.raises(SourceContractBroken, match=r"databases/shop.yml .connection 'shop'.: the watermark is not written as declared"):
        home.land(declared, days("02", "03"))


def test_local_times_are_compared_in_their_zone_and_none_is_lost_when_clocks_go_back(home):
    home.timezone = "Europe/Helsinki"
    execute(home, "create table orders (id integer, placed text, changed text)")
    # 2025-10-26: 03:59 summer time is followed by 03:00 winter time, at 01:00 UTC.
    rows = [(1, "2025-10-26 02:59:59"), (2, "2025-10-26 03:30:00"), (3, "2025-10-26 03:10:00"), (4, "2025-10-26 04:00:00")]
    execute(home, "insert into orders values (?, '2026-01-01', ?)", rows[:2])
    declared = home.declare(SHORT, watermark="changed")
    at = [datetime(2025, 10, 26, hour, minute, tzinfo=UTC) for hour, minute in ((0, 0), (1, 0), (2, 0), (3, 0))]
    assert home.ids(home.land(declared, Window(at[0], at[1]))) == ["1"]  # up to 03:00 of winter time; the first hour is read twice
    execute(home, "insert into orders values (?, '2026-01-01', ?)", rows[2:])
    assert home.ids(home.land(declared, Window(at[1], at[2]))) == ["3", "2"]
    assert home.ids(home.land(declared, Window(at[2], at[3]))) == ["4"]
