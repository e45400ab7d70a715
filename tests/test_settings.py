"""Settings: what is understood, and the one line that is said of what is not."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kuulo.settings import PROJECT_ROOT, SettingsError, load_settings


def test_defaults_are_those_of_the_readme():
    settings = load_settings({})
    assert settings.home == PROJECT_ROOT / ".kuulo"
    assert (settings.target, settings.timezone, settings.as_of, settings.sandbox) == ("duckdb", "UTC", None, True)
    assert settings.validated == PROJECT_ROOT / ".kuulo" / "validated"


def test_landing_moves_the_lake_and_nothing_else(tmp_path: Path):
    settings = load_settings({"KUULO_HOME": str(tmp_path / "home"), "KUULO_LANDING": str(tmp_path / "lake")})
    assert settings.quarantine == tmp_path / "lake" / "quarantine"
    assert settings.warehouse == tmp_path / "home" / "warehouse.duckdb"


def test_comments_are_published_where_it_is_asked_for_and_nowhere_else():
    assert load_settings({}).publish_comments is False
    assert load_settings({"KUULO_PUBLISH_COMMENTS": "1"}).publish_comments is True


@pytest.mark.parametrize("text", ["2026-09-01", "2026-09-01T00:00:00Z", "2026-09-01T03:00:00+03:00"])
def test_as_of_is_an_instant_in_utc(text):
    assert load_settings({"KUULO_AS_OF": text}).as_of == datetime(2026, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"KUULO_AS_OF": "soon"}, "KUULO_AS_OF='soon' is not a date"),
        ({"KUULO_TIMEZONE": "Helsinki"}, "KUULO_TIMEZONE='Helsinki' is not a time zone"),
        ({"KUULO_TARGET": "spark"}, "KUULO_TARGET=spark: what is published is built by DuckDB"),
        ({"KUULO_TARGET": "oracle"}, "KUULO_TARGET='oracle' is not known"),
        ({"KUULO_SANDBOX": "yes"}, "KUULO_SANDBOX='yes' is not known"),
        ({"KUULO_PUBLISH_COMMENTS": "true"}, "KUULO_PUBLISH_COMMENTS='true' is not known: use 1"),
        ({"KUULO_LANDING": "s3://bucket"}, "name a folder"),
        ({"KUULO_HOME": "/data/{a}[1]"}, "its path '/data/{a}[1]' has [ { }, which patterns of files have: name a folder without"),
        ({"KUULO_LANDING": "/data/*"}, "KUULO_LANDING: its path '/data/*' has *,"),
    ],
)
def test_a_wrong_setting_names_itself(environment, says):
    with pytest.raises(SettingsError, match=re.escape(says)):
        load_settings(environment)
