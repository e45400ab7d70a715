"""What is said to Spark before it starts; what it makes of it is tests/spark."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from kuulo.landing.declaration import typed_schema
from kuulo.sources.catalog import SOURCES
from kuulo.warehouse.spark_build import SparkBuildFailed, build_on_spark, chosen_configuration, columns_of
from kuulo.warehouse.spark_session import lay_sources

CONFIGURATION = """
# a cluster
spark.master   spark://master.example:7077

spark.executor.extraJavaOptions  -Xss4m -XX:+UseG1GC
"""


def test_spark_conf_is_read_as_spark_reads_its_own(settings):
    assert chosen_configuration(settings) == {}
    settings.home.mkdir(parents=True)
    (settings.home / "spark.conf").write_text(CONFIGURATION)
    assert chosen_configuration(settings) == {
        "spark.master": "spark://master.example:7077",
        "spark.executor.extraJavaOptions": "-Xss4m -XX:+UseG1GC",
    }


def test_a_name_without_a_value_is_refused(settings):
    settings.home.mkdir(parents=True)
    (settings.home / "spark.conf").write_text("spark.master=spark://master.example:7077\n")
    with pytest.raises(SparkBuildFailed, match=r"spark\.master=.* has no value: write name and value"):
        chosen_configuration(settings)


def test_without_an_environment_the_remedy_is_named_and_nothing_is_written(settings):
    with pytest.raises(SparkBuildFailed, match="`make spark` sets it up"):
        build_on_spark(settings, python=Path("/nowhere/python"))
    assert not settings.home.exists()


def test_every_declared_column_has_a_type_on_spark():
    streams = [stream for source in SOURCES.values() for stream in source.streams]
    for stream in streams:
        assert columns_of(typed_schema(stream)).count("`") == 2 * len(typed_schema(stream))
    assert "`submitted_at` timestamp" in columns_of(typed_schema(SOURCES["files"].stream("survey_answers")))


def test_a_home_may_have_a_quote_in_its_name():
    asked = []
    session = SimpleNamespace(sql=asked.append)
    lay_sources(session, {"files.contacts": ("`contact_id` string", "/home/Ann's/spark/inputs/files/contacts")})
    assert asked[-1] == (
        "create table files.contacts (`contact_id` string) using parquet "
        "options (path '/home/Ann\\'s/spark/inputs/files/contacts', recursiveFileLookup 'true')"
    )
