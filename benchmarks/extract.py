"""Extraction: a million survey answers from a loopback server to landed pages and typed Parquet, against a bare download and dlt.

Run it as `.venv/bin/python benchmarks/extract.py [rounds]`. Measures take turns, each in a process of its own; trust the ratios.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
DLT = HERE / ".venv" / "bin" / "python"
GOALS = {"land/bare": 2.2, "dlt/land": 15.0, "peak_mb": 350.0}
Taken = dict[tuple[str, int], list[dict[str, float]]]


@contextmanager
def _server() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, HERE / "extraction" / "answers_server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"  # type: ignore[union-attr]
    finally:
        process.communicate()


def _measure(python: str | Path, measure: str, url: str, records: int) -> dict[str, float]:
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "plugins")}
    command = [str(python), str(HERE / "extraction" / "measures.py"), measure, url, str(records)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{measure} of {records} records failed:\n{done.stderr[-2000:]}")
    taken: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return taken


def _dlt_python() -> Path:
    """dlt has an environment of its own: its pins are not ours."""
    if not DLT.exists():
        subprocess.run([sys.executable, "-m", "venv", HERE / ".venv"], check=True)
        subprocess.run([HERE / ".venv" / "bin" / "pip", "install", "-q", "-r", HERE / "requirements-dlt.txt"], check=True)
    return DLT


def _take(url: str, rounds: int) -> Taken:
    taken: Taken = {}
    for _ in range(rounds):
        for records in (200_000, 1_000_000):
            for measure in ("bare", "land"):
                taken.setdefault((measure, records), []).append(_measure(sys.executable, measure, url, records))
    taken["dlt", 200_000] = [_measure(_dlt_python(), "dlt", url, 200_000)]
    return taken


def _median(taken: Taken, measure: str, records: int, what: str) -> float:
    return statistics.median(one[what] for one in taken[measure, records])


def main() -> None:
    """Measure and print the table and the goals."""
    with _server() as url:
        taken = _take(url, int(sys.argv[1]) if len(sys.argv) > 1 else 5)
    print(f"{'measure':<8}{'records':>10}{'s':>8}{'s, from-to':>16}{'peak MB':>9}")
    for (measure, records), runs in taken.items():
        seconds = [run["seconds"] for run in runs]
        spread = f"{min(seconds):.2f}-{max(seconds):.2f}"
        peak = _median(taken, measure, records, "peak_mb")
        print(f"{measure:<8}{records:>10,}{statistics.median(seconds):>8.2f}{spread:>16}{peak:>9.0f}")
    for records in (200_000, 1_000_000):
        ratio = _median(taken, "land", records, "seconds") / _median(taken, "bare", records, "seconds")
        print(f"land / bare at {records:,}: {ratio:.2f}x (goal: at most {GOALS['land/bare']}x)")
    ratio = _median(taken, "dlt", 200_000, "seconds") / _median(taken, "land", 200_000, "seconds")
    print(f"dlt / land at 200,000: {ratio:.1f}x (goal: at least {GOALS['dlt/land']}x)")
    peaks = [_median(taken, "land", records, "peak_mb") for records in (200_000, 1_000_000)]
    print(f"peak of land: {peaks[0]:.0f} MB at 200,000, {peaks[1]:.0f} MB at 1,000,000 (goal: at most {GOALS['peak_mb']:.0f} MB, flat)")


if __name__ == "__main__":
    main()
