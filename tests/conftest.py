"""What all tests share: a KUULO_HOME of their own, no network but loopback, fast tests first."""

import os
import tempfile
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / "shared"

# Before anything imports Airflow: it reads its configuration once. A developer's own KUULO_HOME is left alone.
_HOME = Path(tempfile.mkdtemp(prefix="kuulo-tests-"))
_KEPT = ("KUULO_REQUIRE_ALL_TESTS", "KUULO_PROOF_PYTHON")
for _name in [name for name in os.environ if name.startswith(("AIRFLOW", "KUULO_")) and name not in _KEPT]:
    del os.environ[_name]
os.environ["KUULO_HOME"] = str(_HOME)

from kuulo.orchestration.airflow_home import use_airflow_home  # noqa: E402
from kuulo.settings import Settings  # noqa: E402

use_airflow_home(Settings(home=_HOME))

NOW = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
_ORDER = {"proof": 3, "end_to_end": 2, "dbt": 1}
_LONGEST = ("test_sandbox_company.py", "test_airflow_schedule.py")  # begun last, one worker would go on with it alone


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, so that a mistake shows in seconds; of the slow ones the longest first."""

    def place(item: pytest.Item) -> tuple[int, int]:
        rank = max((rank for mark, rank in _ORDER.items() if item.get_closest_marker(mark)), default=0)
        return rank, _LONGEST.index(item.path.name) if item.path.name in _LONGEST else len(_LONGEST)

    items.sort(key=place)


_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)


def _without_skips(report: _Report) -> _Report:
    """In CI a skip is a failure: what may be absent elsewhere stands ready there."""
    if report.skipped and os.environ.get("KUULO_REQUIRE_ALL_TESTS") == "1":
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of a test that skips itself, or is skipped by a mark or a fixture."""
    return _without_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Of a file that skips itself."""
    return _without_skips((yield))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have counted (`record_property("counted", ...)`), at the end of the run, whichever worker ran them."""
    passed = terminalreporter.stats.get("passed", [])
    lines = [value for report in passed for name, value in getattr(report, "user_properties", ()) if name == "counted"]
    if lines:
        terminalreporter.section("counted")
        for line in sorted(lines):
            terminalreporter.line(str(line))


@pytest.fixture(scope="session", autouse=True)
def _dbt_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The workers of one run share what dbt has parsed."""
    from tests.dbt_runs import sharing

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "parses"
    folder.mkdir(exist_ok=True)
    with sharing(folder):
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of its own in a temporary folder."""
    return Settings(home=tmp_path / "kuulo")


@pytest.fixture
def shared() -> Path:
    """The folder of real data with known answers; skips where it does not stand beside the checkout."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"no real data at {SHARED / 'data'}")
    return SHARED
