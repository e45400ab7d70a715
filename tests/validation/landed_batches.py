"""Hand-made batches as landing leaves them, for the tests of what comes after it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kuulo.landing.declaration import UNTYPED, typed_schema
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt, write_receipt
from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings
from kuulo.sources.source import Stream

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
HAPPENED = datetime(2026, 1, 1, 12, 0)  # noqa: DTZ001  typed rows hold UTC without a zone
LANDED = datetime(2026, 1, 2, 1, 0)  # noqa: DTZ001
_BY_TYPE: dict[str, Any] = {"int64": 3, "float64": 1.0, "boolean": True, "timestamp": HAPPENED, "date": HAPPENED.date(), "json": "{}"}
_BY_NAME: dict[str, Any] = {
    "metric": "nps", "scale": "0-10", "score": 9.0, "email": "ada@example.com", "survey_id": "s1", "rating": 4.0, "rating_max": 5.0,
    "is_deleted": None,  # true of a tombstone, of which less is required
}  # fmt: skip


@dataclass(frozen=True)
class SeededSettings(Settings):
    """Settings whose seeds (and suites, where given) are a test's own."""

    seeds_project: Path | None = None
    suites: Path | None = None

    @property
    def dbt_project(self) -> Path:
        return self.seeds_project or super().dbt_project

    @property
    def expectations(self) -> Path:
        return self.suites or super().expectations


def write_seeds(settings: SeededSettings, questions: str = "") -> None:
    """Two scales, and the given rows of survey_questions (source,survey_id,question_id,scale)."""
    assert settings.seeds_project
    seeds = settings.seeds_project / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    (seeds / "survey_scales.csv").write_text("scale_id,scale_min,scale_max,scale_step\n0-10,0,10,1\nstars,0.5,5,0.5\n")
    (seeds / "survey_questions.csv").write_text("source,survey_id,question_id,scale\n" + questions)


def clean_row(stream: Stream, number: int, **changed: Any) -> dict[str, Any]:
    """A row that breaks no rule of any suite; its key is made of the number."""
    row = {c.name: _BY_NAME.get(c.name, _BY_TYPE.get(c.type, f"{c.name} {number}")) for c in stream.columns}
    for name in stream.primary_key:
        row[name] = f"{name}-{number}" if isinstance(row[name], str) else row[name]
    return {**row, **changed}


def typed_table(stream: Stream, rows: list[dict[str, Any]], batch: str = "b1", positions: list[int] | None = None) -> pa.Table:
    """The rows as typed.parquet holds them, lineage included."""
    lineage = {
        "_page": 1, "_batch": batch, "_window_start": START.replace(tzinfo=None), "_window_end": END.replace(tzinfo=None),
        "_landed_at": LANDED,
    }  # fmt: skip
    numbers = positions or list(range(len(rows)))
    return pa.Table.from_pylist([{**row, **lineage, "_position": n} for n, row in zip(numbers, rows, strict=True)], typed_schema(stream))


def land(
    settings: Settings,
    source: str,
    stream: Stream,
    rows: list[dict[str, Any]] | pa.Table,
    *,
    batch: str = "b1",
    untyped: list[dict[str, Any]] | None = None,
    sha256: str = "pages",
    row_group_size: int | None = None,
) -> BatchPlace:
    """Land a batch: typed.parquet, untyped.parquet where there are such rows, and the receipt."""
    place = BatchPlace(settings, source, stream.name, batch)
    private_folder(place.landing)
    table = rows if isinstance(rows, pa.Table) else typed_table(stream, rows, batch)
    pq.write_table(table, place.typed, compression="zstd", row_group_size=row_group_size)
    if untyped:
        pq.write_table(pa.Table.from_pylist(untyped, UNTYPED), place.untyped)
    receipt = LandingReceipt(
        source=source, stream=stream.name, batch=batch, run="landing", window_start=START, window_end=END,
        landed_at=END + timedelta(hours=1), pages=1, bytes=100, received=len(table) + len(untyped or []), untyped=len(untyped or []),
        sha256=sha256, declaration="declared", seconds=0.1,
    )  # fmt: skip
    write_receipt(place.landing_receipt, receipt)
    return place


def clock() -> datetime:
    """A clock that stands still."""
    return datetime(2026, 1, 3, tzinfo=UTC)
