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
from typing import Self

import pytest

from kuulo.settings import Settings
from tests.conftest import CHECKOUT
from tests.crash.processes import Ended, Processes
from tests.crash.small_world import ANSWERS, copied, lay_files, tables_of

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

    def go_on(self, home: Path, build: str = "build") -> list[Ended]:
        """What the next run does."""
        return [self.processes.run(step, home) for step in (build, "publish")]


def _lay_further_file(home: Path) -> None:
    """A batch beside the others, which a build that brings up to date can take in."""
    header = ANSWERS.partition("\n")[0]
    (home / "inbox" / "answers" / "further.csv").write_text(f"{header}\n4,2026-01-06,K-1,bo@x.example,7\n")


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
        _lay_further_file(home)
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


@dataclass(frozen=True)
class Passed:
    """The points of a build that are walked, in their order.

    Attributes:
        before: those before dbt begins, where nothing of the marts has been touched.
        at_work: those at which it is dbt that dies: before each model and each test.
        after: those after it.
    """

    before: list[str]
    at_work: list[str]
    after: list[str]

    @classmethod
    def of(cls, points: list[str]) -> Self:
        """Without a file that is synced, which to those who come after is as one that is written."""
        at_work = [point for point in points if point.startswith("build.dbt_at_work")]
        first, last = points.index(at_work[0]), points.index(at_work[-1])
        before, after = ([each for each in part if not each.startswith("file.synced")] for part in (points[:first], points[last + 1 :]))
        return cls(before, at_work, after)


def _kill(builds: Builds, home: Path, step: str, point: str) -> str:
    """Kill a build at the point; what was not as it should be."""
    killed = builds.processes.run(step, home, at=point)
    # where it was dbt that died, the build says so; else nobody is left to say anything
    told = "\nBuildFailed: " in f"\n{killed.said}"  # a warning of a process that outlived dbt may follow it
    ended_so = told if point.startswith("build.dbt_at_work") else killed.was_killed
    return "" if ended_so and _published(home) == builds.old else f"{point}: {killed.how} {killed.said[-300:]}"


def _go_on(builds: Builds, home: Path, step: str) -> str:
    """The next run, and what is not as after an undisturbed one."""
    again = builds.go_on(home, step)
    if not all(each.is_good for each in again):
        return f"then: {[each.said[-300:] for each in again]}"
    differing = [name for name, rows in _published(home).items() if builds.new.get(name) != rows]
    return f"then these differ: {differing}" if differing else ""


def test_x1_killed_anywhere_in_a_build_and_run_again_the_marts_are_the_same(
    builds: Builds, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """X3 among it: dbt itself is killed, before its first model and in its middle, with DuckDB's files open."""
    passed = Passed.of(builds.points)
    assert (len(passed.before), len(passed.after)) == (4, 4)
    assert len(passed.at_work) > 50
    # one run after another until dbt begins, which costs a second each; then one point a home
    turns = [[*passed.before, passed.at_work[0]], [passed.at_work[len(passed.at_work) // 2]], *([point] for point in passed.after)]
    wrong = []
    for turn in turns:
        home = copied(builds.waiting, tmp_path / "home")
        wrong += [said for point in turn if (said := _kill(builds, home, "build", point))]
        wrong += [f"{turn[-1]}: {said}" for said in [_go_on(builds, home, "build")] if said]
    assert wrong == []
    record_property("counted", f"crash points walked in build: {sum(map(len, turns))} of {len(builds.points)}")


def test_x1_killed_in_a_build_that_brings_up_to_date_the_next_one_is_whole_and_the_marts_are_the_same(
    builds: Builds, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """What it has brought up to date by then must not be taken for what the build before left."""
    home = copied(builds.waiting, tmp_path / "home")
    passed = Passed.of(builds.processes.passed("build_increment", home))
    assert _is_increment(home), "the world must be one that is brought up to date, or this proves nothing"
    assert _go_on(builds, home, "build_increment") == ""
    wrong = []
    walked = [passed.at_work[len(passed.at_work) // 2], "build.dbt_done", "file.renamed built.json"]
    for point in walked:
        home = copied(builds.waiting, tmp_path / "home")
        wrong += [said for said in [_kill(builds, home, "build_increment", point), _go_on(builds, home, "build_increment")] if said]
        # a build that was noted is done; after any other nothing may be taken on from
        assert _is_increment(home) == (point == walked[-1])
    assert wrong == []
    record_property("counted", f"crash points walked in a build that brings up to date: {len(walked)}")


def _is_increment(home: Path) -> bool:
    return bool(json.loads((home / "build" / "built.json").read_text())["is_increment"])


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


@pytest.mark.parametrize(
    ("which", "damage"),
    [
        *(("warehouse", damage) for damage in (_torn, _overwritten, _with_a_log_of_garbage)),
        *(("marts", damage) for damage in (Path.unlink, _overwritten, _not_a_database, _with_a_log_of_garbage)),
    ],
)
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
    parsed = list(home.rglob("*.msgpack"))
    assert "partial_parse.msgpack" in {path.name for path in parsed}
    for path in parsed:
        _torn(path)
    again = builds.go_on(home)
    assert all(each.is_good for each in again), [each.said[-500:] for each in again]
    assert _published(home) == builds.new


@pytest.mark.parametrize(
    "where", [{"TZ": "America/New_York", "LC_ALL": "C"}, {"TZ": "Asia/Kolkata", "LC_ALL": "tr_TR.UTF-8"}], ids=["C", "tr"]
)
def test_x17_the_hosts_zone_and_language_change_nothing(builds: Builds, tmp_path: Path, where: dict[str, str]) -> None:
    """From the inbox to what is published, by processes of that zone and language."""
    home = tmp_path / "home"
    lay_files(home)
    _lay_further_file(home)
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
    """A partial deploy: today's code beside a dbt project in which a model in the middle cannot be compiled."""
    project = tmp_path / "dbt_project"
    shutil.copytree(CHECKOUT / "dbt_project", project)
    model = next(project.rglob("nps_by_day.sql"))
    model.write_text(model.read_text() + "\n-- {{ no_such_macro() }}\n")
    ended = builds.processes.run("build", home, KUULO_TEST_DBT_PROJECT=str(project))
    assert ended.line.startswith("BuildFailed: dbt build failed, the last good marts stay"), ended.said
    assert builds.processes.run("publish", home).line.startswith("NothingToPublish")
    assert _published(home) == builds.old
    assert all(each.is_good for each in builds.go_on(home))
    assert _published(home) == builds.new
