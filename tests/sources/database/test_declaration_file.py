"""What a declaration may say, and the one line with which anything else is refused."""

from datetime import timedelta

import pytest

from kuulo.sources.database.declaration import Watermark
from kuulo.sources.database.query_text import checked_query, with_placeholders
from kuulo.sources.database.read_declaration import declaration_names, read_declaration
from kuulo.sources.inbox.feed_error import FeedError
from tests.sources.database.database_home import ORDERS


def test_what_is_left_out_has_a_usual_value(home):
    declared = home.declare(overlap="")
    assert (declared.connection, declared.table, declared.query, declared.watermark) == (
        "shop",
        ("orders",),
        "",
        Watermark(column="changed"),
    )
    assert (declared.overlap, declared.batch_rows, declared.timeout, declared.full) == (
        timedelta(hours=1),
        5000,
        timedelta(minutes=30),
        False,
    )
    assert declared.asked_columns == ("id", "who", "placed", "total", "state", "changed")
    assert declared.key_columns == ("id",)


def test_what_is_said_is_taken(home):
    declared = home.declare(
        table="shop.sales.orders", overlap="2d", batch_rows="250", timeout="90s", timezone="Europe/Helsinki",
        watermark="{column: changed, format: epoch_seconds}",
    )  # fmt: skip
    assert declared.table == ("shop", "sales", "orders")
    assert (declared.overlap, declared.batch_rows, declared.timeout) == (timedelta(days=2), 250, timedelta(seconds=90))
    assert (declared.feed.timezone, declared.watermark) == ("Europe/Helsinki", Watermark(column="changed", format="epoch_seconds"))


def test_a_wide_survey_table_has_questions(home):
    declared = home.declare(
        "connection: c\nstream: survey_answers\ntable: answers\nwatermark: at\n"
        "columns: {response_id: id, submitted_at: at, survey_id: {value: spring}}\n"
        'questions: {nps: {question_id: recommend, metric: nps, scale: "0-10"}}\n'
    )
    assert declared.asked_columns == ("id", "at", "nps")


def test_the_hash_of_the_reading_changes_with_what_is_read_and_the_other_with_what_it_becomes(home):
    usual = home.declare()
    mapped, longer, other = home.declare(ORDERS.replace("EUR", "SEK")), home.declare(overlap="2h"), home.declare(connection="new")
    assert mapped.reading_hash == usual.reading_hash
    assert len({usual.hash, mapped.hash, longer.hash, other.hash}) == 4
    assert len({usual.reading_hash, longer.reading_hash, other.reading_hash}) == 3
    assert home.declare(batch_rows="100", timeout="1h").hash == usual.hash


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"connection": ""}, "lacks `connection`: write the id of an Airflow connection"),
        ({"stream": "sales"}, "stream 'sales' is not known: use one of survey_answers"),
        ({"table": ""}, "needs exactly one of `table` and `query`"),
        ({"query": "select 1"}, "needs exactly one of `table` and `query`"),
        ({"table": 'orders"; drop table orders'}, "write it as table or schema.table"),
        ({"table": "a.b.c.d"}, "write it as table or schema.table"),
        ({"watermark": ""}, "lacks `watermark`: name the column"),
        ({"full": "true"}, "takes no `watermark`"),
        ({"full": "yes"}, "`full` must be true or false"),
        ({"watermark": "{column: changed, format: '%d.%m.%Y'}"}, "format '%d.%m.%Y' does not sort as time does"),
        ({"watermark": "{col: changed}"}, "a watermark has no `col`"),
        ({"overlap": "soon"}, "`overlap` is not a span of time: write it like 90s"),
        ({"timeout": "0s"}, "`timeout` is not a span of time"),
        ({"batch_rows": "5"}, "`batch_rows` must be a number from 100 to 100,000"),
        ({"timezone": "Helsinki"}, "timezone 'Helsinki' is not known"),
        ({"encoding": "utf-8"}, "a declaration has no `encoding`"),
        ({"columns": "{order_id: id}"}, "orders needs ordered_at: add to `columns` a column of the table"),
        ({"columns": "{ordered_at: placed}"}, "orders needs order_id"),
        ({"columns": "{order_id: id, ordered_at: placed, price: total}"}, "orders has no column price"),
        ({"columns": "{order_id: id, ordered_at: {value: soon}}"}, "the value 'soon' is no timestamp"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_that_names_the_file(home, keys, says):
    text = ORDERS.split("columns:")[0] if "columns" in keys else ORDERS
    with pytest.raises(FeedError, match=r"^databases/shop\.yml") as told:
        home.declare(text, **keys)
    assert says in str(told.value)
    assert "\n" not in str(told.value)


def test_declarations_are_found_by_their_ending_and_names_are_plain(home):
    home.declare()
    for name in (".hidden.yml", "notes.txt", "Big Shop.yml"):
        (home.settings.databases / name).write_text(ORDERS)
    assert declaration_names(home.settings) == ["Big Shop", "shop"]
    with pytest.raises(FeedError, match=r"databases/Big Shop.yml: name it with up to 64 of a-z, 0-9 and _"):
        read_declaration(home.settings, "Big Shop")
    with pytest.raises(FeedError, match=r"databases/gone.yml: cannot be read"):
        read_declaration(home.settings, "gone")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("delete from orders", "must begin with select or with"),
        ("", "must begin with select or with"),
        ("-- select\ndrop table orders", "must begin with select or with"),
        ("select 1; delete from orders", "holds a semicolon"),
        ("select * from orders where at > :since", "there is no parameter :since: use :window_start, :window_end"),
    ],
)
def test_a_query_that_is_not_one_that_reads_is_refused(query, says):
    with pytest.raises(FeedError, match=says):
        checked_query(query, "databases/shop.yml")


@pytest.mark.parametrize(
    ("query", "sql", "names"),
    [
        ("select 1;\n", "select 1", ()),
        ("/* all */ (select 1)", "/* all */ (select 1)", ()),
        ("select at::date from o where at >= :window_start", "select at::date from o where at >= ?", ("window_start",)),
        (
            "select ':window_end; it''s', \"a:b\" from o -- :window_end ;\nwhere x < :window_end and y < :window_end",
            "select ':window_end; it''s', \"a:b\" from o -- :window_end ;\nwhere x < ? and y < ?",
            ("window_end", "window_end"),
        ),
        ("with a as (select $q$ ; :x $q$) select * from a", "with a as (select $q$ ; :x $q$) select * from a", ()),
    ],
)
def test_parameters_are_placeholders_and_literals_and_comments_are_left_alone(query, sql, names):
    assert with_placeholders(checked_query(query, "databases/shop.yml"), "?") == (sql, names)
