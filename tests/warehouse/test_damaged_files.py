"""Whether a failed dbt found a damaged file: by what it said itself, not by what an earlier one did."""

from pathlib import Path

import pytest

from kuulo.settings import Settings
from kuulo.warehouse.damaged_files import log_size, set_aside_both, tells_of_damage

_DAMAGE = "Runtime Error\n  Corrupt database file: computed checksum 1 does not match stored checksum 2\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "dbt" / "logs").mkdir(parents=True)
    return tmp_path / "dbt" / "logs" / "dbt.log"


def test_damage_of_an_earlier_run_is_not_this_ones(tmp_path: Path, log: Path) -> None:
    settings = Settings(home=tmp_path)
    assert log_size(settings) == 0
    log.write_text(_DAMAGE)
    assert tells_of_damage(settings, 0)
    before = log_size(settings)
    log.write_text(_DAMAGE + "Compilation Error: 'nobody' is undefined\n")
    assert not tells_of_damage(settings, before)
    log.write_text(_DAMAGE + _DAMAGE + "x" * 300_000)  # however much is said behind it
    assert tells_of_damage(settings, before)


def test_a_log_that_dbt_has_begun_anew_is_read_from_its_start(tmp_path: Path, log: Path) -> None:
    settings = Settings(home=tmp_path)
    log.write_text("x" * 1000)
    before = log_size(settings)
    log.write_text(_DAMAGE)
    assert tells_of_damage(settings, before)


def test_results_tell_too(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    results = tmp_path / "dbt" / "target" / "duckdb" / "run_results.json"
    results.parent.mkdir(parents=True)
    results.write_text('{"results": [{"message": "FATAL Error: Failed: database has been invalidated"}]}')
    assert tells_of_damage(settings, 0)


def test_one_damaged_copy_of_each_file_is_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.marts.parent.mkdir()
    for content in ("first", "second"):
        settings.warehouse.write_text(content)
        settings.marts.write_text(content)
        set_aside_both(settings)
    kept = sorted(path.read_text() for folder in (tmp_path, settings.marts.parent) for path in folder.glob("*.damaged-*"))
    assert kept == ["second", "second"]
    assert not settings.warehouse.exists()
