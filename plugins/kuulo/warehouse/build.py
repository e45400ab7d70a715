"""Build the marts: one dbt process a run, from validated rows to build/marts.duckdb."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder, write_json
from kuulo.settings import PROJECT_ROOT, Settings, child_environment
from kuulo.validation.landing_gate import write_empty_batches
from kuulo.warehouse.receipts_table import write_receipts_table

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BuildFailed(KuuloError):
    """dbt did not finish; nothing was published."""


def reporting_date(settings: Settings) -> datetime:
    """KUULO_AS_OF, else the end of the newest window that has been validated, else 1970-01-01."""
    if settings.as_of:
        return settings.as_of
    ends = [
        datetime.fromisoformat(receipt["window_end"])
        for receipt in map(_load, sorted(settings.validated.glob("*/*/*/receipt.json")))
        if receipt["status"] == "validated"
    ]
    return max(ends, default=_EPOCH)


def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def _what_the_marts_depend_on(settings: Settings) -> Iterator[bytes]:
    yield repr((settings.as_of, settings.timezone, settings.target)).encode()
    for receipt in sorted(settings.validated.glob("*/*/*/receipt.json")):
        yield str(receipt.relative_to(settings.validated)).encode() + receipt.read_bytes()
    for receipt in sorted(settings.receipts.glob("*/*.json")):
        yield receipt.read_bytes()
    for part in ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml"):
        root = settings.dbt_project / part
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file():
                yield str(path.relative_to(settings.dbt_project)).encode() + path.read_bytes()


def fingerprint(settings: Settings) -> str:
    """A hash of all that the marts are made from: validated batches, receipts, the dbt project, the settings."""
    digest = hashlib.sha256()
    for part in _what_the_marts_depend_on(settings):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def built_from(settings: Settings) -> dict[str, Any]:
    """What the last successful build was made from, or an empty dict; removed while a build is under way."""
    path = settings.marts.with_name("built.json")
    return _load(path) if path.exists() and settings.marts.exists() else {}


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
        for result in (_load(results)["results"] if results.exists() else [])
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
