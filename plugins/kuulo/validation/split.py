"""The rows of a judged batch, parted: those that may enter to validated.parquet, the refused ones to quarantined.parquet."""

import shutil
from typing import TYPE_CHECKING

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt
from kuulo.landing.whole_files import whole_file
from kuulo.sources.source import Stream
from kuulo.validation.batch_rows import BatchRows, quoted, text
from kuulo.validation.suite import DERIVED_COLUMNS, Suite

if TYPE_CHECKING:
    import duckdb

_AS_PARQUET = "(format parquet, compression zstd)"


def name_refusals(connection: "duckdb.DuckDBPyConnection", place: BatchPlace, suite: Suite) -> dict[str, int]:
    """Make the view `refused` (position, first rule, all rules, reason) of typed and untyped rows; count rows by first rule."""
    connection.execute("create or replace table rules (number integer, name varchar, why varchar)")
    connection.executemany("insert into rules values (?, ?, ?)", [[n, rule.name, rule.why] for n, rule in enumerate(suite.rules)])
    untyped = "union all select _position, rule, rule, reason from untyped" if place.untyped.exists() else ""
    if untyped:
        connection.execute(f"create or replace view untyped as select * from read_parquet({text(place.untyped)})")  # noqa: S608  a path of ours
    connection.execute(f"""
        create or replace view refused as
        select _position, arg_min(name, number) as rule, string_agg(name, '; ' order by number) as rules, arg_min(why, number) as reason
        from refusals join rules on rules.number = refusals.rule group by _position
        {untyped}
    """)
    return {str(rule): int(count) for rule, count in connection.execute("select rule, count(*) from refused group by 1 order by 1").fetchall()}


def write_quarantined(connection: "duckdb.DuckDBPyConnection", place: BatchPlace, stream: Stream, landed: LandingReceipt) -> None:
    """Keep the refused rows with rule and reason; the file is absent where there are none."""
    row = ", ".join(f"{text(column.name)}: typed.{quoted(column.name)}" for column in stream.columns)
    untyped = "union all select _position, record from untyped" if place.untyped.exists() else ""
    with whole_file(place.quarantined) as aside:
        connection.execute(f"""
            copy (
                with records as (
                    select _position, to_json({{{row}, '_extra': typed._extra}})::varchar as record from typed
                    where _position in (select _position from refusals)
                    {untyped}
                )
                select _position, rule, rules, reason, record, {text(landed.batch)} as _batch,
                    {text(landed.window_start)}::timestamptz::timestamp as _window_start,
                    {text(landed.window_end)}::timestamptz::timestamp as _window_end
                from refused join records using (_position) order by _position
            ) to {text(aside)} {_AS_PARQUET}
        """)


def write_validated(connection: "duckdb.DuckDBPyConnection", place: BatchPlace, counts: BatchRows, refused: int) -> None:
    """Put the accepted rows in place, in the order they were received."""
    with whole_file(place.validated) as aside:
        if counts.repeats == refused == 0:
            shutil.copyfile(place.typed, aside)
            return
        derived = ", ".join(sorted(DERIVED_COLUMNS))
        connection.execute(f"copy (select * exclude ({derived}) from accepted order by _position) to {text(aside)} {_AS_PARQUET}")


def accepted_count(connection: "duckdb.DuckDBPyConnection") -> int:
    """The number of rows that may enter."""
    row = connection.execute("select count(*) from accepted").fetchone()
    return int(row[0]) if row else 0
