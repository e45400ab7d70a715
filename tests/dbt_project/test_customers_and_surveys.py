"""From rows to marts: who answered, what it counts as, on which day; one small company that three systems know."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kuulo.kept_keys import kept_key
from kuulo.warehouse.customer_key import keyed_hash
from tests.dbt_project.small_build import SmallWarehouse
from tests.dbt_project.validated_rows import write_receipts, write_validated

pytestmark = pytest.mark.dbt

SURVEY_MARTS = (
    "dim_customers",
    "fct_survey_answers",
    "nps_by_day",
    "csat_by_day",
    "ces_by_day",
    "cli_by_day",
    "pipeline_health",
    "survey_comments",
)
CHAIN = 40
NO_EMAILS = ["n/a", "none@", "a b@example.org", "@example.org", "-"]


def _answer(response: str, score: float | None, **more: Any) -> dict[str, Any]:
    plain = {"response_id": response, "question_id": "q", "metric": "nps", "scale": "0-10", "score": score, "survey_id": "paper"}
    return {**plain, "submitted_at": "2026-03-01T22:30:00", **more}


def _responses(survey: str, metric: str, scale: str, counts: Iterable[tuple[float, int]]) -> list[dict[str, Any]]:
    """As many answers of each score as a published example counts."""
    return [
        _answer(f"{score}-{number}", score, metric=metric, scale=scale, survey_id=survey)
        for score, count in counts
        for number in range(count)
    ]


def _click(response: str, question: int, score: float | None, **more: Any) -> dict[str, Any]:
    plain = {"response_uuid": response, "survey_id": "svy_relationship", "question_id": question, "score": score}
    return {**plain, "collected_at": "2026-04-01T08:00:00", "platform": "web", **more}


def _submission(submission: str, contact: str | None, score: float) -> dict[str, Any]:
    plain = {"submission_id": submission, "survey_id": "501", "question_id": "value", "survey_type": "NPS", "survey_channel": "EMAIL"}
    return {**plain, "score": score, "contact_id": contact, "submitted_at": "2026-04-02T08:00:00", "updated_at": "2026-04-02"}


FIRST = {
    ("files", "customers"): [
        {"customer_id": "c1", "email": " Ann@Example.com ", "created_at": "2025-01-01"},
        {"customer_id": "c2", "email": "bob@example.fi", "segment": "enterprise", "country": "FI", "account_id": "A7"},
        {"customer_id": "c3", "email": "shared@example.org", "country": None},
        {"customer_id": "c4", "email": "shared@example.org", "country": "NO"},
        {"customer_id": "home-1", "email": "home@family.example", "segment": "family"},
        {"customer_id": "home-2", "email": "home@family.example"},
        *({"customer_id": f"desk-{number}", "email": "Office@firm.example"} for number in range(4)),
        *({"customer_id": f"none-{number}", "email": email} for number, email in enumerate(NO_EMAILS * 2)),
    ],
    ("files", "subscriptions"): [
        {"subscription_id": "s1", "customer_id": "c1", "plan": "home", "mrr": 10.0, "started_at": "2025-02-01"},
        {"subscription_id": "s2", "customer_id": "c1", "plan": "studio", "mrr": 25.0, "started_at": "2025-03-01"},
        {"subscription_id": "s3", "customer_id": "c1", "plan": "later", "mrr": 99.0, "started_at": "2026-09-01"},
        {"subscription_id": "s4", "customer_id": "c2", "plan": "home", "mrr": 10.0, "started_at": "2025-02-01", "ended_at": "2025-05-01"},
    ],
    ("files", "survey_answers"): [
        _answer("of-c1", 9, customer_id="c1", comment="so warm a light"),
        _answer("of-nobody", 3, comment="  "),
        _answer("no-answer", None, customer_id="c1"),
        _answer("declined", None, survey_id="declined", comment="so warm a light", language="fi", submitted_at="2026-02-03T10:00:00"),
        _answer("corrected", 2),
        _answer("later-landed", 2, survey_id="redone"),
        _answer("of-the-office", 4, survey_id="office", email="office@firm.example"),
        _answer("of-none", 4, survey_id="office", email="N/A"),
        _answer("of-a-home", 4, survey_id="home", customer_id="home-3", email="home@family.example"),
        _answer("at-the-reporting-instant", 10, submitted_at="2026-09-01T00:00:00"),
        _answer("just-before", 10, submitted_at="2026-08-31T23:59:59.999999", survey_id="late"),
        *_responses("talkstats", "nps", "0-10", [(10, 291), (7, 476), (0, 395)]),
        *_responses("delighted", "csat", "1-5", [(1, 14), (2, 9), (3, 10), (4, 32), (5, 42)]),
        *_responses("cys", "ces", "1-7", [(1, 80), (2, 210), (3, 140), (4, 110), (5, 160), (6, 180), (7, 120)]),
        *_responses("source_documents", "nps", "0-6", [(6, 2), (5, 1), (4, 1)]),
        *_responses("effort_1", "ces", "ces1_1-5_low_good", [(1, 1), (2, 1), (3, 2)]),
        *(
            _answer("whole", score, question_id=item, metric=item, scale="cli_1-6_low_good", survey_id="loyalty")
            for item, score in (("cli_recommend", 1), ("cli_repurchase", 2), ("cli_try_other", 3))
        ),
        *(
            _answer("part", score, question_id=item, metric=item, scale="cli_1-6_low_good", survey_id="loyalty")
            for item, score in (("cli_recommend", 2), ("cli_repurchase", None), ("cli_try_other", 1))
        ),
        *(
            _answer(f"chain-{link}", 7, customer_id=f"link-{link}", email=f"{link}@chain.example", survey_id="chain")
            for link in range(CHAIN)
        ),
        *(
            _answer(f"hook-{link}", 7, customer_id=f"link-{link}", email=f"{link + 1}@chain.example", survey_id="chain")
            for link in range(CHAIN)
        ),
    ],
    ("survicate", "responses"): [
        _click("r1", 1101, 10, email="ANN.private@mail.example"),
        _click("r2", 1101, 6, user_id="c2"),
        _click("r3", 1101, 8, email="new@nobody.example"),
        _click("r4", 1101, 0),
        _click("r4", 1102, None, content="a text question is no metric"),
        _click("r5", 1103, 3),
    ],
    ("hubspot", "contacts"): [
        {
            "contact_id": "11",
            "email": "ann@example.com",
            "additional_emails": "x@mail.example; Ann.Private@mail.example",
            "merged_object_ids": "12;13",
            "segment": "business",
            "country": "SE",
            "updated_at": "2026-01-01",
        },
        {"contact_id": "20", "email": "lead@example.dk", "company_id": "900", "lifecycle_stage": "lead", "updated_at": "2026-01-01"},
        {"contact_id": "21", "email": "other@example.dk", "company_id": "901", "updated_at": "2026-01-01"},
    ],
    ("hubspot", "companies"): [
        {"company_id": "900", "country": "DK", "updated_at": "2026-01-01"},
        {"company_id": "901", "country": "DK", "updated_at": "2026-01-01", "archived": True},
    ],
    ("hubspot", "feedback_submissions"): [
        _submission("f1", "13", 10),
        _submission("f2", None, 0),
        {**_submission("deleted", None, 0), "archived": True},
    ],
}
# landed after all others, of older days
CORRECTIONS = {("files", "survey_answers"): [_answer("later-landed", 9, survey_id="redone", submitted_at="2026-02-01T00:00:00")]}
LATER = {
    ("files", "survey_answers"): [_answer("corrected", 9)],
    ("survicate", "responses"): [
        _click("r2", 1101, 9, user_id="c2", collected_at="2026-04-01T09:00:00"),
        _click("r3", 1101, 1, email="new@nobody.example", collected_at="2026-03-31T00:00:00"),
    ],
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    home: Path = tmp_path_factory.mktemp("surveys")
    write_validated(home, LATER, batch="second", window_start="2026-09-01", window_end="2026-09-02")
    write_validated(home, CORRECTIONS, batch="a correction", window_start="2026-02-01", window_end="2026-02-02", landed_at="2026-09-02")
    receipt = {"run": "r", "source": "files", "stream": "customers", "finished_at": "2026-09-01T01:00:00", "status": "validated"}
    counts = {"batches": 1, "received": 5, "validated": 3, "quarantined": 1, "quarantined_by_rule": '{"a rule": 1}', "duplicates": 1}
    write_receipts(home, [{**receipt, **counts, "bytes": 10, "newest_at": "2026-08-31T00:00:00", "seconds": 0.5}])
    return SmallWarehouse(home, FIRST, marts=SURVEY_MARTS, as_of="2026-09-01T00:00:00")


def _key(warehouse: SmallWarehouse, node: str) -> str:
    return keyed_hash(kept_key(warehouse.settings.home / "secrets" / "customer_key"), node)


def _customer(warehouse: SmallWarehouse, node: str) -> dict[str, Any]:
    return warehouse.one(f"select * from dim_customers where customer_key = '{_key(warehouse, node)}'")


def test_one_person_in_three_systems_is_one_customer(warehouse: SmallWarehouse) -> None:
    """By e-mail in any case, by additional e-mail, by the id of a contact that was merged away."""
    ann = _key(warehouse, "company:c1")
    answers = warehouse.ask(f"select survey, score from fct_survey_answers where customer_key = '{ann}' order by survey")
    assert answers == [
        {"survey": "501", "score": 10.0},
        {"survey": "paper", "score": 9.0},
        {"survey": "svy_relationship", "score": 10.0},
    ]


def test_customers_are_the_components_and_no_more(warehouse: SmallWarehouse) -> None:
    people = ("company:c1", "company:c2", "company:c3", "company:home-1", "company:link-0", "email:new@nobody.example")
    desks = [*(f"company:desk-{number}" for number in range(4)), *(f"company:none-{number}" for number in range(2 * len(NO_EMAILS)))]
    nodes = [*people, *desks, "hubspot:20", "hubspot:21"]
    found = {row["customer_key"] for row in warehouse.ask("select customer_key from dim_customers")}
    assert found == {_key(warehouse, node) for node in nodes}


def test_a_shared_email_joins_nobody_and_names_nobody(warehouse: SmallWarehouse) -> None:
    """Neither an office's, nor what is no e-mail at all; three ids of one home are one customer still."""
    of_many = warehouse.ask("select customer_key from fct_survey_answers where survey = 'office'")
    assert [row["customer_key"] for row in of_many] == [None, None]
    at_home = warehouse.one("select customer_key, segment from fct_survey_answers where survey = 'home'")
    assert at_home == {"customer_key": _key(warehouse, "company:home-1"), "segment": "family"}


def test_an_archived_company_gives_no_country(warehouse: SmallWarehouse) -> None:
    assert _customer(warehouse, "hubspot:21")["country"] == "unknown"


def test_of_files_the_later_landed_replaces_whatever_days_it_speaks_of(warehouse: SmallWarehouse) -> None:
    assert warehouse.ask("select score, day from fct_survey_answers where survey = 'redone'") == [{"score": 9.0, "day": date(2026, 2, 1)}]


def test_attributes_come_from_files_then_contact_then_company(warehouse: SmallWarehouse) -> None:
    ann, lead, shared = (_customer(warehouse, node) for node in ("company:c1", "hubspot:20", "company:c3"))
    assert (ann["segment"], ann["country"], ann["plan"], ann["mrr"], ann["churned_at"]) == ("business", "SE", "studio", 35.0, None)
    assert (lead["segment"], lead["country"], lead["lifecycle_stage"], lead["mrr"]) == ("unknown", "DK", "lead", None)
    assert (shared["segment"], shared["country"]) == ("unknown", "NO")
    bob = _customer(warehouse, "company:c2")
    assert (bob["plan"], bob["mrr"], f"{bob['churned_at']:%Y-%m-%d}") == (None, 0.0, "2025-05-01")
    assert bob["account_key"] == _key(warehouse, "account:files:A7")


def test_anonymous_answers_count_without_a_customer(warehouse: SmallWarehouse) -> None:
    anonymous = warehouse.ask("select distinct segment, country from fct_survey_answers where customer_key is null")
    assert anonymous == [{"segment": "unknown", "country": "unknown"}]
    assert warehouse.one("select count(*) as n from fct_survey_answers where survey = '501' and customer_key is null") == {"n": 1}


def test_a_later_version_replaces_and_an_earlier_one_does_not(warehouse: SmallWarehouse) -> None:
    scores = warehouse.ask("select score from fct_survey_answers where survey = 'svy_relationship' order by score")
    assert [row["score"] for row in scores] == [0.0, 8.0, 9.0, 10.0]
    assert warehouse.one("select responses, promoters, detractors, nps from nps_by_day where survey = 'paper' and segment = 'unknown'") == {
        "responses": 2,
        "promoters": 1,
        "detractors": 1,
        "nps": 0.0,
    }


def test_only_answers_before_the_reporting_instant_count(warehouse: SmallWarehouse) -> None:
    assert warehouse.one("select max(submitted_at)::varchar as last from fct_survey_answers") == {"last": "2026-08-31 23:59:59.999999"}


@pytest.mark.parametrize(
    ("mart", "survey", "expected"),
    [
        ("nps_by_day", "talkstats", {"responses": 1162, "promoters": 291, "passives": 476, "detractors": 395, "nps": -8.950086}),
        ("nps_by_day", "source_documents", {"responses": 4, "promoters": 2, "passives": 1, "detractors": 1, "nps": None, "nps_like": 25.0}),
        ("csat_by_day", "delighted", {"responses": 107, "satisfied": 74, "csat": 69.158879}),
        ("ces_by_day", "cys", {"responses": 1000, "easy": 460, "score_sum": 4080.0, "ces_mean": 4.08, "ces_easy_rate": 0.46}),
        ("ces_by_day", "effort_1", {"responses": 4, "easy": 2, "ces_mean": 2.25, "ces_easy_rate": 0.5}),
        ("cli_by_day", "loyalty", {"responses": 1, "incomplete_responses": 1, "cli": 80.0}),
    ],
)
def test_published_examples(warehouse: SmallWarehouse, mart: str, survey: str, expected: dict[str, float | None]) -> None:
    found = warehouse.one(f"select {', '.join(expected)} from {mart} where survey = '{survey}'")
    assert found == pytest.approx(expected, abs=1e-6)


def test_every_health_row_says_how_fresh_the_data_is(warehouse: SmallWarehouse) -> None:
    assert warehouse.one("select received, validated, quarantined, duplicates, freshness_hours from pipeline_health") == {
        "received": 5,
        "validated": 3,
        "quarantined": 1,
        "duplicates": 1,
        "freshness_hours": 24.0,
    }


def test_comments_and_identities_stay_out_of_the_marts(warehouse: SmallWarehouse) -> None:
    keyed = warehouse.ask("select count(*) as n, count(comment_key) as comments from fct_survey_answers where survey = 'paper'")
    assert keyed == [{"n": 3, "comments": 1}]
    for file in (warehouse.settings.marts, warehouse.settings.home / "dbt"):
        for path in [file, *file.rglob("*")] if file.is_dir() else [file]:
            content = path.read_bytes() if path.is_file() else b""
            assert not [secret for secret in (b"example.com", b"so warm a light", b"@chain") if secret in content], path


def _comments(warehouse: SmallWarehouse, columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse.settings.warehouse), read_only=True) as connection:
        return connection.execute(f"select {columns} from comments.survey_comments order by survey").fetchall()


def test_comments_lie_in_the_warehouse_under_a_key_of_their_own(warehouse: SmallWarehouse) -> None:
    """Of a declined answer too; who has the marts and the customers' key cannot make a comment's key."""
    secrets = warehouse.settings.home / "secrets"
    # as the identity is told: each part behind its length
    told = {
        survey: f"5:files{len(survey)}:{survey}{len(response)}:{response}1:q"
        for survey, response in (("declined", "declined"), ("paper", "of-c1"))
    }
    keys = {survey: keyed_hash(kept_key(secrets / "comment_key"), identity) for survey, identity in told.items()}
    assert _comments(warehouse, "*") == [
        (keys["declined"], "so warm a light", "fi", date(2026, 2, 3), "declined"),
        (keys["paper"], "so warm a light", None, date(2026, 3, 1), "paper"),
    ]
    in_marts = warehouse.ask("select survey, comment_key from fct_survey_answers where comment_key is not null")
    assert in_marts == [{"survey": "paper", "comment_key": keys["paper"]}]
    assert kept_key(secrets / "comment_key") != kept_key(secrets / "customer_key")


def test_days_are_cut_in_the_companys_time_zone(tmp_path: Path) -> None:
    """21:00 UTC on the last of March is April's first day in Helsinki, where summer time has begun."""
    rows = {
        ("files", "survey_answers"): [
            _answer("1", 9, submitted_at="2026-03-31T21:00:00"),
            _answer("2", 0, submitted_at="2026-03-31T20:59:59"),
        ]
    }
    helsinki = SmallWarehouse(
        tmp_path, rows, marts=["nps_by_day"], as_of="2026-09-01T00:00:00", timezone="Europe/Helsinki", data_tests=False
    )
    days = helsinki.ask("select day, nps from nps_by_day order by day")
    assert days == [{"day": date(2026, 3, 31), "nps": -100.0}, {"day": date(2026, 4, 1), "nps": 100.0}]
