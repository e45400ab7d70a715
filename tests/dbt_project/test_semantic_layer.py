"""The semantic layer: MetricFlow answers what scorecard_by_period says, metric by metric, over time and by every cut."""

import csv
import json
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date
from typing import Any

import duckdb
import pytest
from metricflow.data_table.mf_table import MetricFlowDataTable
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from kuulo.settings import child_environment
from tests.conftest import CHECKOUT
from tests.dbt_project.small_build import SmallWarehouse
from tests.dbt_project.some_of_everything import some_of_everything

pytestmark = pytest.mark.dbt

Key = tuple[str, str, date]
MARTS = ["scorecard_by_period", "exposure:semantic_layer"]
EVER = date(1970, 1, 1)
CUTS = [
    ("all", 17), ("survey", 7), ("touchpoint", 6), ("journey_stage", 6), ("channel", 14), ("segment", 17), ("country", 10), ("team", 7),
    ("topic", 7), ("plan", 3),
]  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    return SmallWarehouse(
        tmp_path_factory.mktemp("semantic") / "kuulo", some_of_everything(), marts=MARTS, as_of="2026-09-01", data_tests=False
    )


class Layer:
    """MetricFlow over the built marts; it writes the SQL, and DuckDB runs it."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()

    def __init__(self, warehouse: SmallWarehouse) -> None:
        target = warehouse.settings.home / "dbt/target/duckdb"
        self.manifest = json.loads((target / "manifest.json").read_text())
        manifest = parse_manifest_from_dbt_generated_manifest((target / "semantic_manifest.json").read_text())
        self._connection = duckdb.connect(str(warehouse.settings.marts), read_only=True)
        self._engine = MetricFlowEngine(SemanticManifestLookup(manifest), sql_client=self)

    def query(self, stmt: str, sql_bind_parameter_set: object = None) -> MetricFlowDataTable:
        cursor = self._connection.execute(stmt)
        return MetricFlowDataTable.create_from_rows([column[0] for column in cursor.description or []], cursor.fetchall())

    def ask(self, **question: Any) -> list[dict[str, Any]]:
        table = self._engine.query(MetricFlowQueryRequest.create(**question)).result_df
        assert table is not None
        return [dict(zip(table.column_names, row, strict=True)) for row in table.rows]

    def figures(self, metrics: list[str], cuts: list[str], grain: str | None = None) -> dict[Key, float]:
        """{(metric, value of the cut, first day of the period): value}, of one question about all the metrics."""
        time = f"metric_time__{grain}"
        found = self.ask(metric_names=metrics, group_by_names=[*cuts, *([time] if grain else [])])
        return {
            (metric, row[cuts[0]] if cuts else "all", row[time].date() if grain else EVER): float(row[metric])
            for row in found
            for metric in metrics
            if row[metric] is not None
        }


@pytest.fixture(scope="module")
def layer(warehouse: SmallWarehouse) -> Layer:
    return Layer(warehouse)


def _scorecard(warehouse: SmallWarehouse, grain: str, dimension: str) -> dict[Key, float | None]:
    found = warehouse.ask(
        "select metric, dimension_value, period_start, value from scorecard_by_period "
        f"where period_grain = '{grain}' and dimension = '{dimension}' and (value is not null or (is_suppressed and n > 0))"
    )
    return {(row["metric"], row["dimension_value"], row["period_start"]): row["value"] for row in found}


def _registered() -> dict[str, str]:
    with (CHECKOUT / "dbt_project/seeds/scorecard_metrics.csv").open() as file:
        return {row["metric"]: row["finest_grain"] for row in csv.DictReader(file)}


def test_every_metric_of_the_scorecard_is_a_metric_of_the_layer(layer: Layer) -> None:
    metrics = {node["name"] for node in layer.manifest["metrics"].values()}
    assert len(_registered()) == 17
    assert set(_registered()) - metrics == set()


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year", "all_time"])
@pytest.mark.parametrize(("dimension", "metrics_cut"), CUTS)
def test_the_layer_answers_as_the_scorecard(warehouse: SmallWarehouse, layer: Layer, dimension: str, metrics_cut: int, grain: str) -> None:
    """`metrics_cut` is how many metrics the scorecard cuts so; months are the finest grain of churn, whose rates are of one month."""
    expected = _scorecard(warehouse, grain, dimension)
    metrics = sorted({metric for metric, _, _ in expected})
    by_month = sum(_registered()[metric] == "month" for metric in {key[0] for key in _scorecard(warehouse, "month", dimension)})
    assert len(metrics) == metrics_cut - (by_month if grain != "month" else 0)
    if not metrics:
        return
    found = layer.figures(metrics, [] if dimension == "all" else [dimension], None if grain == "all_time" else grain)
    assert set(found) == set(expected)
    shown = {key: value for key, value in expected.items() if value is not None}
    assert {key: found[key] for key in shown} == pytest.approx(shown, rel=1e-9, abs=1e-12)
    if grain in ("month", "all_time"):
        assert set(Counter(metric for metric, _, _ in shown)) == set(metrics)


def test_metrics_of_different_marts_answer_one_question(layer: Layer) -> None:
    """Because the cuts are entities of one name: scores, service and churn by segment in one table."""
    together = layer.figures(["nps", "fcr_gross", "logo_churn_rate"], ["segment"], "month")
    alone = {
        key: value
        for metric in ("nps", "fcr_gross", "logo_churn_rate")
        for key, value in layer.figures([metric], ["segment"], "month").items()
    }
    assert together == alone
    assert {key[0] for key in together} == {"nps", "fcr_gross", "logo_churn_rate"}


def test_saved_queries_are_answered(layer: Layer) -> None:
    saved = {node["name"]: node["query_params"] for node in layer.manifest["saved_queries"].values()}
    assert len(saved) == 6
    for name, question in saved.items():
        rows = layer.ask(saved_query_name=name)
        assert len(rows) >= 2, name
        for metric in question["metrics"]:
            assert any(row[metric] is not None for row in rows), (name, metric)


def test_exposures_name_the_published_tables(layer: Layer) -> None:
    """A mart more belongs into models/semantic/_exposures.yml, whose page says who reads it."""
    nodes = layer.manifest["nodes"].items()
    marts = {key for key, node in nodes if node["resource_type"] == "model" and node["schema"] == "marts"}
    exposures = {node["name"]: set(node["depends_on"]["nodes"]) for node in layer.manifest["exposures"].values()}
    assert exposures["published_marts"] == marts
    read = {node["depends_on"]["nodes"][0] for node in layer.manifest["semantic_models"].values()}
    assert exposures["semantic_layer"] == read | {"model.kuulo.dim_dates"}


def test_mf_itself_answers_from_the_published_copy(warehouse: SmallWarehouse) -> None:
    """The command line as users have it; it opens the copy for reading only, and asks nobody on the network."""
    settings = warehouse.settings
    command = [sys.executable, "-m", "kuulo.warehouse.metricflow_command", "query", "--metrics", "nps,logo_churn_rate", "--quiet"]
    answer = settings.home / "answer.csv"
    command += ["--group-by", "metric_time__month,segment", "--csv", str(answer)]
    environment = child_environment(KUULO_HOME=str(settings.home), PYTHONPATH=str(CHECKOUT / "plugins"))
    early = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=60)
    assert (early.returncode, early.stderr) == (1, "kuulo: there are no published marts to ask: make run publishes them\n")
    settings.published.mkdir()
    shutil.copyfile(settings.marts, settings.published / "marts.duckdb")
    done = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    with answer.open() as file:
        rows = list(csv.DictReader(file))
    expected = _scorecard(warehouse, "month", "segment")
    for metric in ("nps", "logo_churn_rate"):
        found = {
            (metric, row["segment"], date.fromisoformat(row["metric_time__month"][:10])): float(row[metric]) for row in rows if row[metric]
        }
        shown = {key: value for key, value in expected.items() if key[0] == metric and value is not None}
        assert {key: found[key] for key in shown} == pytest.approx(shown, rel=1e-9)
        assert len(shown) > 5
    reaching = [
        *command[:-4],
        "--group-by",
        "segment",
        "--where",
        f"{{{{ Entity('segment') }}}} in (select content from read_text('{answer}'))",
    ]
    refused = subprocess.run(reaching, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120)
    assert refused.returncode != 0
    assert "file system operations are disabled by configuration" in refused.stdout + refused.stderr
