"""Transformation: a script written by hand against dbt, for the same marts and for all with their data tests; what one more day costs.

Run it as `.venv/bin/python benchmarks/transform.py [--millions 1 10 50] [--rounds 1] [--home folder] [--check]`: answers in millions,
everything else in proportion (transformation/README.md). Each measure has a process of its own, and dbt and the script take turns; trust
the ratios. `wall` is the clock, `cpu` the seconds of all processors together, which other programs on the machine disturb less. The
figures of both are compared, also after the added day. What is written is deleted at the end; `--parts` prints what the seconds go to.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MEMORY = "4GB"
GB_A_MILLION = 0.7  # of disk: validated rows, warehouse, marts, publication, the script's database, and what spills
GOALS = {"same marts/by hand": 2.0, "a day, largest/smallest": 1.3}
GOALS_FROM = 10  # million answers: below it dbt's four hundred nodes cost more than their rows
Taken = dict[str, Any]


def _run(script: str, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "plugins"), "KUULO_DUCKDB_MEMORY": MEMORY}
    command = [sys.executable, str(HERE / "transformation" / script), *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{script} {' '.join(words)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout.splitlines()[-1]


def _measure(name: str, home: Path) -> Taken:
    taken: Taken = json.loads(_run("measures.py", name, str(home)))
    return taken


def _compare(home: Path, when: str) -> None:
    sys.path[:0] = [str(HERE), str(HERE.parent / "plugins")]
    from transformation.run_by_hand import database_by_hand
    from transformation.same_figures import differences

    from kuulo.settings import Settings

    settings = Settings(home=home)
    found = differences(settings.marts, database_by_hand(settings))
    unlike = {table: differing for table, (_, differing) in found.items() if differing}
    if unlike:
        raise SystemExit(f"{when}: dbt and the script tell different figures in {unlike} of {home}")
    print(f"  {when}: {sum(rows for rows, _ in found.values()):,} rows of {len(found)} tables tell the same figures by dbt and by hand")


def _print_parts(taken: Taken, count: int) -> None:
    parts = sorted(taken["parts"], key=lambda part: -part[1])
    for name, seconds in parts[:count]:
        print(f"      {seconds:7.1f} s  {name}")
    kinds: dict[str, float] = defaultdict(float)
    for name, seconds in parts:
        kinds[name.split()[0] if " " in name else "statement"] += seconds
    inside = sum(kinds.values())
    told = ", ".join(f"{kind}s {seconds:.1f} s" for kind, seconds in sorted(kinds.items()) if seconds >= 0.05)
    print(f"      {told}; around them {taken['seconds'] - inside:.1f} s")


def _print_measure(name: str, taken: list[Taken], parts: int) -> None:
    median = {key: statistics.median(each[key] for each in taken) for key in ("seconds", "processor_seconds", "peak_mb")}
    print(f"  {name:<10} wall {median['seconds']:7.1f} s  cpu {median['processor_seconds']:7.1f} s  peak {median['peak_mb']:6.0f} MB")
    if taken[-1]["parts"]:
        _print_parts(taken[-1], parts)


def _measure_size(millions: float, folder: Path, rounds: int, parts: int) -> dict[str, list[Taken]]:
    home = folder / f"company-{millions:g}"
    shutil.rmtree(home, ignore_errors=True)
    needed = GB_A_MILLION * millions + 1
    if shutil.disk_usage(folder).free < needed * 1e9:
        raise SystemExit(f"{millions:g} million answers need about {needed:.0f} GB of disk below {folder}: name another with --home")
    print(f"{millions:g} million answers: {_run('write_company.py', str(home), '--answers', str(millions))} written", flush=True)
    taken: dict[str, list[Taken]] = defaultdict(list)
    try:
        for _ in range(rounds):
            for name in ("by_hand", "same_marts", "full_build"):
                taken[name].append(_measure(name, home))
        taken["publish"].append(_measure("publish", home))
        _compare(home, "full build")
        for _ in range(rounds):
            _run("write_company.py", str(home), "--answers", str(millions), "--add-day")
            taken["a_day"].append(_measure("build", home))
        taken["by_hand_again"].append(_measure("by_hand", home))
        _compare(home, "a day later")
    finally:
        for name, each in taken.items():
            _print_measure(name, each, parts)
        sys.stdout.flush()
    shutil.rmtree(home)
    return taken


def _ratio(above: list[Taken], below: list[Taken], key: str) -> float:
    return statistics.median(each[key] for each in above) / statistics.median(each[key] for each in below)


def _report(sizes: dict[float, dict[str, list[Taken]]]) -> bool:
    smallest, largest = sizes[min(sizes)], sizes[max(sizes)]
    ratios = [
        (f"same marts/by hand, {millions:g} million", "same marts/by hand", each["same_marts"], each["by_hand"])
        for millions, each in sizes.items()
    ]
    ratios += [(f"all, tested/by hand, {millions:g} million", "", each["full_build"], each["by_hand"]) for millions, each in sizes.items()]
    ratios += [(f"a day/full, {millions:g} million", "", each["a_day"], each["full_build"]) for millions, each in sizes.items()]
    ratios.append(("a day, largest/smallest", "a day, largest/smallest", largest["a_day"], smallest["a_day"]))
    all_met = True
    for name, aim, above, below in ratios:
        ratio, goal = _ratio(above, below, "processor_seconds"), GOALS.get(aim)
        told = f"  goal {goal:g} from {GOALS_FROM} million  {'met' if ratio <= goal else 'MISSED'}" if goal else ""
        all_met = all_met and (goal is None or ratio <= goal or max(sizes) < GOALS_FROM)
        print(f"{name:<36} cpu {ratio:6.2f}  wall {_ratio(above, below, 'seconds'):6.2f}{told}")
    return all_met


def main() -> None:
    """Print what was measured; with --check a missed goal is an error."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--millions", type=float, nargs="+", default=[0.1, 1.0])
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--parts", type=int, default=15, help="how many of the dearest models, tests and statements to name")
    arguments.add_argument("--home", type=Path, help="a folder with room for the largest")
    arguments.add_argument("--check", action="store_true")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.home, prefix="kuulo-bench-") as folder:
        sizes = {millions: _measure_size(millions, Path(folder), chosen.rounds, chosen.parts) for millions in chosen.millions}
    if not _report(sizes) and chosen.check:
        raise SystemExit("a goal was missed")


if __name__ == "__main__":
    main()
