"""Running the pipeline as a user does, and reading what it published as a BI tool does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import duckdb

from kuulo.settings import Settings
from tests.conftest import CHECKOUT
from tests.dbt_runs import parsed_once

RUN_PIPELINE = (sys.executable, "-m", "kuulo.orchestration.run_pipeline")


def environment_of(home: Path, **changes: str) -> dict[str, str]:
    """The environment of a user who has set nothing but KUULO_HOME and the changes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "KUULO_"))}
    return {**kept, "PYTHONPATH": str(CHECKOUT / "plugins"), "KUULO_HOME": str(home), **changes}


def run_pipeline(home: Path, *sources: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """What `make run` does once the environment is installed; where sources are named, with the project parsed for them before."""
    with parsed_once(Settings(home=home), *sources) if sources else nullcontext():
        return subprocess.run(
            RUN_PIPELINE, env=environment_of(home, **changes), capture_output=True, text=True, check=False, cwd=CHECKOUT, timeout=600
        )


@contextmanager
def published(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published marts, read-only, with `marts` as the schema in use."""
    with duckdb.connect(str(home / "published" / "marts.duckdb"), read_only=True) as connection:
        connection.execute("use marts.marts")
        yield connection


def rows(home: Path, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The answer of the published marts to a query."""
    with published(home) as connection:
        return connection.execute(query, list(parameters)).fetchall()


def contents(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every published mart, ordered; without the note of when it was published."""
    with published(home) as connection:
        tables = [name for (name,) in connection.execute("select table_name from information_schema.tables order by 1").fetchall()]
        return {
            table: sorted(map(repr, connection.execute(f'select * from "{table}"').fetchall()))
            for table in tables
            if table != "publication"
        }
