"""A build and its lock."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.settings import Settings
from kuulo.warehouse.build import BuildFailed, build_marts

_STAND_IN = """
import sys
with open(sys.argv[1], "w"), open(sys.argv[2]):
    pass
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
