"""Builds chosen marts from rows written by hand, in a folder of its own, and asks them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from kuulo.settings import Settings
from kuulo.warehouse.run_dbt import dbt_command
from tests.dbt_project.validated_rows import Row, write_validated
from tests.dbt_runs import run_dbt

Rows = Mapping[tuple[str, str], Iterable[Row]]


class SmallWarehouse:
    """Marts that were built from a few rows."""

    def __init__(self, home: Path, rows: Rows, *, marts: Iterable[str], as_of: str, timezone: str = "UTC", data_tests: bool = True) -> None:
        self.settings = Settings(home=home, as_of=datetime.fromisoformat(as_of).replace(tzinfo=UTC), timezone=timezone)
        self._marts, self._data_tests = tuple(marts), data_tests
        self.rebuild(rows)

    def rebuild(self, rows: Rows) -> None:
        """Lay these rows in place of the former ones and build again."""
        write_validated(self.settings.home, rows)
        self.settings.marts.parent.mkdir(parents=True, exist_ok=True)
        kinds = ["unit_test"] if self._data_tests else ["unit_test", "test"]
        # tests that also need marts that were not chosen are left out
        words = ["build", "--quiet", "--indirect-selection", "buildable", "--exclude-resource-type", *kinds]
        words += ["--select", *(f"+{mart}" for mart in self._marts)]
        done = run_dbt(self.settings, dbt_command(self.settings, *words))
        assert done.is_good, done.said[-4000:]

    def ask(self, question: str) -> list[dict[str, Any]]:
        """The rows of a query over the schema `marts`."""
        with duckdb.connect(str(self.settings.marts), read_only=True) as connection:
            cursor = connection.execute("use marts.marts").execute(question)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, question: str) -> dict[str, Any]:
        """The only row of a query."""
        (row,) = self.ask(question)
        return row
