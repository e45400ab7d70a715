"""Refused rows are looked at without personal data, and go through again after a correction, without asking anybody."""

import errno
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kuulo.erasure.sweep import sweep
from kuulo.landing import typed_again
from kuulo.landing.disk_room import DiskRefuses
from kuulo.landing.land_inbox import land_inbox
from kuulo.landing.land_stream import land_stream
from kuulo.landing.landed_files import landed_files
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import read_landing_receipt, read_run_receipts, read_validation_receipt
from kuulo.orchestration import quarantine_command
from kuulo.settings import PROJECT_ROOT, Settings
from kuulo.sources.canonical import DATABASE, FILES
from kuulo.sources.source import Credentials, Source, Window
from kuulo.sources.survicate import SURVICATE
from kuulo.validation import courthouse
from kuulo.validation.landing_gate import validate_source
from kuulo.validation.quarantine import refused_batches, refused_rows
from kuulo.validation.redrive import Redriven, redrive
from tests.data_faults.fault_home import response
from tests.erasure.erasable_home import NEEDLES, files_that_hold, land_files, suppressed
from tests.loopback_server import Reply, in_order, serving
from tests.sources.database.database_home import ORDERS, lay_orders, sqlite_home
from tests.still_time import StillTime
from tests.validation.landed_batches import SeededSettings

CANARY = "canary.7719@example.com"
FEED = """\
stream: survey_answers
columns: {response_id: id, submitted_at: at, email: mail, customer_id: customer, comment: text, survey_id: {value: shop}}
questions:
  score: {question_id: recommend, metric: nps, scale: "0-10"}
"""
ROWS = f"id,at,mail,customer,text,score\n1,2026-01-05,{CANARY},K-1,{CANARY},99\n2,2026-01-05,,K-2,,9\n3,2026-01-05,,{CANARY},,{CANARY}\n"
DAY = datetime(2026, 1, 5, tzinfo=UTC)
WINDOW = Window(DAY, DAY + timedelta(days=1))
LANDED, LATER = datetime(2026, 1, 6, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courthouse, "build_data_docs", lambda *_positional, **_named: None)


def again(settings: Settings, source: Source, stream: str, window: Window | None = None, run: str = "again") -> Redriven:
    return redrive(settings=settings, source=source, stream=source.stream(stream), window=window, run=run, clock=lambda: LATER)


def land_shop(settings: Settings) -> BatchPlace:
    folder = settings.inbox / "shop"
    folder.mkdir(parents=True)
    (folder / "feed.yml").write_text(FEED)
    (folder / "answers.csv").write_text(ROWS)
    outcome = land_inbox(settings=settings, run="first", clock=lambda: LANDED)
    validate_source(settings=settings, source=FILES, run="first", clock=lambda: LANDED)
    return BatchPlace(settings, "files", "survey_answers", outcome.files[0].batch)


def judged(place: BatchPlace) -> tuple[int, int, dict[str, int], int]:
    receipt = read_validation_receipt(place)
    assert receipt is not None
    return receipt.received, receipt.validated, receipt.quarantined, receipt.duplicates


def everything(settings: Settings) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in settings.home.rglob("*") if path.is_file() and "locks" not in path.parts}


def test_a_corrected_feed_reaches_a_file_that_has_left_the_inbox(settings: Settings) -> None:
    place = land_shop(settings)
    assert judged(place) == (3, 1, {"on_scale:score": 1, "typed:score": 1}, 0)
    folder = settings.inbox / "shop"
    (folder / "answers.csv").unlink()
    (folder / "feed.yml").write_text(FEED.replace('"0-10"', f'"0-10", missing: ["99", "{CANARY}"]'))
    done = again(settings, FILES, "survey_answers")
    assert (done.typed.batches, done.typed.left, done.missed) == ([place.batch], {}, [])
    assert judged(place) == (1, 1, {}, 0)
    assert not place.quarantined.exists()
    [row] = pq.read_table(place.validated).to_pylist()
    assert (row["customer_id"], row["score"], row["_landed_at"]) == ("K-2", 9.0, LANDED.replace(tzinfo=None))
    before = everything(settings)
    second = again(settings, FILES, "survey_answers", run="second")
    assert second.lines == ["nothing to send again: declaration, suite and seeds are those by which everything was judged"]
    assert everything(settings) == before
    (folder / "answers.csv").write_text(ROWS)  # and its return is no news either
    assert [file.status for file in land_inbox(settings=settings, run="third", clock=lambda: LATER).files] == ["unchanged"]


def test_windows_that_are_not_named_stay_as_they_are(settings: Settings) -> None:
    place = land_shop(settings)
    (settings.inbox / "shop" / "feed.yml").write_text(FEED.replace('"0-10"', '"0-10", missing: ["99"]'))
    other = Window(WINDOW.end + timedelta(days=9), WINDOW.end + timedelta(days=10))
    assert again(settings, FILES, "survey_answers", other).typed.batches == []
    assert again(settings, FILES, "survey_answers", WINDOW).typed.batches == [place.batch]
    assert judged(place) == (2, 1, {"typed:score": 1}, 0)


def test_a_feed_that_is_gone_is_named_and_its_rows_stay(settings: Settings) -> None:
    place = land_shop(settings)
    (settings.inbox / "shop" / "feed.yml").unlink()
    done = again(settings, FILES, "survey_answers")
    assert list(done.typed.left) == [place.batch]
    assert "has no feed.yml" in done.lines[0]
    assert done.missed == [done.lines[0]]
    assert judged(place)[1] == 1


def test_a_folder_that_is_gone_and_a_page_that_is_rotten_keep_no_other_file_out(settings: Settings) -> None:
    place = land_shop(settings)
    for feed in ("retired", "rotten"):
        shutil.copytree(settings.inbox / "shop", settings.inbox / feed)
        land_inbox(settings=settings, run="first", clock=lambda: LANDED)
    retired, rotten = (next(file.place for file in landed_files(settings) if file.feed == feed) for feed in ("retired", "rotten"))
    for feed in ("shop", "rotten"):
        (settings.inbox / feed / "feed.yml").write_text(FEED.replace('"0-10"', '"0-10", missing: ["99"]'))
    shutil.rmtree(settings.inbox / "retired")
    (page,) = rotten.landing.glob("page-*.zst")
    page.write_bytes(b"rotten")
    done = again(settings, FILES, "survey_answers")
    assert done.typed.batches == [place.batch]
    assert done.typed.left == {
        retired.batch: "inbox/retired: is not there any more: lay its feed.yml there again, or leave its rows as they are",
        rotten.batch: "what was kept of it cannot be typed again (ZstdError): lay the file into the inbox again",
    }
    assert judged(place) == (2, 1, {"typed:score": 1}, 0)


def test_a_full_disk_is_no_fault_of_a_file(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    land_shop(settings)
    (settings.inbox / "shop" / "feed.yml").write_text(FEED.replace('"0-10"', '"0-10", missing: ["99"]'))

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(typed_again, "land_file", full)
    with pytest.raises(DiskRefuses, match="no space left on the disk: free some, then run again"):
        again(settings, FILES, "survey_answers")


def land_survicate(settings: Settings, source: Source, *rows: dict[str, Any]) -> BatchPlace:
    replies = [Reply({"pagination_data": {"has_more": False}, "data": data}) for data in ([{"id": "svy_relationship"}], list(rows))]
    with serving(in_order(*replies)) as server:
        land_stream(
            settings=settings, source=source, stream=source.stream("responses"), window=WINDOW, run="first", clock=lambda: LANDED,
            credentials=Credentials(base_url=server.url + "/v2", secret="x"), clocks=StillTime().clocks,
        )  # fmt: skip
    validate_source(settings=settings, source=source, run="first", clock=lambda: LANDED)
    return BatchPlace(settings, source.name, "responses", WINDOW.batch)


def mapped(**types: str) -> Source:
    """Survicate with columns of other types."""
    streams = [
        replace(stream, columns=tuple(replace(c, type=types.get(c.name, c.type)) for c in stream.columns))
        if stream.name == "responses"
        else stream
        for stream in SURVICATE.streams
    ]
    return replace(SURVICATE, streams=tuple(streams))


def test_a_changed_mapping_reaches_what_has_landed_and_nobody_is_asked(settings: Settings) -> None:
    rows = [response("a", number, user_id=user) for number, user in enumerate(["17", "K-18", "19"])]
    place = land_survicate(settings, mapped(language="float64"), *rows)
    assert judged(place) == (3, 0, {"typed:language": 3}, 0)
    done = again(settings, SURVICATE, "responses")  # there is no server any more
    assert (done.typed.batches, judged(place)) == ([place.batch], (3, 3, {}, 0))
    assert [(row["user_id"], row["language"]) for row in pq.read_table(place.validated).to_pylist()] == [
        ("17", "en"), ("K-18", "en"), ("19", "en")
    ]  # fmt: skip
    landed = read_landing_receipt(place)
    assert landed is not None
    assert (landed.landed_at, landed.run) == (LANDED, "again")  # rows of later windows stay the later ones
    assert pq.read_table(place.validated)["_landed_at"].unique().to_pylist() == [LANDED.replace(tzinfo=None)]
    before = everything(settings)
    assert again(settings, SURVICATE, "responses", run="second").judged == []
    assert everything(settings) == before


def test_a_tables_rows_are_typed_again_from_what_was_kept_and_the_database_is_not_asked(tmp_path: Path) -> None:
    home = sqlite_home(tmp_path)
    lay_orders(home, ["05 01:00:00", "05 02:00:00"])
    landed = home.land(home.declare(ORDERS.replace("at: placed", "at: state").replace("status: state", "status: placed")), WINDOW)
    validate_source(settings=home.settings, source=DATABASE, run="first", clock=lambda: LATER)
    place = home.place(landed)
    assert judged(place) == (2, 0, {"typed:ordered_at": 2}, 0)
    (tmp_path / "shop.sqlite").unlink()
    home.declare(ORDERS)
    done = again(home.settings, DATABASE, "orders")
    assert (done.typed.batches, done.typed.left, judged(place)) == ([place.batch], {}, (2, 2, {}, 0))
    rows = pq.read_table(place.validated).to_pylist()
    assert [(row["order_id"], row["status"], row["_landed_at"]) for row in rows] == [
        (number, "paid", landed.landed_at.replace(tzinfo=None)) for number in ("1", "2")
    ]
    before = everything(home.settings)
    assert again(home.settings, DATABASE, "orders", run="second").judged == []
    assert everything(home.settings) == before


def test_what_a_declaration_asks_for_otherwise_now_is_named_and_stays(tmp_path: Path) -> None:
    home = sqlite_home(tmp_path)
    lay_orders(home, ["05 01:00:00"])
    place = home.place(home.land(home.declare(), WINDOW))
    validate_source(settings=home.settings, source=DATABASE, run="first", clock=lambda: LATER)
    for changed, why in (
        (
            {"table": "bills"},
            "databases/shop.yml asks for other rows than were kept: start extract_database with window_start and window_end",
        ),
        ({"watermark": "", "overlap": "", "full": "true"}, "databases/shop.yml asks for other rows than were kept: start extract_database"),
    ):
        home.declare(**changed)
        done = again(home.settings, DATABASE, "orders")
        assert (list(done.typed.left), done.typed.left[place.batch].startswith(why), len(done.missed)) == ([place.batch], True, 1)
    (home.settings.databases / "shop.yml").unlink()
    assert "databases/shop.yml is not there any more" in again(home.settings, DATABASE, "orders").lines[0]
    assert judged(place) == (1, 1, {}, 0)


def test_a_changed_suite_judges_again_what_it_refused(settings: Settings, tmp_path: Path) -> None:
    suites = tmp_path / "expectations"
    (suites / "survicate").mkdir(parents=True)
    for suite in (PROJECT_ROOT / "expectations" / "survicate").glob("*.json"):
        (suites / "survicate" / suite.name).write_bytes(suite.read_bytes())
    own = SeededSettings(home=settings.home, suites=suites)
    place = land_survicate(own, SURVICATE, response("a", 0, at="1985-01-05T00:00:00Z"), response("a", 1, at="1975-01-05T00:00:00Z"))
    assert judged(place) == (2, 0, {"since_1990:collected_at": 2}, 0)
    path = suites / "survicate" / "responses.json"
    path.write_text(path.read_text().replace("1990-01-01", "1980-01-01"))
    done = again(own, SURVICATE, "responses")
    assert (done.typed.batches, judged(place)) == ([], (2, 1, {"since_1990:collected_at": 1}, 0))
    [receipt] = [receipt for receipt in read_run_receipts(own) if receipt.run == "again"]
    assert (receipt.received, receipt.validated, receipt.quarantined) == (2, 1, {"since_1990:collected_at": 1})
    assert again(own, SURVICATE, "responses", run="second").judged == []


def test_who_was_erased_stays_out(settings: Settings) -> None:
    land_files(settings)
    (settings.inbox / "answers" / "answers.csv").unlink()
    sweep(settings, suppressed(settings))
    feed = settings.inbox / "answers" / "feed.yml"
    feed.write_text(feed.read_text().replace('"0-10"', '"0-10", missing: ["11"]'))
    done = again(settings, FILES, "survey_answers")
    assert [why.partition(" (")[0] for why in done.typed.left.values()] == ["what was received is not kept any more"]
    assert files_that_hold(settings.home, NEEDLES) == {}
    for path in settings.validated.glob("files/*/*/receipt.json"):
        received, validated, quarantined, duplicates = judged(BatchPlace(settings, *path.parts[-4:-1]))
        assert received == validated + sum(quarantined.values()) + duplicates


def test_what_is_shown_of_refused_rows_holds_nobody(settings: Settings) -> None:
    place = land_shop(settings)
    [batch] = refused_batches(settings, "files")
    assert batch.lines == [
        f"files/survey_answers/{place.batch}: 2 of 3 refused, validated (2026-01-05 00:00 to 2026-01-06 00:00 UTC)",
        "    on_scale:score: 1",
        "    typed:score: 1",
    ]
    by_rule = {row.rules: row for row in refused_rows(place, FILES.stream("survey_answers"), 5)}
    assert by_rule["on_scale:score"].shown == {
        "response_id": "<response_id: text of 1 characters>", "question_id": '"recommend"', "score": "99.0", "survey_id": '"shop"'
    }  # fmt: skip
    assert by_rule["typed:score"].shown["score"] == f"<score: text of {len(CANARY)} characters>"
    assert list(refused_batches(settings, "zendesk")) == []


@pytest.mark.parametrize("name", ["anna.virtanen", "matti", "Anna Virtanen", "10.2.3.4", "mannerheimintie-1", "050123", "recommend"])
def test_a_name_in_a_column_that_is_nobodys_is_masked_there(settings: Settings, name: str) -> None:
    """A wrong column may hold anything; `recommend` and `shop` are the feed's own, each of its column."""
    folder = settings.inbox / "shop"
    folder.mkdir(parents=True)
    (folder / "feed.yml").write_text(FEED.replace("survey_id: {value: shop}", "survey_id: shop"))
    (folder / "answers.csv").write_text(f"id,at,mail,customer,text,score,shop\n1,2026-01-05,,,,99,{name}\n2,2026-01-05,,,,9,{name}\n")
    [batch] = [file.batch for file in land_inbox(settings=settings, run="first", clock=lambda: LANDED).files]
    validate_source(settings=settings, source=FILES, run="first", clock=lambda: LANDED)
    [row] = refused_rows(BatchPlace(settings, "files", "survey_answers", batch), FILES.stream("survey_answers"), 5)
    assert row.shown["survey_id"] == f"<survey_id: text of {len(name)} characters>"
    assert (row.shown["question_id"], row.shown["score"]) == ('"recommend"', "99.0")


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setattr(quarantine_command, "load_settings", lambda: settings)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["make", *words])
        status = quarantine_command.main()
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_the_commands_look_and_send_again(settings: Settings, command: Any) -> None:
    place = land_shop(settings)
    stream = ("--source=files", "--stream=survey_answers")
    assert command("quarantine")[1].count("\n") == 3
    status, rows = command("quarantine", *stream, f"--batch={place.batch}")
    assert (status, rows.count("row "), CANARY in rows) == (0, 2, False)
    (settings.inbox / "shop" / "feed.yml").write_text(FEED.replace('"0-10"', '"0-10", missing: ["99"]'))
    status, said = command("redrive", *stream)
    assert (status, f"typed again: {place.batch}" in said, "validated 1, quarantined 1 (typed:score 1)" in said) == (0, True, True)
    assert json.loads(place.validated_receipt.read_text())["received"] == 2


def test_a_stopped_batch_is_told_alike_in_the_list_and_by_itself(settings: Settings, command: Any) -> None:
    """None of its rows is kept, so none is listed as refused; what was refused when it was judged before is there still."""
    place, inbox = land_shop(settings), settings.inbox / "shop" / "answers.csv"
    words = ("quarantine", "--source=files", "--stream=survey_answers")
    before = command(*words, f"--batch={place.batch}")[1].splitlines()
    assert [line.partition(":")[0] for line in before] == ["row 0", "row 2"]
    inbox.write_text(f"id,at,mail,customer,text,score\n1,2026-01-05,{CANARY},K-1,,99\n2,2026-01-05,,K-2,,9\n2,2026-01-05,,K-2,,8\n")
    land_inbox(settings=settings, run="second", clock=lambda: LATER)
    [receipt] = validate_source(settings=settings, source=FILES, run="second", clock=lambda: LATER)
    assert (receipt.received, receipt.validated, receipt.quarantined, receipt.held_back) == (3, 0, {}, 3)
    status, said = command(*words)
    first, why = said.splitlines()
    assert (status, first) == (
        0,
        f"files/survey_answers/{place.batch}: stopped, all its rows stay in landing (2026-01-05 00:00 to 2026-01-06 00:00 UTC)",
    )
    assert f"): rows 1 and 2 (by _position in {place.typed}); mend it at the source" in why
    since = "    in quarantine since it was judged before, like what entered then:"
    assert command(*words, f"--batch={place.batch}") == (0, "\n".join([first, why, since, *before]) + "\n")
    place.quarantined.unlink()
    assert command(*words, f"--batch={place.batch}") == (0, f"{first}\n{why}\n")
    assert "quarantined 0, duplicates 0, held back 3; " in command("redrive", *words[1:])[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("redrive",), "name a source: source=..., one of database, dynamics365"),
        (("redrive", "--source=files", "--stream=answers"), "there is no stream answers of files: stream=..., one of contacts, customers"),
        (("redrive", "--source=files"), "name a stream of files: stream=..., one of contacts, customers"),
        (("redrive", "--source=typo", "--stream=orders"), "there is no source typo: source=..., one of database, dynamics365"),
        (("quarantine", "--source=typo"), "there is no source typo: source=..., one of database, dynamics365"),
        (("quarantine", "--source=files", "--stream=typo"), "there is no stream typo of files: stream=..., one of contacts, customers"),
        (("quarantine", "--stream=typo"), "there is no stream typo: stream=..., one of "),
        (("redrive", "--source=files", "--stream=orders", "--start=2026-01-01"), "start and end go together"),
        (("redrive", "--source=files", "--stream=orders", "--start=2026-01-01", "--end=soon"), "end=soon"),
        (("quarantine", "--source=files", "--stream=orders", "--batch=../../x"), "cannot name a folder"),
    ],
)
def test_a_wrong_word_is_one_line(command: Any, words: tuple[str, ...], says: str) -> None:
    status, said = command(*words)
    assert (status, said.count("\n"), said.startswith("kuulo: "), says in said) == (1, 1, True, True)
