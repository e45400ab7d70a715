"""Validation: a million survey answers through the real gate, against Great Expectations on pandas with the same twelve rules.

Run it as `.venv/bin/python benchmarks/validate.py [rounds] [rows]`. Measures take turns, each in a process of its own; trust the
ratios. Both times are without the import of GX, which costs both the same. The gate does more than judge: it drops exact
repeats, writes the validated rows, receipts and Data Docs.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOALS = {"pandas/gate seconds": 3.0, "pandas/gate peak MB": 2.0}
RULES = (
    "columns", "row_count", "required:response_id", "required:submitted_at", "not_blank:response_id", "since_1990:submitted_at",
    "not_future:submitted_at", "known:metric", "on_scale:score", "not_negative:weight", "shape:email", "unique_key",
)  # fmt: skip
WINDOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def _write_answers(path: Path, rows: int) -> None:
    import duckdb

    duckdb.connect().execute(f"""
        copy (
            select 'response-' || lpad((i // 3)::varchar, 9, '0') as response_id, 'q' || (i % 3) as question_id, 'nps' as metric,
                '0-10' as scale, (hash(i * 7) % 11)::double as score, null::varchar as label,
                case when i % 4 = 0 then 'something was said about the service, number ' || i end as comment,
                timestamp '2024-01-01' + interval (i % 40000000) second as submitted_at, 'survey_' || (i % 7) as survey_id,
                'checkout' as touchpoint, null::varchar as journey_stage, 'email' as channel, 'fi' as language,
                'c' || (i % 200000) as customer_id, 'person' || (i % 200000) || '@example.com' as email, null::varchar as contact_id,
                1.0 + (i % 10) / 10 as weight, true as is_finished, null::varchar as _extra, 1::int as _page, i::bigint as _position,
                'b1' as _batch, timestamp '2026-01-01' as _window_start, timestamp '2026-01-02' as _window_end,
                timestamp '2026-01-02' as _landed_at
            from range({rows}) numbers (i)
        ) to '{path}' (format parquet, compression zstd, row_group_size 20480)
    """)  # noqa: S608  a path of ours


def _twelve_rules() -> dict[str, object]:
    document = json.loads((HERE.parent / "expectations" / "files" / "survey_answers.json").read_text())
    document["expectations"] = [rule for rule in document["expectations"] if rule["meta"]["rule"] in RULES]
    assert len(document["expectations"]) == len(RULES)
    return document  # type: ignore[no-any-return]


def _gate(answers: Path, rows: int, folder: Path) -> float:
    import kuulo.validation.courthouse  # noqa: F401  what the gate imports at first use
    from kuulo.landing.landing_path import BatchPlace
    from kuulo.landing.receipt import LandingReceipt, write_receipt
    from kuulo.settings import Settings
    from kuulo.sources.canonical import SURVEY_ANSWERS
    from kuulo.sources.source import Source
    from kuulo.validation.landing_gate import validate_source

    @dataclass(frozen=True)
    class OwnSuite(Settings):
        @property
        def expectations(self) -> Path:
            return folder

    (folder / "files").mkdir()
    (folder / "files" / "survey_answers.json").write_text(json.dumps(_twelve_rules()))
    settings = OwnSuite(home=folder / "kuulo")
    place = BatchPlace(settings, "files", "survey_answers", "b1")
    place.landing.mkdir(parents=True)
    place.typed.symlink_to(answers)
    receipt = LandingReceipt(
        source="files", stream="survey_answers", batch="b1", run="landing", window_start=WINDOW[0], window_end=WINDOW[1],
        landed_at=WINDOW[1], pages=1, bytes=1, received=rows, untyped=0, sha256="", declaration="", seconds=0.0,
    )  # fmt: skip
    write_receipt(place.landing_receipt, receipt)
    source = Source(name="files", streams=(SURVEY_ANSWERS,))
    started = time.monotonic()
    (judged,) = validate_source(settings=settings, source=source, run="bench", clock=lambda: WINDOW[1] + timedelta(days=1))
    seconds = time.monotonic() - started
    assert judged.validated == rows, judged
    return seconds


def _pandas(answers: Path, _rows: int, _folder: Path) -> float:
    import great_expectations as gx
    import pandas as pd

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    suite = gx.ExpectationSuite(**_twelve_rules())
    started = time.monotonic()
    frame = pd.read_parquet(answers)
    frame["_latest_at"] = frame["_landed_at"] + pd.Timedelta(hours=24)
    frame["_scale_nearest"] = frame["score"].round().clip(0, 10)
    batch = context.data_sources.add_pandas("pandas").add_dataframe_asset("answers").add_batch_definition_whole_dataframe("all")
    result = batch.get_batch({"dataframe": frame}).validate(suite, result_format="BOOLEAN_ONLY")
    seconds = time.monotonic() - started
    assert result.success, [outcome.expectation_config for outcome in result.results if not outcome.success]
    return seconds


MEASURES = {"gate": _gate, "pandas": _pandas}


def _measure(name: str, answers: Path, rows: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", name, str(answers), str(rows)]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "plugins"), "GX_ANALYTICS_ENABLED": "false"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-3000:]}")
    taken: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return taken


def _report(taken: dict[str, list[dict[str, float]]]) -> int:
    medians = {
        (name, what): statistics.median(one[what] for one in all_) for name, all_ in taken.items() for what in ("seconds", "peak MB")
    }
    for name in taken:
        print(f"{name:8} {medians[name, 'seconds']:7.2f} s {medians[name, 'peak MB']:7.0f} MB")
    missed = 0
    for goal, least in GOALS.items():
        ratio = medians["pandas", goal.split(" ", 1)[1]] / medians["gate", goal.split(" ", 1)[1]]
        missed += ratio < least
        print(f"{goal}: {ratio:.2f} (goal {least:g}){' MISSED' if ratio < least else ''}")
    return missed


def main() -> int:
    """Take the measures in turns and tell the medians; 1 where a goal is missed."""
    if sys.argv[1:2] == ["--measure"]:
        name, answers, rows = sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
        with tempfile.TemporaryDirectory() as folder:
            seconds = MEASURES[name](answers, rows, Path(folder))
        print(json.dumps({"seconds": seconds, "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return 0
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "typed.parquet"
        _write_answers(answers, rows)
        taken: dict[str, list[dict[str, float]]] = {}
        for _ in range(rounds):
            for name in MEASURES:
                taken.setdefault(name, []).append(_measure(name, answers, rows))
    return 1 if _report(taken) else 0


if __name__ == "__main__":
    sys.exit(main())
