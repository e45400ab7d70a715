"""The same dbt project on Spark and on DuckDB, over the same Parquet: every mart has the same rows."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kuulo.kept_keys import kept_key
from kuulo.settings import Settings
from kuulo.warehouse.padded_key import padded_keys
from kuulo.warehouse.spark_build import SPARK_PYTHON, build_on_spark, spark_folder
from tests.spark.compared_marts import Marts
from tests.spark.small_company import AS_OF, TIMEZONE, run_small_company

pytestmark = pytest.mark.spark

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MARTS = sorted(path.stem for path in (PROJECT / "models" / "marts").rglob("*.sql"))


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    if not shutil.which("java"):
        pytest.skip("there is no Java: Spark needs 17 or later")
    if not SPARK_PYTHON.exists():
        pytest.skip(f"there is no Spark environment at {SPARK_PYTHON}: `make test-spark` sets it up")
    home = tmp_path_factory.mktemp("small_company") / "home"
    done = run_small_company(home)
    assert (home / "published" / "marts.duckdb").exists(), done.stdout[-4000:] + done.stderr[-2000:]
    settings = Settings(home=home, as_of=datetime.fromisoformat(AS_OF).astimezone(UTC), timezone=TIMEZONE)
    build_on_spark(settings, "--quiet", "--exclude-resource-type", "unit_test", "test")
    return settings


@pytest.fixture(scope="module")
def marts(settings):
    return Marts(settings.marts, spark_folder(settings) / "warehouse" / "marts.db")


def test_every_mart_is_compared(marts):
    assert marts.names() == MARTS


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_has_the_same_rows_on_both(marts, mart):
    assert marts.rows(mart) > 0, "a mart without rows compares nothing"
    differences = marts.differences(mart)
    assert not differences, "\n".join([mart, *differences])


@pytest.mark.parametrize("name", ["customer_key", "comment_key"])
def test_no_key_stands_in_anything_that_dbt_or_spark_wrote(settings, name):
    file = settings.home / "secrets" / name
    keys = (kept_key(file), *padded_keys(file))
    written = [path for folder in ("dbt", "spark") for path in (settings.home / folder).rglob("*") if path.is_file()]
    assert len(written) > 100
    for path in written:
        content = path.read_bytes()
        assert not any(key in content or key.hex().encode() in content.lower() for key in keys), path
