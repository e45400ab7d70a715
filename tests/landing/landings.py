"""What the tests of landing share: a window, a clock, and a way to land from a scripted server."""

from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq

from kuulo.landing.land_stream import land_stream
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt
from kuulo.settings import Settings
from kuulo.sources.source import Credentials, Source, Window
from tests.loopback_server import Asked, Script, serving
from tests.still_time import StillTime

WINDOW = Window(datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC))
LINEAGE = ("_batch", "_window_start", "_window_end", "_landed_at")


def land(
    settings: Settings,
    source: Source,
    stream: str,
    script: Script,
    *,
    base: str = "",
    knobs: dict[str, str] | None = None,
    run: str = "run-1",
    **more: Any,
) -> tuple[list[LandingReceipt], list[Asked]]:
    """Land a stream's window; the receipts and what was asked. Errors carry what was asked as `asked`."""
    still = StillTime()
    with serving(script) as server:
        try:
            receipts = land_stream(
                settings=settings, source=source, stream=source.stream(stream), window=WINDOW, run=run, clock=still.now,
                credentials=Credentials(base_url=server.url + base, secret="canary-77", extra=knobs or {}), clocks=still.clocks, **more,
            )  # fmt: skip
        except Exception as error:
            error.asked = server.asked  # type: ignore[attr-defined]
            raise
        return receipts, server.asked


def place_of(settings: Settings, source: Source, stream: str) -> BatchPlace:
    return BatchPlace(settings, source.name, stream, WINDOW.batch)


def typed_rows(settings: Settings, source: Source, stream: str) -> list[dict[str, Any]]:
    """The typed rows without the lineage that is the same in all of them."""
    rows: list[dict[str, Any]] = pq.read_table(place_of(settings, source, stream).typed).to_pylist()
    return [{name: value for name, value in row.items() if name not in LINEAGE} for row in rows]


def untyped_rows(settings: Settings, source: Source, stream: str) -> list[dict[str, Any]]:
    path = place_of(settings, source, stream).untyped
    return pq.read_table(path).to_pylist() if path.exists() else []  # type: ignore[no-any-return]
