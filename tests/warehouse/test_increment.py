"""A history that comes in pieces, late and out of order, must give the marts that one whole build of all of it gives."""

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import ValidationReceipt, write_receipt
from kuulo.landing.whole_files import write_json
from kuulo.settings import Settings
from kuulo.warehouse.increment import Increment, increment_since
from kuulo.warehouse.made_from import built_from, inputs
from kuulo.warehouse.run_dbt import dbt_command, dbt_environment
from tests.dbt_project.compiled_models import figures
from tests.dbt_project.some_of_everything import some_of_everything, use_and_orders
from tests.dbt_project.validated_rows import Row, write_validated
from tests.dbt_runs import dbt_process

STEPS = ("2026-05-20T00:00:00", "2026-06-02T13:37:00", "2026-09-01T00:30:00")
MOMENTS = {"survey_answers": "submitted_at", "survey_invites": "sent_at", "contacts": "opened_at", "subscriptions": "started_at",
           "usage_events": "occurred_at", "orders": "ordered_at"}  # fmt: skip
Feed = dict[tuple[str, str], list[Row]]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _receipt(place: BatchPlace, rows: int, end: str) -> None:
    moment = _moment(end)
    receipt = ValidationReceipt(
        source=place.source, stream=place.stream, batch=place.batch, run="test",
        window_start=moment - timedelta(days=1), window_end=moment, received=rows,
        validated=rows, quarantined={}, duplicates=0, status="validated", message="", fingerprint="", seconds=0.0,
    )  # fmt: skip
    write_receipt(place.validated_receipt, receipt)


def _first_and_final(rng: Random, stream: str, row: Row) -> Iterator[tuple[timedelta, Row]]:
    """The versions in which a record comes, and how long after its moment: some late, some first in another state."""
    late = timedelta(days=rng.choice([0, 0, 0, 0, 3, 25, 60]))
    if stream == "contacts" and rng.random() < 0.3:  # solved, reopened or handed on weeks after it was first told of
        yield timedelta(0), {**row, "is_resolved": False, "reopen_count": 0, "topic": "lamp"}
        yield timedelta(days=rng.choice([10, 40])), row
    elif stream == "survey_answers" and rng.random() < 0.1:  # corrected: another score, another day, another person
        moment = str(_moment(row["submitted_at"]) - timedelta(days=2))
        yield timedelta(0), {**row, "score": 1, "submitted_at": moment, "customer_id": "k149"}
        yield timedelta(days=30), row
    elif stream in {"usage_events", "orders"} and rng.random() < 0.3:  # told ahead; corrected: another day and person, or one yet to come
        column, moment = MOMENTS[stream], _moment(row[MOMENTS[stream]])
        earlier, later = ({column: str(moment + timedelta(days=days))} for days in (-2, 40))
        unlike = [{**earlier, "customer_id": "k149"}, later, {"status": "abandoned"} if stream == "orders" else {}]
        yield timedelta(days=-20), {**row, **rng.choice(unlike)}
        yield timedelta(days=rng.choice([1, 30])), row
    else:
        yield late, row


def _pieces() -> list[Feed]:
    """What comes by each of STEPS, in an order that is not that of the records."""
    rng = Random(8)
    pieces: list[Feed] = [{} for _ in STEPS]

    def come(stream: tuple[str, str], row: Row, when: datetime) -> None:
        step = next((place for place, end in enumerate(STEPS) if when < _moment(end)), len(STEPS) - 1)
        pieces[step].setdefault(stream, []).append(row)

    for (source, stream), rows in {**some_of_everything(), **use_and_orders()}.items():
        for row in rows:
            if stream == "customers":
                come((source, stream), row, _moment("2026-01-01"))
                continue
            for later, version in _first_and_final(rng, stream, row):
                come((source, stream), version, _moment(row[MOMENTS[stream]]) + later)
    for rows in (rows for piece in pieces for rows in piece.values()):
        rng.shuffle(rows)
    return pieces


PIECES = _pieces()
# people who turn out to be one, an e-mail that is an office's until it is told otherwise, one who moves to another segment, a vendor's
# records that change, merge and go
PIECES[0][("files", "survey_answers")] += [
    {"response_id": "by_mail", "question_id": "nps", "metric": "nps", "scale": "0-10", "score": 3, "survey_id": "x",
     "submitted_at": "2026-02-02", "email": "ann@x.example"},
    {"response_id": "a_year_ago", "question_id": "nps", "metric": "nps", "scale": "0-10", "score": 3, "survey_id": "x",
     "submitted_at": "2025-06-15", "customer_id": "old"},
]  # fmt: skip
PIECES[0][("files", "usage_events")] += [
    {"event_id": f"mail{number}", "event_name": "login", "occurred_at": "2026-03-03", "email": f"{name}@x.example"}
    for number, name in enumerate(["ann", "office"])
]  # fmt: skip
PIECES[2][("files", "usage_events")] += [
    {"event_id": "both", "event_name": "login", "occurred_at": "2026-03-05", "email": "ann@x.example", "customer_id": "k9"},
    {"event_id": "office", "event_name": "login", "occurred_at": "2026-03-05", "email": "office@x.example"},
]  # fmt: skip
PIECES[0][("files", "customers")] += [{"customer_id": f"k2{number}", "email": "office@x.example"} for number in range(4)]
PIECES[1][("files", "customers")] = [
    {"customer_id": "k20", "email": "a@x.example"},
    {"customer_id": "k7", "segment": "b", "country": "SE", "email": "Ann@x.example"},
    {"customer_id": "k8", "segment": "z", "country": "FI"},
]
PIECES[0][("hubspot", "feedback_submissions")] = [
    {"submission_id": f"f{number}", "survey_id": "501", "score": 6.0 + number, "submitted_at": "2026-02-05", "updated_at": "2026-02-05",
     "contact_id": "77", "archived": False}
    for number in range(2)
]  # fmt: skip
PIECES[2][("hubspot", "feedback_submissions")] = [
    {"submission_id": "f0", "survey_id": "501", "score": 6.0, "submitted_at": "2026-02-05", "updated_at": "2026-07-01", "contact_id": "77",
     "archived": True},
]  # fmt: skip
PIECES[0][("hubspot", "contacts")] = [{"contact_id": "77", "email": "ann@x.example", "updated_at": "2026-05-01"}]
PIECES[0][("zendesk", "tickets")] = [
    {"ticket_id": name, "status": "open", "channel": "email", "requester_id": "1", "opened_at": f"2026-02-0{day}T08:00:00",
     "topic": "billing", "updated_at": "2026-02-08", "generated_at": "2026-02-08"}
    for name, day in (("a", 1), ("b", 3))
]  # fmt: skip
PIECES[1][("zendesk", "tickets")] = [
    {"ticket_id": "b", "status": "deleted", "channel": "email", "requester_id": "1", "opened_at": "2026-02-03T08:00:00", "topic": "billing",
     "updated_at": "2026-05-25", "generated_at": "2026-05-25"},
]  # fmt: skip
PIECES[2][("zendesk", "users")] = [
    {"user_id": "1", "role": "end-user", "has_phone": False, "is_active": True, "updated_at": "2026-07-01", "email": "ann@x.example"},
]

# follow-ups of customers of whom one thing alone changes later: a call is answered, one ends, a fee comes late, a case runs out, a contact
# comes late, an answer follows
for _who in ("answered", "ended", "paid", "overdue", "called", "happier"):
    PIECES[0][("files", "survey_answers")] += [
        {"response_id": f"case_{_who}", "question_id": "nps", "metric": "nps", "scale": "0-10", "score": 0, "survey_id": "x",
         "submitted_at": "2026-05-13T09:00:00" if _who == "overdue" else "2026-03-04T09:00:00", "customer_id": _who},
    ]  # fmt: skip
_CALL = {"channel": "phone", "topic": "lamp", "opened_at": "2026-05-01T09:00:00", "is_abandoned": False, "is_bot": False}
PIECES[0][("files", "contacts")] += [
    {**_CALL, "contact_id": "waits", "customer_id": "answered", "wait_seconds": 25 * 86400},
    {**_CALL, "contact_id": "talks", "customer_id": "ended", "direction": "outbound", "talk_seconds": 25 * 86400, "is_resolved": True},
]
PIECES[2][("files", "contacts")] += [{**_CALL, "contact_id": "calls", "customer_id": "called", "direction": "outbound"}]
PIECES[2][("files", "subscriptions")] += [
    {"subscription_id": "late", "customer_id": "paid", "plan": "plus", "mrr": 25, "started_at": "2026-01-01"},
]
PIECES[1][("files", "survey_answers")] += [
    {"response_id": "happy", "question_id": "nps", "metric": "nps", "scale": "0-10", "score": 9, "survey_id": "x",
     "submitted_at": "2026-04-04", "customer_id": "happier"},
]  # fmt: skip

# answers of one instant, of which a greater response comes later
for _step, _response in enumerate(("tie_b", "tie_c", "tie_a")):
    PIECES[_step][("files", "survey_answers")] += [
        {"response_id": _response, "question_id": "nps", "metric": "nps", "scale": "0-10", "score": 3 * _step, "survey_id": "x",
         "submitted_at": "2026-03-03", "customer_id": "tied"},
    ]  # fmt: skip

# a response whose first answer is nobody's we know; whoever gave the second has another response at the instant of the first
for _step, (_response, _question, _day, _who) in enumerate(
    [("mixed_z", "csat", "2026-03-03", None), ("mixed_z", "csat_b", "2026-03-04", "mixed"), ("mixed_a", "csat", "2026-03-03", "mixed")]
):
    PIECES[_step][("files", "survey_answers")] += [
        {"response_id": _response, "question_id": _question, "metric": "csat", "scale": "1-5", "score": 3, "survey_id": "x",
         "submitted_at": _day, "customer_id": _who, "journey_stage": "mixed", "touchpoint": _response},
    ]  # fmt: skip

# an answer of a vendor's, given after the reporting instant, to an invite that was taken for answered without one
PIECES[0][("files", "survey_invites")] += [
    {"invite_id": "answered_later", "survey_id": "501", "sent_at": "2026-02-01", "response_id": "f9", "delivered": True},
]  # fmt: skip
PIECES[2][("hubspot", "feedback_submissions")] += [
    {"submission_id": "f9", "survey_id": "501", "score": 6.0, "submitted_at": "2026-10-05", "updated_at": "2026-07-02", "archived": False},
]  # fmt: skip

# comments that are corrected, struck out, and written later; one of a vendor's whose answer goes
_SAYS = {"question_id": "nps", "metric": "nps", "scale": "0-10", "score": 3, "survey_id": "x", "submitted_at": "2026-02-02"}
PIECES[0][("files", "survey_answers")] += [
    {**_SAYS, "response_id": name, "comment": comment}
    for name, comment in (("corrected", "to dim"), ("struck", "Ann was rude"), ("mute", " "))
]
PIECES[1][("files", "survey_answers")] += [{**_SAYS, "response_id": "corrected", "comment": "too dim"}]
PIECES[2][("files", "survey_answers")] += [
    {**_SAYS, "response_id": "struck", "comment": None}, {**_SAYS, "response_id": "mute", "comment": "good light"},
]  # fmt: skip
PIECES[0][("hubspot", "feedback_submissions")][0]["comment"] = "warm"


def _lay(settings: Settings, step: int) -> None:
    feed, end = PIECES[step], STEPS[step]
    write_validated(settings.home, feed, batch=f"step{step}", window_end=end, landed_at=end)
    for (source, stream), rows in feed.items():
        _receipt(BatchPlace(settings, source, stream, f"step{step}"), len(rows), end)


def _build(settings: Settings) -> Increment | None:
    """As build_marts does it, without the data tests, which the builds of other tests run.

    Each home parses for itself: what was parsed at an earlier instant must build what a parse of today builds.
    """
    now = inputs(settings)
    increment = increment_since(settings, built_from(settings), now)
    variables = increment.lay_out(settings) if increment else None
    words = ("build", "--quiet", "--exclude-resource-type", "unit_test", "test")
    shutil.rmtree(settings.dbt_target / "parsed", ignore_errors=True)  # what dbt itself keeps is asked
    as_of_before = increment.as_of_before if increment else None
    keep_open = increment is None or as_of_before == _moment(STEPS[0])  # one increment closes its files after each model, one does not
    environment = dbt_environment(settings, as_of=now["as_of"], as_of_before=as_of_before, keep_open=keep_open)
    ended = dbt_process(settings.dbt_project, dbt_command(settings, *words, variables=variables)[3:], environment)
    assert ended.is_good, ended.said[-4000:]
    write_json(settings.marts.with_name("built.json"), now)
    return increment


def _home(folder: Path) -> Settings:
    settings = Settings(home=folder, increment_from_rows=0, timezone="America/St_Johns")
    settings.marts.parent.mkdir(parents=True)
    (folder / "secrets").mkdir()
    for key in ("customer_key", "comment_key"):
        (folder / "secrets" / key).write_text("ab" * 32)
    return settings


def _tables(database: Path, names: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
    """The rows of tables, each named as `schema.table`."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found: dict[str, list[tuple[str, ...]]] = {}
        for name in names:
            cursor = connection.execute(f"select * from {database.stem}.{name}")
            columns = [column[0] for column in cursor.description or []]
            found[name] = figures(dict(zip(columns, row, strict=True)) for row in cursor.fetchall())
        return found


def _models(settings: Settings) -> tuple[list[str], list[str]]:
    """All marts, and the tables of the warehouse's own that grow in place, comments among them."""
    nodes = json.loads((settings.dbt_target / "manifest.json").read_text())["nodes"].values()
    models = [(node["schema"], node["name"], node["config"]["materialized"]) for node in nodes if node["resource_type"] == "model"]
    marts = [f"marts.{name}" for schema, name, _ in models if schema == "marts"]
    return marts, [f"{schema}.{name}" for schema, name, kind in models if schema in ("intermediate", "comments") and kind == "incremental"]


def _differing(here: Iterable[Any], there: Iterable[Any]) -> list[Any]:
    return sorted(set(here) ^ set(there))[:4]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[Increment | None]]:
    """A home that was built after each step, and by what."""
    settings = _home(tmp_path_factory.mktemp("increments") / "grown")
    increments = []
    for step in range(len(STEPS)):
        _lay(settings, step)
        increments.append(_build(settings))
    return settings, increments


@pytest.mark.dbt
def test_marts_brought_up_to_date_piece_by_piece_are_those_of_one_whole_build(
    grown: tuple[Settings, list[Increment | None]], tmp_path: Path
) -> None:
    settings, increments = grown
    whole = _home(tmp_path / "whole")
    for step in range(len(STEPS)):
        _lay(whole, step)
    assert _build(whole) is None
    # each source has rows from the first piece on, so that no step but the first needs a whole build
    assert [increment is None for increment in increments] == [True, False, False]
    # for a later reporting instant alone the project is not parsed anew: the second build's variables were others, the third's were not
    assert (settings.dbt_logs / "dbt.log").read_text().count("Unable to do partial parsing because config vars") == 1
    marts, growing = _models(settings)
    for names, place in ((marts, "marts"), (growing, "warehouse")):
        there, here = _tables(getattr(whole, place), names), _tables(getattr(settings, place), names)
        assert {name: _differing(rows, here[name]) for name, rows in there.items() if rows != here[name]} == {}
        assert {name for name, rows in there.items() if not rows} <= {"marts.pipeline_health"}, "what is empty proves nothing"


# table, and which of its rows the last increment has written
WRITTEN = {
    "marts.fct_survey_answers":
        "(response_key, question_key) in (select (response_key, question_key) from warehouse.intermediate.int_survey_answers_touched)",
    "warehouse.staging.stg_files__contacts": "_batch = 'step2'",
    "warehouse.staging.stg_files__survey_answers": "_batch = 'step2'",
    "warehouse.intermediate.int_usage_by_customer_day":
        "(customer_node, day) in (select (customer_node, day) from warehouse.intermediate.int_usage_event_changes)",
}  # fmt: skip
NAMES = {table.rsplit(".", 1)[1] for table in WRITTEN}


def _uniqueness(settings: Settings, increment: Increment | None, *selected: str) -> dict[str, str]:
    """{test: pass or fail} of the tests of uniqueness that are selected, in a build that brings up to date or in a whole one."""
    variables = increment.lay_out(settings) if increment else None
    environment = dbt_environment(settings, as_of=_moment(STEPS[-1]), as_of_before=increment.as_of_before if increment else None)
    command = dbt_command(settings, "test", "--select", *selected, variables=variables)[3:]
    dbt_process(settings.dbt_project, command, environment)
    results = json.loads((settings.dbt_target / "run_results.json").read_text())["results"]
    return {result["unique_id"].split(".")[2]: result["status"] for result in results}


def _doubled(settings: Settings, increment: Increment | None) -> set[str]:
    told = _uniqueness(settings, increment, *(f"{name},test_name:unique_combination" for name in sorted(NAMES)))
    assert len(told) == len(NAMES)
    return {name for name in NAMES for test, status in told.items() if status == "fail" and f"_{name}_" in test}


@pytest.mark.dbt
def test_an_increment_is_asked_for_doubled_rows_among_those_it_wrote_and_a_whole_build_among_all(
    grown: tuple[Settings, list[Increment | None]], tmp_path: Path
) -> None:
    last = grown[1][-1]
    told = _uniqueness(grown[0], last, "test_name:unique_combination")
    assert {test for test, status in told.items() if status != "pass"} == set()
    assert len(told) > 100
    found = {}
    for doubled in ("", "not "):
        home = tmp_path / (doubled.strip() or "written")
        shutil.copytree(grown[0].home, home)
        settings = replace(grown[0], home=home)
        with duckdb.connect(str(settings.warehouse)) as connection:
            connection.execute(f"attach '{settings.marts}' as marts")
            for table, is_written in WRITTEN.items():
                name = table.replace("marts.", "marts.marts.")
                connection.execute(f"insert into {name} select * from {name} where {doubled}({is_written}) limit 1")
                assert connection.fetchall() == [(1,)]
        found[doubled] = (_doubled(settings, last), _doubled(settings, None))
    assert found == {"": (NAMES, NAMES), "not ": (set(), NAMES)}


NOW = {"project": "p", "as_of": datetime(2026, 2, 2, tzinfo=UTC), "rows": 99, "batches": {"files/contacts/a": "1", "files/contacts/b": "2"}}


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ({}, "the last build did not end"),
        ({"project": "another"}, "the project has changed"),
        ({"as_of": "2026-02-03T00:00:00+00:00"}, "the reporting instant has moved back"),
        ({"batches": {"files/contacts/a": "another"}}, "a batch has been judged again"),
        ({"batches": {"files/contacts/gone": "1"}}, "a batch has gone"),
    ],
)
def test_after_any_other_change_everything_is_built(tmp_path: Path, before: dict[str, Any], why: str) -> None:
    settings = _home(tmp_path / "kuulo")
    settings.warehouse.touch()
    last = {"project": "p", "as_of": "2026-02-01T00:00:00+00:00", "batches": {"files/contacts/a": "1"}}
    increment = increment_since(settings, last, NOW)
    assert increment == Increment(("files/contacts/b",), datetime(2026, 2, 1, tzinfo=UTC))
    assert increment_since(settings, {**last, **before} if before else {}, NOW) is None, why


def test_a_small_history_or_a_lost_warehouse_is_built_whole(tmp_path: Path) -> None:
    settings = _home(tmp_path / "kuulo")
    last = {"project": "p", "as_of": "2026-02-01T00:00:00+00:00", "batches": {"files/contacts/a": "1"}}
    assert increment_since(settings, last, NOW) is None
    settings.warehouse.touch()
    assert increment_since(replace(settings, increment_from_rows=100), last, NOW) is None
    assert increment_since(replace(settings, increment_from_rows=99), last, NOW) is not None


def test_memory_is_let_go_of_after_each_model_of_a_large_history(tmp_path: Path) -> None:
    settings = _home(tmp_path / "kuulo")
    settings.warehouse.touch()
    last = {"project": "p", "as_of": "2026-02-01T00:00:00+00:00", "batches": {"files/contacts/a": "1"}}
    found = [increment_since(settings, last, {**NOW, "rows": rows}) for rows in (24_999_999, 25_000_000)]
    assert [increment is not None and increment.is_of_large_history for increment in found] == [False, True]
