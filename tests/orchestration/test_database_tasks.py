"""The DAG of source `database` by Airflow itself: a task a declaration, the sandbox's two among them, nothing where there is none."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from kuulo.errors import KuuloError
from kuulo.landing.receipt import read_run_receipts
from kuulo.orchestration.airflow_home import prepare_database
from kuulo.orchestration.database_tasks import next_window
from kuulo.orchestration.sources_in_use import FIRST_READING, refuse_misspelt_connections, refuse_mixture
from kuulo.settings import Settings
from kuulo.sources.database.read_declaration import connections_named, read_declaration
from kuulo.sources.source import Window

NOW = datetime(2026, 9, 10, 7, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 9, 10, tzinfo=UTC)
TEXT = "connection: {connection}\nstream: orders\ntable: orders\n{more}\ncolumns: {{order_id: id, ordered_at: at, email: mail}}\n"


def declare(settings: Settings, name: str, more: str = "watermark: at", connection: str = "shop_db"):
    settings.databases.mkdir(parents=True, exist_ok=True)
    (settings.databases / f"{name}.yml").write_text(TEXT.format(connection=connection, more=more))
    return read_declaration(settings, name)


def test_a_run_without_a_window_goes_on_where_the_one_before_stopped(settings):
    shop, whole, sandbox = declare(settings, "shop"), declare(settings, "whole", "full: true"), declare(settings, "sandbox_shop")
    assert next_window(shop, None, NOW) == Window(MIDNIGHT - FIRST_READING, MIDNIGHT)
    assert next_window(shop, MIDNIGHT - timedelta(days=3), NOW) == Window(MIDNIGHT - timedelta(days=3), MIDNIGHT)
    assert next_window(shop, MIDNIGHT, NOW) is None
    assert next_window(whole, None, NOW) == Window(MIDNIGHT - timedelta(days=1), MIDNIGHT)
    assert next_window(sandbox, None, NOW) == Window(datetime(2025, 3, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC))


def test_declarations_of_the_sandbox_are_refused_where_it_is_off(settings):
    declare(settings, "sandbox_shop")
    with pytest.raises(KuuloError, match=r"KUULO_SANDBOX=0, but .* holds the sandbox company's data .sandbox_shop.yml."):
        refuse_mixture(Settings(home=settings.home, sandbox=False))


def test_a_connection_of_a_declaration_may_be_called_nearly_like_a_source(settings, monkeypatch):
    declare(settings, "shop", connection="Hubspot_DB")
    (settings.databases / "broken.yml").write_text("- no declaration")
    assert connections_named(settings) == {"hubspot_db"}
    monkeypatch.setenv("AIRFLOW_CONN_HUBSPOT_DB", "sqlite://x")
    monkeypatch.setenv("AIRFLOW_CONN_MY_DATABASE", "sqlite://x")
    refuse_misspelt_connections(connections_named(settings))
    with pytest.raises(KuuloError, match="AIRFLOW_CONN_HUBSPOT_DB names no source: did you mean AIRFLOW_CONN_HUBSPOT"):
        refuse_misspelt_connections()


@pytest.fixture
def run_dag(settings, monkeypatch):
    """Runs the DAG in a home of its own; the states of its tasks."""
    from airflow.dag_processing.dagbag import DagBag

    from tests.conftest import CHECKOUT

    prepare_database()
    monkeypatch.setenv("KUULO_HOME", str(settings.home))
    dag = DagBag(CHECKOUT / "dags").dags["extract_database"]

    def run(**params: str) -> dict[str, str]:
        dag_run = dag.test(run_conf=params)
        states = {(t.task_id, t.map_index): str(t.state) for t in dag_run.get_task_instances()}
        return {"dag": str(dag_run.state), **{f"{task}{'' if place < 0 else place}": state for (task, place), state in states.items()}}

    return run


JANUARY = {"window_start": "2026-01-01T00:00:00Z", "window_end": "2026-02-01T00:00:00Z"}


def test_one_declaration_that_fails_leaves_the_others_alone_and_is_named(settings, run_dag, tmp_path, monkeypatch):
    with closing(sqlite3.connect(tmp_path / "s.sqlite")) as connection, connection:
        connection.execute("create table orders (id integer, at text, mail text)")
        connection.execute("insert into orders values (1, '2026-01-05 10:00:00', 'canary@post.example'), (2, '2026-01-06 10:00:00', null)")
    monkeypatch.setenv("AIRFLOW_CONN_SHOP_DB", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "s.sqlite")}))
    for name, connection in (("good", "shop_db"), ("lost", "no_such_db")):
        declare(settings, name, connection=connection)
    (settings.databases / "wrong.yml").write_text("stream: orders\n")
    states = run_dag(**JANUARY)
    assert states == {
        "dag": "failed", "find_declarations": "success", "extract_to_landing0": "success", "extract_to_landing1": "failed",
        "extract_to_landing2": "failed", "validate_landing": "success", "tell_what_stopped": "failed",
    }  # fmt: skip
    receipts = {receipt.stream: receipt for receipt in read_run_receipts(settings)}
    assert (receipts["orders"].received, receipts["orders"].validated) == (2, 2)
    assert receipts["lost"].message.startswith("databases/lost.yml (connection 'no_such_db'): there is no such Airflow connection")
    assert receipts["wrong"].message.startswith("databases/wrong.yml: `columns` must hold")
    assert "canary" not in str(receipts)


def test_no_declarations_are_no_failure(settings, run_dag):
    states = run_dag(**JANUARY)
    assert states["dag"] == "success"
    assert states["find_declarations"] == "skipped"
