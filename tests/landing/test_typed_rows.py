"""typed.parquet and untyped.parquet: their columns, their accounts, and that they appear whole or not at all."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kuulo.landing import typed_rows
from kuulo.landing.declaration import declaration_hash, typed_schema
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.typed_rows import TypedCounts, TypedWriter
from kuulo.settings import Settings
from kuulo.sources.source import Column, Stream, Window

WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
NOW = datetime(2026, 1, 3, 4, tzinfo=UTC)
STREAM = Stream(
    name="answers",
    primary_key=("id",),
    columns=(
        Column(name="id", required=True),
        Column(name="score", at="properties.value", type="float64"),
        Column(name="seen_at", type="timestamp"),
        Column(name="answer", type="json"),
        Column(name="day", type="date"),
        Column(name="count", type="int64"),
        Column(name="done", type="boolean"),
    ),
)


def write(settings: Settings, *pages: list[Any]) -> tuple[TypedCounts, BatchPlace]:
    place = BatchPlace(settings, "src", "answers", WINDOW.batch)
    with TypedWriter(place=place, stream=STREAM, window=WINDOW, landed_at=NOW) as writer:
        for number, rows in enumerate(pages, 1):
            writer.write_rows(rows, number)
    return writer.close(), place


def test_columns_in_declared_order_then_lineage(settings: Settings) -> None:
    counts, place = write(settings, [{"id": "a"}])
    us = pa.timestamp("us")
    assert [(f.name, f.type) for f in pq.read_schema(place.typed)] == [
        ("id", pa.string()), ("score", pa.float64()), ("seen_at", us), ("answer", pa.string()), ("day", pa.date32()), ("count", pa.int64()),
        ("done", pa.bool_()), ("_extra", pa.string()), ("_page", pa.int32()), ("_position", pa.int64()), ("_batch", pa.string()),
        ("_window_start", us), ("_window_end", us), ("_landed_at", us),
    ]  # fmt: skip
    assert counts == TypedCounts(1, 0, ())
    row = pq.read_table(place.typed).to_pylist()[0]
    assert (row["_batch"], row["_page"], row["_position"]) == (WINDOW.batch, 1, 0)
    assert [row[n].isoformat() for n in ("_window_start", "_window_end", "_landed_at")] == [
        "2026-01-01T00:00:00", "2026-01-02T00:00:00", "2026-01-03T04:00:00"
    ]  # fmt: skip


def test_what_is_undeclared_is_kept_and_what_cannot_be_typed_is_told_without_its_value(settings: Settings) -> None:
    good = {"id": 7, "properties": {"value": "9", "mood": "x"}, "note": None, "answer": {"a": 1}}
    bad = {"id": "b", "properties": {"value": "nine of ten"}}
    counts, place = write(settings, [good, bad], ["not a row", {"id": "c", "properties": [1]}])
    assert counts == TypedCounts(4, 2, ("note", "properties", "properties.mood"))
    typed = pq.read_table(place.typed).select(["id", "score", "answer", "_extra", "_page", "_position"]).to_pylist()
    assert [tuple(row.values()) for row in typed] == [
        ("7", 9.0, '{"a":1}', '{"properties":{"mood":"x"},"note":null}', 1, 0),
        ("c", None, None, '{"properties":[1]}', 2, 3),
    ]
    assert pq.read_table(place.untyped).to_pylist() == [
        {"_position": 1, "rule": "typed:score", "reason": "score: text that is not a number", "record": json.dumps(bad)},
        {"_position": 2, "rule": "typed:record", "reason": "the record is not an object", "record": '"not a row"'},
    ]


def test_a_refused_row_is_valid_json_even_with_nan_and_half_surrogates(settings: Settings) -> None:
    _, place = write(settings, [{"id": "\ud83d", "count": float("nan")}, {"id": "x", "_": {"z": float("inf")}}])
    records = [
        json.loads(row["record"], parse_constant=lambda _: pytest.fail("NaN is no JSON"))
        for row in pq.read_table(place.untyped).to_pylist()
    ]
    assert records == [{"id": "\ud83d", "count": "nan"}, {"id": "x", "_": {"z": "inf"}}]


def test_untyped_of_an_earlier_typing_goes_away(settings: Settings) -> None:
    _, place = write(settings, [{"id": []}])
    assert place.untyped.exists()
    write(settings, [{"id": "a"}])
    assert not place.untyped.exists()


def test_no_rows_give_an_empty_file_with_the_whole_schema(settings: Settings) -> None:
    counts, place = write(settings)
    assert counts == TypedCounts(0, 0, ())
    assert pq.read_table(place.typed).schema == typed_schema(STREAM)


def test_a_failure_leaves_nothing(settings: Settings) -> None:
    place = BatchPlace(settings, "src", "answers", WINDOW.batch)
    writer = TypedWriter(place=place, stream=STREAM, window=WINDOW, landed_at=NOW)

    def rows() -> Iterator[Any]:
        yield from [{"id": "a"}, {"id": []}] * 30_000
        raise RuntimeError

    with pytest.raises(RuntimeError), writer:
        writer.write_rows(rows(), 1)
    assert list(place.landing.iterdir()) == []


def test_rows_are_written_in_groups_as_they_come(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_rows, "ROWS_IN_A_GROUP", 10)
    counts, place = write(settings, [{"id": str(n)} for n in range(25)], [{"id": str(n)} for n in range(25, 33)])
    assert counts.received == 33
    assert pq.ParquetFile(place.typed).num_row_groups == 4
    table = pq.read_table(place.typed)
    assert table["_position"].to_pylist() == list(range(33))
    assert table["_page"].to_pylist() == [1] * 25 + [2] * 8


def test_the_declarations_hash_changes_with_the_rows_and_not_with_the_words() -> None:
    described = Stream(**{**vars(STREAM), "columns": (Column(name="id", required=True, description="key"), *STREAM.columns[1:])})
    retyped = Stream(**{**vars(STREAM), "columns": (*STREAM.columns[:-1], Column(name="done"))})
    assert declaration_hash(described) == declaration_hash(STREAM)
    assert declaration_hash(retyped) != declaration_hash(STREAM)
