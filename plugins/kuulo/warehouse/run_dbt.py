"""How dbt is run against an installation."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kuulo.settings import PROJECT_ROOT, Settings, child_environment
from kuulo.warehouse.made_from import reporting_date, sources_with_rows

# where its log cannot be written any more, dbt goes on: else each line of it would be 200 lines of traceback
_PROGRAM = "import logging; logging.raiseExceptions = False; from dbt.cli.main import cli; cli()"


def dbt_environment(
    settings: Settings,
    inputs: Path | None = None,
    *,
    as_of: datetime | None = None,
    as_of_before: datetime | None = None,
    keep_open: bool = True,
) -> dict[str, str]:
    """The environment that dbt runs in: no telemetry, our package importable, the folders and the reporting instant of this installation.

    Nothing of Airflow's: models have no use for connections, and dbt goes through its environment at every line of its log.
    `inputs` is the folder of validated rows to read, where it is not the installation's own; `as_of` another reporting instant than the
    installation's; `as_of_before` that of the build which is brought up to date. Without `keep_open` DuckDB's files are closed after
    each model (70 ms each). Instants are here and not among dbt's variables
    because dbt parses the whole project anew for any changed variable (5 processor seconds).
    """
    environment = child_environment(
        KUULO_AS_OF=_naive(as_of or reporting_date(settings)),
        KUULO_AS_OF_BEFORE=_naive(as_of_before) if as_of_before else "",
        KUULO_DUCKDB_KEEP_OPEN=str(keep_open),
        DBT_SEND_ANONYMOUS_USAGE_STATS="False",
        DO_NOT_TRACK="1",
        DBT_USE_COLORS="False",
        PYTHONPATH=str(PROJECT_ROOT / "plugins"),
        KUULO_HOME=str(settings.home),
        KUULO_VALIDATED=str(inputs or settings.validated),
    )
    return {name: value for name, value in environment.items() if not name.startswith("AIRFLOW_")}


def _naive(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def dbt_command(settings: Settings, *words: str, every_source: bool = False, variables: Mapping[str, Any] | None = None) -> list[str]:
    """The argument vector of a dbt command against this installation, to be run in dbt_environment.

    Models of sources of which nothing has entered are left out, unless `every_source`. `variables` are further ones of the project.
    """
    given: dict[str, Any] = {"timezone": settings.timezone, **(variables or {})}
    if not every_source:
        given["sources"] = sources_with_rows(settings)
    return [
        *(sys.executable, "-c", _PROGRAM),
        *words,
        *("--project-dir", str(settings.dbt_project), "--profiles-dir", str(settings.dbt_project)),
        *("--target", settings.target, "--target-path", str(settings.dbt_target)),
        *("--log-path", str(settings.dbt_logs), "--vars", json.dumps(given)),
    ]
