"""X1, X3, X4, X13, X14, X17: a real build killed, damaged and disturbed; what is published afterwards is what is published undisturbed.

Each build costs seconds, so this part of the matrix is `make test-crash`.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kuulo.settings import Settings
from tests.conftest import CHECKOUT
from tests.crash.processes import Ended, Processes
from tests.crash.small_world import MORE_ANSWERS, copied, lay_files, tables_of

pytestmark = pytest.mark.crash

Tables = dict[str, list[str]]


@dataclass(frozen=True)
class Builds:
    """A world whose first answers are published and whose next ones wait to be built.

    Attributes:
        waiting: its home, to be copied.
        old: the marts that are published in it.
        new: those that an undisturbed build and publication give.
        points: what such a build passes.
    """

    processes: Processes
    waiting: Path
    old: Tables
    new: Tables
    points: list[str]

    def go_on(self, home: Path, **environment: str) -> list[Ended]:
        """What the next run does."""
        return [self.processes.run(step, home, **environment) for step in ("build", "publish")]


def _published(home: Path) -> Tables:
    return tables_of(home / "published" / "marts.duckdb")


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    home = tmp_path_factory.mktemp("builds") / "home"
    lay_files(home)
    with Processes() as processes:
        for step in ("take_in", "validate", "build", "publish"):
            ended = processes.run(step, home)
            assert ended.is_good, ended.said
        old = _published(home)
        lay_files(home, MORE_ANSWERS)
        for step in ("take_in", "validate"):
            assert processes.run(step, home).is_good
        waiting = copied(home, home.with_name("waiting"))
        points = processes.passed("build", home)
        assert processes.run("publish", home).is_good
        new = _published(home)
        assert {name for name in new if new[name] != old[name]} >= {"fct_survey_answers", "nps_by_day"}
        yield Builds(processes, waiting, old, new, points)


@pytest.fixture
def home(builds: Builds, tmp_path: Path) -> Path:
    return copied(builds.waiting, tmp_path / "home")


def test_x1_killed_anywhere_in_a_build_and_run_again_the_marts_are_the_same(
    builds: Builds, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """X3 among it: dbt itself is killed at its first, its middle and its last model or test, with DuckDB's files open."""
    at_work = [point for point in builds.points if point.startswith("build.dbt_at_work")]
    assert len(at_work) > 50
    walked = [point for point in builds.points if point not in at_work and not point.startswith("file.synced")]
    walked += [at_work[0], at_work[len(at_work) // 2], at_work[-1]]
    assert len(walked) > 10
    wrong = []
    for point in walked:
        home = copied(builds.waiting, tmp_path / "home")
        killed = builds.processes.run("build", home, at=point)
        # where it was dbt that died, the build says so; else nobody is left to say anything
        ended_so = killed.line.startswith("BuildFailed") if point in at_work else killed.was_killed
        seen = _published(home)
        again = builds.go_on(home)
        if not (ended_so and seen == builds.old and all(each.is_good for each in again) and _published(home) == builds.new):
            wrong.append((point, killed.said[-300:], [each.said[-300:] for each in again]))
    assert wrong == []
    record_property("counted", f"crash points walked in build: {len(walked)} of {len(builds.points)}")


def test_every_point_of_a_build_is_passed(builds: Builds) -> None:
    code = "\n".join(path.read_text() for path in (CHECKOUT / "plugins").rglob("*.py"))
    passed = {point.split()[0].split(":")[0] for point in builds.points}
    assert set(re.findall(r'crash_point\("(build\.[^"]+)"', code)) == {name for name in passed if name.startswith("build.")}


def _torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _overwritten(path: Path) -> None:
    """Garbage behind the headers, which a mere opening does not see."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(12288)
        file.write(os.urandom(size - 12288))


def _not_a_database(path: Path) -> None:
    path.write_bytes(b"not a database" * 4096)


def _with_a_log_of_garbage(path: Path) -> None:
    path.with_name(f"{path.name}.wal").write_bytes(os.urandom(8192))


@pytest.mark.parametrize("which", ["warehouse", "marts"])
@pytest.mark.parametrize("damage", [Path.unlink, _torn, _overwritten, _not_a_database, _with_a_log_of_garbage])
def test_x4_a_lost_or_damaged_database_file_is_made_again_from_validated(
    builds: Builds, home: Path, which: str, damage: Callable[[Path], None]
) -> None:
    path: Path = getattr(Settings(home=home), which)
    damage(path)
    assert _published(home) == builds.old
    again = builds.go_on(home)
    if not again[0].is_good:  # found out only while it was read: it is put aside then, and the next run makes it again
        assert again[0].line.startswith("BuildFailed"), again[0].said
        assert _published(home) == builds.old
        again = builds.go_on(home)
    assert all(each.is_good for each in again), [each.said[-500:] for each in again]
    assert _published(home) == builds.new
    kept = [each.name for each in path.parent.iterdir() if ".damaged-" in each.name]
    if damage is not _with_a_log_of_garbage:  # which DuckDB itself may drop: it holds nothing that was committed
        assert bool(kept) == (damage is not Path.unlink)


def test_x4_a_warehouse_that_was_deleted_is_made_again_though_nothing_is_new(builds: Builds, home: Path) -> None:
    builds.go_on(home)
    Settings(home=home).warehouse.unlink()
    assert all(each.is_good for each in builds.go_on(home))
    assert Settings(home=home).warehouse.exists()
    assert _published(home) == builds.new


def test_x14_a_damaged_partial_parse_is_parsed_again(builds: Builds, home: Path) -> None:
    (parsed,) = home.rglob("partial_parse.msgpack")
    _torn(parsed)
    again = builds.go_on(home)
    assert all(each.is_good for each in again), [each.said[-500:] for each in again]
    assert _published(home) == builds.new


@pytest.mark.parametrize(
    "where", [{"TZ": "America/New_York", "LC_ALL": "C"}, {"TZ": "Asia/Kolkata", "LC_ALL": "tr_TR.UTF-8"}], ids=["C", "tr"]
)
def test_x17_the_hosts_zone_and_language_change_nothing(builds: Builds, tmp_path: Path, where: dict[str, str]) -> None:
    """From the inbox to what is published, by processes of that zone and language."""
    home = tmp_path / "home"
    lay_files(home, MORE_ANSWERS)
    shutil.copytree(builds.waiting / "secrets", home / "secrets")  # the same keys for the same customers
    for step in ("take_in", "validate", "build", "publish"):
        ended = builds.processes.run(step, home, **where)
        assert ended.is_good, ended.said
    found, expected = _published(home), dict(builds.new)
    for name in ("pipeline_health", "publication"):  # of how many runs, and of which build
        found.pop(name)
        expected.pop(name)
    assert found == expected


def test_x13_x19_a_project_that_does_not_fit_publishes_nothing(builds: Builds, home: Path, tmp_path: Path) -> None:
    """A partial deploy: today's code beside a dbt project in which a model in the middle asks for a column that there is not."""
    project = tmp_path / "dbt_project"
    shutil.copytree(CHECKOUT / "dbt_project", project)
    model = next(project.rglob("nps_by_day.sql"))
    model.write_text(model.read_text() + "\n-- {{ no_such_macro() }}\n")
    ended = builds.processes.run("build", home, KUULO_TEST_DBT_PROJECT=str(project))
    assert ended.line.startswith("BuildFailed: dbt build failed, the last good marts stay"), ended.said
    assert builds.processes.run("publish", home).line.startswith("NothingToPublish")
    assert _published(home) == builds.old
    assert json.loads((home / "locks" / "build.json").read_text())["number"] == 2
    assert all(each.is_good for each in builds.go_on(home))
    assert _published(home) == builds.new
