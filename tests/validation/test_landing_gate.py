"""The gate as a whole: accounts, parting, duplicates, stops, and what is not judged again."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from kuulo.landing.disk_room import DiskRefuses
from kuulo.landing.one_at_a_time import one_at_a_time, source_lock
from kuulo.landing.receipt import RunReceipt, read_run_receipts, read_validation_receipt
from kuulo.settings import PROJECT_ROOT
from kuulo.sources.canonical import CONTACTS, FILES, SUBSCRIPTIONS, SURVEY_ANSWERS
from kuulo.sources.survicate import RESPONDENT_ATTRIBUTES, RESPONSES, SURVICATE
from kuulo.validation import courthouse
from kuulo.validation.landing_gate import validate_source
from kuulo.validation.suite import read_suite
from tests.validation.landed_batches import END, HAPPENED, LANDED, SeededSettings, clean_row, clock, land, typed_table, write_seeds


@pytest.fixture
def settings(tmp_path: Path) -> SeededSettings:
    made = SeededSettings(home=tmp_path / "kuulo", seeds_project=tmp_path / "project")
    write_seeds(made, "survicate,s1,3,0-10\n")
    return made


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch):
    """Data Docs have tests of their own; here they would cost most of the time."""
    monkeypatch.setattr(courthouse, "build_data_docs", lambda *_positional, **_named: None)


def answer(number: int, **changed: object) -> dict[str, object]:
    return clean_row(SURVEY_ANSWERS, number, **changed)


def validate(settings: SeededSettings, run: str = "run-1") -> list[RunReceipt]:
    return validate_source(settings=settings, source=FILES, run=run, clock=clock)


def test_a_clean_batch_enters_as_it_is(settings):
    place = land(settings, "files", SURVEY_ANSWERS, [answer(0), answer(1)])
    (receipt,) = validate(settings)
    assert (receipt.status, receipt.received, receipt.validated, receipt.quarantined, receipt.duplicates) == ("validated", 2, 2, {}, 0)
    assert (receipt.batches, receipt.bytes, receipt.newest_at, receipt.message) == (1, 100, END, "")
    assert pq.read_table(place.validated).equals(pq.read_table(place.typed))
    assert not place.quarantined.exists()
    assert read_run_receipts(settings) == [receipt]


def test_a_stream_may_call_its_columns_as_the_verdict_calls_its_own(settings):
    rows = [clean_row(RESPONDENT_ATTRIBUTES, number) for number in range(2)]
    place = land(settings, "survicate", RESPONDENT_ATTRIBUTES, [*rows, clean_row(RESPONDENT_ATTRIBUTES, 2, collected_at=None)])
    (receipt,) = validate_source(settings=settings, source=SURVICATE, run="run-1", clock=clock)
    assert (receipt.validated, receipt.quarantined) == (2, {"required:collected_at": 1})
    [record] = pq.read_table(place.quarantined)["record"].to_pylist()
    assert json.loads(record)["name"] == "name-2"


def test_refused_rows_are_kept_with_rule_reason_and_record(settings):
    rows = [answer(0), answer(1, score=11.0), answer(2, score=6.5, metric="happiness"), answer(3)]
    refused = {"_position": 4, "rule": "typed:score", "reason": "score: text that is not a number", "record": '{"score": "abc"}'}
    place = land(settings, "files", SURVEY_ANSWERS, rows, untyped=[refused])
    (receipt,) = validate(settings)
    assert receipt.received == receipt.validated + sum(receipt.quarantined.values()) + receipt.duplicates == 5
    assert receipt.quarantined == {"known:metric": 1, "on_scale:score": 1, "typed:score": 1}
    kept = pq.read_table(place.quarantined).to_pylist()
    assert [(row["_position"], row["rule"], row["rules"]) for row in kept] == [
        (1, "on_scale:score", "on_scale:score"),
        (2, "known:metric", "known:metric; on_scale:score"),
        (4, "typed:score", "typed:score"),
    ]
    assert kept[0]["reason"] == "score is no point of its scale: outside its ends or between its steps"
    assert json.loads(kept[0]["record"])["score"] == 11.0
    assert json.loads(kept[0]["record"])["email"] == "ada@example.com"
    assert kept[2]["record"] == '{"score": "abc"}'
    assert (kept[0]["_batch"], kept[0]["_window_end"]) == ("b1", END.replace(tzinfo=None))
    assert pq.read_table(place.validated)["_position"].to_pylist() == [0, 3]
    assert pq.read_schema(place.validated).equals(pq.read_schema(place.typed))


def test_exact_repeats_are_dropped_before_the_key_is_judged(settings):
    rows = [answer(0), answer(1), answer(0), answer(0), answer(2, response_id=None), answer(2, response_id=None)]
    (receipt,) = validate_after(settings, rows)
    assert (receipt.status, receipt.validated, receipt.quarantined, receipt.duplicates) == ("validated", 2, {"required:response_id": 1}, 3)


def validate_after(settings: SeededSettings, rows: list[dict[str, object]]) -> list[RunReceipt]:
    land(settings, "files", SURVEY_ANSWERS, rows)
    return validate(settings)


def test_rows_that_differ_only_in_undeclared_fields_are_no_repeats(settings):
    (receipt,) = validate_after(settings, [answer(0, _extra='{"a": 1}'), answer(0, _extra='{"a": 2}')])
    assert (receipt.status, receipt.duplicates) == ("stopped", 0)


def test_two_rows_under_one_key_stop_the_batch_and_leave_what_was_there(settings):
    good = land(settings, "files", SURVEY_ANSWERS, [answer(0)])
    land(settings, "files", SURVEY_ANSWERS, [answer(5)], batch="b2")
    validate(settings)
    before = good.validated.read_bytes()
    land(settings, "files", SURVEY_ANSWERS, [answer(0), answer(0, score=1.0)], sha256="other pages")
    (receipt,) = validate(settings, "run-2")
    assert (receipt.status, receipt.batches, receipt.validated, receipt.newest_at) == ("stopped", 1, 0, None)
    assert "unique_key (response_id, question_id and survey_id together name one row" in receipt.message
    assert f"): rows 0 and 1 (by _position in {good.typed}); mend it at the source" in receipt.message
    assert good.validated.read_bytes() == before
    stopped = read_validation_receipt(good)
    assert stopped is not None
    assert (stopped.status, stopped.validated) == ("stopped", 0)


def test_what_is_told_of_a_stopped_batch_is_where_its_rows_collide_and_that_all_are_held_back(settings):
    """Refused rows and exact repeats of it are neither kept nor dropped; row 4 shares a key with nothing that would enter."""
    rows = [answer(0), answer(0, score=1.0), answer(1), answer(1), answer(2, score=99.0), answer(2), answer(3)]
    rows += [answer(4 + n // 6, score=float(n % 6)) for n in range(12)] + [answer(3, score=1.0), answer(6), answer(6, score=2.0)]
    place = land(settings, "files", SURVEY_ANSWERS, rows)
    land(settings, "files", SURVEY_ANSWERS, [answer(9), answer(10, score=99.0)], batch="b2")
    (receipt,) = validate(settings)
    assert "rows 0 and 1; rows 6 and 19; rows 7, 8, 9, 10 and 2 more; and so under 2 more keys (by _position in" in receipt.message
    assert (receipt.received, receipt.validated, receipt.quarantined, receipt.duplicates) == (24, 1, {"on_scale:score": 1}, 0)
    assert receipt.held_back == 22
    assert not place.quarantined.exists()


def test_a_stopped_batch_is_tried_again_and_enters_once_it_is_mended(settings):
    land(settings, "files", SURVEY_ANSWERS, [answer(0), answer(0, score=1.0)])
    assert [receipt.status for run in "abc" for receipt in validate(settings, run)] == ["stopped"] * 3
    land(settings, "files", SURVEY_ANSWERS, [answer(0)], sha256="mended")
    assert [receipt.status for receipt in validate(settings, "d")] == ["validated"]


def test_a_key_shared_with_a_refused_row_does_not_stop_the_batch(settings):
    (receipt,) = validate_after(settings, [answer(0), answer(0, score=99.0), answer(1, response_id=" "), answer(2, response_id=" ")])
    assert (receipt.status, receipt.validated) == ("validated", 1)


def test_unchanged_batches_are_not_judged_again(settings, monkeypatch):
    land(settings, "files", SURVEY_ANSWERS, [answer(0)])
    assert len(validate(settings)) == 1
    monkeypatch.setattr(courthouse, "Courthouse", None)
    assert validate(settings, "run-2") == []


def test_nothing_to_judge_does_not_import_great_expectations(settings):
    code = (
        "import sys; from pathlib import Path; from kuulo.settings import Settings; from kuulo.sources.canonical import FILES\n"
        "from kuulo.validation.landing_gate import validate_source\n"
        f"assert validate_source(settings=Settings(home=Path({str(settings.home)!r})), source=FILES, run='r', clock=None) == []\n"
        "assert not {'great_expectations', 'pandas', 'sqlalchemy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT_ROOT / "plugins")


def test_a_repeated_run_gives_the_receipts_of_the_whole_run(settings):
    land(settings, "files", SURVEY_ANSWERS, [answer(0)])
    first = validate(settings)
    land(settings, "files", SURVEY_ANSWERS, [answer(1), answer(2)], batch="b2")
    (second,) = validate(settings)
    assert first[0].batches == 1
    assert (second.batches, second.received, second.validated) == (2, 3, 3)
    assert validate(settings) == [second]


@pytest.mark.parametrize("change", ["pages", "suite", "seeds"])
def test_a_batch_is_judged_again_when_its_verdict_may_change(settings, tmp_path, change):
    suites = tmp_path / "expectations"
    (suites / "files").mkdir(parents=True)
    for suite in (PROJECT_ROOT / "expectations" / "files").glob("*.json"):
        (suites / "files" / suite.name).write_bytes(suite.read_bytes())
    own = SeededSettings(home=settings.home, seeds_project=settings.seeds_project, suites=suites)
    place = land(own, "files", SURVEY_ANSWERS, [answer(0, scale="0-7", score=7.0)])
    land(own, "files", CONTACTS, [clean_row(CONTACTS, 0)])
    validate(own)
    assert pq.read_table(place.quarantined)["rule"].to_pylist() == ["known:scale"]
    if change == "pages":
        land(own, "files", SURVEY_ANSWERS, [answer(0)], sha256="new")
    elif change == "suite":
        path = suites / "files" / "survey_answers.json"
        path.write_text(path.read_text().replace("known:scale", "listed:scale"))
    else:
        with (own.dbt_project / "seeds" / "survey_scales.csv").open("a") as seed:
            seed.write("0-7,0,7,1\n")
    (receipt,) = validate(own, "run-2")
    assert receipt.stream == "survey_answers"
    assert receipt.quarantined == ({"listed:scale": 1} if change == "suite" else {})
    assert place.quarantined.exists() == (change == "suite")
    assert place.validated.exists()


def test_too_many_refused_rows_stop_the_batch_and_can_be_looked_at(settings):
    rows = [answer(n, score=99.0 if n % 3 else 9.0) for n in range(30)]
    place = land(settings, "files", SURVEY_ANSWERS, rows)
    (receipt,) = validate(settings)
    assert receipt.status == "stopped"
    assert "20 of 30 rows are refused (most by on_scale:score), more than max_quarantined_share 0.5" in receipt.message
    assert str(place.quarantined) in receipt.message
    assert len(pq.read_table(place.quarantined)) == 20
    assert not place.validated.exists()
    assert (receipt.quarantined, receipt.held_back) == ({"on_scale:score": 20}, 10)


def test_an_empty_window_is_legitimate(settings):
    place = land(settings, "files", SURVEY_ANSWERS, [])
    (receipt,) = validate(settings)
    assert (receipt.status, receipt.received, receipt.validated) == ("validated", 0, 0)
    assert pq.read_schema(place.validated).equals(pq.read_schema(place.typed))


def test_accounts_that_do_not_balance_stop_the_batch(settings):
    place = land(settings, "files", SURVEY_ANSWERS, [answer(0), answer(1)])
    place.landing_receipt.write_text(place.landing_receipt.read_text().replace('"received": 2', '"received": 3'))
    (receipt,) = validate(settings)
    assert receipt.status == "stopped"
    assert "accounts do not balance: received 3, validated 2, quarantined 0, duplicates 0" in receipt.message


@pytest.mark.parametrize("damage", ["missing", "corrupt"])
def test_typed_rows_that_cannot_be_read_stop_the_batch_only(settings, damage):
    place = land(settings, "files", SURVEY_ANSWERS, [answer(0)])
    land(settings, "files", SURVEY_ANSWERS, [answer(1)], batch="b2")
    if damage == "missing":
        place.typed.unlink()
    else:
        place.typed.write_bytes(b"PAR1 cut short")
    (receipt,) = validate(settings)
    assert (receipt.status, receipt.validated) == ("stopped", 1)
    assert "land the window again" in receipt.message


@pytest.mark.parametrize("lacks", ["label", "submitted_at", "_landed_at", "score"])
def test_a_missing_column_stops_the_batch(settings, lacks):
    land(settings, "files", SURVEY_ANSWERS, typed_table(SURVEY_ANSWERS, [answer(0)]).drop_columns([lacks]))
    (receipt,) = validate(settings)
    assert receipt.status == "stopped"


def test_warnings_are_told_and_refuse_nothing(settings):
    land(settings, "files", SURVEY_ANSWERS, [answer(0, email="no address"), answer(1)])
    (receipt,) = validate(settings)
    assert (receipt.status, receipt.validated, receipt.message) == ("validated", 2, "b1: warnings: shape:email 1")


def test_scores_of_vendor_answers_find_their_scale_by_question(settings):
    rows = [
        clean_row(RESPONSES, 0, score=11.0, question_id=3),
        clean_row(RESPONSES, 1, score=10.0, question_id=3),
        clean_row(RESPONSES, 2, score=11.0, question_id=4),
        clean_row(RESPONSES, 3, score=None, question_id=None),
    ]
    place = land(settings, "survicate", RESPONSES, rows)
    (receipt,) = validate_source(settings=settings, source=SURVICATE, run="r", clock=clock)
    assert receipt.quarantined == {"on_scale:score": 1}
    assert receipt.message == "b1: warnings: known:scale 1"
    assert "_scale_nearest" not in pq.read_schema(place.validated).names


SCORES = [
    ("0-10", 0.0, True), ("0-10", 10.0, True), ("0-10", -1.0, False), ("0-10", 10.5, False), ("0-10", 6.5, False), ("0-10", None, True),
    ("stars", 0.5, True), ("stars", 4.5, True), ("stars", 4.25, False), ("stars", 0.0, False), ("stars", float("nan"), False),
    ("stars", float("inf"), False), ("stars", float("-inf"), False), ("unknown", 5.0, False),
]  # fmt: skip


def test_a_score_is_a_point_of_its_scale(settings):
    place = land(settings, "files", SURVEY_ANSWERS, [answer(n, scale=scale, score=score) for n, (scale, score, _) in enumerate(SCORES)])
    validate(settings)
    assert pq.read_table(place.validated)["_position"].to_pylist() == [n for n, (_, _, enters) in enumerate(SCORES) if enters]


def test_times_are_judged_by_when_the_row_landed_not_by_the_clock(settings):
    late = LANDED + timedelta(hours=24)
    rows = [
        answer(0, submitted_at=late),
        answer(1, submitted_at=late + timedelta(seconds=1)),
        answer(2, submitted_at=HAPPENED.replace(year=1989)),
    ]
    (receipt,) = validate_after(settings, rows)
    assert receipt.quarantined == {"not_future:submitted_at": 1, "since_1990:submitted_at": 1}


def test_a_subscription_may_end_in_the_future(settings):
    land(settings, "files", SUBSCRIPTIONS, [clean_row(SUBSCRIPTIONS, 0, ended_at=LANDED + timedelta(days=300))])
    (receipt,) = validate(settings)
    assert receipt.validated == 1


def test_rows_stay_in_the_order_they_were_received(settings):
    rows = [answer(n, score=99.0 if n % 7 == 0 else 9.0) for n in range(5000)] + [answer(3)]
    place = land(settings, "files", SURVEY_ANSWERS, rows, row_group_size=300)
    (receipt,) = validate(settings)
    assert pq.read_table(place.validated)["_position"].to_pylist() == [n for n in range(5000) if n % 7]
    assert pq.read_table(place.quarantined)["_position"].to_pylist() == [n for n in range(5000) if n % 7 == 0]
    assert (receipt.duplicates, receipt.quarantined) == (1, {"on_scale:score": 715})


def test_everything_written_is_its_owners_alone(settings):
    validate_after(settings, [answer(0), answer(1, score=99.0)])
    written = [path for path in settings.home.rglob("*") if "landing" not in path.parts]
    assert {(path.is_dir(), path.stat().st_mode & 0o777) for path in written} == {(True, 0o700), (False, 0o600)}


def test_messages_and_reasons_hold_no_values(settings):
    canary = "canary.7719@example.com"
    rows = [
        answer(0, email=canary, comment=canary, response_id=canary),
        answer(0, email=canary, comment=canary, response_id=canary, score=1.0),
    ]
    rows += [answer(n, email=canary, comment=canary, score=99.0) for n in range(1, 9)]
    place = land(settings, "files", SURVEY_ANSWERS, rows)
    land(settings, "files", CONTACTS, [clean_row(CONTACTS, 0, email=canary, ended_at=HAPPENED.replace(year=1980))])
    validate(settings)
    told = [path for root in (settings.validated, settings.receipts) for path in root.rglob("*.json")]
    assert len(told) == 4
    assert not [path for path in told if canary.encode() in path.read_bytes()]
    place = land(settings, "files", SURVEY_ANSWERS, rows[1:], sha256="again")
    validate(settings, "run-2")
    assert canary not in str(pq.read_table(place.quarantined).drop_columns(["record"]).to_pylist())


def test_judges_at_work_at_once_have_a_spill_folder_each_and_leave_none(settings):
    left = settings.home / "spill" / "survicate.killed"
    left.mkdir(parents=True)
    suites = {"survey_answers": read_suite(settings, "files", "survey_answers")}
    with courthouse.Courthouse(settings, FILES, suites) as one, courthouse.Courthouse(settings, SURVICATE, {}) as other:
        asked = "select current_setting('temp_directory')"
        folders = {judge._workshop.connection.execute(asked).fetchone()[0] for judge in (one, other)}
        assert {Path(folder).parent for folder in folders} == {settings.home / "spill"}
        assert {Path(folder).name.split(".")[0] for folder in folders} == {"files", "survicate"}
        assert not left.exists()
    assert list((settings.home / "spill").iterdir()) == []


def test_two_processes_do_not_judge_one_source_at_once(settings):
    told: list[list[RunReceipt]] = []
    with one_at_a_time(source_lock(settings, "files")):
        second = threading.Thread(target=lambda: told.append(validate(settings)))  # nothing to judge, so it would end at once
        second.start()
        second.join(0.5)
        assert told == []
        assert validate_source(settings=settings, source=SURVICATE, run="r", clock=clock) == []  # another source need not wait
    second.join(60)
    assert told == [[]]


def test_a_batch_rule_is_asked_of_what_would_enter_even_where_all_rows_keep_it(settings, tmp_path):
    own = with_rule(settings, tmp_path, {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 2}})
    place = land(own, "files", SURVEY_ANSWERS, [answer(0), answer(1, score=99.0)])
    (receipt,) = validate(own)
    assert (receipt.status, receipt.quarantined, receipt.held_back) == ("stopped", {}, 2)
    assert "batch rule broken: enough (two rows at least)" in receipt.message
    assert not place.validated.exists()
    assert not place.quarantined.exists()
    land(own, "files", SURVEY_ANSWERS, [answer(0), answer(1, score=99.0), answer(2)], sha256="more")
    assert [receipt.status for receipt in validate(own, "run-2")] == ["validated"]


def with_rule(settings: SeededSettings, tmp_path: Path, rule: dict[str, object]) -> SeededSettings:
    """Settings whose suite of survey answers has one critical batch rule more."""
    suites = tmp_path / "suites"
    (suites / "files").mkdir(parents=True)
    for suite in (PROJECT_ROOT / "expectations" / "files").glob("*.json"):
        (suites / "files" / suite.name).write_bytes(suite.read_bytes())
    path = suites / "files" / "survey_answers.json"
    document = json.loads(path.read_text())
    meta = {"rule": "enough", "scope": "batch", "why": "two rows at least"}
    document["expectations"].append({**rule, "severity": "critical", "meta": meta})
    path.write_text(json.dumps(document))
    return SeededSettings(home=settings.home, seeds_project=settings.seeds_project, suites=suites)


FAILING = ["batch_verdict.open_batch", "batch_verdict.write_validated", "duckdb_engine.DuckDBExecutionEngine.execute_query"]
"""As a batch is opened, as it is written, and within Great Expectations, which tells of an error in words of its own."""


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, where: str, error: Exception) -> Iterator[None]:
    def fail(*_asked: object) -> None:
        raise error

    with monkeypatch.context() as short:
        short.setattr(f"kuulo.validation.{where}", fail)
        yield


@pytest.mark.parametrize("where", FAILING)
def test_memory_that_ran_out_is_told_as_that_and_tried_again(settings, monkeypatch, where):
    place = land(settings, "files", SURVEY_ANSWERS, [answer(0)])
    with failing(monkeypatch, where, duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate data of size 16.0 MiB")):
        (receipt,) = validate(settings)
    assert (receipt.status, receipt.message) == ("stopped", "b1: memory ran out while the batch was judged: free some, and run again")
    assert not place.validated.exists()
    assert [receipt.status for receipt in validate(settings, "run-2")] == ["validated"]


@pytest.mark.parametrize("where", FAILING)
def test_a_full_disk_is_no_fault_of_the_batch_and_told_with_its_folder(settings, monkeypatch, where):
    place = land(settings, "files", SURVEY_ANSWERS, [answer(0)])
    offload = duckdb.OutOfMemoryException("Out of Memory Error: failed to offload data block of size 256.0 KiB")
    with failing(monkeypatch, where, offload), pytest.raises(DiskRefuses, match=f"^{settings.home}: no space left on the disk: free some"):
        validate(settings)
    assert read_validation_receipt(place) is None
    assert [receipt.status for receipt in validate(settings, "run-2")] == ["validated"]
