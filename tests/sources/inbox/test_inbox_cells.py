import json
from datetime import datetime
from typing import Any

import pytest

from tests.sources.inbox.inbox_home import InboxHome, naive

FEED = "stream: contacts\ncolumns:\n  contact_id: id\n"


def _one(
    home: InboxHome, rule: str, cell: str, column: str, *, more: str = "", stream_at: str = "  opened_at: {value: 2026-01-01}\n"
) -> Any:
    """The value of one column read from one quoted cell; ("untyped", rule) where it could not be read."""
    quoted = '"' + cell.replace('"', '""') + '"'
    at = "" if column == "opened_at" else stream_at
    home.taken(f"{FEED}{at}  {column}: {rule}\n{more}", "a.csv", f"id,x\n1,{quoted}\n")
    untyped = home.untyped()
    return ("untyped", untyped[0]["rule"]) if untyped else home.rows()[0][column]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("9", 9.0), (" 9.5 ", 9.5), ("-3", -3.0), ("1e3", 1000.0), (".5", 0.5), ("", None), ("  ", None),
        ("0:02:23", 143.0), ("10:00:00.5", 36000.5), ("120:00:00", 432000.0),
        ("2:23", "untyped"), ("0:61:00", "untyped"), ("9/10", "untyped"), ("NaN", "untyped"), ("inf", "untyped"), ("1e400", "untyped"),
        ("1_000", "untyped"), ("3,5", "untyped"), ("1,234", "untyped"), ("50%", "untyped"), ("٣", "untyped"), ("true", "untyped"),
    ],
)  # fmt: skip
def test_seconds_are_numbers_or_clock_durations(home: InboxHome, cell: str, value: Any) -> None:
    assert _one(home, "x", cell, "wait_seconds") == (("untyped", "typed:wait_seconds") if value == "untyped" else value)


@pytest.mark.parametrize(
    ("decimal", "cell", "value"),
    [
        (",", "3,5", 3.5), (",", "1.234,5", 1234.5), (",", "1.234", 1234.0), (",", "1 234 567,25", 1234567.25), (",", "1.5", "untyped"),
        (",", "1\u00a0234,5", 1234.5), (",", "-0,5", -0.5), (",", "12", 12.0), (",", "1,234.5", "untyped"),
        (".", "1,234.5", 1234.5), (".", "1,234", 1234.0), (".", "3,5", "untyped"), (".", "12.5", 12.5),
    ],
)  # fmt: skip
def test_decimal_marks_are_as_declared(home: InboxHome, decimal: str, cell: str, value: Any) -> None:
    read = _one(home, "x", cell, "wait_seconds", more=f'decimal: "{decimal}"\n')
    assert read == (("untyped", "typed:wait_seconds") if value == "untyped" else value)


@pytest.mark.parametrize("written", ['"%H:%M"', '"%M:%S"'])
def test_a_duration_may_have_a_format(home: InboxHome, written: str) -> None:
    assert _one(home, f"{{column: x, format: {written}}}", "02:30", "wait_seconds") == (9000.0 if "%H" in written else 150.0)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("3", 3),
        ("3.0", 3),
        ("-2", -2),
        ("9007199254740993", 9007199254740993),
        ("3.5", None),
        ("9223372036854775808", None),
        ("1e30", None),
    ],
)
def test_whole_numbers_are_exact(home: InboxHome, cell: str, value: int | None) -> None:
    assert _one(home, "x", cell, "reopen_count") == (value if value is not None else ("untyped", "typed:reopen_count"))


@pytest.mark.parametrize("cell", ["true", "TRUE", "Yes", "y", "1", " Y "])
def test_words_for_true(home: InboxHome, cell: str) -> None:
    assert _one(home, "x", cell, "is_bot") is True


@pytest.mark.parametrize("cell", ["false", "False", "NO", "n", "0"])
def test_words_for_false(home: InboxHome, cell: str) -> None:
    assert _one(home, "x", cell, "is_bot") is False


def test_another_word_is_no_truth(home: InboxHome) -> None:
    assert _one(home, "x", "maybe", "is_bot") == ("untyped", "typed:is_bot")


@pytest.mark.parametrize(
    ("rule", "cell", "value"),
    [
        ("x", "2026-01-31", "2026-01-31T00:00:00"),
        ("x", "2026-01-31 9:12:58", "2026-01-31T09:12:58"),
        ("x", "2026-1-3 09:12", "2026-01-03T09:12:00"),
        ("x", "2026-01-31T09:12:58.123456789Z", "2026-01-31T09:12:58.123456"),
        ("x", "2026-01-31T09:12:58+02:00", "2026-01-31T07:12:58"),
        ("x", "2026-01-31 09:12:58-0530", "2026-01-31T14:42:58"),
        ("x", "2026-01-31 09:12 UTC", "2026-01-31T09:12:00"),
        ("x", "31.01.2026", None), ("x", "2026-02-30", None), ("x", "1769850000", None), ("x", "0001-01-01T00:00:00+05:00", None),
        ('{column: x, format: "%d.%m.%Y %H:%M"}', "31.1.2026 9:05", "2026-01-31T09:05:00"),
        ('{column: x, format: "%m/%d/%y %I:%M %p"}', "1/31/26 9:05 PM", "2026-01-31T21:05:00"),
        ('{column: x, format: "%Y-%m-%dT%H:%M:%S%z"}', "2026-01-31T09:05:00+0200", "2026-01-31T07:05:00"),
        ('{column: x, format: "%d.%m.%Y"}', "2026-01-31", None),
        ("{column: x, format: epoch_seconds}", "1769850000", "2026-01-31T09:00:00"),
        ("{column: x, format: epoch_seconds}", "1769850000.5", "2026-01-31T09:00:00.500000"),
        ("{column: x, format: epoch_milliseconds}", "1769850000123", "2026-01-31T09:00:00.123000"),
        ("{column: x, format: epoch_seconds}", "1e300", None), ("{column: x, format: epoch_seconds}", "2026-01-31", None),
        ("{column: x}", "2026-01-31T09:00:00", "2026-01-31T09:00:00"),
    ],
)  # fmt: skip
def test_times_are_iso_or_as_declared(home: InboxHome, rule: str, cell: str, value: str | None) -> None:
    read = _one(home, rule, cell, "opened_at")
    assert read == (datetime.fromisoformat(value) if value else ("untyped", "typed:opened_at"))


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2026-01-31 12:00", "2026-01-31T10:00:00"),
        ("2026-07-01 12:00", "2026-07-01T09:00:00"),
        ("2026-10-25 03:30", "2026-10-25T00:30:00"),  # stands twice: the first is meant
        ("2026-03-29 03:30", "2026-03-29T01:30:00"),  # is skipped: 04:30 in summer time
        ("2026-07-01 12:00Z", "2026-07-01T12:00:00"),
    ],
)
def test_times_without_a_zone_are_in_the_feeds(home: InboxHome, cell: str, utc: str) -> None:
    assert _one(home, "x", cell, "opened_at", more="timezone: Europe/Helsinki\n") == datetime.fromisoformat(utc)


def test_the_zone_is_the_settings_where_the_feed_has_none(home: InboxHome) -> None:
    home.timezone = "America/New_York"
    assert _one(home, "x", "2026-01-31", "opened_at") == naive("2026-01-31T05:00")
    assert home.rows()[0]["_window_start"] == naive("2026-01-31")


def test_a_date_and_a_time_are_joined(home: InboxHome) -> None:
    feed = "stream: contacts\ncolumns:\n  opened_at: {columns: [Date, Time]}\n  ended_at: {columns: [Date, Time]}\n"
    home.taken(feed, "a.csv", "Date,Time\n2021-01-01,9:12:58\n2021-01-02,\n2021-01-03,late\n")
    assert home.column("opened_at") == home.column("ended_at") == [naive("2021-01-01T09:12:58")]
    assert [(row["_position"], row["rule"], row["reason"]) for row in home.untyped()] == [
        (1, "typed:opened_at", "opened_at: one of its parts is blank"),
        (2, "typed:opened_at", "opened_at: not a time in ISO 8601: declare its `format`"),
    ]


def test_plain_yaml_words_are_compared_as_they_are_written(home: InboxHome) -> None:
    feed = FEED + (
        "  opened_at: {column: when, map: {1: 2025-01-31, 2025-02-01: 2025-02-01T10:00:00Z}}\n"
        "  is_resolved: {column: done, map: {Y: true, N: false}}\n"
        "  is_bot: {column: bot, map: {Yes: yes, No: no, On: true, '': null}}\n"
        "  topic: {column: topic, map: {1.10: billing, 010: octal, null: none, ~: tilde}}\n"
    )
    home.taken(feed, "a.csv", "id,when,done,bot,topic\n1,1.0,Y,Yes,1.10\n2,2025-02-01, N ,No,010\n3,1,,On,null\n4,1,Y,,~\n")
    assert home.untyped() == []
    assert home.column("opened_at") == [naive("2025-01-31"), naive("2025-02-01T10:00"), naive("2025-01-31"), naive("2025-01-31")]
    assert home.column("is_resolved") == [True, False, None, True]
    assert home.column("is_bot") == [True, False, True, None]
    assert home.column("topic") == ["billing", "octal", "none", "tilde"]


def test_a_value_that_the_map_lacks_refuses_its_row_without_telling_it(home: InboxHome) -> None:
    home.taken(FEED + "  opened_at: {value: 2026-01-01}\n  is_bot: {column: bot, map: {Y: true}}\n", "a.csv", "id,bot\n1,Y\n2,secret\n")
    (row,) = home.untyped()
    assert (row["_position"], row["rule"]) == (1, "map:is_bot")
    assert "secret" not in row["reason"]
    assert json.loads(row["record"]) == {"id": "2", "bot": "secret"}
    assert home.receipts()[0]["received"] == 2
    assert home.receipts()[0]["untyped"] == 1


def test_a_map_and_a_format_go_together(home: InboxHome) -> None:
    rule = '{column: x, map: {a: 31.01.2026, b: 2026-02-01}, format: "%d.%m.%Y"}'
    home.taken(f"{FEED}  opened_at: {rule}\n", "a.csv", "id,x\n1,a\n2,b\n")
    assert home.column("opened_at") == [naive("2026-01-31"), naive("2026-02-01")]


def test_a_map_of_times_names_the_exceptions(home: InboxHome) -> None:
    feed = FEED + (
        '  opened_at: {column: x, map: {never: null, "on paper": 01.02.2026}, format: "%d.%m.%Y"}\n'
        '  ended_at: {columns: [x, y], map: {never: null, "on paper": 2026-02-01}, format: "%d.%m.%Y %H"}\n'
    )
    home.taken(feed, "a.csv", "id,x,y\n1,never,\n2,31.01.2026,09\n3,on paper,\n4,soon,9\n5,,\n")
    assert home.column("opened_at") == [None, naive("2026-01-31"), naive("2026-02-01"), None]
    assert home.column("ended_at") == [None, naive("2026-01-31T09:00"), naive("2026-02-01"), None]
    assert [(row["rule"], row["reason"]) for row in home.untyped()] == [("typed:opened_at", "opened_at: not a time written as %d.%m.%Y")]


def test_a_constant_is_read_with_a_point_whatever_the_files_decimal_mark(home: InboxHome) -> None:
    assert _one(home, "{value: 1.5}", "x", "wait_seconds", more='decimal: ","\n') == 1.5


def test_undeclared_columns_are_kept_as_they_were_read(home: InboxHome) -> None:
    home.taken(FEED + "  opened_at: at\n", "a.csv", 'id,at,Note,Plan\n1,2026-01-01," a ""b"" ",\n2,2026-01-01,,\n')
    assert [json.loads(extra) if extra else None for extra in home.column("_extra")] == [{"Note": ' a "b" '}, None]
    assert home.receipts()[0]["undeclared"] == ["Note", "Plan"]


def test_absent_ids_come_from_feed_file_and_row(home: InboxHome) -> None:
    home.taken("stream: contacts\ncolumns: {opened_at: at}\n", "Calls 1.csv", "at\n2026-01-01\n\n2026-01-02\n", feed="desk")
    assert home.column("contact_id") == ["desk/Calls 1.csv#1", "desk/Calls 1.csv#2"]


def test_a_blank_id_stays_null_for_validation_to_refuse(home: InboxHome) -> None:
    home.taken(FEED + "  opened_at: {value: 2026-01-01}\n", "a.csv", "id,x\n ,1\n")
    assert home.column("contact_id") == [None]


def test_control_characters_do_not_break_a_row(home: InboxHome) -> None:
    assert _one(home, "x", "a\0b", "topic") == "ab"
    assert _one(home, "x", "=1+1 🙂 \u202e", "topic") == "=1+1 🙂 \u202e"
