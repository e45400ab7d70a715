"""The comments' own publication: a file apart from the marts, for those who may read what people wrote; none unless it is asked for."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import whole_file
from kuulo.settings import Settings
from kuulo.sql_text import text


class CommentsNotBuilt(KuuloError):
    """The warehouse that the comments are copied from is gone."""


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
        # in the order of the keys, which tells nothing of who wrote when
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


def publish_comments(settings: Settings, built: dict[str, Any]) -> int | None:
    """Bring published/comments.duckdb to what `built` (the note of the last build) says, whole; how many comments, None for no change.

    Where the setting is off, the file goes: a copy that nobody renews would keep those who have been erased.

    Raises:
        CommentsNotBuilt: the warehouse is gone.
    """
    path = comments_path(settings)
    for left in path.parent.glob(f".{path.name}.*"):  # of an attempt that was killed
        left.unlink(missing_ok=True)
    if not settings.publish_comments:
        path.unlink(missing_ok=True)
        return None
    if _published_from(path) == built["fingerprint"]:
        return None
    if not settings.warehouse.exists():
        raise CommentsNotBuilt(f"{settings.warehouse} is gone, so there are no comments to publish: run build_marts first")
    with whole_file(path) as aside:
        made = Path(f"{aside}.made")  # DuckDB takes no file that is there and empty, and the one aside is held by a lock of ours
        try:
            rows = _copy(settings.warehouse, made, built)
            shutil.copyfile(made, aside)
        finally:
            made.unlink(missing_ok=True)
        return rows
