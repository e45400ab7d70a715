"""Runs dbt inside a Spark session of its own: the same project, over the same validated Parquet, with the same keys.

A program for the interpreter of `.venv-spark`, where neither Airflow nor DuckDB is; kuulo.warehouse.spark_build starts it. dbt-spark's
`method: session` takes whatever session its process has, so this one is started first, as the models need it.
"""

import json
import sys
from pathlib import Path
from typing import Any

# What the models' arithmetic stands on: the values would be others, or none, without them. They are set last and cannot be overruled.
# ANSI mode: an overflow, a division by zero or a text that is no number is an error, as in DuckDB, and never a silent null.
# Instants are naive UTC: Spark's own naive timestamps know fewer functions, so they are instants of a session that lives in UTC.
MEANING = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.default": "parquet",
    "spark.sql.legacy.createHiveTableByDefault": "false",
    # the keys of customers and of comments are session variables, and Spark would print them in plans and its UI
    "spark.redaction.string.regex": "(?i)(0x|x')[0-9a-f]{64,}",
    "spark.sql.redaction.string.regex": "(?i)(0x|x')[0-9a-f]{64,}",
}
# One machine and little data; $KUULO_HOME/spark.conf may say otherwise, a master among them.
LOCAL = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    # hundreds of short queries: compiling each to Java, and planning it again as it runs, costs more than it saves
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}


def start_session(folder: Path, chosen: dict[str, str]) -> Any:
    """The session of this process; its tables lie in folder/warehouse. `chosen` goes over LOCAL and under MEANING."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("kuulo").config("spark.sql.warehouse.dir", str(folder / "warehouse"))
    for name, value in {"spark.local.dir": str(folder / "temp"), **LOCAL, **chosen, **MEANING}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def lend_keys(session: Any, key_files: dict[str, str]) -> None:
    """Set each key of {name: file}, padded for HMAC, as two variables of the session: it stands in the text of no model."""
    from kuulo.warehouse.padded_key import padded_keys

    for key, file in key_files.items():
        for side, padded in zip(("inner", "outer"), padded_keys(Path(file)), strict=True):
            session.sql(f"declare or replace variable {key}_{side} binary")
            session.sql(f"set variable {key}_{side} = :padded", args={"padded": padded})


def lay_sources(session: Any, sources: dict[str, tuple[str, str]]) -> None:
    """Each of {schema.table: (columns, folder)} as a table over the Parquet files below the folder; none of them is written to."""
    for name, (columns, folder) in sources.items():
        session.sql(f"create schema if not exists {name.partition('.')[0]}")
        session.sql(f"drop table if exists {name}")
        session.sql(f"create table {name} ({columns}) using parquet options (path {_literal(folder)}, recursiveFileLookup 'true')")


def _submitted_in_this_session() -> None:
    """dbt-spark hands Python models to a vendor's cluster; here they run where dbt runs, and get the session."""
    from dbt.adapters.base import PythonJobHelper
    from dbt.adapters.spark.impl import SparkAdapter
    from pyspark.sql import SparkSession

    class InThisSession(PythonJobHelper):  # type: ignore[misc]
        def __init__(self, parsed_model: Any, credential: Any) -> None:
            pass

        def submit(self, compiled_code: str) -> None:
            exec(compiled_code, {"spark": SparkSession.builder.getOrCreate()})

    SparkAdapter.python_submission_helpers = property(lambda adapter: {"session": InThisSession})
    SparkAdapter.default_python_submission_method = property(lambda adapter: "session")


def _literal(value: Any) -> str:
    return "null" if value is None else "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def _seeds_as_they_are() -> None:
    """dbt-spark writes a blank cell of a seed as the text 'None', and ends a text at its first apostrophe."""
    from dbt.adapters.spark.session import SessionConnectionWrapper

    SessionConnectionWrapper._fix_binding = staticmethod(_literal)


def main(given: dict[str, Any]) -> int:
    """Run dbt with given["words"] over given["sources"]; 0 where it succeeded."""
    folder = Path(given["folder"])
    session = start_session(folder, given["chosen"])
    lend_keys(session, given["key_files"])
    lay_sources(session, given["sources"])

    from dbt.cli.main import dbtRunner  # reads the environment as it is imported

    _submitted_in_this_session()
    _seeds_as_they_are()
    done = dbtRunner().invoke(given["words"])
    if done.exception:
        print(f"dbt: {done.exception}", file=sys.stderr)  # noqa: T201
    session.stop()
    return 0 if done.success else 1


if __name__ == "__main__":
    sys.exit(main(json.loads(Path(sys.argv[1]).read_text())))
