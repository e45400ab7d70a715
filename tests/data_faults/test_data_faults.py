"""D1 to D23 (docs/faults.md): each fault through a file and from a vendor, by its accounts, its rows, its reasons and the marts."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from kuulo.landing.coverage import covered_until
from kuulo.landing.landing_path import BatchPlace
from kuulo.sources.api_errors import SourceContractBroken
from kuulo.sources.canonical import FILES
from kuulo.sources.survicate import SURVICATE
from kuulo.validation import courthouse
from tests.data_faults.fault_home import DAY, FaultHome, accounts, answers, entered, refused, response
from tests.data_faults.fault_rows import FROM_A_VENDOR, IN_A_FILE, Fault

pytestmark = pytest.mark.dbt

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
FAULTY, NO_LANGUAGE, NO_TIME, EMPTY, FLOOD = (FIRST + number * DAY for number in (5, 6, 7, 8, 9))
EVERY = [*(("file", fault) for fault in IN_A_FILE), *(("vendor", fault) for fault in FROM_A_VENDOR)]


def quiet(day: datetime, rows: int = 30, **row: object) -> list[dict[str, object]]:
    at = row.pop("at", f"{day:%Y-%m-%d}T10:00:00Z")
    return [response(f"quiet{day:%d}", number, at=at, **row) for number in range(rows)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultHome]:
    made = FaultHome(tmp_path_factory.mktemp("faults") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(courthouse, "build_data_docs", lambda *_positional, **_named: None)  # they have tests of their own
        faults = "".join(answers(name, fault.rows) for name, fault in IN_A_FILE.items())
        lacking = answers("D2", [{}]).replace('"score"', '"points"')
        made.refusals = made.take_in("first", faults=faults, lacking=lacking)
        made.judge(FILES, "first")
        for day in (FIRST + number * DAY for number in range(5)):
            made.ask_vendor(day, quiet(day), "first")
        faulty = [response(name, number, **row) for name, fault in FROM_A_VENDOR.items() for number, row in enumerate(fault.rows)]
        made.ask_vendor(FAULTY, faulty, "first")
        made.judge(SURVICATE, "first")
        for day, rows in {
            NO_LANGUAGE: quiet(NO_LANGUAGE, language=None),
            NO_TIME: quiet(NO_TIME, at=None),
            EMPTY: [],
            # D15: a version of before comes after the later one, among ten times the usual rows
            FLOOD: [*quiet(FLOOD, 400), response("D15", 0, at="2026-01-05T10:00:00Z", score=0)],
        }.items():
            made.ask_vendor(day, rows, f"{day:%d}")
            made.judge(SURVICATE, f"{day:%d}")
        yield made


def place_of(home: FaultHome, way: str) -> BatchPlace:
    return home.file_place("faults") if way == "file" else home.window_place(FAULTY)


def fault_of(way: str, name: str) -> Fault:
    return (IN_A_FILE if way == "file" else FROM_A_VENDOR)[name]


@pytest.mark.parametrize(("way", "name"), EVERY, ids=lambda part: part)
def test_rows_enter_or_are_refused_with_their_rule(home: FaultHome, way: str, name: str) -> None:
    fault, place = fault_of(way, name), place_of(home, way)
    kept = refused(place, name)
    assert Counter(row["rule"] for row in kept) == fault.refused
    assert len(entered(place, name)) == fault.entering
    assert all(row["reason"] for row in kept)


@pytest.mark.parametrize("way", ["file", "vendor"])
def test_accounts_balance(home: FaultHome, way: str) -> None:
    landed, judged = accounts(place_of(home, way))
    faults = (IN_A_FILE if way == "file" else FROM_A_VENDOR).values()
    expected: Counter[str] = sum((Counter(fault.refused) for fault in faults), Counter())
    assert (landed.received, judged.quarantined) == (sum(len(fault.rows) for fault in faults), dict(expected))
    assert (judged.validated, judged.duplicates, judged.status) == (landed.received - expected.total(), 0, "validated")


@pytest.mark.parametrize(("way", "name"), EVERY, ids=lambda part: part)
def test_the_mart_counts_what_entered_and_no_more(home: FaultHome, way: str, name: str) -> None:
    fault = fault_of(way, name)
    in_a_file = f"touchpoint = '{fault.touchpoint}'" if fault.touchpoint else f"survey = '{name}'"
    where = in_a_file if way == "file" else f"channel = '{name.lower()}' and survey = 'svy_relationship'"
    [(counted,)] = home.ask(f"select coalesce(sum(responses), 0) from nps_by_day where {where}")
    assert (counted, fault.entering > 0) == (fault.entering, True)


@pytest.mark.parametrize(("way", "names"), [("file", {"mood"}), ("vendor", {"response.mood"})])
def test_d1_an_added_field_is_kept_and_reported(home: FaultHome, way: str, names: set[str]) -> None:
    rows = entered(place_of(home, way), "D1")
    assert [json.loads(row["_extra"]).get(next(iter(names))) for row in rows] == ["calm", {"a": 1}, None]
    stream = "survey_answers" if way == "file" else "responses"
    [(told,)] = home.ask(f"select fields_added from pipeline_health where stream = '{stream}' and run = 'first'")
    assert names <= set(told.split(", "))
    assert home.ask("select count(*) from pipeline_health where stream = 'responses' and run <> 'first' and fields_added is not null") == [
        (0,)
    ]


def test_d2_a_file_that_lacks_a_column_is_refused_with_both_lists(home: FaultHome) -> None:
    assert re.search(r"inbox/answers/lacking\.jsonl: lacks 'score', which .* names; the file has .*'points'", home.refusals["inbox"])


def test_d2_a_field_that_a_vendor_sends_no_more_is_null_and_told(home: FaultHome) -> None:
    assert home.ask("select status, validated, fields_missing from pipeline_health where stream = 'responses' and run = '07'") == [
        ("validated", 30, "language")
    ]


def test_d2_a_required_field_that_a_vendor_sends_no_more_stops_the_stream(home: FaultHome) -> None:
    [(status, entered_rows, by_rule, missing, message)] = home.ask("""
        select status, validated, quarantined_by_rule, fields_missing, message from pipeline_health
        where stream = 'responses' and run = '08'
    """)
    assert (status, entered_rows, json.loads(by_rule), missing) == ("stopped", 0, {"required:collected_at": 30}, "collected_at")
    assert "30 of 30 rows are refused (most by required:collected_at)" in message


@pytest.mark.parametrize("way", ["file", "vendor"])
def test_d3_what_is_as_good_as_a_number_is_one(home: FaultHome, way: str) -> None:
    place = place_of(home, way)
    assert [row["score"] for row in entered(place, "D3")] == [9.0, 9.0]
    reasons = [row["reason"] for row in refused(place, "D3")]
    assert [reason.startswith("score: ") and "9/10" not in reason for reason in reasons] == [True, True]


@pytest.mark.parametrize(("way", "column"), [("file", "customer_id"), ("vendor", "user_id")])
def test_d5_an_integer_beyond_floats_is_exact_as_an_id_and_refused_as_a_score(home: FaultHome, way: str, column: str) -> None:
    assert [row[column] for row in entered(place_of(home, way), "D5")] == [None, "9007199254740993"]


@pytest.mark.parametrize(("way", "column"), [("file", "submitted_at"), ("vendor", "collected_at")])
def test_d8_times_are_utc_whatever_zone_they_name(home: FaultHome, way: str, column: str) -> None:
    assert {row[column].isoformat() for row in entered(place_of(home, way), "D8")} == {"2026-01-05T23:30:00"}


@pytest.mark.parametrize("way", ["file", "vendor"])
def test_d9_odd_text_is_as_it_came_but_for_nul(home: FaultHome, way: str) -> None:
    place = place_of(home, way)
    assert [row["comment"] for row in entered(place, "D9")] == [
        "\U0001f600", "\u202eright to left", "e\u0301", "ab", "\ufeffmark", "one\r\ntwo"
    ]  # fmt: skip
    [kept] = refused(place, "D9")
    assert ("no JSON object in UTF-8" if way == "file" else "half a surrogate pair") in kept["reason"]


@pytest.mark.parametrize("way", ["file", "vendor"])
def test_d10_ten_million_characters_enter_and_one_more_is_refused(home: FaultHome, way: str) -> None:
    place = place_of(home, way)
    assert [len(row["comment"]) for row in entered(place, "D10")] == [len(fault_of(way, "D10").rows[0]["comment"])]
    assert [row["reason"] for row in refused(place, "D10")] == ["comment: longer than 10,000,000 characters"]


def test_d10_a_page_nested_beyond_measure_stops_the_stream(tmp_path) -> None:
    text = "[" * 5_000 + "]" * 5_000
    home = FaultHome(tmp_path / "home")
    with pytest.raises(SourceContractBroken, match=r"survicate/responses, page 1: .* no JSON"):
        home.ask_vendor(FIRST, [response("D10", 0, mood=f"<raw>{text}")], "run")
    assert not list(home.settings.landing.glob("survicate/*/*/receipt.json"))


def test_d10_thousands_of_undeclared_keys_are_kept_and_thirty_are_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(courthouse, "build_data_docs", lambda *_positional, **_named: None)
    home = FaultHome(tmp_path / "home")
    home.take_in("run", wide=answers("D10", [{f"key_of_some_kind_{number}": number for number in range(9_000)}]))
    home.judge(FILES, "run")
    [row] = entered(home.file_place("wide"), "D10")
    told = home.run_receipt("run", "survey_answers").fields_added
    assert (len(json.loads(row["_extra"])), len(told), told[-1]) == (9_001, 31, "and 8971 others")


@pytest.mark.parametrize("way", ["file", "vendor"])
def test_d11_formulas_are_text_verbatim(home: FaultHome, way: str) -> None:
    sent = [row["comment"] for row in IN_A_FILE["D11"].rows]
    cells = [text.strip() for text in sent]  # a file's cells are without outer spaces; its bytes are kept as they are
    assert [row["comment"] for row in entered(place_of(home, way), "D11")] == (cells if way == "file" else sent)


def test_d12_sql_and_templates_in_values_are_values(home: FaultHome) -> None:
    sent = [row["touchpoint"] for row in IN_A_FILE["D12"].rows]
    assert home.ask("select touchpoint from nps_by_day where survey = 'D12' order by touchpoint") == [(text,) for text in sorted(sent)]
    assert [row["language"] for row in entered(home.window_place(FAULTY), "D12")] == sent


def test_d13_a_value_is_no_path(home: FaultHome) -> None:
    assert home.ask("select survey from nps_by_day where survey in ('../../x', 'CON', 'ab') order by 1") == [
        ("../../x",),
        ("CON",),
        ("ab",),
    ]
    roots = {"inbox", "landing", "validated", "quarantine", "locks", "spill", "receipts", "build", "dbt", "secrets", "warehouse.duckdb"}
    assert {path.name for path in home.home.iterdir()} <= roots
    assert {path.name for path in home.home.parent.iterdir()} == {"home"}


@pytest.mark.parametrize("where", ["survey = 'D14'", "channel = 'd14'"])
def test_d14_late_answers_are_counted_on_their_day(home: FaultHome, where: str) -> None:
    assert home.ask(f"select day::varchar, responses from nps_by_day where {where}") == [("2025-12-19", 1)]


def test_d15_the_greatest_version_stays_though_an_older_one_comes_later(home: FaultHome) -> None:
    assert home.ask("select day::varchar, promoters, detractors from nps_by_day where channel = 'd15'") == [("2026-01-06", 1, 0)]


def test_d18_a_record_of_2099_moves_no_window(home: FaultHome) -> None:
    assert covered_until(home.settings, "survicate", "responses") == FLOOD + DAY


@pytest.mark.parametrize(("run", "rows"), [("09", "0"), ("10", "401")])
def test_d19_a_sudden_volume_is_told_before_it_is_published(home: FaultHome, run: str, rows: str) -> None:
    [(message,)] = home.ask(f"select message from pipeline_health where stream = 'responses' and run = '{run}'")
    assert f"volume: {rows} rows where the 7 windows before had 30 (median)" in message
    assert home.ask("select count(*) from pipeline_health where message like '%volume%' and run not in ('09', '10')") == [(0,)]


def test_d20_scales_are_never_counted_together(home: FaultHome) -> None:
    asked = "select scale, responses, promoters, detractors from nps_by_day where survey = 'D20' order by scale"
    assert home.ask(asked) == [("0-10", 1, 0, 1), ("1-5", 1, 0, 0)]
    scales = [row["scale"] for row in entered(home.file_place("faults"), "D20")]
    assert scales == ["0-10", "1-5"]


def test_d21_one_id_of_two_sources_is_two_answers(home: FaultHome) -> None:
    asked = "select sum(responses) from nps_by_day where survey = 'D21' or channel = 'd21'"
    assert home.ask(asked) == [(2,)]
    assert home.ask("select count(distinct response_key) from fct_survey_answers where survey = 'D21' or channel = 'd21'") == [(2,)]


def test_d22_spellings_of_an_address_are_one_customer(home: FaultHome) -> None:
    asked = "select count(*), count(distinct customer_key) from fct_survey_answers where survey = 'D22' or channel = 'd22'"
    assert home.ask(asked) == [(6, 1)]


def test_d23_an_empty_mart_has_its_columns_and_no_row(home: FaultHome) -> None:
    assert home.ask("select count(*) from ces_by_day") == [(0,)]
    columns = [row[0] for row in home.ask("describe ces_by_day")]
    assert columns[0] == "day"
    assert {"responses", "easy", "score_sum", "ces_mean", "ces_easy_rate"} <= set(columns)
