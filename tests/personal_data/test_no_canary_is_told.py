"""S1, S6: canaries planted in every source, one run, and none of them anywhere but where rows are meant to lie."""

import json
import sqlite3
from contextlib import closing

import duckdb
import pytest

from kuulo.sandbox.company import generate_company
from kuulo.sandbox.dialects import DIALECTS
from kuulo.sandbox.server import serve
from tests.end_to_end.pipeline import contents, rows, run_pipeline
from tests.personal_data.planted_feeds import DATABASE_CONNECTION, lay_planted_database, lay_planted_inbox
from tests.personal_data.planted_vendors import CANARIES, TOKEN, planted

pytestmark = pytest.mark.end_to_end

# Where rows lie, and what people laid there themselves. Receipts and reasons among them are looked at on their own.
_ROWS_LIE_IN = {"landing", "validated", "quarantine", "inbox", "databases", "shop", "secrets", "warehouse.duckdb"}
_FROZEN = ("build", "inputs")  # links to what is in validated/
_COMMENTS = ("published", "comments.duckdb")  # where they are asked for: what is in them is looked at on its own


def _connections(server, home):
    spoken = {
        dialect.source: {
            "host": server.url_of(dialect.source),
            "login": dialect.login,
            "password": dialect.secret,
            "extra": {"pace": 1000, **{name: value.format(address=server.url) for name, value in dialect.extra.items()}},
        }
        for dialect in DIALECTS
    }
    refused = {
        name: {"host": f"{server.url}/{name}", "login": f"{TOKEN}login", "password": TOKEN, "extra": {"refresh_token": f"{TOKEN}extra"}}
        for name in ("typeform", "surveymonkey")
    }
    said = {f"AIRFLOW_CONN_{name.upper()}": json.dumps({"conn_type": "http", **one}) for name, one in {**spoken, **refused}.items()}
    return {**said, f"AIRFLOW_CONN_{DATABASE_CONNECTION.upper()}": lay_planted_database(home)}


@pytest.fixture(scope="module")
def planted_run(tmp_path_factory):
    home = tmp_path_factory.mktemp("canaries") / "home"
    lay_planted_inbox(home)
    with serve(generate_company(7, 60), 0) as server:
        server.reception.answer = planted(server.reception.answer)
        sources = ("files", "database", *(dialect.source for dialect in DIALECTS))
        done = run_pipeline(home, *sources, KUULO_SANDBOX="0", KUULO_PUBLISH_COMMENTS="1", **_connections(server, home))
    return home, done


def _found_in(data: bytes) -> list[str]:
    spellings = {kind: {text, json.dumps(text)[1:-1]} for kind, text in CANARIES.items()}
    found = [kind for kind, texts in spellings.items() if any(text.encode() in data for text in texts)]
    return found + [dialect.source for dialect in DIALECTS if dialect.secret.encode() in data]


def test_the_canaries_have_landed_and_been_refused_so_that_there_is_something_to_tell(planted_run):
    home, done = planted_run
    assert done.returncode == 1  # typeform and surveymonkey refuse, and a file fits no feed
    by_rule = rows(home, "select source, sum(quarantined), max(status) from pipeline_health group by 1 order by 1")
    assert {source for source, quarantined, _ in by_rule if quarantined} >= {"files", "database", "hubspot", "survicate"}
    for source in (*(dialect.source for dialect in DIALECTS), "files", "database"):
        landed = sum(path.stat().st_size for path in (home / "landing" / source).rglob("*") if path.is_file())
        assert landed > 1000, source
    assert rows(home, "select count(*) > 20 from fct_survey_answers") == [(True,)]


def test_a_wrong_token_names_the_connection_and_not_the_token_and_the_others_go_on(planted_run):
    home, done = planted_run
    told = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert [line for line in told if "connection typeform" in line]
    assert [line for line in told if "surveymonkey" in line]
    assert [line for line in told if "inbox/reviews/lacks.csv" in line]
    assert "Traceback" not in done.stdout + done.stderr
    assert not _found_in((done.stdout + done.stderr).encode())
    assert rows(home, "select distinct status from pipeline_health where source = 'typeform'") == [("failed",)]


def test_no_file_but_those_of_rows_holds_a_canary(planted_run):
    home, _ = planted_run
    files = [
        path
        for path, parts in ((path, path.relative_to(home).parts) for path in home.rglob("*"))
        if path.is_file() and not path.is_symlink() and parts[0] not in _ROWS_LIE_IN and parts[:2] not in (_FROZEN, _COMMENTS)
    ]
    kinds = {path.suffix for path in files}
    assert {".log", ".html", ".json", ".jsonl", ".duckdb", ".parquet", ".db"} <= kinds
    leaks = {str(path.relative_to(home)): found for path in files if (found := _found_in(path.read_bytes()))}
    assert not leaks


def test_the_comments_are_in_their_own_publication_and_nobodys_address_is_beside_them(planted_run):
    """Free text may hold anything, names among it: no other column does, and of secrets there is none at all."""
    home, _ = planted_run
    with duckdb.connect(str(home.joinpath(*_COMMENTS)), read_only=True) as connection:
        beside = connection.execute("select * exclude (comment) from comments.comments.survey_comments").fetchall()
        written = [text for (text,) in connection.execute("select comment from comments.comments.survey_comments").fetchall()]
        notes = connection.execute("from comments.comments.publication").fetchall()
    assert [text for text in written if CANARIES["comment"] in text]
    assert not [found for text in written for found in _found_in(text.encode()) if found in ("token", *(one.source for one in DIALECTS))]
    assert not _found_in(repr((beside, notes)).encode())
    keys = rows(home, "select comment_key from fct_survey_answers where comment_key is not null")
    assert keys
    assert {key for (key,) in keys} <= {row[0] for row in beside}


def test_receipts_and_reasons_beside_the_rows_hold_no_canary(planted_run):
    home, _ = planted_run
    told = [path for name in ("landing", "validated", "quarantine") for path in (home / name).rglob("*.json")]
    assert len(told) > 50
    leaks = {str(path.relative_to(home)): found for path in told if (found := _found_in(path.read_bytes()))}
    assert not leaks


def test_what_is_compressed_in_the_marts_and_kept_by_airflow_holds_none_either(planted_run):
    home, _ = planted_run
    published = "\n".join(row for table in contents(home).values() for row in table)
    assert not _found_in(published.encode())
    with closing(sqlite3.connect(home / "airflow" / "airflow.db")) as database:
        told = [line for line in database.iterdump() if line.startswith("INSERT")]
    assert [line for line in told if '"xcom"' in line]
    assert not _found_in("\n".join(told).encode())
