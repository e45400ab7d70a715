"""`make run` against the sandbox company: the marts are the truth that the generator knows, exactly; twice is once."""

import csv
import json
import re
from collections import Counter
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import pytest

from kuulo.sandbox.company import DEFAULT_CUSTOMERS, DEFAULT_SEED, Company, generate_company
from kuulo.sandbox.dialects import DIALECTS
from kuulo.sandbox.truth import Truth, truth_of
from kuulo.sandbox.truth_customers import customer_lines
from kuulo.sandbox.truth_figures import Key
from kuulo.sandbox.truth_follow_ups import FollowUp, follow_ups
from kuulo.sandbox.truth_journey import Passing, journey
from kuulo.sources.catalog import SOURCES
from tests.conftest import CHECKOUT
from tests.end_to_end.conftest import Run
from tests.end_to_end.pipeline import contents, rows, run_pipeline

pytestmark = pytest.mark.end_to_end

SPOKEN = [SOURCES[spoken.source] for spoken in DIALECTS]
# Calls and chats are one stream; the company's database holds orders and use.
SPREADSHEETS = {("files", name) for name in ("contacts", "customers", "subscriptions", "survey_invites", "usage_events")}
SPREADSHEETS |= {("database", "orders"), ("database", "usage_events")}


@pytest.fixture(scope="module")
def company() -> Company:
    return generate_company(DEFAULT_SEED, DEFAULT_CUSTOMERS)


@pytest.fixture(scope="module")
def truth(company: Company) -> Truth:
    return truth_of(company)


@pytest.fixture(scope="module")
def scorecard(sandbox_run: Run) -> dict[Key, tuple]:
    assert sandbox_run.done.returncode == 0, sandbox_run.screen
    query = (
        "select metric, period_grain, period_start, dimension, dimension_value, value, n, numerator, denominator, is_suppressed, is_low_n "
        "from scorecard_by_period"
    )
    return {Key(*row[:5]): row[5:] for row in rows(sandbox_run.home, query)}


def test_every_figure_of_the_truth_is_on_the_scorecard(scorecard, truth):
    wrong = []
    for key, figure in truth.scorecard.items():
        value, n, numerator, denominator, is_suppressed, is_low_n = scorecard.get(key, (None,) * 6)
        if figure.is_suppressed(key):
            right = (value, numerator, denominator, is_suppressed, n) == (None, None, None, True, figure.n)
        else:
            right = (
                value == pytest.approx(figure.value, rel=1e-12, abs=1e-9)
                and n == figure.n
                and is_low_n == (figure.n < 30)
                and (figure.numerator is None or numerator == pytest.approx(figure.numerator, rel=1e-12, abs=1e-9))
                and (figure.denominator is None or denominator == pytest.approx(figure.denominator, rel=1e-12))
            )
        if not right:
            wrong.append((tuple(key), tuple(figure), scorecard.get(key)))
    assert len(truth.scorecard) > 1000
    assert not wrong, f"{len(wrong)} of {len(truth.scorecard)} figures differ, the first: {wrong[:5]}"


def test_the_scorecard_has_no_figure_that_the_truth_does_not_know(scorecard, truth):
    metrics = {key.metric for key in truth.scorecard}
    grains_and_cuts = {(key.metric, key.period_grain, key.dimension) for key in truth.scorecard}
    surplus = [
        key
        for key, (_, n, *_) in scorecard.items()
        if n > 0  # of none it says null, and the truth says nothing
        and key.metric in metrics
        and (key.metric, key.period_grain, key.dimension) in grains_and_cuts
        and key not in truth.scorecard
    ]
    assert not surplus, surplus[:5]


@pytest.mark.parametrize("mart", ["fct_survey_answers", "fct_contacts", "dim_customers"])
def test_each_mart_has_the_rows_of_the_truth(sandbox_run, truth, mart):
    assert rows(sandbox_run.home, f"select count(*) from {mart}") == [(truth.rows[mart],)]


def test_the_ladder_of_mrr_is_that_of_the_truth_in_every_month(sandbox_run, truth):
    names = sorted(next(iter(truth.churn_by_month.values())))
    sums = ", ".join(f"sum({name})" for name in names)
    ladder = {row[0]: row[1:] for row in rows(sandbox_run.home, f"select month, {sums} from churn_by_month group by 1")}
    ladder = {month: figures for month, figures in ladder.items() if month in truth.churn_by_month}
    assert set(ladder) == set(truth.churn_by_month)
    for month, figures in truth.churn_by_month.items():
        assert ladder[month] == pytest.approx(tuple(figures[name] for name in names), abs=1e-6), month


def test_every_verdict_on_first_contact_resolution_is_that_of_the_truth(sandbox_run, truth):
    counted = dict(rows(sandbox_run.home, "select fcr_status, count(*) from fct_contacts group by 1"))
    assert counted == dict(Counter(truth.fcr_status.values()))


def _bare(value: Any) -> Any:
    """A value of the truth as the marts have it: instants without a zone, which is UTC."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def test_every_follow_up_is_that_of_the_truth(sandbox_run, company):
    columns = [field.name for field in fields(FollowUp) if field.name != "person"]
    expected = Counter(tuple(_bare(getattr(case, name)) for name in columns) for case in follow_ups(company))
    found = Counter(rows(sandbox_run.home, f"select {', '.join(columns)} from follow_ups"))
    assert found.total() > company.customers / 2
    assert (found - expected, expected - found) == (Counter(), Counter())


def test_every_customer_on_one_line_is_that_of_the_truth(sandbox_run, company):
    lines = customer_lines(company, company.people)
    columns = list(lines[0])
    asked = ["cast(round(100 * mrr) as bigint)" if name == "mrr_cents" else name for name in columns]
    # of whom nothing is known but that they exist, the number of rows of dim_customers is the proof
    expected = Counter(tuple(line.values()) for line in lines if any(line.values()))
    found = Counter(row for row in rows(sandbox_run.home, f"select {', '.join(asked)} from customer_360") if any(row))
    assert found.total() > company.customers / 2
    assert (found - expected, expected - found) == (Counter(), Counter())


def test_the_journey_is_that_of_the_truth_in_every_month(sandbox_run, company):
    with (CHECKOUT / "dbt_project" / "seeds" / "survey_questions.csv").open() as seed:
        places = {(row["source"], row["survey_id"]): (row["journey_stage"], row["touchpoint"]) for row in csv.DictReader(seed)}
    columns = [field.name for field in fields(Passing)]
    expected = {key: tuple(getattr(passing, name) for name in columns) for key, passing in journey(company, places).items()}
    found = rows(sandbox_run.home, f"select month, journey_stage, touchpoint, {', '.join(columns)} from journey_by_month")
    assert {row[:3]: row[3:] for row in found} == expected


def test_accounts_balance_and_what_is_refused_is_what_was_planted(sandbox_run, truth):
    health = rows(sandbox_run.home, "select source, stream, received, validated, quarantined, duplicates, status from pipeline_health")
    told = {(source, stream) for source, stream, *_ in health}
    assert told == {(source.name, stream.name) for source in SPOKEN for stream in source.streams} | SPREADSHEETS
    for source, stream, received, validated, quarantined, duplicates, status in health:
        assert received == validated + quarantined + duplicates, (source, stream)
        assert quarantined == truth.quarantined.get(f"{source}/{stream}", 0), (source, stream)
        assert duplicates == truth.duplicates.get(f"{source}/{stream}", 0), (source, stream)
        assert status == "validated"


def test_the_screen_shows_the_scorecard_and_where_everything_is(sandbox_run, truth):
    ever = truth.scorecard[Key("nps", "all_time", date(1970, 1, 1), "all", "all")]
    [line] = [line for line in sandbox_run.screen.splitlines() if line.strip().startswith("nps ")]
    assert f"{ever.value:.1f}" in line
    assert f"{ever.n:,}" in line
    for place in ("published/marts.duckdb", "inbox", "data_docs/index.html", "quarantine"):
        assert place in sandbox_run.screen


def test_no_direct_identifier_and_no_comment_is_published(sandbox_run):
    company = generate_company(DEFAULT_SEED, DEFAULT_CUSTOMERS)
    emails = {email for person in company.people for email in person.emails}
    given = [answer.payload for response in company.responses for answer in response.answers]
    comments = {text for text in (item.get("comment") if isinstance(item, dict) else item for item in given) if isinstance(text, str)}
    assert len(emails) > 1000
    assert len({comment for comment in comments if len(comment) > 12}) > 5
    text = "\n".join(row for table in contents(sandbox_run.home).values() for row in table)
    assert "@" not in text
    assert not [comment for comment in comments if len(comment) > 12 and comment in text][:3]
    assert sorted(path.name for path in (sandbox_run.home / "published").iterdir() if path.name[0] != ".") == ["marts.duckdb", "parquet"]


def test_a_second_run_reads_nothing_again_and_changes_nothing(sandbox_run):
    def stamps() -> dict[str, int]:
        kept = ("landing", "validated", "quarantine", "build", "published", "receipts")
        return {str(path): path.stat().st_mtime_ns for name in kept for path in (sandbox_run.home / name).rglob("*") if path.is_file()}

    before, marts = stamps(), contents(sandbox_run.home)
    again = run_pipeline(sandbox_run.home)
    assert again.returncode == 0, again.stdout + again.stderr
    assert stamps() == before
    assert contents(sandbox_run.home) == marts
    assert re.search(r"build_marts .*unchanged", again.stdout)


def test_the_warehouse_is_a_cache(sandbox_run):
    """Deleted and damaged database files are made again from validated/, with the same marts."""
    marts = contents(sandbox_run.home)
    (sandbox_run.home / "warehouse.duckdb").unlink()
    (sandbox_run.home / "build" / "marts.duckdb").write_bytes(b"not a database")
    again = run_pipeline(sandbox_run.home)
    assert again.returncode == 0, again.stdout + again.stderr
    assert contents(sandbox_run.home) == marts


def test_nothing_is_readable_by_others(sandbox_run):
    loose = [path for path in sandbox_run.home.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o077]
    assert not loose, loose[:5]


def test_no_secret_is_in_any_log_or_artifact(sandbox_run):
    keys = [(sandbox_run.home / "secrets" / name).read_text().strip().encode() for name in ("customer_key", "comment_key")]
    secrets = [*keys, b"sandbox-survicate", b"sandbox-hubspot"]
    for path in sandbox_run.home.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.parent.name != "secrets":
            data = path.read_bytes()
            assert not [secret for secret in secrets if secret in data], path


def test_receipts_tell_the_window_and_the_hash(sandbox_run):
    [receipt] = (sandbox_run.home / "landing" / "survicate" / "responses").glob("*/receipt.json")
    landed = json.loads(receipt.read_text())
    assert landed["window_start"].startswith("2025-03-01")
    assert landed["window_end"].startswith("2026-09-01")
    assert re.fullmatch(r"[0-9a-f]{64}", landed["sha256"])
    assert landed["pages"] == len(list(receipt.parent.glob("page-*")))


def test_a_home_with_the_sandboxs_rows_takes_no_real_ones(sandbox_run):
    connection = json.dumps({"conn_type": "http", "host": "http://127.0.0.1:1", "password": "k"})
    for changes in ({"AIRFLOW_CONN_SURVICATE": connection}, {"KUULO_SANDBOX": "0"}):
        done = run_pipeline(sandbox_run.home, **changes)
        assert done.returncode == 1
        assert "set another KUULO_HOME" in done.stderr
