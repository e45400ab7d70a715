"""The DAG `redrive` by Airflow itself: what can be sent goes through to the marts, what cannot turns the run red."""

import json

import pytest

from kuulo.landing.land_inbox import land_inbox
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import read_validation_receipt
from kuulo.orchestration.airflow_home import prepare_database
from kuulo.sources.canonical import FILES
from kuulo.validation import courthouse
from kuulo.validation.landing_gate import validate_source
from tests.conftest import CHECKOUT, NOW

FEED = """\
stream: survey_answers
columns: {response_id: id, submitted_at: at, survey_id: {value: shop}}
questions:
  score: {question_id: recommend, metric: nps, scale: "0-10"}
"""


@pytest.fixture
def shop(settings, monkeypatch):
    """Two files, of each a row entered and one was refused; by the feed of today both rows enter."""
    monkeypatch.setattr(courthouse, "build_data_docs", lambda *_positional, **_named: None)
    folder = settings.inbox / "shop"
    folder.mkdir(parents=True)
    (folder / "feed.yml").write_text(FEED)
    for number, name in enumerate(("kept", "lost")):
        (folder / f"{name}.csv").write_text(f"id,at,score\n{number}a,2026-01-05,9\n{number}b,2026-01-05,99\n")
    landed = land_inbox(settings=settings, run="first", clock=lambda: NOW)
    validate_source(settings=settings, source=FILES, run="first", clock=lambda: NOW)
    (folder / "feed.yml").write_text(FEED.replace('"0-10"', '"0-10", missing: ["99"]'))
    return [BatchPlace(settings, "files", "survey_answers", file.batch) for file in landed.files]


@pytest.fixture
def run_dag(settings, monkeypatch):
    """Runs the DAG, by which nothing is really built; the states of its tasks, and what was called."""
    from airflow.dag_processing.dagbag import DagBag

    prepare_database()
    monkeypatch.setenv("KUULO_HOME", str(settings.home))
    called = []
    monkeypatch.setattr("kuulo.warehouse.build.build_marts", lambda *_, **__: called.append("built") or {"seconds": 1.0})
    monkeypatch.setattr("kuulo.publication.publish.publish_marts", lambda *_, **__: called.append("published") or {"nps_by_day": 1})
    dag = DagBag(CHECKOUT / "dags").dags["redrive"]

    def run():
        dag_run = dag.test(run_conf={"source": "files", "stream": "survey_answers"})
        return {"dag": str(dag_run.state), **{each.task_id: str(each.state) for each in dag_run.get_task_instances()}}, called

    return run


def test_a_batch_that_cannot_be_sent_again_keeps_no_other_from_the_marts_and_is_named(settings, shop, run_dag):
    _, lost = shop
    [page] = lost.landing.glob("page-*.zst")
    page.unlink()
    states, called = run_dag()
    assert states == {
        "dag": "failed", "send_through_again": "success", "build_marts": "success", "publish_marts": "success",
        "tell_what_was_missed": "failed",
    }  # fmt: skip
    assert called == ["built", "published"]
    assert [read_validation_receipt(place).quarantined for place in shop] == [{}, {"on_scale:score": 1}]
    [failure] = map(json.loads, (settings.home / "logs" / "failures.jsonl").read_text().splitlines())
    assert failure["message"] == (
        f"NOT typed again: {lost.batch}: what was received is not kept any more (retention, or the file of an erased person): "
        "have it sent again"
    )


def test_where_there_is_nothing_to_send_nothing_is_built(shop, run_dag):
    assert run_dag()[0]["dag"] == "success"
    states, called = run_dag()
    assert states == {
        "dag": "success",
        **dict.fromkeys(("send_through_again", "build_marts", "publish_marts", "tell_what_was_missed"), "skipped"),
    }
    assert called == ["built", "published"]
