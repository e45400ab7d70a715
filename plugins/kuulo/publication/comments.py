"""The comments' own publication: a file apart from the marts, for those who may read what people wrote; none unless it is asked for."""

import contextlib
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from kuulo.crash_points import crash_point
from kuulo.errors import KuuloError
from kuulo.landing.whole_files import remove_what_was_left, whole_file
from kuulo.publication.attempts import Attempt
from kuulo.publication.copied_build import CopiedBuild
from kuulo.settings import Settings
from kuulo.sql_text import text


class CommentsNotBuilt(KuuloError):
    """The warehouse that the comments are copied from is gone or cannot be read, or a build has begun to change it."""


def comments_path(settings: Settings) -> Path:
    """Where the comments are published: a database file with the schema `comments`."""
    return settings.published / "comments.duckdb"


def _published_from(path: Path) -> str:
    """The fingerprint of the build that the published comments are of, or empty text."""
    if not path.exists():
        return ""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            row = connection.execute("select fingerprint from comments.comments.publication").fetchone()
    except duckdb.Error:
        return ""  # damaged or of an older shape: publish again
    return str(row[0]) if row else ""


def _copy(warehouse: Path, target: Path, built: dict[str, Any]) -> int:
    with duckdb.connect() as connection:
        connection.execute(f"attach {text(warehouse)} as warehouse (read_only)")
        connection.execute(f"attach {text(target)} as published")
        connection.execute("create schema published.comments")
        connection.execute("use published.comments")
        # in the order of the keys: that in which rows came would tell who wrote after whom
        rows = "from warehouse.comments.survey_comments order by comment_key"
        copied = connection.execute(f"create table survey_comments as {rows}").fetchone()
        connection.execute(
            "comment on table survey_comments is 'One row a comment. Personal: for those alone who may read what people wrote.'"
        )
        connection.execute(
            "create table publication as select ?::timestamp as published_at, ?::varchar as build_run, ?::varchar as fingerprint, "
            "?::boolean as holds_sandbox_data",
            [datetime.now(UTC).replace(tzinfo=None), built["run"], built["fingerprint"], built["holds_sandbox_data"]],
        )
    return int(copied[0]) if copied else 0


def withdraw_comments(settings: Settings, *, run: str) -> None:
    """Where the setting is off, remove published/comments.duckdb, whether a build has succeeded since or not.

    A copy that nobody renews would keep those who have been erased. An older attempt must not bring them back either, so this is
    fenced as the publication is.
    """
    path = comments_path(settings)
    remove_what_was_left(path)
    if not settings.publish_comments and (path.exists() or list(path.parent.glob(f".{path.name}.*"))):  # or somebody is at work on it still
        with Attempt.begin(settings, "comments", run).finishing():
            path.unlink(missing_ok=True)


def publish_comments(settings: Settings, built: dict[str, Any], *, run: str) -> int | None:
    """Bring published/comments.duckdb to what `built` (the note of the last build) says, whole; how many comments, None for no change.

    Where the setting is off, the file goes. This is fenced as the marts' publication is, by tickets of its own.

    Raises:
        CommentsNotBuilt: the warehouse is gone, open elsewhere or damaged, or another build has begun meanwhile.
        TakenOver: a later attempt has begun; this one leaves nothing.
        DiskRefuses: the disk is full or read-only; what was published stays.
    """
    withdraw_comments(settings, run=run)
    if not settings.publish_comments or _published_from(comments_path(settings)) == built["fingerprint"]:
        return None
    if not settings.warehouse.exists():
        raise CommentsNotBuilt(f"{settings.warehouse} is gone, so there are no comments to publish: run build_marts first")
    return _publish(settings, Attempt.begin(settings, "comments", run), built)


def _publish(settings: Settings, attempt: Attempt, built: dict[str, Any]) -> int:
    of_build = CopiedBuild(settings=settings, built=built, what="comments", file=settings.warehouse, failure=CommentsNotBuilt)
    with contextlib.ExitStack() as swapping, of_build.told_of(), whole_file(comments_path(settings)) as aside:
        database = Path(f"{aside}.database")  # DuckDB opens no empty file, and the one aside must stay the one that is held
        try:
            copied = _copy(settings.warehouse, database, built)
            shutil.copyfile(database, aside)
        finally:
            for path in (database, Path(f"{database}.wal")):
                path.unlink(missing_ok=True)
        crash_point("publication.comments_copied")
        swapping.enter_context(attempt.finishing())
        of_build.refuse_another()
    return copied
