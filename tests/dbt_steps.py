"""A dbt command as a step of a fork server: dbt's imports, seconds of each start, are paid once."""

import gc
import json
import os
from pathlib import Path

import dbt.cli.main  # noqa: F401
import pandas  # noqa: F401  what DuckDB imports when it first needs it
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

from kuulo.errors import KuuloError
from tests.kept_parse import invoke


def run(project: Path, words: str) -> str:
    """Run the words, a JSON list, in the project's folder."""
    os.chdir(project)
    failure = invoke(json.loads(words))
    # As dbt does when its process ends; this one ends without that, and what was written last would lie in DuckDB's log of writes.
    DuckDBConnectionManager.close_all_connections()
    gc.collect()
    if failure:
        raise KuuloError(failure)
    return "dbt ended well"


STEPS = {"dbt": run}
