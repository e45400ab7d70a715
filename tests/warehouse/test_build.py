"""A build and its lock."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.settings import Settings
from kuulo.warehouse import build
from kuulo.warehouse.build import BuildFailed, build_marts

_STAND_IN = """
import sys
with open(sys.argv[1], "w"), open(sys.argv[2]):
    pass
"""
_FAILING = """
import json, sys
from pathlib import Path
print("kuulo test.kuulo.assert_every_currency_has_a_rate: No rate from USD to EUR for 2024-01-10: add a row")
print("kuulo test.kuulo.assert_mrr_is_of_one_currency: warned of, and not why it failed")
for sign in ("\\n  ", "\\r", "\\u2028", "\\x0c"):
    print(f"  Conversion Error: could not convert 'canary{sign}kuulo test.kuulo.other: canary{sign}'")
statuses = {"test.kuulo.assert_every_currency_has_a_rate": "fail", "test.kuulo.assert_mrr_is_of_one_currency": "warn"}
statuses |= {"test.kuulo.other": "fail", "model.kuulo.broken": "error"}
results = [{"unique_id": name, "status": status, "message": "Got 1 result"} for name, status in statuses.items()]
Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
Path(sys.argv[1]).write_text(json.dumps({"results": results}))
sys.exit(1)
"""
_BUILD = """
import sys
from pathlib import Path
from kuulo.settings import Settings
from kuulo.warehouse import build
build.dbt_command = lambda *_, **__: [sys.executable, "-c", {stand_in!r}, {at_work!r}, {may_end!r}]
build.build_marts(Settings(home=Path({home!r})), run="killed")
"""


def test_x8_a_dbt_that_outlives_its_killed_parent_keeps_other_builds_out(tmp_path: Path) -> None:
    """Else it would write older marts under the note of newer ones."""
    at_work, may_end, home = tmp_path / "at_work", tmp_path / "may_end", tmp_path / "kuulo"
    os.mkfifo(at_work)
    os.mkfifo(may_end)
    code = _BUILD.format(stand_in=_STAND_IN, at_work=str(at_work), may_end=str(may_end), home=str(home))
    parent = subprocess.Popen([sys.executable, "-c", code])
    with at_work.open() as working:  # opens when dbt is at work, and ends with it
        parent.send_signal(signal.SIGKILL)
        parent.wait(timeout=60)
        with pytest.raises(BuildFailed, match="another build is under way"):
            build_marts(Settings(home=home), run="next")
        with may_end.open("w"):
            pass
        assert working.read() == ""
    with one_at_a_time(home / "locks" / "build.lock"):  # waits for the moment in which the process ends
        pass


def test_a_test_that_says_what_is_wrong_is_what_the_user_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line stands in place of its name; of what says nothing, the name; and what an error quotes is nobody's line."""
    settings = Settings(home=tmp_path / "kuulo")
    results = str(settings.dbt_target / "run_results.json")
    monkeypatch.setattr(build, "dbt_command", lambda *_, **__: [sys.executable, "-c", _FAILING, results])
    with pytest.raises(BuildFailed) as failed:
        build_marts(settings, run="a rate is missing")
    assert str(failed.value) == (
        "dbt build failed, the last good marts stay: No rate from USD to EUR for 2024-01-10: add a row; "
        "test.kuulo.other (fail: Got 1 result); model.kuulo.broken (error: Got 1 result); "
        f"see {settings.home}/dbt/logs/dbt.log"
    )
