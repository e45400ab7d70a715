"""One run over the whole sandbox company, shared by the tests that look at it from several sides."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from kuulo.sandbox.dialects import DIALECTS
from kuulo.settings import Settings
from tests.dbt_runs import parsed_once
from tests.end_to_end.pipeline import run_pipeline


@dataclass(frozen=True)
class Run:
    """A finished run and the installation it ran in."""

    home: Path
    done: subprocess.CompletedProcess[str]

    @property
    def screen(self) -> str:
        """What the user saw."""
        return self.done.stdout + self.done.stderr


@pytest.fixture(scope="session")
def sandbox_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`make run` in an empty home: nothing is parsed before, and others begin with what was parsed here."""
    home = tmp_path_factory.mktemp("sandbox") / "home"
    run = Run(home, run_pipeline(home))
    with parsed_once(Settings(home=home), "files", "database", *(dialect.source for dialect in DIALECTS)):
        return run
