"""A million rows of a table to landed pages and typed Parquet, against fetching them and no more.

Run it as `.venv/bin/python benchmarks/database.py`. Each measure has a process of its own; trust the ratios, and that memory
does not grow with the rows.
"""

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOALS = {"land/bare": 40.0, "peak_growth": 1.25}
DECLARATION = """\
connection: bench
stream: orders
table: orders
watermark: changed
columns: {order_id: id, customer_id: who, email: mail, ordered_at: changed, amount: total, currency: {value: EUR}, status: state}
"""


def lay(file: Path, rows: int) -> None:
    """A table of so many orders within a month."""
    connection = sqlite3.connect(file)
    connection.execute("create table orders (id integer primary key, who text, mail text, changed text, total real, state text)")
    connection.execute(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?) insert into orders select i, 'K-' || (i % 50000), "
        "'person' || i || '@post.example', datetime(1767225600 + i % 2600000, 'unixepoch'), i % 997 / 4.0, 'paid' from n",
        (rows,),
    )
    connection.execute("create index changed on orders (changed)")
    connection.commit()
    connection.close()


def measure(what: str, home: Path) -> dict[str, float]:
    """Seconds, rows and peak memory of one measure, in this process."""
    from kuulo.landing.land_table import land_table
    from kuulo.settings import Settings
    from kuulo.sources.canonical import DATABASE
    from kuulo.sources.database.engines import Database, engine_of
    from kuulo.sources.database.read_declaration import read_declaration
    from kuulo.sources.source import Window

    settings = Settings(home=home)
    database = Database(lambda: sqlite3.connect(f"file:{home / 'bench.sqlite'}?mode=ro", uri=True), engine_of("sqlite"))
    started = time.perf_counter()
    if what == "bare":
        cursor = database.connect().execute("select id, who, mail, changed, total, state from orders order by changed, id")
        rows = sum(len(batch) for batch in iter(lambda: cursor.fetchmany(5000), []))
    else:
        window = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
        declared = read_declaration(settings, "bench")
        now = datetime(2026, 3, 1, tzinfo=UTC)
        receipt = land_table(
            settings=settings, source=DATABASE, declared=declared, window=window, database=database, run="bench", clock=lambda: now
        )  # fmt: skip
        rows = receipt.received - receipt.untyped
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": time.perf_counter() - started, "rows": rows, "peak_mb": peak}


def _in_a_process(what: str, home: Path) -> dict[str, float]:
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "plugins")}
    done = subprocess.run([sys.executable, __file__, what, str(home)], env=environment, capture_output=True, text=True, check=True)
    taken: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return taken


def main() -> None:
    """Print what was measured, and whether the goals are met."""
    taken: dict[tuple[str, int], dict[str, float]] = {}
    for rows in (200_000, 1_000_000):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            lay(home / "bench.sqlite", rows)
            (home / "databases").mkdir()
            (home / "databases" / "bench.yml").write_text(DECLARATION)
            for what in ("bare", "land"):
                found = taken[what, rows] = _in_a_process(what, home)
                assert found["rows"] == rows
                speed, peak = rows / found["seconds"], found["peak_mb"]
                print(f"{what:<5} {rows:>9,} rows  {found['seconds']:6.1f} s  {speed:>9,.0f} rows/s  {peak:5.0f} MB")
    ratios = {
        "land/bare": taken["land", 1_000_000]["seconds"] / taken["bare", 1_000_000]["seconds"],
        "peak_growth": taken["land", 1_000_000]["peak_mb"] / taken["land", 200_000]["peak_mb"],
    }
    for name, ratio in ratios.items():
        print(f"{name:<12} {ratio:5.2f}  goal {GOALS[name]:g}  {'met' if ratio <= GOALS[name] else 'MISSED'}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        main()
