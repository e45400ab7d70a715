"""Write a company into a KUULO_HOME as validation leaves it: validated/files/<stream>/<batch>/ with receipts, and run receipts.

`.venv/bin/python benchmarks/transformation/write_company.py <home> --answers 10` (millions) writes 18 months, and with `--add-day`
the day after the last one that is there.
"""

import argparse
import json
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "plugins")]

import duckdb  # noqa: E402
from transformation.company import START, Company, Days, history  # noqa: E402
from transformation.rows_sql import queries  # noqa: E402

from kuulo.landing.landing_path import BatchPlace  # noqa: E402
from kuulo.landing.receipt import RunReceipt, ValidationReceipt, write_receipt, write_run_receipt  # noqa: E402
from kuulo.landing.whole_files import private_folder  # noqa: E402
from kuulo.settings import Settings  # noqa: E402
from kuulo.sources.source import Window  # noqa: E402


def _write_batch(connection: duckdb.DuckDBPyConnection, settings: Settings, company: Company, days: Days) -> int:
    window = Window(days.start, days.end)
    landed_at = days.end + timedelta(hours=1)
    rows = 0
    for stream, query in queries(company, days):
        place = BatchPlace(settings, "files", stream, window.batch)
        private_folder(place.validated.parent)
        received = connection.execute(f"""
            copy (
                select
                    rows.* exclude (_number), null::varchar as _extra, 1::integer as _page, _number::bigint as _position,
                    '{window.batch}' as _batch, timestamp '{days.start:%Y-%m-%d}' as _window_start,
                    timestamp '{days.end:%Y-%m-%d}' as _window_end, timestamp '{landed_at:%Y-%m-%d %H:%M:%S}' as _landed_at
                from ({query}) as rows
            ) to '{place.validated}' (format parquet, compression zstd)
        """).fetchall()[0][0]  # noqa: S608  paths and numbers of ours
        told = {"source": "files", "stream": stream, "run": f"bench-{window.batch}", "received": received, "validated": received}
        receipt = ValidationReceipt(
            **told, batch=window.batch, window_start=days.start, window_end=days.end, quarantined={}, duplicates=0,
            status="validated", message="", fingerprint="", seconds=0.0,
        )  # fmt: skip
        write_receipt(place.validated_receipt, receipt)
        write_run_receipt(settings, RunReceipt(**told, finished_at=landed_at, status="validated", batches=1, newest_at=days.end))
        rows += received
    return rows


def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"memory_limit": "2GB", "preserve_insertion_order": False})


def write_history(settings: Settings, company: Company) -> int:
    """Write the 18 months; returns the rows of all streams."""
    connection = _connection()
    return sum(_write_batch(connection, settings, company, days) for days in history())


def add_day(settings: Settings, company: Company) -> int:
    """Write the day after the last one that is there, late answers and reopened contacts with it; returns its rows."""
    receipts = settings.validated.glob("files/survey_answers/*/receipt.json")
    newest = max(datetime.fromisoformat(json.loads(receipt.read_text())["window_end"]) for receipt in receipts)
    day = (newest - START).days
    return _write_batch(_connection(), settings, company, Days(day, day + 1))


def main() -> None:
    """Write what the command line asks for, and say how much it was."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("home", type=Path)
    arguments.add_argument("--answers", type=float, required=True, help="millions")
    arguments.add_argument("--add-day", action="store_true")
    chosen = arguments.parse_args()
    settings, company = Settings(home=chosen.home.resolve()), Company(int(chosen.answers * 1_000_000))
    started = time.monotonic()
    rows = (add_day if chosen.add_day else write_history)(settings, company)
    print(f"{rows:,} rows in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
