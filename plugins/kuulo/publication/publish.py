"""Publication: readers see the old marts or the new ones, never a mixture, and never hold the pipeline up."""

import contextlib
import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from kuulo.crash_points import crash_point
from kuulo.errors import KuuloError
from kuulo.landing.disk_room import disk_room
from kuulo.landing.whole_files import private_folder, sync, whole_file
from kuulo.publication.attempts import Attempt, TakenOver
from kuulo.publication.comments import publish_comments, withdraw_comments
from kuulo.publication.copied_build import CopiedBuild
from kuulo.settings import Settings
from kuulo.sql_text import quoted, text
from kuulo.warehouse.made_from import built_from


class NothingToPublish(KuuloError):
    """There is no successful build, or none that can be copied now."""


def open_published(path: Path) -> duckdb.DuckDBPyConnection:
    """The published marts to read, `marts` the schema in use: no statement can reach another file, the network or an extension."""
    connection = duckdb.connect(str(path), read_only=True)
    connection.execute("use marts.marts")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute("select table_name from information_schema.tables where table_schema = 'marts' order by 1").fetchall()
    return [name for (name,) in rows]


def published_from(settings: Settings) -> str:
    """The fingerprint of the marts that are published, or empty text."""
    path = settings.published / "marts.duckdb"
    if not path.exists():
        return ""
    try:
        with open_published(path) as connection:
            row = connection.execute("select fingerprint from publication").fetchone()
    except duckdb.Error:
        return ""  # damaged or of an older shape: publish again
    return str(row[0]) if row else ""


def _note_publication(connection: duckdb.DuckDBPyConnection, built: dict[str, Any], run: str) -> None:
    connection.execute(
        "create or replace table publication as select ?::timestamp as published_at, ?::timestamp as built_at, "
        "?::timestamp as as_of, ?::varchar as build_run, ?::varchar as publish_run, ?::varchar as fingerprint, "
        "?::boolean as holds_sandbox_data",
        [
            datetime.now(UTC).replace(tzinfo=None),
            datetime.fromisoformat(built["built_at"]).replace(tzinfo=None),
            datetime.fromisoformat(built["as_of"]).replace(tzinfo=None),
            built["run"],
            run,
            built["fingerprint"],
            built["holds_sandbox_data"],
        ],
    )
    connection.execute(
        "comment on table publication is 'One row: when this copy was published, from which build, as of which reporting date.'"
    )


def _swap_folder(link: Path, folder: Path) -> None:
    """Point `link` at `folder` in one step; the folder it pointed at before stays until the next publication."""
    before = link.resolve() if link.is_symlink() else None
    for left in link.parent.glob(f".{link.name}.*"):
        left.unlink()
    for old in link.parent.glob(f".{link.name}-*"):  # before the swap: who is killed behind it has published, and nobody comes again
        if old not in (folder, before):
            shutil.rmtree(old)
    crash_point("publication.cleared")
    aside = link.with_name(f".{link.name}.{uuid.uuid4().hex}")
    aside.symlink_to(folder.name)
    if link.exists() and not link.is_symlink():
        shutil.rmtree(link)
    crash_point("publication.link_laid")
    aside.replace(link)
    crash_point("publication.folder_swapped")


def _export(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    private_folder(folder)
    rows: dict[str, int] = {}
    for table in _tables(connection):
        target = folder / f"{table}.parquet"
        copy = f"copy (select * from {quoted(table)}) to {text(target)} (format parquet, compression zstd)"  # noqa: S608
        counted = connection.execute(copy).fetchone()
        rows[table] = int(counted[0]) if counted else 0
        target.chmod(0o600)
        sync(target)
        crash_point("publication.exported", table)
    return rows


def publish_marts(settings: Settings, *, run: str) -> dict[str, int] | None:
    """Copy the built marts to published/, whole; returns the rows a table, or None where they are published already.

    The database file is replaced by a rename, the Parquet folder by a symbolic link that is renamed: a reader that has
    the old file open keeps it.

    Raises:
        NothingToPublish: no build has succeeded, another one has begun meanwhile, or its file cannot be read.
        CommentsNotBuilt: the comments are to be published too, and cannot be; no mart is published then.
        TakenOver: a later attempt at the publication has begun; this one leaves nothing.
        DiskRefuses: the disk is full or read-only; what was published stays.
    """
    built = built_from(settings)
    if not built:
        withdraw_comments(settings, run=run)
        raise NothingToPublish("there are no built marts: run build_marts first")
    publish_comments(settings, built, run=run)
    parquet = settings.published / "parquet"
    stem = f".parquet-{built['fingerprint'][:12]}"
    if published_from(settings) == built["fingerprint"] and parquet.resolve().name.startswith(stem):
        return None
    attempt = Attempt.begin(settings, "publication", run)
    folder = settings.published / f"{stem}-{uuid.uuid4().hex[:8]}"
    try:
        with disk_room(settings.published):
            return _publish(settings, attempt, built, folder)
    except Exception as error:
        if (settings.published / "parquet").resolve() != folder.resolve():
            shutil.rmtree(folder, ignore_errors=True)
        if not isinstance(error, TakenOver) and not attempt.is_latest():  # a later one has cleared away what this one was writing
            with attempt.finishing():
                pass
        raise


def _publish(settings: Settings, attempt: Attempt, built: dict[str, Any], folder: Path) -> dict[str, int]:
    copied = CopiedBuild(settings=settings, built=built, what="marts", file=settings.marts, failure=NothingToPublish)
    with contextlib.ExitStack() as swapping:
        with copied.told_of(), whole_file(settings.published / "marts.duckdb") as aside:
            shutil.copyfile(settings.marts, aside)
            crash_point("publication.copied")
            with duckdb.connect(str(aside)) as connection:
                catalog = connection.execute("select current_database()").fetchone()
                connection.execute(f'use "{catalog[0] if catalog else ""}".marts')
                _note_publication(connection, built, attempt.ticket.run)
                rows = _export(connection, folder)
                connection.execute("checkpoint")
            Path(f"{aside}.wal").unlink(missing_ok=True)
            crash_point("publication.prepared")
            swapping.enter_context(attempt.finishing())
            copied.refuse_another()
        crash_point("publication.file_swapped")
        _swap_folder(settings.published / "parquet", folder)
    return rows
