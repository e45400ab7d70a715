"""Build the marts: one dbt process a run, from validated rows to build/marts.duckdb."""

import json
import subprocess
import time
from datetime import UTC, datetime

import duckdb

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder, write_json
from kuulo.settings import Settings
from kuulo.warehouse.empty_batches import write_empty_batches
from kuulo.warehouse.made_from import built_from, fingerprint, reporting_date
from kuulo.warehouse.receipts_table import write_receipts_table
from kuulo.warehouse.run_dbt import dbt_command, dbt_environment


class BuildFailed(KuuloError):
    """dbt did not finish; nothing was published."""


def _set_aside_what_cannot_be_opened(settings: Settings) -> None:
    """The database files are caches: one that is damaged is moved away and made again from validated/."""
    for path in (settings.warehouse, settings.marts):
        try:
            if path.exists():
                duckdb.connect(str(path)).close()
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise BuildFailed(f"{path} is open elsewhere: end that process, or let it read {settings.published} instead") from None
            path.rename(path.with_suffix(f".damaged-{int(time.time())}"))
        except duckdb.Error:
            path.rename(path.with_suffix(f".damaged-{int(time.time())}"))


def _what_failed(settings: Settings, output: str) -> str:
    results = settings.home / "dbt" / "target" / settings.target / "run_results.json"
    failed = [
        f"{result['unique_id']} ({result['status']}: {' '.join((result.get('message') or '').split())[:200]})"
        for result in (json.loads(results.read_text())["results"] if results.exists() else [])
        if result["status"] in ("error", "fail")
    ]
    return "; ".join(failed[:5]) or " ".join(output.split())[-400:]


def _run_dbt(settings: Settings) -> None:
    results = settings.home / "dbt" / "target" / settings.target / "run_results.json"
    results.unlink(missing_ok=True)
    command = dbt_command(settings, "build", "--exclude-resource-type", "unit_test", "--quiet")
    done = subprocess.run(command, env=dbt_environment(settings), capture_output=True, text=True, check=False, cwd=settings.dbt_project)
    if done.returncode != 0:
        raise BuildFailed(
            f"dbt build failed, the last good marts stay: {_what_failed(settings, done.stdout + done.stderr)}; "
            f"see {settings.home / 'dbt' / 'logs' / 'dbt.log'}"
        )


def build_marts(settings: Settings, *, run: str) -> dict[str, float] | None:
    """Build all marts and run their tests; returns the seconds it took, or None where nothing has changed.

    Raises:
        BuildFailed: a model or a test failed; what was published before stays.
    """
    started = time.monotonic()
    made_from = fingerprint(settings)
    if built_from(settings).get("fingerprint") == made_from:
        return None
    private_folder(settings.marts.parent)
    settings.marts.with_name("built.json").unlink(missing_ok=True)
    write_empty_batches(settings)
    write_receipts_table(settings)
    _set_aside_what_cannot_be_opened(settings)
    _run_dbt(settings)
    for path in (settings.warehouse, settings.marts):
        path.chmod(0o600)
    built = {"fingerprint": made_from, "run": run, "as_of": reporting_date(settings), "built_at": datetime.now(UTC)}
    write_json(settings.marts.with_name("built.json"), built)
    return {"seconds": round(time.monotonic() - started, 1)}
