"""X1: killed at every point of every step but dbt, and run again, the pipeline leaves what it leaves undisturbed.

The points are those that an undisturbed run passes, so that a new one is walked without being named here.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kuulo.erasure.erase import erasures
from kuulo.erasure.person_request import lay_request
from kuulo.landing.page_store import PageStore
from kuulo.publication.publish import publish_marts
from kuulo.settings import Settings
from kuulo.suppression.suppression_list import suppression_key
from tests.conftest import CHECKOUT
from tests.crash.processes import Processes
from tests.crash.small_world import MORE_ANSWERS, NEW_ACCOUNT, OLD_ACCOUNT, copied, lay_files, left_behind, state
from tests.loopback_server import Asked, Reply, serving
from tests.publication.built_marts import build
from tests.publication.test_comments import MORE, SAID
from tests.publication.test_comments import build as comments

STEPS = ("land", "take_in", "validate", "refresh", "take_in_changed", "validate_again", "publish", "publish_again", "retain")
STEPS += ("publish_comments", "erase_person")
OF_STEP = {"take_in_changed": "take_in", "validate_again": "validate", "publish_again": "publish"}
OF_STEP |= {"publish_comments": "publish_with_comments"}


@dataclass
class Story:
    """The steps as they go undisturbed: the world before each, what is there after it, and the points that it passes."""

    address: str
    processes: Processes
    before: dict[str, Path] = field(default_factory=dict)
    after: dict[str, dict[str, Any]] = field(default_factory=dict)
    points: dict[str, list[str]] = field(default_factory=dict)

    def walked(self, name: str) -> list[str]:
        """A step's points without a file that is synced, which to those who come after is as one that is written."""
        return [point for point in self.points[name] if not point.startswith("file.synced")]

    def prepare(self, name: str, home: Path) -> None:
        """What happens outside before a step."""
        settings = Settings(home=home)
        if name == "land":
            lay_files(home)
        elif name == "take_in_changed":
            lay_files(home, MORE_ANSWERS)
        elif name in ("publish", "publish_again"):
            build(settings, *((41, "f1") if name == "publish" else (42, "f2")))
        elif name == "publish_comments":
            settings = replace(settings, publish_comments=True)
            comments(settings, "f3", SAID)
            build(settings, 43, "f3")
            publish_marts(settings, run="run-0")
            comments(settings, "f4", [MORE])
            build(settings, 44, "f4")
        elif name == "erase_person":
            suppression_key(settings)
            lay_request(erasures(settings), "case_1", "bo@x.example", "desk")
            build(settings, 43, "f3")

    def live(self, folder: Path) -> None:
        """Run every step once."""
        home = folder / "home"
        home.mkdir()
        for name in STEPS:
            if name == "erase_person":  # of a world that retention has not thinned out
                home = copied(self.before["retain"], folder / "other")
            self.prepare(name, home)
            self.before[name] = copied(home, folder / f"before-{name}")
            self.points[name] = self.processes.passed(OF_STEP.get(name, name), home, address=self.of(name))
            self.after[name] = state(home)
            assert left_behind(home) == []

    def of(self, name: str) -> str:
        """The account that a step asks: the refresh finds more in it."""
        return f"{self.address}/{'new' if name == 'refresh' else 'old'}"


def _two_accounts(asked: Asked) -> Reply:
    which, _, path = asked.path.lstrip("/").partition("/")
    account = NEW_ACCOUNT if which == "new" else OLD_ACCOUNT
    return account(Asked(asked.method, f"/{path}", asked.params, asked.headers, asked.body, asked.target))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with serving(_two_accounts) as server, Processes() as processes:
        told = Story(server.url, processes)
        told.live(tmp_path_factory.mktemp("story"))
        yield told


def _is_same(found: Any, expected: Any) -> bool:
    """A receipt whose fingerprint is empty asks for another judging, as an erasure that was killed between a batch's two halves does."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.get("fingerprint") == "":
        return found == {**expected, "fingerprint": ""}
    return bool(found == expected)


def _compare(found: dict[str, Any], expected: dict[str, Any]) -> str:
    differ = [place for place in sorted({*found, *expected}) if not _is_same(found.get(place), expected.get(place))]
    return f"differs in {differ[:3]}" if differ else ""


def _walk(story: Story, name: str, home: Path, points: list[str], look: Callable[[Path], str] = lambda _home: "") -> list[str]:
    """Kill at each point, look, run again; what was not as it should be, by point."""
    wrong, step, address = [], OF_STEP.get(name, name), story.of(name)
    for point in points:
        copied(story.before[name], home)
        killed = story.processes.run(step, home, at=point, address=address)
        seen = "was not killed" if not killed.was_killed else look(home)
        again = story.processes.run(step, home, address=address)
        seen = seen or ("" if again.is_good else f"then: {again.said[-600:]}")
        seen = seen or _compare(state(home), story.after[name])
        seen = seen or (f"left {left}" if (left := left_behind(home)) else "")
        if seen:
            wrong.append(f"{point}: {seen}")
    return wrong


@pytest.mark.parametrize("name", ["land", "take_in", "refresh"])
def test_x1_killed_anywhere_and_run_again_it_is_as_if_nothing_had_happened(
    story: Story, name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    points = story.walked(name)
    assert len(points) >= 3
    assert _walk(story, name, tmp_path / "home", points) == []
    record_property("counted", f"crash points walked in {name}: {len(points)} of {len(story.points[name])}")


@pytest.mark.crash
@pytest.mark.parametrize("name", ["take_in_changed", "validate", "validate_again", "retain", "erase_person"])
def test_x1_killed_anywhere_where_it_takes_longer(
    story: Story, name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    points = story.walked(name)
    assert len(points) >= 3
    assert _walk(story, name, tmp_path / "home", points) == []
    record_property("counted", f"crash points walked in {name}: {len(points)} of {len(story.points[name])}")


def test_x1_killed_while_a_batch_is_parted_and_judged(story: Story, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """The last passing of each, of the batch with refused rows: the quick part of the walk over a validation."""
    ends = (" quarantined.parquet:1", " receipt.json:2", "judged survey_answers:1")
    points = [point for point in story.points["validate"] if point.endswith(ends) and not point.startswith(("file.synced", "file.written"))]
    assert len(points) >= 3
    assert _walk(story, "validate", tmp_path / "home", points) == []
    record_property("counted", f"crash points walked in a batch that is parted: {len(points)} of {len(story.points['validate'])}")


def _published(home: Path) -> str:
    """What a reader sees: each of the two forms whole, of the old marts or of the new."""
    settings, seen = Settings(home=home), []
    if (settings.published / "marts.duckdb").exists():
        with duckdb.connect(str(settings.published / "marts.duckdb"), read_only=True) as connection:
            seen.append(connection.execute("select nps, fingerprint from marts.marts.nps_by_day, marts.marts.publication").fetchall())
    folder = settings.published / "parquet"
    if folder.exists():
        names = sorted(path.name for path in folder.iterdir())
        if names != ["nps_by_day.parquet", "publication.parquet", "quiet.parquet"]:
            return f"a reader finds {names}"
        files = f"'{folder}/nps_by_day.parquet', '{folder}/publication.parquet'"
        seen.append(duckdb.execute(f"select nps, fingerprint from {files}").fetchall())
    return "" if all(rows in ([(41, "f1")], [(42, "f2")]) for rows in seen) else f"a reader sees {seen}"


@pytest.mark.parametrize("name", [pytest.param("publish", marks=pytest.mark.crash), "publish_again"])
def test_x1_a_reader_sees_the_old_marts_or_the_new_wherever_publication_was_killed(
    story: Story, name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    points = story.walked(name)
    assert len(points) > 10
    assert _walk(story, name, tmp_path / "home", points, _published) == []
    record_property("counted", f"crash points walked in {name}: {len(points)} of {len(story.points[name])}")


def _published_comments(home: Path) -> str:
    """What a reader of the comments sees: those of before, or those of now, whole and with the build that they are of."""
    with duckdb.connect(str(home / "published" / "comments.duckdb"), read_only=True) as connection:
        connection.execute("use comments.comments")
        rows = connection.execute("select comment, fingerprint from survey_comments, publication order by comment").fetchall()
    return "" if rows in ([("so warm a light", "f3"), ("too dim", "f3")], [("again", "f4")]) else f"a reader sees {rows}"


def test_x1_a_reader_sees_the_old_comments_or_the_new_wherever_publication_was_killed(
    story: Story, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Up to the copying of the marts, whose publication is walked above."""
    points = story.walked("publish_comments")
    own = points[: points.index("publication.copied:1")]
    assert "publication.comments_copied:1" in own
    assert _walk(story, "publish_comments", tmp_path / "home", own, _published_comments) == []
    record_property("counted", f"crash points walked in publish_comments: {len(own)} of {len(points)}")


def test_x1_a_page_torn_in_the_middle_of_a_write_is_asked_for_again(story: Story, tmp_path: Path) -> None:
    """What a power cut leaves of a page, or of its line, that no process was there to tear."""
    for torn in ("page-000002.json.zst", "pages.jsonl"):
        home = copied(story.before["land"], tmp_path / "home")
        assert story.processes.run("land", home, at="landing.page_noted:2", address=story.of("land")).was_killed
        (path,) = home.rglob(torn)
        path.write_bytes(path.read_bytes()[:-20])
        store = PageStore(path.parent)
        assert len(store.whole_pages()) == 1
        store.close()
        assert story.processes.run("land", home, address=story.of("land")).is_good
        assert _compare(state(home), story.after["land"]) == ""


def test_every_point_in_the_code_is_walked(story: Story) -> None:
    """Points of a build are walked through dbt, in test_walk_through_dbt.py."""
    code = "\n".join(path.read_text() for path in (CHECKOUT / "plugins").rglob("*.py"))
    named = set(re.findall(r'crash_point\("([^"]+)"', code))
    assert len(named) > 20
    passed = {point.split()[0].split(":")[0] for points in story.points.values() for point in points}
    assert {name for name in named if not name.startswith("build.")} == passed


def test_without_an_order_a_point_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kuulo.crash_points import crash_point

    monkeypatch.delenv("KUULO_CRASH_AT", raising=False)
    crash_point("file.written", "x")
    monkeypatch.setenv("KUULO_CRASH_AT", "file.written other:1")
    crash_point("file.written", "x")
    monkeypatch.setenv("KUULO_CRASH_AT", f"list={tmp_path / 'points'}")
    crash_point("file.written", "x")
    assert (tmp_path / "points").read_text() == "file.written x\n"
    shutil.rmtree(tmp_path)
