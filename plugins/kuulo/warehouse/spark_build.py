"""The same dbt project on Spark, over the same validated Parquet: `make spark`.

The marts come out as Parquet in $KUULO_HOME/spark/warehouse/marts.db/<mart>/. Nothing is published: that is DuckDB's. Spark lives in
an environment of its own, so this process says what is to be built and another one builds it.
"""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from kuulo.errors import KuuloError
from kuulo.landing.declaration import typed_schema
from kuulo.landing.whole_files import private_folder, write_json
from kuulo.settings import PROJECT_ROOT, Settings, load_settings
from kuulo.sources.catalog import SOURCES
from kuulo.warehouse import receipts_table
from kuulo.warehouse.empty_batches import write_empty_batches
from kuulo.warehouse.frozen_inputs import freeze_inputs
from kuulo.warehouse.made_from import sources_with_rows
from kuulo.warehouse.run_dbt import dbt_command, dbt_environment

SPARK_PYTHON = PROJECT_ROOT / ".venv-spark" / "bin" / "python"
# columns are declared: looking for them in every file took 25 s, and an older file may lack some
_TYPES = {
    "string": "string",
    "int32": "int",
    "int64": "bigint",
    "double": "double",
    "bool": "boolean",
    "timestamp[us]": "timestamp",
    "date32[day]": "date",
}
_PROGRAM = Path(__file__).with_name("spark_session.py")


class SparkBuildFailed(KuuloError):
    """Spark did not build the marts; whatever else there is stays as it was."""


def spark_folder(settings: Settings) -> Path:
    """Where all that Spark writes lies."""
    return settings.home / "spark"


def spark_mart(settings: Settings, mart: str) -> Path:
    """The folder of Parquet files of a mart that Spark has built."""
    return spark_folder(settings) / "warehouse" / "marts.db" / mart


def chosen_configuration(settings: Settings) -> dict[str, str]:
    """What $KUULO_HOME/spark.conf says, in the form of Spark's own spark-defaults.conf: a name, blanks, its value; {} without one."""
    file = settings.home / "spark.conf"
    lines = [line.strip() for line in file.read_text().splitlines()] if file.exists() else []
    words = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    wrong = [word[0] for word in words if len(word) != 2]
    if wrong:
        raise SparkBuildFailed(f"{file}: {wrong[0]} has no value: write name and value, as in `spark.master spark://host:7077`")
    return dict(words)


def columns_of(schema: pa.Schema) -> str:
    """Columns with their Spark types, as a table is declared with."""
    return ", ".join(f"`{field.name}` {_TYPES[str(field.type)]}" for field in schema)


def _sources(settings: Settings, inputs: Path) -> dict[str, tuple[str, str]]:
    """{dbt source: (its columns with their types, the folder or file of Parquet)} of all that has entered."""
    streams = {
        f"{name}.{stream.name}": (columns_of(typed_schema(stream)), str(inputs / name / stream.name))
        for name in sources_with_rows(settings)
        for stream in SOURCES[name].streams
    }
    return {**streams, "receipts.receipts": (columns_of(receipts_table.SCHEMA), str(settings.receipts / "receipts.parquet"))}


def build_on_spark(settings: Settings, *words: str, python: Path = SPARK_PYTHON) -> None:
    """Run `dbt build` with these words more on Spark, whole, over the installation's validated rows.

    Raises:
        SparkBuildFailed: there is no Spark environment, or a model or a test failed; dbt has said which.
    """
    if not python.exists():
        raise SparkBuildFailed(f"there is no Spark environment at {python}: `make spark` sets it up where there is Java 17")
    folder = spark_folder(settings)
    shutil.rmtree(folder, ignore_errors=True)  # the session's catalog begins empty, and takes no folder that is there already
    private_folder(folder)
    write_empty_batches(settings)
    receipts_table.write_receipts_table(settings)
    inputs = freeze_inputs(settings, folder)
    given = {
        "folder": str(folder),
        "chosen": chosen_configuration(settings),
        "key_files": {key: str(settings.home / "secrets" / key) for key in ("customer_key", "comment_key")},
        "sources": _sources(settings, inputs),
        "words": dbt_command(replace(settings, target="spark"), "build", "--full-refresh", *words)[3:],
    }
    task = folder / "task.json"
    write_json(task, given)
    done = subprocess.run([str(python), str(_PROGRAM), str(task)], env=dbt_environment(settings, inputs), cwd=folder, check=False)
    if done.returncode != 0:
        raise SparkBuildFailed(
            f"the marts in {folder} are not complete: dbt says above what failed, and {settings.home}/dbt/logs/dbt.log why"
        )


def main() -> int:
    """Build the marts of this installation on Spark; arguments are more words for `dbt build`."""
    try:
        settings = load_settings()
        build_on_spark(settings, "--quiet", "--exclude-resource-type", "unit_test", *sys.argv[1:])
    except KuuloError as error:
        print(f"kuulo: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"The marts are in {spark_folder(settings) / 'warehouse' / 'marts.db'}, as Parquet")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
