"""`make mf do="query --metrics nps"`: MetricFlow's own command line over the published marts.

It reads the copy that BI tools read, so that no question waits for the pipeline, nor the pipeline for a question.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings, load_settings
from kuulo.warehouse.run_dbt import dbt_environment

# mf asks the package registry for a newer version at every start, and has no setting against it
_PROGRAM = (
    "import update_checker; update_checker.UpdateChecker.check = lambda *_, **__: None; from dbt_metricflow.cli.main import cli; cli()"
)


class NothingToAsk(KuuloError):
    """No marts are published yet."""


def _profile(settings: Settings) -> dict[str, object]:
    published = {
        "type": "duckdb",
        "path": str(settings.published / "marts.duckdb"),
        "schema": "main",
        "threads": 1,
        "config_options": {"access_mode": "read_only"},
        "settings": {"TimeZone": "UTC", "enable_external_access": "false"},  # no filter reaches another file
    }
    return {"kuulo": {"target": "published", "outputs": {"published": published}}}


def metricflow_folder(settings: Settings) -> Path:
    """A dbt project of three files, where mf looks for them: whose it is, the published copy, and the semantic manifest of the last build.

    Raises:
        NothingToAsk: nothing is published.
    """
    manifest = settings.dbt_target / "semantic_manifest.json"
    if not manifest.exists() or not (settings.published / "marts.duckdb").exists():
        raise NothingToAsk("there are no published marts to ask: make run publishes them")
    folder = private_folder(settings.home / "dbt" / "metricflow")
    shutil.copyfile(settings.dbt_project / "dbt_project.yml", folder / "dbt_project.yml")
    shutil.copyfile(manifest, private_folder(folder / "target") / "semantic_manifest.json")
    (folder / "profiles.yml").write_text(json.dumps(_profile(settings)))  # JSON is YAML
    return folder


def main(words: list[str]) -> int:
    """Hand the words to mf; this process becomes it."""
    try:
        settings = load_settings()
        folder = metricflow_folder(settings)
    except KuuloError as error:
        print(f"kuulo: {error}", file=sys.stderr)  # noqa: T201
        return 1
    places = {"DBT_PROJECT_DIR": folder, "DBT_PROFILES_DIR": folder, "DBT_LOG_PATH": settings.dbt_logs}
    environment = {**dbt_environment(settings), **{name: str(path) for name, path in places.items()}}
    os.execve(sys.executable, [sys.executable, "-W", "ignore", "-c", _PROGRAM, *words], environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
