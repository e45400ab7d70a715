"""What the marts are made from: the reporting date, and a fingerprint that tells whether a build would change anything."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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


def _what_the_marts_depend_on(settings: Settings) -> Iterator[bytes]:
    yield repr((settings.as_of, settings.timezone, settings.target, settings.publish_comments)).encode()
    for receipt in sorted(settings.validated.glob("*/*/*/receipt.json")):
        yield str(receipt.relative_to(settings.validated)).encode() + receipt.read_bytes()
    for receipt in sorted(settings.receipts.glob("*/*.json")):
        yield receipt.read_bytes()
    for part in ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml"):
        root = settings.dbt_project / part
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file():
                yield str(path.relative_to(settings.dbt_project)).encode() + path.read_bytes()
    yield _ARITHMETIC.read_bytes()


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
