"""The comments' publication: a file apart from the marts, where it is asked for, whole, and gone where it is not."""

import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kuulo.landing.disk_room import DiskRefuses
from kuulo.landing.whole_files import private_folder, whole_file, write_json
from kuulo.publication.attempts import Attempt, TakenOver
from kuulo.publication.comments import CommentsNotBuilt, comments_path, publish_comments
from kuulo.publication.publish import NothingToPublish, publish_marts
from kuulo.settings import Settings
from kuulo.warehouse.made_from import inputs

SAID = [("b", "too dim", "en", date(2026, 1, 2), "paper"), ("a", "so warm a light", None, date(2026, 1, 1), "web")]
MORE = ("c", "again", None, date(2026, 1, 3), "web")


@pytest.fixture
def asked(settings: Settings) -> Settings:
    """An installation that publishes the comments."""
    return replace(settings, publish_comments=True)


def build(settings: Settings, fingerprint: str = "f1", comments: list[tuple[Any, ...]] = SAID) -> dict[str, Any]:
    """Stand in for dbt: the comments in the warehouse beside something else; gives the build's note."""
    private_folder(settings.home)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema if not exists comments")
        connection.execute("create or replace table main.staging as select 'ann@x.example' as email")
        columns = "comment_key varchar, comment varchar, language varchar, day date, survey varchar"
        connection.execute(f"create or replace table comments.survey_comments ({columns})")
        connection.executemany("insert into comments.survey_comments values (?, ?, ?, ?, ?)", comments)
    private_folder(settings.marts.parent)
    settings.marts.touch()
    built = {"fingerprint": fingerprint, "run": "build-run", "holds_sandbox_data": True}
    write_json(settings.marts.with_name("built.json"), built)
    return built


def read(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(comments_path(settings)), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_nothing_is_written_unless_it_is_asked_for(settings: Settings) -> None:
    assert publish_comments(settings, build(settings), run="a") is None
    assert not settings.published.exists()


def test_the_file_holds_the_comments_and_of_which_build_they_are_and_nothing_else(asked: Settings) -> None:
    assert publish_comments(asked, build(asked), run="a") == 2
    assert read(asked, "from comments.comments.survey_comments") == sorted(SAID)
    assert read(asked, "select build_run, fingerprint, holds_sandbox_data from comments.comments.publication") == [
        ("build-run", "f1", True)
    ]
    assert read(asked, "select table_name from information_schema.tables order by 1") == [("publication",), ("survey_comments",)]
    assert b"ann@x.example" not in comments_path(asked).read_bytes()
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in asked.published.iterdir()} == {"comments.duckdb": 0o600}


def test_a_home_may_have_a_quote_in_its_name(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "Ann's", publish_comments=True)
    assert publish_comments(settings, build(settings), run="a") == 2


def test_the_same_build_is_not_published_twice_and_the_next_one_is(asked: Settings) -> None:
    publish_comments(asked, build(asked), run="a")
    assert publish_comments(asked, build(asked), run="a") is None
    assert publish_comments(asked, build(asked, "f2", [*SAID, MORE]), run="a") == 3
    assert publish_comments(asked, build(asked, "f3", [MORE]), run="a") == 1
    assert b"so warm a light" not in comments_path(asked).read_bytes()


def test_a_reader_keeps_what_is_open(asked: Settings) -> None:
    publish_comments(asked, build(asked), run="a")
    with duckdb.connect(str(comments_path(asked)), read_only=True) as reader:
        publish_comments(asked, build(asked, "f2", [MORE]), run="a")
        assert reader.execute("select count(*) from comments.comments.survey_comments").fetchone() == (2,)
    assert read(asked, "select comment from comments.comments.survey_comments") == [("again",)]


def test_switched_off_the_file_goes(asked: Settings) -> None:
    built = build(asked)
    publish_comments(asked, built, run="a")
    assert publish_comments(replace(asked, publish_comments=False), built, run="a") is None
    assert list(asked.published.iterdir()) == []


def test_switched_off_the_file_goes_though_no_build_succeeds(asked: Settings) -> None:
    publish_comments(asked, build(asked), run="a")
    asked.marts.with_name("built.json").unlink()
    with pytest.raises(NothingToPublish, match="run build_marts first"):
        publish_marts(asked, run="b")
    assert comments_path(asked).exists()
    with pytest.raises(NothingToPublish, match="run build_marts first"):
        publish_marts(replace(asked, publish_comments=False), run="c")
    assert not comments_path(asked).exists()


def test_what_a_killed_attempt_left_goes_with_the_next_one_whatever_it_does(asked: Settings) -> None:
    built, left = build(asked), [asked.published / f".comments.duckdb.17.aside{ending}" for ending in ("", ".database", ".database.wal")]
    for settings in (asked, asked, replace(asked, publish_comments=False)):
        private_folder(asked.published)
        for path in left:
            path.write_text("so warm a light")
        publish_comments(settings, built, run="a")
        assert [path for path in left if path.exists()] == []


def test_what_somebody_is_writing_stays_until_he_finds_that_he_is_late(asked: Settings) -> None:
    """Switched off while an older attempt is at work: that one must not bring the comments back."""
    built, old = build(asked), Attempt.begin(asked, "comments", "old")

    def come_late() -> None:
        with whole_file(comments_path(asked)) as aside:
            publish_comments(replace(asked, publish_comments=False), built, run="off")
            assert aside.exists()
            with old.finishing():
                raise AssertionError("nobody comes here")

    with pytest.raises(TakenOver, match=r"a later attempt at the comments \(number 2, run off\)"):
        come_late()
    assert list(asked.published.iterdir()) == []


def test_a_build_that_began_meanwhile_keeps_its_comments_back(asked: Settings) -> None:
    publish_comments(asked, build(asked), run="a")
    later = build(asked, "f2", [MORE])
    asked.marts.with_name("built.json").unlink()  # what a build does first
    with pytest.raises(CommentsNotBuilt, match="a build began while its comments were copied: publish again when it has ended"):
        publish_comments(asked, later, run="b")
    assert read(asked, "select fingerprint from comments.comments.publication") == [("f1",)]
    assert [path.name for path in asked.published.iterdir()] == ["comments.duckdb"]


def test_a_damaged_file_is_made_again(asked: Settings) -> None:
    publish_comments(asked, build(asked), run="a")
    comments_path(asked).write_bytes(b"not a database")
    assert publish_comments(asked, build(asked), run="a") == 2


def test_a_copy_that_fails_leaves_the_last_good_one(asked: Settings) -> None:
    publish_comments(asked, build(asked), run="a")
    asked.warehouse.unlink()
    with pytest.raises(CommentsNotBuilt, match="run build_marts first"):
        publish_comments(asked, {"fingerprint": "f2", "run": "r", "holds_sandbox_data": True}, run="a")
    built = build(asked, "f2")
    asked.warehouse.write_bytes(b"not a database")
    with pytest.raises(CommentsNotBuilt, match=r"warehouse\.duckdb is open elsewhere or damaged: end the process that has it open, or run"):
        publish_comments(asked, built, run="a")
    assert [path.name for path in asked.published.iterdir()] == ["comments.duckdb"]
    assert read(asked, "select fingerprint from comments.comments.publication") == [("f1",)]


def test_a_disk_that_fills_while_they_are_copied_is_told_as_full(asked: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise duckdb.IOException("IO Error: Could not write all bytes to file: No space left on device")

    monkeypatch.setattr("kuulo.publication.comments._copy", refuse)
    with pytest.raises(DiskRefuses, match=f"^{asked.published}: no space left on the disk"):
        publish_comments(asked, build(asked), run="a")
    assert not comments_path(asked).exists()


def test_a_warehouse_that_is_open_elsewhere_is_named(asked: Settings) -> None:
    built = build(asked)
    holds = f"import duckdb, sys; held = duckdb.connect({str(asked.warehouse)!r}); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(CommentsNotBuilt, match=r"warehouse\.duckdb is open elsewhere or damaged") as told:
            publish_comments(asked, built, run="a")
        holder.stdin.close()
    assert str(told.value).startswith(str(asked.warehouse))
    assert publish_comments(asked, built, run="b") == 2


def test_a_build_that_has_the_warehouse_open_is_named_as_that(asked: Settings) -> None:
    built = build(asked)
    asked.marts.with_name("built.json").unlink()
    asked.warehouse.write_bytes(b"half of a database")
    with pytest.raises(CommentsNotBuilt, match="a build began while its comments were copied: publish again when it has ended"):
        publish_comments(asked, built, run="a")


def test_a_build_and_so_a_publication_follows_when_it_is_switched(asked: Settings) -> None:
    assert inputs(asked)["fingerprint"] == inputs(replace(asked))["fingerprint"]
    assert inputs(asked)["fingerprint"] != inputs(replace(asked, publish_comments=False))["fingerprint"]


def test_they_are_published_with_the_marts_and_are_not_among_them(asked: Settings) -> None:
    built = build(asked)
    asked.marts.unlink()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{asked.marts}' as built")
        connection.execute("create schema built.marts")
        connection.execute("create table built.marts.nps_by_day as select 41 as nps")
    note = {"as_of": "2026-09-01T00:00:00+00:00", "built_at": "2026-09-01T01:00:00+00:00"}
    write_json(asked.marts.with_name("built.json"), {**built, **note})
    publish_marts(asked, run="publish-run")
    assert read(asked, "select count(*) from comments.comments.survey_comments") == [(2,)]
    assert sorted(path.name for path in (asked.published / "parquet").iterdir()) == [
        "nps_by_day.parquet", "publication.parquet",
    ]  # fmt: skip
    comments_path(asked).unlink()
    assert publish_marts(asked, run="again") is None, "the marts are published already"
    assert comments_path(asked).exists()
