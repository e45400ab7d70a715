"""One measure of the transformation in a process of its own: prints seconds, processor seconds and peak memory as JSON."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "plugins")]

from kuulo.settings import Settings  # noqa: E402


def _results_of(settings: Settings) -> list[tuple[str, float]]:
    """(kind and name, seconds) of all that dbt ran."""
    path = settings.dbt_target / "run_results.json"
    results = json.loads(path.read_text())["results"]
    return [(" ".join(result["unique_id"].split(".")[:3:2]), result["execution_time"]) for result in results]


def build(settings: Settings) -> dict[str, Any]:
    """What a run does after validation: build_marts, with all data tests."""
    from kuulo.warehouse.build import build_marts

    if build_marts(settings, run="bench") is None:
        raise SystemExit("nothing was built: the marts are made from the same already")
    return {"parts": _results_of(settings)}


def _forget_builds(settings: Settings) -> None:
    for path in (settings.warehouse, settings.marts, settings.marts.with_name("built.json")):
        path.unlink(missing_ok=True)
    shutil.rmtree(settings.home / "dbt", ignore_errors=True)


def full_build(settings: Settings) -> dict[str, Any]:
    """The same from nothing: no database, no partial parse."""
    _forget_builds(settings)
    return build(settings)


def same_marts(settings: Settings) -> dict[str, Any]:
    """From nothing only the marts that the script by hand makes too, with all models that they need and without data tests."""
    from transformation.same_figures import COMPARED

    from kuulo.landing.whole_files import private_folder
    from kuulo.warehouse.empty_batches import write_empty_batches
    from kuulo.warehouse.frozen_inputs import freeze_inputs
    from kuulo.warehouse.receipts_table import write_receipts_table
    from kuulo.warehouse.run_dbt import dbt_command, dbt_environment

    _forget_builds(settings)
    private_folder(settings.marts.parent)
    write_empty_batches(settings)
    write_receipts_table(settings)
    words = ["build", "--quiet", "--exclude-resource-type", "test", "unit_test", "--select", *(f"+{mart}" for mart in COMPARED)]
    environment = dbt_environment(settings, freeze_inputs(settings, settings.marts.parent))
    subprocess.run(dbt_command(settings, *words), env=environment, cwd=settings.dbt_project, check=True)
    return {"parts": _results_of(settings)}


def publish(settings: Settings) -> dict[str, Any]:
    """The copy that BI tools read: a database file and Parquet."""
    from kuulo.publication.publish import publish_marts

    if publish_marts(settings, run="bench") is None:
        raise SystemExit("nothing was published: it was already")
    return {"parts": []}


def by_hand(settings: Settings) -> dict[str, Any]:
    """The hand-written script."""
    from transformation.run_by_hand import run_by_hand

    return {"parts": run_by_hand(settings, os.environ["KUULO_DUCKDB_MEMORY"])}


MEASURES = {"build": build, "full_build": full_build, "same_marts": same_marts, "publish": publish, "by_hand": by_hand}


def main() -> None:
    """Run the measure that is named, on the home that is named."""
    settings = Settings(home=Path(sys.argv[2]))
    started = time.monotonic()
    found = MEASURES[sys.argv[1]](settings)
    seconds = time.monotonic() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    found["seconds"] = seconds
    found["processor_seconds"] = sum(each.ru_utime + each.ru_stime for each in used)
    found["peak_mb"] = max(each.ru_maxrss for each in used) / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main()
