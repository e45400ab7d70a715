import gzip
import io
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kuulo.sources.inbox import inbox_files, packed_bytes, record_tables
from tests.sources.inbox.inbox_home import FEED, TOPIC, InboxHome, naive


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


# Text files


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_boms_and_spaces_do_not_matter(home: InboxHome, line_end: str) -> None:
    content = "\ufeff" + line_end.join(["", '" id ", at ,"to\npic"', "1,2026-01-01,a", "", '2,2026-01-02,"b\nc"', "", ""])
    home.taken(FEED + "  topic: to pic\n", "a.csv", content)
    assert [(row["contact_id"], row["topic"]) for row in home.rows()] == [("1", "a"), ("2", "b\nc")]


@pytest.mark.parametrize(
    ("name", "delimiter", "more"),
    [
     ("a.tsv", "\t", ""), ("a.TSV", "\t", ""), ("a.csv", ";", 'delimiter: ";"\n'), ("a.csv", "\t", "delimiter: tab\n"),
     ("a.csv", "|", "delimiter: pipe\n"),
     ("a.csv", "\t", 'delimiter: "\\t"\n'), ("a.csv", "\t", "delimiter: '\\t'\n"), ("a.tsv", ",", "delimiter: ','\n")],
)  # fmt: skip
def test_delimiters(home: InboxHome, name: str, delimiter: str, more: str) -> None:
    home.taken(TOPIC + more, name, delimiter.join(["id", "at", "topic"]) + "\n" + delimiter.join(["1", "2026-01-01", "x"]) + "\n")
    assert home.column("topic") == ["x"]


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolon"), ("\t", "tab")])
def test_an_undeclared_delimiter_is_told(home: InboxHome, mark: str, name: str) -> None:
    assert home.refusal(FEED, content=f"id{mark}at\n1{mark}2026-01-01\n") == (
        f"inbox/f/a.csv: the header is one column with a {name} in it: declare `delimiter: {name}` in inbox/f/feed.yml"
    )


@pytest.mark.parametrize(
    ("first", "more"),
    [("sep=;", ""), ("\ufeffSEP=;", ""), ('"sep=;"', ""), ("sep=;", "skip_rows: 1\n"), ("sep=,", 'delimiter: ";"\n'),
     ("sep=;\nReport", "skip_rows: 2\n")],
)  # fmt: skip
def test_the_line_that_tells_excel_the_delimiter_is_no_header(home: InboxHome, first: str, more: str) -> None:
    home.taken(TOPIC + more, "a.csv", f"{first}\r\nid;at;topic\r\n1;2026-01-01;x,y\r\n")
    assert home.column("topic") == ["x,y"]


@pytest.mark.parametrize(
    ("lines", "topics"),
    [
        (['1\t2026-01-01\t"a', '2\t2026-01-01\tb"'], ['"a', 'b"']),
        (['1\t2026-01-01\t"a', '2\t2026-01-01\t"b"', ""], ['"a', "b"]),
        (['1\t2026-01-01\t"Fine" he said', "2\t2026-01-01\tb"], ['"Fine" he said', "b"]),
        (['1\t2026-01-01\t"a', "2\t2026-01-01\tb", "", "3\t2026-01-01\tc"], ['"a', "b", "c"]),
        (['1\t2026-01-01\t"a', 'b"', '2\t2026-01-01\t"c ""d"""'], ["a\r\nb", 'c "d"']),
        (['1\t2026-01-01\t"a\tb"'], ["a\tb"]),
    ],
)  # fmt: skip
def test_a_quote_that_begins_a_cell_of_a_tab_file_swallows_no_line(home: InboxHome, lines: list[str], topics: list[str]) -> None:
    home.taken(TOPIC, "a.tsv", "\r\n".join(["id\tat\ttopic", *lines]))
    assert home.column("topic") == topics
    assert home.untyped() == []


def test_a_tab_file_that_is_none_is_one_clear_line(home: InboxHome) -> None:
    line = home.refusal(TOPIC, "a.tsv", 'id\tat\ttopic\n1\t2026-01-01\t"a\n2\t2026-01-01\tb"\n3\t2026-01-01\t"c\nd\n')
    assert "line 5: the file ends inside a quoted text" in line


def test_rows_before_the_header_are_skipped(home: InboxHome) -> None:
    home.taken(FEED + "skip_rows: 2\n", "a.csv", 'Report, "of" x\n\nid,at\n1,2026-01-01\n')
    assert home.column("contact_id") == ["1"]


def test_double_header_names_are_told(home: InboxHome) -> None:
    line = home.refusal(FEED, content="id,at, id,x,x \n1,2026-01-01,2,3,4\n")
    assert line == "inbox/f/a.csv: the header has 'id', 'x' more than once: give each column its own name"


def test_a_ragged_row_is_untyped(home: InboxHome) -> None:
    home.taken(TOPIC, "a.csv", "id,at,topic,,\n1,2026-01-01,x,,\n2,2026-01-01\n3,2026-01-01,x,y\n4,2026-01-01,x,,,\n,,,\n5,2026-01-01,x\n")
    assert home.column("contact_id") == ["1", "4", "5"]
    assert [(row["_position"], row["rule"], row["reason"]) for row in home.untyped()] == [
        (1, "typed:record", "the row has 2 cells and the header 3"),
        (2, "typed:record", "the row has 4 cells and the header 3"),
    ]
    assert json.loads(home.untyped()[0]["record"]) == ["2", "2026-01-01"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('id,at\n1,"2026-01-01\n2,2026-01-02\n', "line 3: the file ends inside a quoted text"),
        ('id,at\n1,"a"b\n', "line 2: a quote stands inside a quoted text"),
        ("", "holds no header"),
        (" \n\n", "holds no header"),
        ('id,at\n1,"' + "x" * 11_000_000, "a cell has more than 10,000,000 characters"),
    ],
)
def test_a_broken_text_file_is_one_clear_line(home: InboxHome, content: str, said: str) -> None:
    assert said in home.refusal(FEED, content=content)


def test_an_undecodable_byte_is_told_with_its_place(home: InboxHome) -> None:
    start = "id,at\n" + "1,2026-01-01\n" * 20_000
    line = home.refusal(FEED, content=start.encode() + "Ä,2026-01-01\n".encode("cp1252"))
    assert line == (
        f"inbox/f/a.csv: not utf-8-sig at byte {len(start)}: "
        "declare `encoding` in inbox/f/feed.yml, for example cp1252, iso-8859-1 or utf-16"
    )


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8", "iso-8859-15", "UTF-16-LE"])
def test_encodings(home: InboxHome, encoding: str) -> None:
    home.taken(TOPIC + f"encoding: {encoding}\n", "a.csv", "id,at,topic\n1,2026-01-01,Größe\n".encode(encoding))
    assert home.column("topic") == ["Größe"]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.tsv.gz", "a.jsonl.gz"])
def test_packed_text(home: InboxHome, name: str) -> None:
    text = {"csv": "id,at\n1,2026-01-01\n", "tsv": "id\tat\n1\t2026-01-01\n", "jsonl": '{"id": 1, "at": "2026-01-01"}\n'}[
        name.split(".")[1]
    ]
    home.taken(FEED, name, gzip.compress(text.encode()))
    assert home.column("contact_id") == ["1"]
    assert [path.name for path in home.places()[0].landing.glob("page*")] == [f"page-000001.{name.split('.', 1)[1]}.zst"]


def test_a_broken_pack_is_one_clear_line(home: InboxHome) -> None:
    packed = gzip.compress(b"id,at\n" + b"".join(b"%d,2026-01-01\n" % n for n in range(9999)))
    assert "the packed file ends too early" in home.refusal(FEED, "a.csv.gz", packed[:-100])
    assert "not a .gz file, or a broken one" in home.refusal(FEED, "a.csv.gz", b"id,at\n1,2026-01-01\n")
    assert "not a .gz file, or a broken one" in home.refusal(FEED, "a.csv.gz", packed[:60] + b"\0" * 30 + packed[90:])


def test_a_pack_that_holds_too_much_is_refused(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_bytes, "MAX_UNPACKED_BYTES", 1_000_000)
    assert "more than 1,000,000 bytes when unpacked" in home.refusal(FEED, "a.csv.gz", gzip.compress(b"id,at\n" + b"\n" * 2_000_000))


def test_a_file_that_is_too_large_is_refused(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_files, "MAX_FILE_BYTES", 10)
    assert "larger than 10 bytes: split it" in home.refusal(FEED)


# Records


def test_json_lines_keep_their_types(home: InboxHome) -> None:
    feed = TOPIC + "  agent_id: agent.id\n  is_bot: bot\n  wait_seconds: wait\n"
    lines = [
        '{"bot": true, "id": 1234567890123456789012, "at": "2026-01-01T10:00+02:00", "agent": {"id": 7, "n": 1}, "topic": "a", "wait": 1}',
        "",
        '{"at": "2026-01-02", "id": "B", "new": [1, 2], "bot": null, "wait": "2"}',
    ]
    home.taken(feed, "a.jsonl", "\ufeff" + "\r\n".join(lines) + "\r\n")
    assert home.column("contact_id") == ["1234567890123456789012", "B"]
    assert home.column("opened_at") == [naive("2026-01-01T08:00"), naive("2026-01-02")]
    assert home.column("agent_id") == ["7", None]
    assert (home.column("is_bot"), home.column("wait_seconds")) == ([True, None], [1.0, 2.0])
    assert [json.loads(extra) for extra in home.column("_extra")] == [{"agent": {"n": 1}}, {"new": [1, 2]}]


def test_what_is_asked_for_inside_an_object_is_not_kept_twice(home: InboxHome) -> None:
    feed = FEED + "  agent_id: who.agent.id\n  team: who.agent\n  email: who.email\n"
    home.taken(feed, "a.jsonl", "\n".join([
        '{"id": 1, "at": "2026-01-01", "who": {"email": "a@x.example", "agent": {"id": 7}}}',
        '{"id": 2, "at": "2026-01-01", "who": {"email": "b@x.example", "agent": null, "n": {}}, "who.email": "c@x.example"}',
        '{"id": 3, "at": "2026-01-01", "who": "nobody"}',
    ]))  # fmt: skip
    assert [(row["agent_id"], row["team"], row["email"]) for row in home.rows()] == [
        ("7", '{"id":7}', "a@x.example"), (None, None, "c@x.example"), (None, None, None),
    ]  # fmt: skip
    assert [json.loads(extra or "null") for extra in home.column("_extra")] == [
        None, {"who": {"email": "b@x.example", "n": {}}}, {"who": "nobody"},
    ]  # fmt: skip
    home.taken(feed + "  topic: who\n", "a.jsonl", '{"id": 1, "at": "2026-01-01", "who": {"email": "a@x.example", "agent": {"id": 7}}}')
    assert (home.column("topic"), home.column("email")) == (['{"email":"a@x.example","agent":{"id":7}}'], ["a@x.example"])


@pytest.mark.parametrize(
    "line", ["{", "[1]", "7", '{"id": NaN}', '{"id": "\\ud800"}', '{"a":' * 3000 + "1" + "}" * 3000, '{"id": 1}{"id": 2}']
)
def test_a_broken_json_line_is_an_untyped_row(home: InboxHome, line: str) -> None:
    home.taken(FEED, "a.jsonl", f'{line}\n{{"id": 1, "at": "2026-01-01"}}\n')
    assert home.column("contact_id") == ["1"]
    assert [(row["_position"], row["rule"]) for row in home.untyped()] == [(0, "typed:record")]


def test_a_bare_number_is_no_time(home: InboxHome) -> None:
    home.taken(FEED, "a.jsonl", '{"id": 1, "at": 1769850000}\n')
    assert [row["rule"] for row in home.untyped()] == ["typed:opened_at"]
    home.taken(FEED.replace("at: at", "at: {column: at, format: epoch_seconds}"), "a.jsonl", '{"id": 1, "at": 1769850000}\n')
    assert home.column("opened_at") == [naive("2026-01-31T09:00")]


def test_json_that_is_no_lines_is_told(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "holds no JSON object" in home.refusal(FEED, "a.jsonl", "[\n]\n")
    assert "lacks 'at', which inbox/f/feed.yml names; the file has 'id'" in home.refusal(FEED, "a.jsonl", '{"id": 1}\n')
    monkeypatch.setattr(record_tables, "MAX_LINE_BYTES", 50)
    assert "a line has more than 50 bytes" in home.refusal(FEED, "a.jsonl", '{"id": "' + "x" * 100 + '"}\n')


def test_parquet_keeps_its_types(home: InboxHome) -> None:
    table = pa.table(
        {
            "id": pa.array([2**60 + 1, 2]),
            "at": pa.array([naive("2026-01-01T10:00"), naive("2026-07-01T10:00")], pa.timestamp("ns")),
            "until": pa.array([datetime(2026, 1, 1, 10, tzinfo=UTC)] * 2, pa.timestamp("ms", "America/New_York")),
            "day": pa.array([date(2026, 1, 1), None]),
            "wait": pa.array([Decimal("1.50"), None]),
            "talk": pa.array([float("nan"), 2.0]),
            "hold": pa.array([timedelta(minutes=1), None], pa.duration("ns")),
            "topic": pa.array(["a", "b"]).dictionary_encode(),
            "note": pa.array([time(9, 5), None], pa.time64("us")),
        }
    )
    feed = TOPIC + (
        "  ended_at: until\n  answered_at: day\n  wait_seconds: wait\n  talk_seconds: talk\n"
        "  hold_seconds: hold\ntimezone: Europe/Helsinki\n"
    )
    home.taken(feed, "a.parquet", _parquet(table))
    assert home.untyped() == []
    assert home.column("contact_id") == [str(2**60 + 1), "2"]
    assert home.column("opened_at") == [naive("2026-01-01T08:00"), naive("2026-07-01T07:00")]
    assert home.column("ended_at") == [naive("2026-01-01T10:00")] * 2
    assert home.column("answered_at") == [naive("2025-12-31T22:00"), None]
    assert (home.column("wait_seconds"), home.column("talk_seconds"), home.column("hold_seconds")) == (
        [1.5, None],
        [None, 2.0],
        [60.0, None],
    )
    assert home.column("_extra") == ['{"note":"09:05:00"}', None]


def test_a_parquet_file_that_is_not_one_is_told(home: InboxHome) -> None:
    good = _parquet(pa.table({"id": ["1"], "at": ["2026-01-01"]}))
    assert "not a Parquet file, or one that was cut off" in home.refusal(FEED, "a.parquet", b"id,at\n")
    assert "not a Parquet file, or one that was cut off" in home.refusal(FEED, "a.parquet", good[:-10])


def test_what_python_cannot_hold_of_a_parquet_file_refuses_its_row_alone(home: InboxHome) -> None:
    no_text = pa.py_buffer(b"ok\xff\xfeok")
    offsets = pa.py_buffer(b"".join(n.to_bytes(4, "little") for n in (0, 2, 4, 6)))
    table = pa.table(
        {
            "id": pa.array(["far", "bytes", "good"]),
            "at": pa.array([300_000_000_000, 0, 60], pa.timestamp("s")),
            "until": pa.array([0, 0, 3_600_000_000], pa.timestamp("us", "Mars/Olympus")),
            "note": pa.Array.from_buffers(pa.string(), 3, [None, offsets, no_text]),
        }
    )
    home.taken(FEED + "  ended_at: until\n", "a.parquet", _parquet(table))
    assert (home.column("contact_id"), home.column("opened_at")) == (["good"], [naive("1970-01-01T00:01")])
    assert home.column("ended_at") == [naive("1970-01-01T01:00")]  # a zone that nobody knows: Parquet's moments are UTC
    refused = [(row["rule"], row["reason"]) for row in home.untyped()]
    assert refused == [
        ("typed:record", "at: a time outside the years 1 to 9999, or too long a duration"),
        ("typed:record", "note: text that is no UTF-8"),
    ]
    assert [json.loads(row["record"])[0] for row in home.untyped()] == ["far", "bytes"]
    assert json.loads(home.untyped()[0]["record"])[1] == "300000000000000 of timestamp[ms]"
    assert json.loads(home.untyped()[1]["record"])[3] == "\\xff\\xfe"


# What must not be read


def test_links_that_lead_out_of_the_inbox_are_refused(home: InboxHome, tmp_path: Path) -> None:
    secret = tmp_path / "outside"
    secret.mkdir()
    (secret / "a.csv").write_text("id,at\n1,2026-01-01\n")
    (secret / "feed.yml").write_text(FEED)
    folder = home.lay("f", FEED)
    (folder / "a.csv").symlink_to(secret / "a.csv")
    (home.inbox / "g").symlink_to(secret)
    home.lay("h", None, b_csv="x\n")
    (home.inbox / "h" / "feed.yml").symlink_to(secret / "feed.yml")
    assert home.take_in().lines == [
        "inbox/f/a.csv: a link that leads out of the inbox: copy the file itself here",
        "inbox/g: a link that leads out of the inbox: copy the folder itself here",
        "inbox/h/feed.yml: a link that leads out of the inbox: copy the file itself here",
    ]


def test_folders_and_other_things_in_a_feed_are_told(home: InboxHome) -> None:
    import os

    folder = home.lay("f", FEED)
    (folder / "more.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    assert home.take_in().lines == [
        "inbox/f/more.csv: a folder inside a feed's folder: lay its files directly into inbox/f/",
        "inbox/f/pipe.csv: not a file that can be read: lay a copy of the data here",
    ]
