"""Wrong input: one clear line that says what to do, an exit status that is not zero, and nothing lost."""

import json
import shutil

import pytest

from kuulo.landing.one_at_a_time import one_at_a_time
from tests.end_to_end.pipeline import contents, rows, run_pipeline

pytestmark = pytest.mark.end_to_end

GOOD_FEED = """\
stream: survey_answers
columns:
  response_id: id
  submitted_at: {column: date, format: "%Y-%m-%d"}
  survey_id: {value: shop}
questions:
  nps: {question_id: recommend, metric: nps, scale: "0-10"}
"""

CONTRACTS_FEED = """\
stream: subscriptions
columns:
  subscription_id: id
  customer_id: id
  mrr: fee
  currency: currency
  started_at: {column: from, format: "%Y-%m-%d"}
"""


def lay(home, feed, feed_yml, **files):
    folder = home / "inbox" / feed
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feed.yml").write_text(feed_yml)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    home = tmp_path_factory.mktemp("bad") / "home"
    good = lay(home, "good", GOOD_FEED, answers_csv="id,date,nps\n1,2026-01-05,10\n2,2026-01-05,0\n3,2026-01-06,11\n4,2026-01-06,9\n")
    shutil.copyfile(good / "answers.csv", good / "answers copy.csv")
    lay(home, "contracts", CONTRACTS_FEED, contracts_csv="id,fee,currency,from\na,100,USD,2026-01-05\nb,50,EUR,2026-01-05\n")
    lay(home, "lacks", GOOD_FEED.replace("response_id: id", "response_id: respondent"), answers_csv="id,date,nps\n1,2026-01-05,10\n")
    lay(home, "no_sheet", GOOD_FEED, answers_xlsx="this is no spreadsheet")
    lay(home, "not_yaml", "stream: [survey_answers\n", answers_csv="id\n1\n")
    return home, run_pipeline(home, KUULO_SANDBOX="0")


def test_the_run_ends_red_and_names_each_file_once_with_the_remedy(run):
    home, done = run
    assert done.returncode == 1
    told = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    text = "\n".join(told)
    for expected in ("inbox/lacks/answers.csv", "respondent", "inbox/no_sheet/answers.xlsx", "inbox/not_yaml/feed.yml"):
        assert expected in text, text
    assert "Traceback" not in done.stdout + done.stderr
    assert home.exists()


def test_what_is_only_warned_of_is_on_the_screen_too(run):
    """EUR and USD in one sum: no reason to end the build, and none to keep it to a log."""
    _, done = run
    [told] = [line for line in done.stdout.splitlines() if line.startswith("WARNING")]
    assert "MRR adds up subscriptions of several currencies as they come (1 in EUR, 1 in USD): name the one to report in" in told


def test_the_good_file_is_in_the_marts_all_the_same_and_its_copy_is_not_counted_twice(run):
    home, _ = run
    assert rows(home, "select sum(responses), sum(promoters), sum(detractors) from nps_by_day") == [(3, 2, 1)]


def test_a_score_of_eleven_is_in_quarantine_with_its_reason_and_on_the_accounts(run):
    home, _ = run
    [(received, validated, quarantined, by_rule)] = rows(
        home, "select received, validated, quarantined, quarantined_by_rule from pipeline_health where stream = 'survey_answers'"
    )
    assert (received, validated, quarantined) == (4, 3, 1)
    assert list(json.loads(by_rule).values()) == [1]
    assert len(list((home / "quarantine").rglob("quarantined.parquet"))) == 1


def test_mending_the_inbox_mends_the_run(run):
    home, _ = run
    for feed in ("lacks", "no_sheet", "not_yaml"):
        shutil.rmtree(home / "inbox" / feed)
    done = run_pipeline(home, KUULO_SANDBOX="0")
    assert done.returncode == 0, done.stdout
    assert rows(home, "select sum(responses) from nps_by_day") == [(3,)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"AIRFLOW_CONN_HUBSPT": "http://x"}, "AIRFLOW_CONN_HUBSPT names no source: did you mean AIRFLOW_CONN_HUBSPOT?"),
        ({"KUULO_TIMEZONE": "Helsinki"}, "KUULO_TIMEZONE='Helsinki' is not a time zone"),
    ],
)
def test_a_wrong_setting_stops_before_anything_is_done(tmp_path, changes, says):
    done = run_pipeline(tmp_path / "home", **changes)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [line for line in done.stderr.splitlines() if says in line]
    assert not (tmp_path / "home" / "published").exists()


def test_a_second_run_at_the_same_time_is_told_to_wait(tmp_path):
    with one_at_a_time(tmp_path / "home" / "locks" / "run.lock"):
        done = run_pipeline(tmp_path / "home", KUULO_SANDBOX="0")
    assert done.returncode == 1
    assert "another run is using" in done.stderr


def test_an_empty_inbox_and_no_sandbox_publish_empty_marts(tmp_path):
    done = run_pipeline(tmp_path / "home", KUULO_SANDBOX="0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {mart for mart, its_rows in contents(tmp_path / "home").items() if its_rows} == {"dim_dates"}
    assert "put files into the inbox" in done.stdout
