"""How dbt is run against an installation."""

import json
import sys

from kuulo.settings import PROJECT_ROOT, Settings, child_environment
from kuulo.warehouse.made_from import reporting_date


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment that dbt runs in: no telemetry, our package importable, the folders of this installation."""
    return child_environment(
        DBT_SEND_ANONYMOUS_USAGE_STATS="False",
        DO_NOT_TRACK="1",
        DBT_USE_COLORS="False",
        PYTHONPATH=str(PROJECT_ROOT / "plugins"),
        KUULO_HOME=str(settings.home),
        KUULO_VALIDATED=str(settings.validated),
    )


def dbt_command(settings: Settings, *words: str) -> list[str]:
    """The argument vector of a dbt command against this installation."""
    variables = {"as_of": reporting_date(settings).strftime("%Y-%m-%dT%H:%M:%S"), "timezone": settings.timezone}
    return [
        *(sys.executable, "-c", "from dbt.cli.main import cli; cli()"),
        *words,
        *("--project-dir", str(settings.dbt_project), "--profiles-dir", str(settings.dbt_project)),
        *("--target", settings.target, "--target-path", str(settings.home / "dbt" / "target" / settings.target)),
        *("--log-path", str(settings.home / "dbt" / "logs"), "--vars", json.dumps(variables)),
    ]
