"""What a verdict depends on, as one hash: while it stays the same, a batch is not judged again."""

import hashlib
from dataclasses import replace

from kuulo.landing.receipt import LandingReceipt
from kuulo.settings import Settings
from kuulo.sources.source import Stream
from kuulo.validation.suite import Suite

_GATE_VERSION = "1"  # raise it when the gate's own code judges otherwise than before


def seeds_hash(settings: Settings, stream: Stream) -> str:
    """Hash of the seeds in which the stream's scores find their scales; empty where it has no scores."""
    if not stream.scale_from:
        return ""
    seeds = [settings.dbt_project / "seeds" / f"{name}.csv" for name in ("survey_scales", "survey_questions")]
    return hashlib.sha256(b"\0".join(seed.read_bytes() if seed.exists() else b"" for seed in seeds)).hexdigest()


def _declaration(stream: Stream) -> str:
    columns = tuple(replace(column, description="") for column in stream.columns)
    return repr((columns, stream.primary_key, stream.version_column, stream.scale_from))


def fingerprint_of(landed: LandingReceipt, stream: Stream, suite: Suite, seeds: str) -> str:
    """One hash of the landed pages, the declaration (then and now), the suite, the seeds and the gate itself."""
    parts = (_GATE_VERSION, landed.sha256, landed.declaration, str(landed.received), _declaration(stream), suite.sha256, seeds)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
