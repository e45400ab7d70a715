"""Every rule of every suite: a clean batch passes it, and a row (or batch) spoilt for it alone breaks it."""

import json
from datetime import datetime, timedelta
from typing import Any

import great_expectations as gx
import pyarrow as pa
import pytest

from kuulo.settings import PROJECT_ROOT
from kuulo.sources.catalog import SOURCES
from kuulo.sources.source import Stream
from kuulo.validation.batch_rows import load_scales, open_batch
from kuulo.validation.duckdb_engine import DuckDBWorkshop
from kuulo.validation.judgement import Judgement, SuiteJudge
from kuulo.validation.suite import DERIVED_COLUMNS, read_suite
from tests.validation.landed_batches import HAPPENED, LANDED, SeededSettings, clean_row, land, typed_table, write_seeds

STREAMS = [(source.name, stream) for source in SOURCES.values() for stream in source.streams]
QUESTIONS = "".join(f"{name},s1,{3 if name == 'survicate' else 'question_id 0'},0-10\n" for name in SOURCES)
Row = dict[str, Any]


def document_of(source: str, stream: Stream) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PROJECT_ROOT / "expectations" / source / f"{stream.name}.json").read_text())
    return loaded


def _for_null(kwargs: dict[str, Any], row: Row) -> Row:
    if kwargs["column"] == "_known_scale":
        return {"scale": "none such"} if "scale" in row else {"survey_id": "none such"}
    return {kwargs["column"]: None}


def _for_between(kwargs: dict[str, Any], row: Row) -> Row:
    if "max_value" in kwargs:
        return {kwargs["column"]: kwargs["max_value"] + 1}
    return {kwargs["column"]: HAPPENED.replace(year=1970) if isinstance(row[kwargs["column"]], datetime) else -1}


def _for_order(kwargs: dict[str, Any], row: Row) -> Row:
    late, early = kwargs["column_A"], kwargs["column_B"]
    if late == "_latest_at":
        return {early: LANDED + timedelta(days=2)}
    return {late: row[early] - timedelta(hours=1)} if isinstance(row[early], datetime) else {early: row[late] + 1}


SPOIL = {
    "expect_column_values_to_not_be_null": _for_null,
    "expect_column_values_to_be_between": _for_between,
    "expect_column_pair_values_a_to_be_greater_than_b": _for_order,
    "expect_column_values_to_not_match_regex": lambda kwargs, _row: {kwargs["column"]: "  "},
    "expect_column_values_to_match_regex": lambda kwargs, _row: {kwargs["column"]: "no address"},
    "expect_column_values_to_be_in_set": lambda kwargs, _row: {kwargs["column"]: "happiness"},
    "expect_column_pair_values_to_be_equal": lambda kwargs, _row: {kwargs["column_A"]: 10.5},
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A workshop and settings that all suites share."""
    settings = SeededSettings(home=tmp_path_factory.mktemp("home"), seeds_project=tmp_path_factory.mktemp("project"))
    write_seeds(settings, QUESTIONS)
    workshop = DuckDBWorkshop(settings.home / "spill")
    yield settings, workshop
    workshop.close()


def judge(bench: tuple[SeededSettings, DuckDBWorkshop], source: str, stream: Stream, rows: list[Row] | pa.Table) -> Judgement:
    settings, workshop = bench
    load_scales(workshop.connection, settings, source)
    open_batch(workshop.connection, land(settings, source, stream, rows), stream)
    return SuiteJudge(workshop, read_suite(settings, source, stream.name)).judge(len(rows))


def fitting_row(source: str, stream: Stream, number: int) -> Row:
    is_declared = stream.scale_from == "survey_questions" and source != "survicate"
    return clean_row(stream, number, **({"question_id": "question_id 0"} if is_declared else {}))


def refused(bench: tuple[SeededSettings, DuckDBWorkshop]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for position, rule in bench[1].connection.execute("select _position, rule from refusals").fetchall():
        found.setdefault(position, set()).add(rule)
    return found


@pytest.mark.parametrize(("source", "stream"), STREAMS, ids=lambda value: getattr(value, "name", value))
def test_a_clean_batch_passes_every_rule(bench, source, stream):
    rows = [fitting_row(source, stream, number) for number in range(3)]
    if stream.version_column:
        rows.append({**rows[0], stream.version_column: rows[0][stream.version_column] + timedelta(hours=1)})
    judgement = judge(bench, source, stream, rows)
    assert (judgement.broken, judgement.failed, refused(bench)) == ({}, {}, {})


@pytest.mark.parametrize(("source", "stream"), STREAMS, ids=lambda value: getattr(value, "name", value))
def test_each_row_rule_refuses_the_row_spoilt_for_it(bench, source, stream):
    expectations = document_of(source, stream)["expectations"]
    rules = [(n, rule) for n, rule in enumerate(expectations) if rule["meta"]["scope"] == "row"]
    rows = [fitting_row(source, stream, 0)]
    for number, (_, rule) in enumerate(rules, start=1):
        row = fitting_row(source, stream, number)
        rows.append({**row, **SPOIL[rule["type"]](rule["kwargs"], row)})
    judgement = judge(bench, source, stream, rows)
    assert judgement.failed == {}
    found = refused(bench)
    assert 0 not in found
    for position, (number, rule) in enumerate(rules, start=1):
        assert judgement.broken[rule["meta"]["rule"]] >= 1, rule["meta"]["rule"]
        assert (number in found.get(position, set())) == (rule["severity"] == "critical"), rule["meta"]["rule"]


@pytest.mark.parametrize(("source", "stream"), STREAMS, ids=lambda value: getattr(value, "name", value))
def test_two_rows_under_one_key_break_the_key(bench, source, stream):
    rows = [fitting_row(source, stream, 0), {**fitting_row(source, stream, 0), "_extra": '{"a": 1}'}]
    judgement = judge(bench, source, stream, rows)
    assert (judgement.broken, judgement.failed) == ({"unique_key": 0}, {})


@pytest.mark.parametrize(("source", "stream"), STREAMS, ids=lambda value: getattr(value, "name", value))
def test_missing_and_wrongly_typed_columns_break_the_shape(bench, source, stream):
    table = typed_table(stream, [fitting_row(source, stream, 0)])
    required = [column.name for column in stream.columns if column.required]
    for name in required:
        wrong = pa.array([b"\x00"], pa.binary())
        table = table.set_column(table.schema.get_field_index(name), name, wrong)
    optional = next((c.name for c in stream.columns if not c.required), None)
    judgement = judge(bench, source, stream, table.drop_columns([optional]) if optional else table)
    wanted = {f"type:{name}" for name in required} | ({"columns"} if optional else set())
    assert wanted <= set(judgement.broken) | set(judgement.failed)


@pytest.mark.parametrize(("source", "stream"), STREAMS, ids=lambda value: getattr(value, "name", value))
def test_a_suite_is_written_as_agreed(source, stream):
    document = document_of(source, stream)
    assert document["name"] == f"{source}/{stream.name}"
    assert 0 < document["meta"]["max_quarantined_share"] <= 1
    declared = {column.name for column in stream.columns} | DERIVED_COLUMNS
    names = [rule["meta"]["rule"] for rule in document["expectations"]]
    assert len(names) == len(set(names))
    for rule in document["expectations"]:
        assert set(rule["meta"]) >= {"rule", "why", "scope"}
        assert len(rule["meta"]["why"]) > 20
        assert rule["severity"] in ("critical", "warning")
        assert rule["meta"]["scope"] in ("row", "batch")
        used = rule["kwargs"]
        named = [used.get(key) for key in ("column", "column_A", "column_B")] + used.get("column_list", []) + used.get("column_set", [])
        assert {name for name in named if name} <= declared
    assert {"columns", "row_count", "unique_key"} <= set(names)
    assert {f"required:{c.name}" for c in stream.columns if c.required} == {name for name in names if name.startswith("required:")}
    assert len(gx.ExpectationSuite(**document).expectations) == len(names)


def test_the_suite_of_a_stream_with_scores_judges_them():
    for source, stream in STREAMS:
        rules = {rule["meta"]["rule"] for rule in document_of(source, stream)["expectations"]}
        assert ("on_scale:score" in rules) == bool(stream.scale_from)
