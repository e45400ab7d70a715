"""Sets the marts of two engines beside each other, row by row and value by value."""

import math
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

TOLERANCE = 1e-9  # absolute, and of the value where that is greater than 1


def _is_same(here: Any, there: Any) -> bool:
    if isinstance(here, float) and isinstance(there, float):
        return math.isclose(here, there, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (math.isnan(here) and math.isnan(there))
    return type(here) is type(there) and bool(here == there)


def _place(row: tuple[Any, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a row is sorted by: all that is exact, then numbers as far as they cannot differ by rounding."""
    exact = tuple(repr(value) for value in row if not isinstance(value, float))
    return exact, tuple(f"{value + 0.0:.6g}" for value in row if isinstance(value, float))


class Marts:
    """The marts as DuckDB built them, and beside each the Parquet that Spark wrote."""

    def __init__(self, database: Path, spark_folder: Path) -> None:
        self._spark_folder = spark_folder
        self._connection = duckdb.connect()
        self._connection.execute("set TimeZone = 'UTC'")
        self._connection.execute(f"attach '{database}' as built (read_only)")

    def names(self) -> list[str]:
        """The marts of DuckDB."""
        found = self._connection.execute(
            "select table_name from duckdb_tables() where database_name = 'built' and schema_name = 'marts' order by 1"
        )
        return [name for (name,) in found.fetchall()]

    def _rows(self, relation: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        found = self._connection.sql(f"select * from {relation}")
        # Spark writes instants as such, DuckDB's are naive UTC
        columns = [f'"{name}"::timestamp' if str(kind).startswith("TIMESTAMP") else f'"{name}"'
                   for name, kind in zip(found.columns, found.types, strict=True)]  # fmt: skip
        rows = self._connection.execute(f"select {', '.join(columns)} from {relation}").fetchall()
        return list(found.columns), sorted(rows, key=_place)

    def rows(self, mart: str) -> int:
        """How many rows DuckDB has of a mart."""
        return self._connection.table(f"built.marts.{mart}").shape[0]

    def differences(self, mart: str) -> list[str]:
        """What is not the same in a mart, one line each: columns, row counts, or a column with how many of its values and the first."""
        if not list((self._spark_folder / mart).glob("*.parquet")):
            return ["Spark has not built it"]
        columns, here = self._rows(f"built.marts.{mart}")
        spark_columns, there = self._rows(f"read_parquet('{self._spark_folder / mart}/*.parquet')")
        if columns != spark_columns:
            return [f"columns {columns} in DuckDB, {spark_columns} in Spark"]
        if len(here) != len(there):
            only_here, only_there = (
                Counter(map(_place, ours)) - Counter(map(_place, theirs)) for ours, theirs in ((here, there), (there, here))
            )
            return [f"{len(here)} rows in DuckDB, {len(there)} in Spark", *(f"DuckDB alone: {row}" for row in list(only_here)[:3]),
                    *(f"Spark alone: {row}" for row in list(only_there)[:3])]  # fmt: skip
        found = []
        for place, column in enumerate(columns):
            wrong = [(ours, theirs) for ours, theirs in zip(here, there, strict=True) if not _is_same(ours[place], theirs[place])]
            if wrong:
                ours, theirs = wrong[0]
                found.append(f"{column}: {len(wrong)} of {len(here)} rows, DuckDB {ours[place]!r}, Spark {theirs[place]!r}, in {ours}")
        return found
