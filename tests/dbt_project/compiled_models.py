"""Runs the models' own compiled SQL on a DuckDB in memory, so that hundreds of small data sets can be tried in seconds.

dbt compiles once; the text of every model is then executed as dbt wrote it, only that sources are tables in memory where dbt reads
Parquet. Seeds are read from their files with the types that the project gives them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import HealthCheck, Phase
from hypothesis import settings as bounds_of

from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES
from kuulo.warehouse.run_dbt import dbt_command
from tests.dbt_project.validated_rows import Row, schema_of, table_of
from tests.dbt_runs import run_dbt

_VALIDATED = re.compile(r"read_parquet\('[^']*?/(\w+)/(\w+)/\*/validated\.parquet'[^)]*\)")
_SHAPES = ("contacts", "survey_answers", "survey_invites", "subscriptions", "usage_events", "orders", "customers", "identity_pairs")

# How hypothesis tries: the same examples every time, and none kept on disk: a red test must be red again. It is not looked for a
# smaller example than the first that fails: that is hundreds of builds, minutes of a red run.
BOUNDED = bounds_of(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
Given = Mapping[tuple[str, str], Iterable[Row]]


def figures(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    """Rows as texts that can be compared: in one order, of floating-point numbers the digits that do not depend on it."""
    return sorted(tuple(f"{value + 0.0:.9g}" if isinstance(value, float) else str(value) for value in row.values()) for row in rows)


class CompiledModels:
    """The compiled project of one setting of its variables, with the source `files` alone behind every canonical shape."""

    def __init__(self, home: Path, marts: Iterable[str], **variables: Any) -> None:
        settings = Settings(home=home)
        settings.marts.parent.mkdir(parents=True, exist_ok=True)
        words = [
            "compile",
            "--quiet",
            "--exclude",
            "resource_type:test",
            "resource_type:unit_test",
            "--select",
            *(f"+{mart}" for mart in marts),
        ]
        *command, given = dbt_command(settings, *words, every_source=True)
        chosen = {**json.loads(given), "canonical": {shape: ["files"] for shape in _SHAPES}, **variables}
        done = run_dbt(settings, [*command, json.dumps(chosen)])
        assert done.is_good, done.said[-4000:]
        target = settings.dbt_target
        self.manifest: dict[str, Any] = json.loads((target / "manifest.json").read_text())
        nodes = self.manifest["nodes"]
        self.nodes: dict[str, Any] = {name: node for name, node in nodes.items() if node["resource_type"] in ("model", "seed")}
        self.project = settings.dbt_project
        self._folder = target / "compiled" / "kuulo"

    def sql_of(self, node: Mapping[str, Any]) -> str:
        """A model's compiled text, its sources being tables of the schema `validated`."""
        return _VALIDATED.sub(r'warehouse.validated."\1__\2"', (self._folder / node["original_file_path"]).read_text())

    def needed_for(self, marts: Iterable[str], given: Iterable[str] = ()) -> list[str]:
        """The models and seeds below these marts, each after what it reads; nothing below what is given."""
        stop, order = {f"model.kuulo.{name}" for name in given}, list[str]()

        def visit(name: str) -> None:
            if name in order or name in stop or name not in self.nodes:
                return
            for below in self.nodes[name]["depends_on"].get("nodes", ()):
                visit(below)
            order.append(name)

        for mart in marts:
            visit(f"model.kuulo.{mart}")
        return order


class MartsInMemory:
    """Some marts of a compiled project over rows that a test gives, again and again in one database.

    `given` names models whose rows a test gives itself, with the columns they have; all others run.
    """

    def __init__(self, compiled: CompiledModels, marts: Iterable[str], given: Mapping[str, pa.Schema] | None = None) -> None:
        self._compiled, self._given = compiled, dict(given or {})
        self._order = compiled.needed_for(marts, self._given)
        self.connection = duckdb.connect(":memory:", config={"threads": 1})
        self.connection.execute("set TimeZone = 'UTC'")
        for database in ("warehouse", "marts"):
            self.connection.execute(f"attach ':memory:' as {database}")
        nodes = [*map(compiled.nodes.__getitem__, self._order), *(compiled.nodes[f"model.kuulo.{name}"] for name in self._given)]
        for database, schema in sorted({(node["database"], node["schema"]) for node in nodes}):
            self.connection.execute(f"create schema if not exists {database}.{schema}")
        self.connection.execute("create schema warehouse.validated")
        for variable in ("customer_key_outer", "customer_key_inner", "comment_key_outer", "comment_key_inner"):
            self.connection.execute(f"set variable {variable} = 'of no installation'::blob")
        chosen = [compiled.nodes[name] for name in self._order]
        for node in chosen:
            if node["resource_type"] == "seed":
                self._lay_seed(node)
        self._models = [(node, compiled.sql_of(node)) for node in chosen if node["resource_type"] == "model"]
        texts = " ".join(text for _, text in self._models)
        self._streams = {
            (source.name, stream.name): schema_of(stream)
            for source in SOURCES.values()
            for stream in source.streams
            if f'warehouse.validated."{source.name}__{stream.name}"' in texts
        }
        self._built_once = False

    def _lay(self, relation: str, rows: pa.Table) -> None:
        self.connection.register("laid", rows)
        self.connection.execute(f"create or replace table {relation} as select * from laid")
        self.connection.unregister("laid")

    def _lay_seed(self, node: Mapping[str, Any]) -> None:
        types = ", ".join(f"'{column}': '{kind}'" for column, kind in node["config"]["column_types"].items())
        file = self._compiled.project / node["original_file_path"]
        options = f"header = true{f', types = {{{types}}}' if types else ''}"
        self.connection.execute(f"create table {node['relation_name']} as from read_csv('{file}', {options})")

    def seed(self, name: str, rows: Iterable[Row], *, instead: bool = False) -> None:
        """A user's own rows of a seed, beside those that it has or instead of them."""
        relation = self._compiled.nodes[f"seed.kuulo.{name}"]["relation_name"]
        if instead:
            self.connection.execute(f"delete from {relation}")
        self.connection.register("laid", pa.Table.from_pylist([dict(row) for row in rows]))
        self.connection.execute(f"insert into {relation} by name select * from laid")
        self.connection.unregister("laid")

    def build(self, rows: Given, given: Mapping[str, Iterable[Row]] | None = None) -> "MartsInMemory":
        """Lay these rows in place of the former ones, in the order given, and run every model."""
        unknown = set(rows) - set(self._streams)
        assert not unknown, f"no chosen mart reads {sorted(unknown)}"
        for stream, schema in self._streams.items():
            numbered = [{"_position": place, "_batch": "first", **row} for place, row in enumerate(rows.get(stream, ()))]
            self._lay(f'warehouse.validated."{stream[0]}__{stream[1]}"', table_of(numbered, schema))
        for name, schema in self._given.items():
            self._lay(self._compiled.nodes[f"model.kuulo.{name}"]["relation_name"], table_of((given or {}).get(name, ()), schema))
        for node, text in self._models:
            if node["config"]["materialized"] != "view":
                self.connection.execute(f"create or replace table {node['relation_name']} as\n{text}")
            elif not self._built_once:
                self.connection.execute(f"create view {node['relation_name']} as\n{text}")
        self._built_once = True
        return self

    def ask(self, question: str) -> list[dict[str, Any]]:
        """The rows of a query over the schema `marts`."""
        cursor = self.connection.execute("use marts.marts").execute(question)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, question: str) -> dict[str, Any]:
        """The only row of a query."""
        (row,) = self.ask(question)
        return row
