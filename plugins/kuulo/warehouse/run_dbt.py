"""How dbt is run against an installation."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kuulo.settings import PROJECT_ROOT, Settings, child_environment
from kuulo.warehouse.made_from import reporting_date, sources_with_rows


def dbt_environment(settings: Settings, inputs: Path | None = None) -> dict[str, str]:
    """The environment that dbt runs in: no telemetry, our package importable, the folders of this installation.

    `inputs` is the folder of validated rows to read, where it is not the installation's own.
    """
    return child_environment(
        DBT_SEND_ANONYMOUS_USAGE_STATS="False",
        DO_NOT_TRACK="1",
        DBT_USE_COLORS="False",
        PYTHONPATH=str(PROJECT_ROOT / "plugins"),
        KUULO_HOME=str(settings.home),
        KUULO_VALIDATED=str(inputs or settings.validated),
    )


def dbt_command(
    settings: Settings, *words: str, as_of: datetime | None = None, every_source: bool = False, variables: Mapping[str, Any] | None = None
) -> list[str]:
    """The argument vector of a dbt command against this installation, as of its reporting date unless another is given.

    Models of sources of which nothing has entered are left out, unless `every_source`. `variables` are further ones of the project.
    """
    given: dict[str, Any] = {
        "as_of": (as_of or reporting_date(settings)).strftime("%Y-%m-%dT%H:%M:%S"),
        "timezone": settings.timezone,
        **(variables or {}),
    }
    if not every_source:
        given["sources"] = sources_with_rows(settings)
    return [
        *(sys.executable, "-m", "kuulo.warehouse.dbt_process"),
        *words,
        *("--project-dir", str(settings.dbt_project), "--profiles-dir", str(settings.dbt_project)),
        *("--target", settings.target, "--target-path", str(settings.home / "dbt" / "target" / settings.target)),
        *("--log-path", str(settings.home / "dbt" / "logs"), "--vars", json.dumps(given)),
    ]
