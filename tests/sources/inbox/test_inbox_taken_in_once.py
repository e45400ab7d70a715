import os
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard

from kuulo.landing import land_inbox as land_inbox_module
from kuulo.landing.declaration import LINEAGE
from kuulo.sources.canonical import FILES
from tests.sources.inbox.inbox_home import InboxHome, naive

FEED = "stream: contacts\ncolumns:\n  contact_id: id\n  opened_at: at\n  ended_at: {column: until}\n"
FILE = "id,at,until\n1,2026-01-03 10:00,2026-01-04 01:00\n2,2026-01-02,\n"


def test_a_landed_file_has_its_bytes_rows_and_receipt(home: InboxHome) -> None:
    home.taken(FEED, "Calls (May).CSV", FILE, feed="My desk")
    (place,) = home.places()
    assert (place.source, place.stream) == ("files", "contacts")
    assert place.batch.startswith("my_desk-calls_may_csv-")
    assert sorted(path.name for path in place.landing.iterdir()) == ["origin.json", "page-000001.csv.zst", "receipt.json", "typed.parquet"]
    packed = (place.landing / "page-000001.csv.zst").read_bytes()
    assert zstandard.ZstdDecompressor().decompressobj().decompress(packed) == FILE.encode()
    (receipt,) = home.receipts()
    assert (receipt["received"], receipt["untyped"], receipt["pages"], receipt["bytes"]) == (2, 0, 1, len(FILE))
    assert (receipt["window_start"], receipt["window_end"]) == ("2026-01-02T00:00:00+00:00", "2026-01-05T00:00:00+00:00")
    schema = pq.read_schema(place.typed)
    assert schema.names == [column.name for column in FILES.stream("contacts").columns] + [name for name, _ in LINEAGE]
    assert [str(path.relative_to(home.settings.landing)) for path in home.settings.landing.glob("*")] == ["files"]
    assert {path.stat().st_mode & 0o777 for path in place.landing.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("at", "start", "end"),
    [
        ("2026-03-05 12:00", "2026-03-05", "2026-03-06"),
        ("2026-03-05 12:01", "1970-01-01", "1970-01-02"),  # it has not happened yet: as if it had no time
        ("2020-02-29", "2020-02-29", "2020-03-01"),
    ],
)
def test_the_window_is_the_days_of_the_events_up_to_today(home: InboxHome, at: str, start: str, end: str) -> None:
    home.taken(FEED, "a.csv", f"id,at,until\n1,{at},\n")
    (receipt,) = home.receipts()
    assert (receipt["window_start"][:10], receipt["window_end"][:10]) == (start, end)
    assert home.rows()[0]["_window_end"] == datetime.fromisoformat(end)


def test_what_is_planned_does_not_move_the_window(home: InboxHome) -> None:
    """An end that lies behind counts; the end of a contract next year does not draw the file up to the day it landed on."""
    feed = "stream: subscriptions\ncolumns: {customer_id: c, mrr: m, started_at: s, ended_at: e}\n"
    home.taken(feed, "a.csv", "c,m,s,e\n1,9,2025-01-05,2025-02-07\n2,9,2025-01-09,2027-01-01\n3,9,2026-04-01,\n")
    (receipt,) = home.receipts()
    assert (receipt["window_start"][:10], receipt["window_end"][:10]) == ("2025-01-05", "2025-02-08")


def test_a_file_without_event_times_has_the_first_day(home: InboxHome) -> None:
    home.taken("stream: customers\ncolumns: {customer_id: id, email: e}\n", "a.csv", "id,e\n1,a@b.example\n")
    assert home.receipts()[0]["window_start"] == "1970-01-01T00:00:00+00:00"
    assert home.receipts()[0]["window_end"] == "1970-01-02T00:00:00+00:00"


def test_a_header_alone_lands_no_rows(home: InboxHome) -> None:
    home.taken(FEED, "a.csv", "id,at,until\n")
    assert home.rows() == []
    assert home.receipts()[0]["received"] == 0


def test_an_unchanged_file_is_not_read_again(home: InboxHome, monkeypatch: pytest.MonkeyPatch) -> None:
    home.taken(FEED, "a.csv", FILE)
    before = {path: path.stat().st_mtime_ns for path in home.settings.landing.rglob("*")}
    monkeypatch.setattr(land_inbox_module, "land_file", None)
    assert home.take_in().lines == ["inbox/f/a.csv: unchanged"]
    assert {path: path.stat().st_mtime_ns for path in home.settings.landing.rglob("*")} == before


def test_a_changed_file_replaces_its_earlier_rows(home: InboxHome) -> None:
    home.taken(FEED, "a.csv", FILE)
    first = home.receipts()[0]
    home.taken(FEED, "a.csv", "id,at,until\n3,2026-02-01,\n4,never,\n")
    assert [file.status for file in home.outcome.files] == ["landed"]
    assert (home.column("contact_id"), len(home.untyped())) == (["3"], 1)
    assert home.receipts()[0]["batch"] == first["batch"]
    assert home.receipts()[0]["sha256"] != first["sha256"]
    home.taken(FEED, "a.csv", FILE)
    assert (home.column("contact_id"), home.untyped()) == (["1", "2"], [])


def test_a_changed_feed_file_types_the_file_again_and_a_comment_in_it_does_not(home: InboxHome) -> None:
    home.taken(FEED, "a.csv", FILE)
    home.taken("# the same\n" + FEED, "a.csv", FILE)
    assert home.outcome.files[0].status == "unchanged"
    home.taken(FEED + "timezone: Europe/Helsinki\n", "a.csv", FILE)
    assert home.outcome.files[0].status == "landed"
    assert home.column("opened_at")[0] == naive("2026-01-03T08:00")


def test_a_changed_file_that_is_refused_leaves_its_earlier_rows(home: InboxHome) -> None:
    home.taken(FEED, "a.csv", FILE)
    (home.inbox / "f" / "a.csv").write_text("other\n1\n")
    assert [file.status for file in home.take_in().files] == ["refused"]
    assert home.column("contact_id") == ["1", "2"]


def test_the_same_content_under_another_name_is_told_and_not_taken_in(home: InboxHome) -> None:
    home.taken(FEED, "b.csv", FILE)
    home.taken(FEED, "a.csv", FILE)
    assert home.outcome.lines == ["inbox/f/a.csv: the same content as b.csv of this feed: not taken in again", "inbox/f/b.csv: unchanged"]
    assert home.column("contact_id") == ["1", "2"]
    home.taken("stream: contacts\ncolumns: {contact_id: id, opened_at: at}\n", "a.csv", FILE, feed="g")
    assert len(home.places()) == 2  # another feed may read the same file otherwise


def test_of_two_new_files_alike_the_first_by_name_is_taken_in(home: InboxHome) -> None:
    home.lay("f", FEED, a_csv=FILE, b_csv=FILE)
    home.take_in()
    assert [file.status for file in home.outcome.files] == ["landed", "same_content"]
    assert len(home.places()) == 1


def test_a_renamed_file_keeps_its_rows_once(home: InboxHome) -> None:
    home.taken(FEED, "a.csv", FILE)
    (home.inbox / "f" / "a.csv").rename(home.inbox / "f" / "z.csv")
    assert home.take_in().lines == ["inbox/f/z.csv: the same content as a.csv of this feed: not taken in again"]
    assert home.column("contact_id") == ["1", "2"]


def test_a_file_that_takes_anothers_content_gives_up_its_own_rows(home: InboxHome) -> None:
    home.lay("f", FEED, a_csv=FILE, b_csv="id,at,until\n9,2026-01-09,\n")
    home.take_in()
    assert sorted(home.column("contact_id")) == ["1", "2", "9"]
    home.lay("f", FEED, b_csv=FILE)
    home.take_in()
    assert home.column("contact_id") == ["1", "2"]
    home.take_in()
    assert [file.status for file in home.outcome.files] == ["unchanged", "same_content"]
    home.lay("f", FEED, a_csv="id,at,until\n7,2026-01-07,\n")
    home.take_in()
    assert sorted(home.column("contact_id")) == ["1", "2", "7"]


def test_what_another_file_still_holds_is_not_taken_in_twice(home: InboxHome) -> None:
    """A file is renamed, and a broken one laid in its place: the earlier rows stay, and are not those of the renamed file too."""
    home.lay("f", FEED, a_csv=FILE)
    home.take_in()
    home.lay("f", FEED, a_csv="id,at\n9,2026-01-09\n", a_old_csv=FILE)
    home.take_in()
    assert {file.where: file.status for file in home.outcome.files} == {"inbox/f/a.csv": "refused", "inbox/f/a_old.csv": "same_content"}
    assert home.column("contact_id") == ["1", "2"]
    home.lay("f", FEED, a_csv="id,at,until\n9,2026-01-09,\n")
    home.take_in()
    assert sorted(home.column("contact_id")) == ["1", "2", "9"]


def test_two_files_that_change_places_keep_the_rows_of_both(home: InboxHome) -> None:
    other = "id,at,until\n9,2026-01-09,\n"
    home.lay("f", FEED, a_csv=FILE, b_csv=other)
    home.take_in()
    home.lay("f", FEED, a_csv=other, b_csv=FILE)
    home.take_in()
    assert [file.status for file in home.outcome.files] == ["landed", "landed"]
    assert sorted(home.column("contact_id")) == ["1", "2", "9"]


def test_a_file_that_disappears_keeps_its_rows(home: InboxHome) -> None:
    home.taken(FEED, "a.csv", FILE)
    (home.inbox / "f" / "a.csv").unlink()
    assert home.take_in().files == ()
    assert home.column("contact_id") == ["1", "2"]


def test_rows_leave_a_stream_that_the_feed_no_longer_names(home: InboxHome) -> None:
    home.taken(FEED, "a.csv", FILE)
    home.taken("stream: usage_events\ncolumns: {event_id: id, occurred_at: at, event_name: {value: login}}\n", "a.csv", FILE)
    rows = {place.stream: pq.read_table(place.typed).num_rows for place in home.places()}
    assert rows == {"contacts": 0, "usage_events": 2}
    assert home.take_in().lines == ["inbox/f/a.csv: unchanged"]
    home.taken(FEED, "a.csv", FILE)
    assert {place.stream: pq.read_table(place.typed).num_rows for place in home.places()} == {"contacts": 2, "usage_events": 0}


def test_a_killed_runs_leavings_are_removed(home: InboxHome) -> None:
    left = home.settings.landing / ".aside" / "f-a.1"
    left.mkdir(parents=True)
    (left / "typed.parquet").write_text("half")
    home.taken(FEED, "a.csv", FILE)
    assert not (home.settings.landing / ".aside").exists()
    home.places()[0].landing_receipt.unlink()  # killed before the receipt
    assert [file.status for file in home.take_in().files] == ["landed"]


def test_a_failure_while_landing_leaves_nothing_aside(home: InboxHome) -> None:
    home.refusal(FEED, "a.csv", FILE + '3,2026-01-01,"open\n')
    assert [path for path in home.settings.landing.rglob("*") if path.is_file()] == []


def test_the_receipt_says_when_and_by_which_run(home: InboxHome) -> None:
    home.now = datetime(2026, 5, 1, tzinfo=UTC)
    home.taken(FEED, "a.csv", FILE)
    assert (home.receipts()[0]["run"], home.receipts()[0]["landed_at"]) == ("run-1", "2026-05-01T00:00:00+00:00")
    assert home.outcome.landed[0].received == 2


def test_names_cannot_leave_the_landing(home: InboxHome) -> None:
    names = ["..csv", "...csv", "con.csv", "日本語.csv", "x" * 240 + ".csv", "a\nb.csv", "A.csv", "a.csv"]
    folder = home.lay("..f", FEED)
    for number, name in enumerate(names):
        if not name.startswith("."):
            (folder / name).write_text(FILE.replace("2,", f"2{number},"))
    folder.rename(Path(str(folder).replace("..f", "f..g")))
    assert home.take_in().refused == {}
    assert len(home.places()) == 6
    assert all(place.landing.parent == home.settings.landing / "files" / "contacts" for place in home.places())
    assert len({place.batch.lower() for place in home.places()}) == 6
    assert not any("\n" in line for line in home.outcome.lines)


def test_names_that_are_no_utf8_are_known_again_and_told_apart(home: InboxHome) -> None:
    folder, name = home.lay("f", FEED), os.fsdecode(b"\xff.csv")
    home.put(folder / name, "id,at,until\n0,2026-01-09,\n")
    assert [file.status for file in home.take_in().files] == ["landed"]
    assert [file.status for file in home.take_in().files] == ["unchanged"]
    home.put(folder / "\\xff.csv", "id,at,until\n1,2026-01-09,\n")
    assert {file.where: file.status for file in home.take_in().files} == {"inbox/f/\ufffd.csv": "unchanged", "inbox/f/\\xff.csv": "landed"}
    home.put(folder / name, "id,at,until\n2,2026-01-09,\n")
    home.put(folder / "z.csv", "id,at,until\n0,2026-01-09,\n")
    assert sorted(file.status for file in home.take_in().files) == ["landed", "landed", "unchanged"]
    assert sorted(home.column("contact_id")) == ["0", "1", "2"]
