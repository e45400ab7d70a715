"""What the marts are made from: the reporting date, and a fingerprint that tells whether a build would change anything."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from kuulo.kept_keys import kept_key
from kuulo.settings import Settings
from kuulo.warehouse.empty_batches import EMPTY_BATCH

# the one file beside the dbt project that a model's figures come from
_ARITHMETIC = Path(__file__).with_name("driver_importance.py")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def sources_with_rows(settings: Settings) -> list[str]:
    """The sources of which a batch has entered, and always `files`: what has never been read costs no build anything."""
    entered = {path.parts[-4] for path in settings.validated.glob("*/*/*/validated.parquet") if path.parent.name != EMPTY_BATCH}
    return sorted(entered | {"files"})


def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def validated_batches(settings: Settings) -> dict[str, str]:
    """Hash of each judged batch's receipt, by `<source>/<stream>/<batch>`."""
    receipts = sorted(settings.validated.glob("*/*/*/receipt.json"))
    return {str(path.parent.relative_to(settings.validated)): hashlib.sha256(path.read_bytes()).hexdigest() for path in receipts}


def validated_rows(settings: Settings) -> int:
    """How many rows have entered, in all versions."""
    return sum(_load(path)["validated"] for path in settings.validated.glob("*/*/*/receipt.json"))


def project_files(project: Path) -> Iterator[bytes]:
    """Of each file of the dbt project that dbt reads: its path in the project and its bytes."""
    for part in ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml"):
        root = project / part
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file():
                yield str(path.relative_to(project)).encode() + path.read_bytes()


def _project_and_settings(settings: Settings) -> Iterator[bytes]:
    yield repr((settings.timezone, settings.target, settings.publish_comments, duckdb.__version__)).encode()
    for key in ("customer_key", "comment_key"):
        yield hmac.digest(kept_key(settings.home / "secrets" / key), b"what the marts are made from", "sha256")
    yield " ".join(sources_with_rows(settings)).encode()
    yield from project_files(settings.dbt_project)
    yield _ARITHMETIC.read_bytes()


def _hash_of(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def inputs(settings: Settings) -> dict[str, Any]:
    """All that the marts are made from, as it is now.

    `batches` and their receipts, the reporting instant `as_of`, a hash of the dbt project and the settings (`project`), and one of
    everything (`fingerprint`), by which it is known whether a build would change anything.
    """
    project, batches = _hash_of(_project_and_settings(settings)), validated_batches(settings)
    receipts = (path.read_bytes() for path in sorted(settings.receipts.glob("*/*.json")))
    listed = (f"{place} {receipt}".encode() for place, receipt in batches.items())
    whole = _hash_of([repr(settings.as_of).encode(), project.encode(), *listed, *receipts])
    return {"fingerprint": whole, "as_of": reporting_date(settings), "project": project, "batches": batches}


def built_from(settings: Settings) -> dict[str, Any]:
    """What the last successful build was made from, or an empty dict; removed while a build is under way."""
    path = settings.marts.with_name("built.json")
    try:
        return _load(path) if path.exists() and settings.marts.exists() else {}
    except ValueError:
        return {}  # damaged: as if there had been no build
