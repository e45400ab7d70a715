"""Excel workbooks: types, errors, formulas that nobody computed, sheets, and what is no workbook."""

import io
import json
import re
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest

from kuulo.sources.inbox import sheet_errors, sheet_tables
from tests.sources.inbox.inbox_home import FEED, TOPIC, InboxHome, naive


def _workbook(rows: list[list[Any]], **sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, others in sheets.items():
        sheet = book.create_sheet(name)
        for row in others:
            sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_a_workbook_with_dates_times_and_numbers(home: InboxHome) -> None:
    feed = """\
stream: contacts
columns:
  contact_id: Id
  opened_at: {columns: [Day, Time], format: "%d.%m.%Y %H:%M"}
  answered_at: Moment
  ended_at: Serial
  wait_seconds: Wait
  talk_seconds: Talk
  is_resolved: Done
  is_bot: {column: Done, map: {TRUE: false, FALSE: true}}
  reopen_count: Count
"""
    header = ["Id", " Day ", "Time", "Moment", "Serial", "Wait", "Talk", "Done", "Count", "Call\nNote"]
    row = [1001, date(2021, 1, 2), time(9, 5), naive("2021-01-02T09:05:30"), 44198.5, timedelta(hours=30), time(0, 2, 23), True, 2, 1.5]
    content = _workbook([[], header, row, [], [1002.0, "03.01.2021", "9:05", "2021-01-03", None, 90, "0:00:05", False, None, "x"], [None]])
    home.taken(feed + "timezone: Europe/Helsinki\n", "a.xlsx", content)
    assert home.untyped() == []
    first, second = home.rows()
    assert (first["contact_id"], second["contact_id"]) == ("1001", "1002")
    assert (first["opened_at"], second["opened_at"]) == (naive("2021-01-02T07:05"), naive("2021-01-03T07:05"))
    assert (first["answered_at"], second["answered_at"]) == (naive("2021-01-02T07:05:30"), naive("2021-01-02T22:00"))
    assert (first["ended_at"], second["ended_at"]) == (naive("2021-01-02T10:00"), None)
    assert (first["wait_seconds"], second["wait_seconds"]) == (108000.0, 90.0)
    assert (first["talk_seconds"], second["talk_seconds"]) == (143.0, 5.0)
    assert (first["is_resolved"], second["is_resolved"]) == (True, False)
    assert (first["reopen_count"], second["reopen_count"]) == (2, None)
    assert [json.loads(row["_extra"]) for row in home.rows()] == [{"Call Note": 1.5}, {"Call Note": "x"}]


@pytest.mark.parametrize(
    ("columns", "written", "day"),
    [("Day, Time", "%d.%m.%Y %H:%M", "31.01.2026"), ("Time, Day", "%I:%M %p %d.%m.%Y", "31.01.2026"), ("Day, Time", "", "2026-1-31")],
)
def test_a_day_in_text_goes_with_a_time_cell(home: InboxHome, columns: str, written: str, day: str) -> None:
    said = f', format: "{written}"' if written else ""
    feed = f"stream: contacts\ncolumns:\n  opened_at: {{columns: [{columns}]{said}}}\ntimezone: Europe/Helsinki\n"
    rows: list[list[Any]] = [["Day", "Time"], [day, time(9, 5, 7)], [day, timedelta(hours=26)], [date(2026, 1, 31), time(9, 5)]]
    home.taken(feed, "a.xlsx", _workbook([*rows, ["soon", time(9)], [None, time(9)]]))
    assert home.column("opened_at") == [naive("2026-01-31T07:05:07"), naive("2026-02-01T00:00"), naive("2026-01-31T07:05")]
    assert [row["reason"] for row in home.untyped()][1] == "opened_at: one of its parts is blank"
    assert home.untyped()[0]["reason"].startswith("opened_at: not a time ")


def test_an_error_cell_of_a_workbook_is_no_blank(home: InboxHome) -> None:
    feed = TOPIC + "  is_resolved: {column: done, map: {y: true, '#N/A': null}}\n  wait_seconds: wait\n"
    rows: list[list[Any]] = [["id", "at", "topic", "done", "wait", "note"]]
    at = datetime(2026, 1, 1, 9)  # noqa: DTZ001 - as the sheet has it
    rows += [[1, at, "a", "#N/A", 1, "#DIV/0!"], [2, at, "#REF!", "y", 1, None], [3, at, "b", "y", "#VALUE!", None]]
    rows += [[4, "#N/A", "b", "y", 2, None], [5, at, "#1! of all", "y", 3, 't="e"']]
    home.taken(feed, "a.xlsx", _workbook(rows))
    assert [(row["contact_id"], row["topic"], row["is_resolved"], row["wait_seconds"]) for row in home.rows()] == [
        ("1", "a", None, 1.0), ("5", "#1! of all", True, 3.0),
    ]  # fmt: skip
    assert [json.loads(text or "null") for text in home.column("_extra")] == [{"note": "#DIV/0!"}, {"note": 't="e"'}]
    assert [(row["_position"], row["rule"]) for row in home.untyped()] == [
        (1, "typed:topic"), (2, "typed:wait_seconds"), (3, "typed:opened_at"),
    ]  # fmt: skip
    assert home.untyped()[0]["reason"] == "topic: an error of the spreadsheet in place of a value: mend it there, or `map` it to null"
    assert json.loads(home.untyped()[0]["record"])["topic"] == "#REF!"


NOT_COMPUTED = "a formula without its value: open the file in a spreadsheet program and save it, so that values are stored"


def test_a_formula_that_nobody_computed_is_no_blank(home: InboxHome) -> None:
    """A tool that writes `=1+2` stores no value: read as a blank, a score would be missing without a word."""
    feed = TOPIC + "  is_resolved: {column: done, map: {y: true, '': null}}\n  wait_seconds: wait\n"
    rows: list[list[Any]] = [["id", "at", "topic", "done", "wait", "note"]]
    rows += [[1, "=NOW()", "a", "y", 1, None], [2, "2026-01-01", "=A1", "y", 1, None], [3, "2026-01-01", "a", "=B1", 1, None]]
    rows += [[4, "2026-01-01", "a", "y", "=1+2", None], [5, "2026-01-01", "a", "y", 3, "=A1&B1"]]
    home.taken(feed, "a.xlsx", _workbook(rows))
    assert [(row["_position"], row["rule"], row["reason"]) for row in home.untyped()] == [
        (place, f"typed:{column}", f"{column}: {NOT_COMPUTED}")
        for place, column in enumerate(["opened_at", "topic", "is_resolved", "wait_seconds"])
    ]
    assert json.loads(home.untyped()[3]["record"])["wait"] == "a formula without its value"
    [row] = home.rows()
    assert (row["contact_id"], row["wait_seconds"], row["_extra"]) == ("5", 3.0, '{"note":"a formula without its value"}')


def test_a_score_that_nobody_computed_is_not_missing(home: InboxHome) -> None:
    feed = (
        "stream: survey_answers\ncolumns:\n  response_id: id\n  submitted_at: at\n"
        'questions:\n  score: {question_id: recommend, metric: nps, scale: "0-10", comment: why}\n'
    )
    rows = [["id", "at", "score", "why"], [1, "2026-01-01", "=4+5", None], [2, "2026-01-01", 9, "=A1"], [3, "2026-01-01", 8, None]]
    home.taken(feed, "a.xlsx", _workbook(rows))
    assert [row["reason"] for row in home.untyped()] == [f"score of question recommend: {NOT_COMPUTED}"] * 2
    assert home.column("score") == [8.0]


@pytest.mark.parametrize(
    ("cell", "topic"),
    [
        ('<c r="C2"><f>1+2</f><v>3</v></c>', "3"),
        ('<c r="C2" t="str"><f>IF(A2="","","x")</f><v></v></c>', None),  # the empty text, as Excel stores it
        ('<c r="C2" t="str"><f>A2</f><v xml:space="preserve"> x</v></c>', "x"),
        ('<c r="C2"/>', None),
        ('<c r="C2"><f>1+2</f></c>', "refused"),
        ('<c r="C2" s="0" t="n"><f t="shared" si="0"/><v/></c>', "refused"),
        ('<c r="C2" t="str"><f>A2</f></c>', "refused"),
        ("<c r='C2' t='b'>\n<f ca='1'>A2&lt;3</f>\n<v></v>\n</c>", "refused"),
    ],
)
def test_only_a_formula_without_a_value_is_told(home: InboxHome, cell: str, topic: str | None) -> None:
    plain = _workbook([["id", "at", "topic"], [1, "2026-01-01", "here"]])
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as parts, zipfile.ZipFile(packed, "w") as written:
        for part in parts.namelist():
            content = parts.read(part).decode()
            written.writestr(part, re.sub(r'<c r="C2".*?</c>', lambda _found: cell, content))
    home.taken(TOPIC, "a.xlsx", packed.getvalue())
    assert (home.column("topic"), len(home.untyped())) == (([], 1) if topic == "refused" else ([topic], 0))


def test_a_header_that_nobody_computed_is_told(home: InboxHome) -> None:
    line = home.refusal(TOPIC, "a.xlsx", _workbook([["id", "at", "=A1"], [1, "2026-01-01", "a"]]))
    assert line == f"inbox/f/a.xlsx: in its header, {NOT_COMPUTED}"


def test_a_file_without_a_header_is_told_so_whatever_nobody_computed(home: InboxHome) -> None:
    line = home.refusal(TOPIC, "a.xlsx", _workbook([["1", "2026-01-01", "9"], ["=A1", "2026-01-02", 9]]))
    assert "does not look like a header" in line


def test_error_cells_are_found_wherever_a_sheet_is_cut_into_pieces(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_errors, "_CHUNK_BYTES", 7)
    rows = [["id", "at", "topic"], [1, "2026-01-01", "#NUM!"], [2, "2026-01-01", "b"], [3, "2026-01-01", "=1+2"]]
    home.taken(TOPIC, "a.xlsx", _workbook(rows))
    assert (home.column("topic"), len(home.untyped())) == (["b"], 2)


def test_a_wrong_map_of_a_truth_cell_is_untyped(home: InboxHome) -> None:
    home.taken(
        FEED + "  is_bot: {column: b, map: {true: false}}\n",
        "a.xlsx",
        _workbook([["id", "at", "b"], [1, date(2021, 1, 1), True], [2, date(2021, 1, 1), False]]),
    )
    assert home.column("is_bot") == [False]
    assert [row["rule"] for row in home.untyped()] == ["map:is_bot"]


@pytest.mark.parametrize("sheet", ["Data", "1"])
def test_a_sheet_by_name_or_place(home: InboxHome, sheet: str) -> None:
    content = _workbook([["nothing"]], Data=[["title"], ["id", "at"], [1, date(2021, 1, 1)]])
    home.taken(FEED + f"sheet: {sheet}\nskip_rows: 1\n", "a.xlsx", content)
    assert home.column("contact_id") == ["1"]


def test_an_unknown_sheet_is_told_with_those_there_are(home: InboxHome) -> None:
    line = home.refusal(FEED + "sheet: Answers\n", "a.xlsx", _workbook([["id"]], Data=[["x"]]))
    assert line == "inbox/f/a.xlsx: has no sheet 'Answers': it has 0: Sheet, 1: Data; name one of them as `sheet` in inbox/f/feed.yml"


def _zip(**parts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,at\n1,2026-01-01\n", "not an Excel workbook: save it as .xlsx, or give text files their own ending"),
        (b"", "not an Excel workbook"),
        (b"\n <html><table><tr><td>id</td></tr></table></html>", "a web page or XML named .xlsx"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "an old .xls workbook or one with a password"),
        (_zip(readme="hello"), "a zip file but not an Excel workbook"),
        (_zip(xl__workbook="<no/>"), "not an Excel workbook that can be read"),
        (_workbook([["id", "at"], [1, 2]])[:3000], "not an Excel workbook"),
        (_workbook([]), "sheet 'Sheet' holds no header"),
    ],
)
def test_a_spreadsheet_that_is_not_one_is_one_clear_line(home: InboxHome, content: bytes, said: str) -> None:
    assert said in home.refusal(FEED, "a.xlsx", content)


def test_a_workbook_that_unpacks_to_too_much_is_refused(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_tables, "MAX_UNPACKED_SHEET_BYTES", 100_000)
    line = home.refusal(FEED, "a.xlsx", _zip(xl__worksheets__sheet1="0" * 200_000))
    assert "more than 100,000 bytes when unpacked: save it as .csv" in line
