"""One measure of extraction in a process of its own: prints seconds, peak memory and rows as JSON."""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path


def bare(url: str, records: int, _folder: Path) -> Callable[[], int]:
    """Download every page with requests and throw it away: the lower bound."""
    import requests

    def download() -> int:
        session, size = requests.Session(), 0
        for number in range(records // 1000):
            with session.get(f"{url}/{records}/answers", params={"cursor": str(number)}, stream=True, timeout=30) as response:
                size += len(response.raw.read(decode_content=True))
        return size

    return download


def land(url: str, records: int, folder: Path) -> Callable[[], int]:
    """Kuulo's own land_stream: pages as sent, compressed, and typed Parquet."""
    from kuulo.landing.land_stream import land_stream
    from kuulo.settings import Settings
    from kuulo.sources.manners import Manners
    from kuulo.sources.pagination import AfterCursor
    from kuulo.sources.reading import Paged
    from kuulo.sources.source import Column, Credentials, Source, Stream, Window

    types = {"score": "float64", "duration_seconds": "float64", "is_finished": "boolean", "submitted_at": "timestamp"}
    names = "response_id respondent_id survey_id question_id submitted_at score label comment channel language country duration_seconds"
    names += " is_finished"
    stream = Stream(
        name="answers",
        primary_key=("response_id",),
        columns=tuple(Column(name=name, type=types.get(name, "string")) for name in names.split()),  # type: ignore[arg-type]
        reading=Paged(path=f"/{records}/answers", records_at="data", pager=AfterCursor(cursor_at="next", param="cursor")),
    )
    source = Source(name="bench", streams=(stream,), manners=Manners())
    window = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))

    def run() -> int:
        (receipt,) = land_stream(
            settings=Settings(home=folder), source=source, stream=stream, window=window, credentials=Credentials(base_url=url), run="bench",
            clock=lambda: datetime.now(UTC),
        )  # fmt: skip
        if (receipt.received, receipt.untyped, receipt.pages) != (records, 0, records // 1000):
            raise SystemExit(f"landed {receipt}")
        return receipt.bytes

    return run


def dlt(url: str, records: int, folder: Path) -> Callable[[], int]:
    """dlt's rest_api source to Parquet files."""
    import os

    os.environ.update(RUNTIME__DLTHUB_TELEMETRY="false", DLT_DATA_DIR=str(folder / "dlt"))
    import dlt as library
    from dlt.sources.rest_api import rest_api_source

    client = {"base_url": f"{url}/{records}/", "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "cursor"}}
    answers = {"name": "answers", "endpoint": {"path": "answers", "data_selector": "data"}}
    target = library.destinations.filesystem(bucket_url=str(folder / "out"))
    pipeline = library.pipeline("bench", destination=target, dataset_name="bench", pipelines_dir=str(folder / "pipelines"))

    def run() -> int:
        pipeline.run(rest_api_source({"client": client, "resources": [answers]}), loader_file_format="parquet")
        rows = pipeline.last_trace.last_normalize_info.row_counts["answers"]
        if rows != records:
            raise SystemExit(f"dlt took {rows} of {records}")
        return sum(path.stat().st_size for path in (folder / "out").rglob("*") if path.is_file())

    return run


def main() -> None:
    """Measure what the arguments name: measure, URL, records."""
    measure, url, records = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with tempfile.TemporaryDirectory(prefix="kuulo-bench-") as folder:
        work = {"bare": bare, "land": land, "dlt": dlt}[measure](url, records, Path(folder))
        started, busy = time.perf_counter(), time.process_time()
        size = work()
        seconds, cpu = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak, "bytes": size}))


if __name__ == "__main__":
    main()
