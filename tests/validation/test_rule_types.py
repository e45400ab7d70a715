"""Each kind of rule that the suites use, on DuckDB, in both directions: a row that passes and a row that does not."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import great_expectations as gx
import pytest

from kuulo.settings import PROJECT_ROOT
from kuulo.validation.duckdb_engine import DuckDBDatasource, DuckDBExecutionEngine, DuckDBWorkshop
from kuulo.validation.judgement import SuiteJudge
from kuulo.validation.suite import Suite, SuiteError, read_suite
from tests.validation.landed_batches import SeededSettings

NOON = datetime(2026, 1, 1, 12)  # noqa: DTZ001
PAIR = {"column_A": "late", "column_B": "early", "or_equal": True, "ignore_row_if": "either_value_is_missing"}
# type, its arguments, SQL types of the columns, rows that pass, rows that do not
ROW_RULES: list[tuple[str, dict[str, Any], dict[str, str], list[tuple[Any, ...]], list[tuple[Any, ...]]]] = [
    ("expect_column_values_to_not_be_null", {"column": "a"}, {"a": "varchar"}, [("x",), ("",)], [(None,)]),
    ("expect_column_values_to_not_be_null", {"column": "a"}, {"a": "varchar"}, [], [(None,), (None,)]),
    (
        "expect_column_values_to_not_be_null",
        {"column": "a", "row_condition": {"type": "nullity", "column": {"name": "score"}, "is_null": False}},
        {"a": "varchar", "score": "double"},
        [("x", 1.0), (None, None)],
        [(None, 1.0)],
    ),
    (
        "expect_column_values_to_not_be_null",
        {"column": "a", "row_condition": {"type": "nullity", "column": {"name": "is_deleted"}, "is_null": True}},
        {"a": "varchar", "is_deleted": "boolean"},
        [("x", None), (None, True)],
        [(None, None)],
    ),
    (
        "expect_column_values_to_not_be_null",
        {
            "column": "a",
            "row_condition": {
                "type": "and",
                "conditions": [
                    {"type": "nullity", "column": {"name": "scale"}, "is_null": False},
                    {"type": "nullity", "column": {"name": "told"}, "is_null": False},
                ],
            },
        },
        {"a": "varchar", "scale": "varchar", "told": "varchar"},
        [("x", "1-5", "9"), (None, None, "9"), (None, "1-5", None), (None, None, None)],
        [(None, "1-5", "nine")],
    ),
    (
        "expect_column_values_to_not_match_regex",
        {"column": "a", "regex": r"^\s*$"},
        {"a": "varchar"},
        [("x",), (" x ",), (None,)],
        [("",), (" \t",)],
    ),
    # the trap: as a full match, a pattern that is only part of the text would pass
    (
        "expect_column_values_to_not_match_regex",
        {"column": "a", "regex": "bad"},
        {"a": "varchar"},
        [("good",)],
        [("bad",), ("very bad thing",)],
    ),
    ("expect_column_values_to_match_regex", {"column": "a", "regex": "@"}, {"a": "varchar"}, [("ada@example.com",), (None,)], [("ada",)]),
    ("expect_column_values_to_match_regex", {"column": "a", "regex": r"^a\.b$"}, {"a": "varchar"}, [("a.b",)], [("axb",), ("a.bc",)]),
    (
        "expect_column_values_to_be_in_set",
        {"column": "a", "value_set": ["nps", "it's"]},
        {"a": "varchar"},
        [("nps",), ("it's",), (None,)],
        [("NPS",)],
    ),
    ("expect_column_values_to_be_between", {"column": "a", "min_value": 0}, {"a": "double"}, [(0.0,), (0.5,), (None,)], [(-0.5,)]),
    ("expect_column_values_to_be_between", {"column": "a", "min_value": 0}, {"a": "bigint"}, [(0,), (2**53 + 1,)], [(-1,)]),
    ("expect_column_values_to_be_between", {"column": "a", "max_value": 10**13}, {"a": "double"}, [(1e13,), (-1.0,), (None,)], [(1.1e13,)]),
    (
        "expect_column_values_to_be_between",
        {"column": "a", "min_value": "1990-01-01 00:00:00"},
        {"a": "timestamp"},
        [(NOON,), (datetime(1990, 1, 1),), (None,)],  # noqa: DTZ001
        [(datetime(1989, 12, 31, 23, 59, 59),), (datetime(1, 1, 1),)],  # noqa: DTZ001
    ),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        PAIR,
        {"late": "timestamp", "early": "timestamp"},
        [(NOON, NOON), (NOON.replace(hour=13), NOON), (None, NOON), (NOON, None), (None, None)],
        [(NOON, NOON.replace(second=1))],
    ),
    (
        "expect_column_pair_values_to_be_equal",
        {"column_A": "a", "column_B": "b", "ignore_row_if": "either_value_is_missing"},
        {"a": "double", "b": "double"},
        [(1.0, 1.0), (None, 1.0), (1.0, None), (None, None)],
        [(1.5, 1.0), (float("nan"), 10.0)],
    ),
]
TWO = {"a": "varchar", "b": "bigint"}
BATCH_RULES: list[tuple[str, dict[str, Any], dict[str, str], list[tuple[Any, ...]], list[tuple[Any, ...]]]] = [
    ("expect_column_values_to_be_unique", {"column": "a"}, TWO, [("x", 1), ("y", 1), (None, 1), (None, 2)], [("x", 1), ("x", 2)]),
    (
        "expect_compound_columns_to_be_unique",
        {"column_list": ["a", "b"], "ignore_row_if": "any_value_is_missing"},
        TWO,
        [("x", 1), ("x", 2), ("y", 1), (None, 1), (None, 1), ("x", None), ("x", None)],
        [("x", 1), ("y", 1), ("x", 1)],
    ),
    ("expect_table_row_count_to_be_between", {"min_value": 0, "max_value": 1}, TWO, [("x", 1)], [("x", 1), ("y", 1)]),
    ("expect_table_row_count_to_be_between", {"min_value": 0, "max_value": 1}, TWO, [], [("x", 1), ("y", 1)]),
]
SHAPE_RULES: list[tuple[str, dict[str, Any], dict[str, str], dict[str, str]]] = [
    ("expect_table_columns_to_match_set", {"column_set": ["a", "b"], "exact_match": False}, {**TWO, "c": "date"}, {"a": "varchar"}),
    *[
        ("expect_column_type_to_be", {"column": "a", "type_": named}, {"a": right}, {"a": wrong})
        for named, right, wrong in [
            ("String", "varchar", "bigint"),
            ("BIGINT", "bigint", "varchar"),
            ("DOUBLE", "double", "varchar"),
            ("TIMESTAMP", "timestamp", "varchar"),
            ("TIMESTAMP", "timestamp", "date"),
            ("BOOLEAN", "boolean", "varchar"),
            ("DATE", "date", "timestamp"),
        ]
    ],
]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    made = DuckDBWorkshop(tmp_path_factory.mktemp("spill"))
    yield made
    made.close()


def suite_of(tmp_path: Path, type_: str, kwargs: dict[str, Any], scope: str) -> Suite:
    rule = {"type": type_, "kwargs": kwargs, "severity": "critical", "meta": {"rule": "it", "why": "because", "scope": scope}}
    path = tmp_path / "own" / "stream.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"name": "own", "meta": {}, "notes": None, "expectations": [rule]}))
    return read_suite(SeededSettings(home=tmp_path, suites=tmp_path), "own", "stream")


def fill(workshop: DuckDBWorkshop, columns: dict[str, str], rows: list[tuple[Any, ...]]) -> None:
    connection = workshop.connection
    declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"create or replace table filled (_position bigint, {declared})")
    for number, row in enumerate(rows):
        connection.execute(f"insert into filled values ({', '.join('?' * (len(row) + 1))})", [number, *row])
    connection.execute("create or replace view rows as select * from filled")
    connection.execute("create or replace table refusals (_position bigint, rule integer)")


def judged(
    workshop: DuckDBWorkshop, suite: Suite, columns: dict[str, str], rows: list[tuple[Any, ...]]
) -> tuple[dict[str, int], list[int]]:
    fill(workshop, columns, rows)
    judgement = SuiteJudge(workshop, suite).judge(len(rows))
    assert judgement.failed == {}
    refused = workshop.connection.execute("select _position from refusals order by 1").fetchall()
    return judgement.broken, [position for (position,) in refused]


def test_every_kind_of_rule_in_the_suites_is_tested_here():
    used = {
        rule["type"] for path in (PROJECT_ROOT / "expectations").glob("*/*.json") for rule in json.loads(path.read_text())["expectations"]
    }
    assert used == {case[0] for case in (*ROW_RULES, *BATCH_RULES, *SHAPE_RULES)}


@pytest.mark.parametrize("case", ROW_RULES, ids=lambda case: f"{case[0]}-{case[1].get('regex', '')}{next(iter(case[2].values()))}")
def test_row_rules_refuse_exactly_the_rows_that_break_them(workshop, tmp_path, case):
    type_, kwargs, columns, passing, failing = case
    suite = suite_of(tmp_path, type_, kwargs, "row")
    assert judged(workshop, suite, columns, passing) == ({}, [])
    mixed = [*failing, *passing]
    assert judged(workshop, suite, columns, mixed) == ({"it": len(failing)}, list(range(len(failing))))


@pytest.mark.parametrize("case", BATCH_RULES, ids=lambda case: case[0])
def test_batch_rules_pass_and_break(workshop, tmp_path, case):
    type_, kwargs, columns, passing, failing = case
    suite = suite_of(tmp_path, type_, kwargs, "batch")
    assert judged(workshop, suite, columns, passing) == ({}, [])
    assert judged(workshop, suite, columns, failing) == ({"it": 0}, [])


@pytest.mark.parametrize("case", SHAPE_RULES, ids=lambda case: f"{case[0]}-{case[1].get('type_', '')}")
@pytest.mark.parametrize("rows", [0, 1])
def test_rules_of_shape_pass_and_break(workshop, tmp_path, case, rows):
    type_, kwargs, right, wrong = case
    suite = suite_of(tmp_path, type_, kwargs, "batch")
    assert judged(workshop, suite, right, [tuple(None for _ in right)] * rows) == ({}, [])
    assert judged(workshop, suite, wrong, [tuple(None for _ in wrong)] * rows) == ({"it": 0}, [])


def test_a_rule_that_cannot_be_asked_says_so_without_values(workshop, tmp_path):
    suite = suite_of(tmp_path, "expect_column_values_to_be_between", {"column": "a", "min_value": 0}, "row")
    fill(workshop, {"a": "varchar"}, [("canary-4411",)])
    judgement = SuiteJudge(workshop, suite).judge(1)
    assert judgement.failed == {"it": "its type does not suit the rule"}
    assert "canary" not in json.dumps(judgement.result.to_json_dict())


def test_a_rule_about_a_column_that_is_not_there_cannot_be_asked(workshop, tmp_path):
    suite = suite_of(tmp_path, "expect_column_values_to_not_be_null", {"column": "elsewhere"}, "row")
    fill(workshop, {"a": "varchar"}, [("x",)])
    assert SuiteJudge(workshop, suite).judge(1).failed == {"it": "a column is missing"}


def test_a_rule_about_the_batch_cannot_pose_as_a_row_rule(workshop, tmp_path):
    suite = suite_of(tmp_path, "expect_table_row_count_to_be_between", {"min_value": 0}, "row")
    with pytest.raises(SuiteError, match="give it scope batch"):
        SuiteJudge(workshop, suite)


def test_great_expectations_offers_duckdb_and_sends_nothing(workshop):
    assert isinstance(workshop.datasource, DuckDBDatasource)
    assert isinstance(workshop.engine, DuckDBExecutionEngine)
    assert hasattr(gx.get_context(mode="ephemeral").data_sources, "add_duckdb")
    assert workshop.context.variables.config.analytics_enabled is False
    assert workshop.context.variables.progress_bars["globally"] is False


def test_every_connection_speaks_utc(workshop):
    with workshop.engine.engine.connect() as one, workshop.engine.engine.connect() as other:
        zones = [connection.exec_driver_sql("select current_setting('TimeZone')").scalar() for connection in (one, other)]
    own = workshop.connection.execute("select current_setting('TimeZone')").fetchone()
    assert [*zones, *own] == ["UTC"] * 3
