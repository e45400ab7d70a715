"""The rows of a judged batch, parted: those that may enter to validated.parquet, the refused ones to quarantined.parquet.

The typed rows are read and written one row group at a time, so that memory stays flat and their order stays as received.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt
from kuulo.landing.record_shape import as_received
from kuulo.landing.whole_files import whole_file
from kuulo.sources.source import Stream
from kuulo.sql_text import quoted, text
from kuulo.validation.suite import Suite

if TYPE_CHECKING:
    import duckdb

Positions = np.ndarray[tuple[int], np.dtype[np.int64]]
QUARANTINED = pa.schema(
    [
        ("_position", pa.int64()),
        ("rule", pa.string()),
        ("rules", pa.string()),
        ("reason", pa.string()),
        ("record", pa.string()),
        ("_batch", pa.string()),
        ("_window_start", pa.timestamp("us")),
        ("_window_end", pa.timestamp("us")),
    ]
)
_REFUSED = ["_position", "rule", "rules", "reason", "record"]
_UNTYPED_AT_ONCE = 1_000
_LONG_ROW = 1_000_000
_RULES_OF = """
    select name as rule, rules, why as reason
    from refused join rules using (number) join broken_together using (numbers) where _position = ?
"""


def name_refusals(connection: "duckdb.DuckDBPyConnection", place: BatchPlace, suite: Suite) -> dict[str, int]:
    """Make the tables `rules`, `refused` and `broken_together`; count the refused rows by their first rule, untyped ones too."""
    connection.execute("create or replace table rules (number integer, name varchar, why varchar)")
    connection.executemany("insert into rules values (?, ?, ?)", [[n, rule.name, rule.why] for n, rule in enumerate(suite.rules)])
    connection.execute("""
        create or replace table refused as
        select _position, min(rule) as number, list_sort(list(rule)) as numbers from refusals group by _position
    """)
    connection.execute("""
        create or replace table broken_together as
        select numbers, string_agg(name, '; ' order by number) as rules
        from (select distinct numbers from refused) join rules on list_contains(numbers, number) group by numbers
    """)
    untyped = f"read_parquet({text(place.untyped)})" if place.untyped.exists() else "(select null as rule limit 0)"
    connection.execute(f"create or replace view untyped as select * from {untyped}")  # noqa: S608  a path of ours
    counted = connection.execute("""
        select rule, count(*) from (select name as rule from refused join rules using (number) union all select rule from untyped)
        group by rule order by rule
    """).fetchall()
    return {str(rule): int(count) for rule, count in counted}


def _parts(place: BatchPlace) -> Iterator[pa.Table]:
    """The typed rows, one row group after the other."""
    with pq.ParquetFile(place.typed) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)


def _refused_rows(connection: "duckdb.DuckDBPyConnection", place: BatchPlace, stream: Stream) -> Iterator[pa.Table]:
    record = ", ".join(f"{text(column.name)}: part.{quoted(column.name)}" for column in stream.columns)
    typed = f"""
        select _position, name as rule, rules, why as reason, record
        from (select _position, to_json({{{record}, '_extra': part._extra}})::varchar as record from part)
        join refused using (_position) join rules using (number) join broken_together using (numbers)
        order by _position
    """  # noqa: S608  names are of the declaration
    positions = _positions(connection, "select _position from refused order by 1")
    for whole in _parts(place):
        refused = whole.filter(pc.is_in(whole["_position"], value_set=pa.array(_within(positions, whole))))
        is_long = pc.greater(_text_lengths(refused), _LONG_ROW)
        part, long_rows = refused.filter(pc.invert(is_long)), refused.filter(is_long)
        connection.register("part", part)
        yield connection.execute(typed).to_arrow_table()
        connection.unregister("part")
        yield from _long_rows(connection, long_rows, stream)
    if place.untyped.exists():
        with pq.ParquetFile(place.untyped) as file:  # not through DuckDB, whose memory a few records of ten million characters would fill
            for rows in file.iter_batches(_UNTYPED_AT_ONCE):
                yield pa.Table.from_arrays([rows[name] for name in ("_position", "rule", "rule", "reason", "record")], _REFUSED)


def _text_lengths(rows: pa.Table) -> Any:
    """Bytes of text of each row."""
    total: Any = pa.repeat(pa.scalar(0, pa.int64()), rows.num_rows)
    for field in rows.schema:
        if pa.types.is_string(field.type):
            total = pc.add(total, pc.fill_null(pc.binary_length(rows[field.name]), 0).cast(pa.int64()))
    return total


def _long_rows(connection: "duckdb.DuckDBPyConnection", rows: pa.Table, stream: Stream) -> Iterator[pa.Table]:
    """Rows with a comment of millions of characters, one by one: to make JSON of one, DuckDB takes many times its size."""
    names = [*(column.name for column in stream.columns), "_extra"]
    for place in range(rows.num_rows):
        (row,) = rows.slice(place, 1).to_pylist()
        told = connection.execute(_RULES_OF, [row["_position"]]).fetchone()
        values = [row["_position"], *(told or ()), as_received({name: row[name] for name in names})]
        yield pa.Table.from_arrays([pa.array([value]) for value in values], _REFUSED)


def write_quarantined(connection: "duckdb.DuckDBPyConnection", place: BatchPlace, stream: Stream, landed: LandingReceipt) -> None:
    """Keep the refused rows with rule and reason."""
    start, end = (moment.astimezone(UTC).replace(tzinfo=None) for moment in (landed.window_start, landed.window_end))
    constants = [pa.scalar(landed.batch), *(pa.scalar(moment, pa.timestamp("us")) for moment in (start, end))]
    with whole_file(place.quarantined) as aside, pq.ParquetWriter(aside, QUARANTINED, compression="zstd") as writer:
        for rows in _refused_rows(connection, place, stream):
            lineage = [pa.repeat(constant, len(rows)) for constant in constants]
            writer.write_table(pa.Table.from_arrays([*rows.columns, *lineage], schema=QUARANTINED))


def write_validated(connection: "duckdb.DuckDBPyConnection", place: BatchPlace) -> None:
    """Put the accepted rows in place: what was neither refused nor a repeat, in the order it was received."""
    left_out = _positions(connection, "select _position from refused union all select _position from repeats order by 1")
    with whole_file(place.validated) as aside:
        if not len(left_out):
            shutil.copyfile(place.typed, aside)
            return
        with pq.ParquetWriter(aside, pq.read_schema(place.typed), compression="zstd") as writer:
            for part in _parts(place):
                stays = pc.invert(pc.is_in(part["_position"], value_set=pa.array(_within(left_out, part))))
                writer.write_table(part.filter(stays))


def _positions(connection: "duckdb.DuckDBPyConnection", query: str) -> Positions:
    return np.asarray(connection.execute(query).fetchnumpy()["_position"], dtype=np.int64)


def _within(positions: Positions, part: pa.Table) -> Positions:
    """Those of the sorted positions that may lie in this part."""
    if not part.num_rows:
        return positions[:0]
    ends = pc.min_max(part["_position"]).as_py()
    first, last = np.searchsorted(positions, [ends["min"], ends["max"] + 1])
    return positions[first:last]


def accepted_count(connection: "duckdb.DuckDBPyConnection") -> int:
    """The number of rows that may enter."""
    row = connection.execute("select count(*) from accepted").fetchone()
    return int(row[0]) if row else 0
