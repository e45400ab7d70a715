"""The suite of a stream as it is written in expectations/: read without Great Expectations, so that reading is quick."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kuulo.errors import KuuloError
from kuulo.settings import Settings

DERIVED_COLUMNS = frozenset({"_latest_at", "_known_scale", "_scale_nearest"})
"""Columns that the gate adds to what GX reads: the rules may name them, the validated rows do not have them."""


class SuiteError(KuuloError):
    """A stream has no suite, or one that cannot be used; the message names the file."""


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite.

    Attributes:
        name: what quarantine and receipts call it (`meta.rule`).
        why: the sentence for a human (`meta.why`).
        is_row_rule: whether it judges rows (`meta.scope` row) or the batch as a whole (batch).
        is_critical: whether breaking it refuses the row or stops the batch; a warning is only told.
    """

    name: str
    why: str
    is_row_rule: bool
    is_critical: bool


@dataclass(frozen=True)
class Suite:
    """A stream's rules, in the order of its file.

    Attributes:
        document: the file's content, as GX reads it.
        rules: one for each expectation of the document.
        max_quarantined_share: a batch of which more than this share is refused is stopped.
        sha256: hash of the file.
    """

    path: Path
    document: dict[str, Any]
    rules: tuple[Rule, ...]
    max_quarantined_share: float
    sha256: str


def _rule(expectation: dict[str, Any]) -> Rule:
    meta = expectation["meta"]
    if meta["scope"] not in ("row", "batch") or expectation["severity"] not in ("critical", "warning"):
        raise KeyError(f"scope and severity of rule {meta['rule']}")
    return Rule(meta["rule"], meta["why"], meta["scope"] == "row", expectation["severity"] == "critical")


def read_suite(settings: Settings, source: str, stream: str) -> Suite:
    """The stream's suite; raises SuiteError that names the file and what is missing."""
    path = settings.expectations / source / f"{stream}.json"
    try:
        content = path.read_bytes()
        document = json.loads(content)
        rules = tuple(_rule(expectation) for expectation in document["expectations"])
        share = float(document["meta"].get("max_quarantined_share", 0.5))
    except FileNotFoundError:
        raise SuiteError(f"stream {source}/{stream} has no suite: write expectations/{source}/{stream}.json") from None
    except (KeyError, TypeError, ValueError) as error:
        raise SuiteError(
            f"expectations/{source}/{stream}.json cannot be used ({error}): each expectation needs severity (critical or warning) "
            "and meta with rule, why and scope (row or batch)"
        ) from None
    if len({rule.name for rule in rules}) < len(rules):
        raise SuiteError(f"expectations/{source}/{stream}.json names two rules alike: give each its own meta.rule")
    return Suite(path, document, rules, share, hashlib.sha256(content).hexdigest())
