"""What the marts are made from: the reporting date, and a fingerprint that tells whether a build would change anything."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from kuulo.kept_keys import kept_key
from kuulo.landing.receipt import ValidationReceipt, read_validation_receipts
from kuulo.settings import Settings
from kuulo.warehouse.empty_batches import EMPTY_BATCH

# the one file beside the dbt project that a model's figures come from
_ARITHMETIC = Path(__file__).with_name("driver_importance.py")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reporting_date(settings: Settings) -> datetime:
    """KUULO_AS_OF, else the end of the newest window that has been validated, else 1970-01-01."""
    return settings.as_of or _newest_end(read_validation_receipts(settings))


def _newest_end(receipts: Iterable[ValidationReceipt]) -> datetime:
    return max((receipt.window_end for receipt in receipts if receipt.status == "validated"), default=_EPOCH)


def sources_with_rows(settings: Settings) -> list[str]:
    """The sources of which a batch has entered, and always `files`: what has never been read costs no build anything."""
    entered = {path.parts[-4] for path in settings.validated.glob("*/*/*/validated.parquet") if path.parent.name != EMPTY_BATCH}
    return sorted(entered | {"files"})


def _verdict(receipt: ValidationReceipt) -> str:
    """Hash of what a batch's verdict says of its rows, which its fingerprint stands for.

    Which run came to it changes none: a stopped batch is judged in every run. Nor does until when it was looked: a table that is read
    whole is one batch, whose window ends later each time.
    """
    told = replace(receipt, run="", seconds=0.0, window_start=_EPOCH, window_end=_EPOCH)
    return hashlib.sha256(repr(told).encode()).hexdigest()


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

    `batches` ({`<source>/<stream>/<batch>`: hash of its verdict}) and how many `rows` have entered in them, in all versions; the
    reporting instant `as_of`, a hash of the dbt project and the settings (`project`), and one of everything (`fingerprint`), by which
    it is known whether a build would change anything.

    Raises:
        UnreadableReceipt: a batch's receipt is damaged.
    """
    judged, project = read_validation_receipts(settings), _hash_of(_project_and_settings(settings))
    batches = {f"{receipt.source}/{receipt.stream}/{receipt.batch}": _verdict(receipt) for receipt in judged}
    runs = (path.read_bytes() for path in sorted(settings.receipts.glob("*/*.json")))
    listed = (f"{place} {verdict}".encode() for place, verdict in batches.items())
    as_of = settings.as_of or _newest_end(judged)
    return {
        "fingerprint": _hash_of([repr(as_of).encode(), project.encode(), *listed, *runs]),
        "as_of": as_of,
        "project": project,
        "rows": sum(receipt.validated for receipt in judged),
        "batches": batches,
    }


def built_from(settings: Settings) -> dict[str, Any]:
    """What the last successful build was made from, or an empty dict; removed while a build is under way."""
    path = settings.marts.with_name("built.json")
    try:
        built: dict[str, Any] = json.loads(path.read_text()) if path.exists() and settings.marts.exists() else {}
    except ValueError:
        return {}  # damaged: as if there had been no build
    return built
