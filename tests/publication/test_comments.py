"""The comments' publication: a file apart from the marts, where it is asked for, whole, and gone where it is not."""

import stat
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kuulo.landing.whole_files import private_folder, write_json
from kuulo.publication.comments import CommentsNotBuilt, comments_path, publish_comments
from kuulo.publication.publish import publish_marts
from kuulo.settings import Settings
from kuulo.warehouse.made_from import inputs

SAID = [("b", "too dim", "en", datetime(2026, 1, 2), "paper"), ("a", "so warm a light", None, datetime(2026, 1, 1), "web")]  # noqa: DTZ001
MORE = ("c", "again", None, datetime(2026, 1, 3), "web")  # noqa: DTZ001


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
        columns = "comment_key varchar, comment varchar, language varchar, submitted_at timestamp, survey varchar"
        connection.execute(f"create or replace table comments.survey_comments ({columns})")
        connection.executemany("insert into comments.survey_comments values (?, ?, ?, ?, ?)", comments)
    return {"fingerprint": fingerprint, "run": "build-run", "holds_sandbox_data": True}


def read(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(comments_path(settings)), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_nothing_is_written_unless_it_is_asked_for(settings: Settings) -> None:
    assert publish_comments(settings, build(settings)) is None
    assert not settings.published.exists()


def test_the_file_holds_the_comments_and_of_which_build_they_are_and_nothing_else(asked: Settings) -> None:
    assert publish_comments(asked, build(asked)) == 2
    assert read(asked, "from comments.comments.survey_comments") == sorted(SAID)
    assert read(asked, "select build_run, fingerprint, holds_sandbox_data from comments.comments.publication") == [
        ("build-run", "f1", True)
    ]
    assert read(asked, "select table_name from information_schema.tables order by 1") == [("publication",), ("survey_comments",)]
    assert b"ann@x.example" not in comments_path(asked).read_bytes()
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in asked.published.iterdir()} == {"comments.duckdb": 0o600}


def test_a_home_may_have_a_quote_in_its_name(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "Ann's", publish_comments=True)
    assert publish_comments(settings, build(settings)) == 2


def test_the_same_build_is_not_published_twice_and_the_next_one_is(asked: Settings) -> None:
    publish_comments(asked, build(asked))
    assert publish_comments(asked, build(asked)) is None
    assert publish_comments(asked, build(asked, "f2", [*SAID, MORE])) == 3
    assert publish_comments(asked, build(asked, "f3", [MORE])) == 1
    assert b"so warm a light" not in comments_path(asked).read_bytes()


def test_a_reader_keeps_what_is_open(asked: Settings) -> None:
    publish_comments(asked, build(asked))
    with duckdb.connect(str(comments_path(asked)), read_only=True) as reader:
        publish_comments(asked, build(asked, "f2", [MORE]))
        assert reader.execute("select count(*) from comments.comments.survey_comments").fetchone() == (2,)
    assert read(asked, "select comment from comments.comments.survey_comments") == [("again",)]


def test_switched_off_the_file_goes(asked: Settings) -> None:
    built = build(asked)
    publish_comments(asked, built)
    assert publish_comments(replace(asked, publish_comments=False), built) is None
    assert list(asked.published.iterdir()) == []


def test_what_a_killed_attempt_left_goes_with_the_next_one_whatever_it_does(asked: Settings) -> None:
    built, left = build(asked), asked.published / ".comments.duckdb.17.aside.wal"
    for settings in (asked, asked, replace(asked, publish_comments=False)):
        private_folder(left.parent)
        left.write_text("so warm a light")
        publish_comments(settings, built)
        assert not left.exists()


def test_a_damaged_file_is_made_again(asked: Settings) -> None:
    publish_comments(asked, build(asked))
    comments_path(asked).write_bytes(b"not a database")
    assert publish_comments(asked, build(asked)) == 2


def test_a_copy_that_fails_leaves_the_last_good_one(asked: Settings) -> None:
    publish_comments(asked, build(asked))
    asked.warehouse.unlink()
    with pytest.raises(CommentsNotBuilt, match="run build_marts first"):
        publish_comments(asked, {"fingerprint": "f2", "run": "r", "holds_sandbox_data": True})
    asked.warehouse.write_bytes(b"not a database")
    with pytest.raises(duckdb.Error):
        publish_comments(asked, {"fingerprint": "f2", "run": "r", "holds_sandbox_data": True})
    assert [path.name for path in asked.published.iterdir()] == ["comments.duckdb"]
    assert read(asked, "select fingerprint from comments.comments.publication") == [("f1",)]


def test_a_build_and_so_a_publication_follows_when_it_is_switched(asked: Settings) -> None:
    assert inputs(asked)["fingerprint"] == inputs(replace(asked))["fingerprint"]
    assert inputs(asked)["fingerprint"] != inputs(replace(asked, publish_comments=False))["fingerprint"]


def test_they_are_published_with_the_marts_and_are_not_among_them(asked: Settings) -> None:
    private_folder(asked.marts.parent)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{asked.marts}' as built")
        connection.execute("create schema built.marts")
        connection.execute("create table built.marts.nps_by_day as select 41 as nps")
    note = {"as_of": "2026-09-01T00:00:00+00:00", "built_at": "2026-09-01T01:00:00+00:00"}
    write_json(asked.marts.with_name("built.json"), {**build(asked), **note})
    publish_marts(asked, run="publish-run")
    assert read(asked, "select count(*) from comments.comments.survey_comments") == [(2,)]
    assert sorted(path.name for path in (asked.published / "parquet").iterdir()) == [
        "nps_by_day.parquet", "publication.parquet",
    ]  # fmt: skip
    comments_path(asked).unlink()
    assert publish_marts(asked, run="again") is None, "the marts are published already"
    assert comments_path(asked).exists()
