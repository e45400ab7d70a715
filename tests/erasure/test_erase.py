"""An erasure from request to audit, and an export, over a small installation with real marts."""

import json
import stat
from pathlib import Path

import duckdb
import pytest

from kuulo.erasure.audit import unfinished
from kuulo.erasure.erase import erase_requested, finish_erasures
from kuulo.erasure.export import export_requested
from kuulo.erasure.find_person import nodes_of
from kuulo.erasure.person_request import BadRequest, PersonRequest, erasures, exports, lay_request
from kuulo.publication.publish import publish_marts
from kuulo.settings import Settings
from kuulo.warehouse.build import build_marts
from tests.erasure import erasable_home
from tests.erasure.erasable_home import NEEDLES, PERSON, files_that_hold, land_files, land_zendesk, now, rows_of

pytestmark = pytest.mark.dbt


def customers(settings: Settings) -> list[tuple[str, int]]:
    with duckdb.connect(str(settings.published / "marts.duckdb"), read_only=True) as connection:
        connection.execute("use marts.marts")
        return connection.execute("""
            select customer_key, count(answers.response_key)
            from dim_customers left join fct_survey_answers as answers using (customer_key) group by 1 order by 1
        """).fetchall()


def comments(settings: Settings) -> list[str]:
    with duckdb.connect(str(settings.published / "comments.duckdb"), read_only=True) as connection:
        return [text for (text,) in connection.execute("select comment from comments.comments.survey_comments order by 1").fetchall()]


def build_and_publish(settings: Settings, run: str) -> None:
    build_marts(settings, run=run)
    publish_marts(settings, run=run)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("erasure") / "kuulo", publish_comments=True)
    land_zendesk(settings)
    land_files(settings)
    build_and_publish(settings, "run-1")
    return settings


def test_export_then_erasure_then_reading_again(built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """One story, since each build takes seconds."""
    before = customers(built)
    assert len(before) == 3
    assert comments(built) == ["fine", "it hums all night", "thank gone.ada@x.example for me"]

    _exported(built)

    lay_request(erasures(built), "case_1", "zendesk:360000000777", "case 4711")
    outcome = erase_requested(built, run="erasure-1", clock=now)
    assert outcome is not None
    assert (outcome.people, outcome.inbox_files) == (1, ["inbox/answers/answers.csv"])
    assert outcome.records["validated/zendesk/users"] == 1
    assert not built.warehouse.exists()
    assert not (exports(built) / "access_1").exists()
    build_and_publish(built, "erasure-1")
    assert finish_erasures(built, clock=now) == 1
    assert files_that_hold(built.home, NEEDLES) == {}
    after = customers(built)
    assert len(after) == 2
    assert set(after) < set(before)
    assert comments(built) == ["fine", "thank erased for me"]
    _audited(built)

    land_zendesk(built, run="run-2", refresh=True)
    land_files(built, run="run-2")
    (built.inbox / "answers" / "answers.csv").write_text(erasable_home.ANSWERS + "6,2026-01-07,K-000777,,again,3\n")
    monkeypatch.setattr(erasable_home, "ANSWERS", (built.inbox / "answers" / "answers.csv").read_text())
    land_files(built, run="run-3")
    build_and_publish(built, "run-3")
    assert files_that_hold(built.home, NEEDLES) == {}
    assert customers(built) == after
    assert comments(built) == ["fine", "thank erased for me"]
    assert [row["response_id"] for row in rows_of(built, "files/survey_answers")] == ["1", "5"]
    assert erase_requested(built, run="erasure-2", clock=now) is None


def _exported(settings: Settings) -> None:
    lay_request(exports(settings), "access_1", "Gone.Ada@x.example", "case 4711")
    written = export_requested(settings, run="export-1", clock=now)
    folder = exports(settings) / "access_1"
    assert [path.name for path in exports(settings).iterdir()] == ["access_1"]
    assert written["access_1"] >= 7
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    users = json.loads((folder / "zendesk" / "users.json").read_text())
    assert [row["user_id"] for row in users["rows"]] == ["360000000777"]
    assert [record["name"] for record in users["as_received"]] == ["Ada Gone"]
    assert users["columns"]["email"].startswith("string; directly personal")
    answers = json.loads((folder / "files" / "survey_answers.json").read_text())
    assert [row["response_id"] for row in answers["rows"]] == ["2"]
    assert [row["rule"] for row in answers["refused"]] == ["on_scale:score"]
    assert len(json.loads((folder / "marts" / "dim_customers.json").read_text())["rows"]) == 1
    index = (folder / "index.md").read_text()
    assert all(node.split(":", 1)[1] in index for node in PERSON)
    assert "bo@x.example" not in "".join(path.read_text() for path in folder.rglob("*.*"))


def _audited(settings: Settings) -> None:
    (audit,) = unfinished(settings, "done")
    assert (audit.request, audit.requested_by, len(audit.hmacs)) == ("case_1", "case 4711", 3)
    assert audit.records["landing/files/survey_answers"] == 2
    assert audit.inbox_files == ["inbox/answers/answers.csv"]
    assert list(erasures(settings).glob("*.json")) == []


def test_a_killed_erasure_is_finished_without_the_request(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    land_files(settings)
    lay_request(erasures(settings), "case_1", "K-000777", "desk")
    lay_request(erasures(settings), "case_2", "gone.ada@x.example", "desk")
    with monkeypatch.context() as patched:
        patched.setattr("kuulo.erasure.find_person.build_marts", lambda *_, **__: None)
        patched.setattr("kuulo.erasure.erase.sweep", _killed)
        with pytest.raises(KeyboardInterrupt):
            erase_requested(settings, run="erasure-1", clock=now)
    assert list(erasures(settings).glob("*.json")) == []
    outcome = erase_requested(settings, run="erasure-2", clock=now)
    assert outcome is not None
    assert outcome.people == 2
    assert files_that_hold(settings.home, (b"gone.ada", b"K-000777")) == {}


@pytest.mark.parametrize("where", ["erased.crash_point", "sweep.crash_point", "landed_batch._exchange", "judged_batch.write_receipt"])
def test_an_audit_counts_what_went_in_all_runs_that_it_took(settings: Settings, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Stopped before something goes, between the halves of a batch, or as a file has changed; and once more."""
    land_files(settings)
    lay_request(erasures(settings), "case_1", "K-000777", "desk")
    lay_request(erasures(settings), "case_2", "gone.ada@x.example", "desk")
    monkeypatch.setattr("kuulo.erasure.find_person.build_marts", lambda *_, **__: None)
    for run in ("erasure-1", "erasure-2"):
        with monkeypatch.context() as patched:
            patched.setattr(f"kuulo.erasure.{where}", _killed)
            with pytest.raises(KeyboardInterrupt):
                erase_requested(settings, run=run, clock=now)
        if where == "sweep.crash_point":  # the landed half of the batch has gone by now
            assert files_that_hold(settings.landing, (b"gone.ada", b"K-000777")) == {}
            break
    erase_requested(settings, run="erasure-3", clock=now)
    finish_erasures(settings, clock=now)
    audits = unfinished(settings, "done")
    assert [(audit.request, audit.records) for audit in audits] == [
        (case, {"landing/files/survey_answers": 2, "quarantine/files/survey_answers": 1, "validated/files/survey_answers": 1})
        for case in ("case_1", "case_2")
    ]
    assert len(list((erasures(settings) / "audit").iterdir())) == 2


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_email_of_many_customers_names_nobody(built: Settings) -> None:
    """A shared address is in no identity graph; asked for, it is refused and nobody is erased."""
    path = Path("unused")
    with duckdb.connect(str(built.warehouse)) as connection:
        connection.execute("create or replace view intermediate.int_test__identity_pairs as "
                           "select 'email:info@x.example' as node, 'company:' || n as other_node from range(4) as many (n)")  # fmt: skip
    with pytest.raises(BadRequest, match="more than 3 customers share this e-mail"):
        nodes_of(built, PersonRequest("case_1", path, "email:info@x.example", "desk"))
    assert nodes_of(built, PersonRequest("case_1", path, "email:nobody@x.example", "desk")) == {"email:nobody@x.example"}
