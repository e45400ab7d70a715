"""Publication: whole, atomic, repeatable, and never in the way of a reader."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from kuulo.landing.disk_room import DiskRefuses
from kuulo.publication.publish import NothingToPublish, open_published, publish_marts
from kuulo.settings import Settings
from tests.publication.built_marts import build


def published_nps(settings: Settings) -> tuple[int, int]:
    """The value as a BI tool reads it from each of the two forms."""
    with duckdb.connect(str(settings.published / "marts.duckdb"), read_only=True) as connection:
        from_file = connection.execute("select nps from marts.marts.nps_by_day").fetchone()[0]
    from_parquet = duckdb.execute(f"select nps from '{settings.published}/parquet/nps_by_day.parquet'").fetchone()[0]
    return from_file, from_parquet


def test_both_forms_hold_every_mart_and_when_they_were_made(settings):
    build(settings, 41, "f1")
    assert publish_marts(settings, run="publish-run") == {"nps_by_day": 1, "publication": 1, "quiet": 0}
    assert published_nps(settings) == (41, 41)
    with duckdb.connect(str(settings.published / "marts.duckdb"), read_only=True) as connection:
        connection.execute("use marts.marts")
        row = connection.execute("select as_of, build_run, publish_run, fingerprint from publication").fetchall()
    assert row == [(datetime(2026, 9, 1), "build-run", "publish-run", "f1")]  # noqa: DTZ001
    assert duckdb.execute(f"select count(*) from '{settings.published}/parquet/quiet.parquet'").fetchone() == (0,)


def test_who_reads_the_published_copy_as_we_do_reaches_nothing_else(settings):
    """S9: as docs/operations.md shows it to others."""
    build(settings, 41, "f1")
    publish_marts(settings, run="a")
    with open_published(settings.published / "marts.duckdb") as connection:
        assert connection.execute("select nps from nps_by_day").fetchall() == [(41,)]
        for reach in (
            "select * from read_text('/etc/hostname')", "attach '/tmp/other.duckdb'", "install httpfs", "copy nps_by_day to '/tmp/x.csv'",
            "set enable_external_access = true", "create table written as select 1",
        ):  # fmt: skip
            with pytest.raises(duckdb.Error):
                connection.execute(reach)


def test_a_home_may_have_a_quote_in_its_name(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "Ann's")
    build(settings, 41, "f1")
    assert publish_marts(settings, run="a") == {"nps_by_day": 1, "publication": 1, "quiet": 0}
    table = duckdb.read_parquet(str(settings.published / "parquet" / "nps_by_day.parquet"))
    assert table.project("nps").fetchall() == [(41,)]


def test_the_same_marts_are_not_published_twice(settings):
    build(settings, 41, "f1")
    publish_marts(settings, run="a")
    before = (settings.published / "marts.duckdb").stat().st_mtime_ns
    assert publish_marts(settings, run="b") is None
    assert (settings.published / "marts.duckdb").stat().st_mtime_ns == before


def test_a_reader_keeps_the_old_marts_while_the_new_are_published(settings):
    build(settings, 41, "f1")
    publish_marts(settings, run="a")
    with duckdb.connect(str(settings.published / "marts.duckdb"), read_only=True) as reader:
        assert reader.execute("select nps from marts.marts.nps_by_day").fetchone() == (41,)
        build(settings, 42, "f2")
        publish_marts(settings, run="b")
        assert reader.execute("select nps from marts.marts.nps_by_day").fetchone() == (41,)
    assert published_nps(settings) == (42, 42)


def test_the_folder_a_reader_may_be_in_stays_for_one_more_publication(settings):
    build(settings, 41, "f1")
    publish_marts(settings, run="a")
    old = (settings.published / "parquet").resolve()
    build(settings, 42, "f2")
    publish_marts(settings, run="b")
    assert old.exists()
    build(settings, 43, "f3")
    publish_marts(settings, run="c")
    assert not old.exists()


def test_a_publication_broken_off_between_its_two_forms_is_finished_by_the_next(settings, monkeypatch):
    build(settings, 41, "f1")
    publish_marts(settings, run="a")
    build(settings, 42, "f2")
    with monkeypatch.context() as broken:

        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        broken.setattr("kuulo.publication.publish._swap_folder", stop)
        with pytest.raises(KeyboardInterrupt):
            publish_marts(settings, run="b")
    assert published_nps(settings) == (42, 41)
    publish_marts(settings, run="c")
    assert published_nps(settings) == (42, 42)


def test_without_a_build_it_says_what_to_do(settings):
    with pytest.raises(NothingToPublish, match="run build_marts first"):
        publish_marts(settings, run="a")


def half_of(source: Path, target: Path) -> None:
    """What a copy of a file is that is written meanwhile."""
    target.write_bytes(source.read_bytes()[:6000])


def test_a_build_that_begins_while_its_marts_are_copied_is_named(settings, monkeypatch):
    build(settings, 41, "f1")

    def torn(source: Path, target: Path) -> None:
        settings.marts.with_name("built.json").unlink()  # what a build does first
        half_of(source, target)

    monkeypatch.setattr("shutil.copyfile", torn)
    with pytest.raises(NothingToPublish, match="a build began while its marts were copied: publish again when it has ended"):
        publish_marts(settings, run="a")
    assert list(settings.published.iterdir()) == []


def test_marts_that_are_damaged_are_named_and_the_last_good_ones_stay(settings, monkeypatch):
    build(settings, 41, "f1")
    publish_marts(settings, run="a")
    build(settings, 42, "f2")
    with monkeypatch.context() as broken:
        broken.setattr("shutil.copyfile", half_of)
        with pytest.raises(NothingToPublish, match=f"^{settings.marts} is open elsewhere or damaged: end the process that has it open, or"):
            publish_marts(settings, run="b")
    assert published_nps(settings) == (41, 41)
    publish_marts(settings, run="c")
    assert published_nps(settings) == (42, 42)


def test_a_disk_that_fills_while_duckdb_writes_is_told_as_full_and_not_as_damage(settings, monkeypatch):
    build(settings, 41, "f1")
    publish_marts(settings, run="a")
    build(settings, 42, "f2")

    def refuse(*_: object) -> None:
        raise duckdb.IOException("IO Error: Could not write all bytes to file: No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("kuulo.publication.publish._export", refuse)
        with pytest.raises(DiskRefuses, match=f"^{settings.published}: no space left on the disk: free some"):
            publish_marts(settings, run="b")
    assert published_nps(settings) == (41, 41)
    publish_marts(settings, run="c")
    assert published_nps(settings) == (42, 42)


def test_only_the_owner_can_read_what_is_published(settings):
    build(settings, 41, "f1")
    publish_marts(settings, run="a")
    files = [path for path in settings.published.rglob("*") if path.is_file()]
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    assert {oct(path.stat().st_mode & 0o777) for path in Path(settings.published).rglob("*") if path.is_dir()} == {"0o700"}
