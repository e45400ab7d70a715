"""Survicate's traps, each asked for over the wire."""

from typing import Any

import pytest
import requests

from kuulo.sandbox import SURVICATE_KEY
from kuulo.sandbox.survicate_dialect import KEY_WITHOUT_EXPORT

RESPONSES = "/surveys/svy_support/responses"


@pytest.fixture(scope="module")
def ask(sandbox):
    with requests.Session() as session:

        def get(path: str, key: str | None = f"Basic {SURVICATE_KEY}", **params: Any) -> requests.Response:
            headers = {"Authorization": key} if key else {}
            return session.get(sandbox.url_of("survicate") + path, params=params, headers=headers, timeout=10)

        yield get


def _walk(ask, path: str, **params: Any) -> list[list[dict[str, Any]]]:
    pages, page = [], ask(path, **params).json()
    while True:
        pages.append(page["data"])
        if not page["pagination_data"]["has_more"]:
            assert "next_url" not in page["pagination_data"]
            return pages
        page = ask(page["pagination_data"]["next_url"]).json()


def _of(company, survey_id="svy_support"):
    return [response for response in company.responses if response.survey_id == survey_id]


@pytest.mark.parametrize(
    ("key", "status"),
    [
        (f"Basic {SURVICATE_KEY}", 200), (None, 401), (f"Bearer {SURVICATE_KEY}", 401), ("Basic wrong", 401),
        ("Basic c2FuZGJveC1zdXJ2aWNhdGU6", 401), (f"Basic {KEY_WITHOUT_EXPORT}", 403),
    ],
)  # fmt: skip
def test_the_raw_key_stands_after_basic(ask, key, status):
    assert ask("/surveys", key).status_code == status


def test_every_page_says_that_it_is_fiction(ask):
    assert ask("/surveys").headers["X-Kuulo-Sandbox"] == "fictional data"
    assert ask("/surveys", None).headers["X-Kuulo-Sandbox"] == "fictional data"


@pytest.mark.parametrize(
    "path", ["/nothing", "/surveys/none", "/surveys/none/responses", f"{RESPONSES}/none", "/respondents/none/attributes"]
)
def test_unknown_things_are_404(ask, path):
    assert ask(path).status_code == 404


@pytest.mark.parametrize("size", ["0", "101", "many"])
def test_a_page_holds_1_to_100(ask, size):
    assert ask(RESPONSES, items_per_page=size).status_code == 400


def test_pages_hold_20_unless_asked(ask):
    assert len(ask(RESPONSES).json()["data"]) == 20


@pytest.mark.parametrize("size", [7, 100])
def test_a_walk_meets_every_response_once_newest_first(ask, small_company, size):
    pages = _walk(ask, RESPONSES, items_per_page=size)
    found = [record for page in pages for record in page]
    assert {len(page) for page in pages[:-1]} == {size}
    assert 0 < len(pages[-1]) <= size
    assert [r["uuid"] for r in found] == [r.uuid for r in sorted(_of(small_company), key=lambda r: r.collected_at, reverse=True)]


def test_the_next_link_is_relative_and_lacks_the_version(ask):
    link = ask(RESPONSES, items_per_page=1).json()["pagination_data"]["next_url"]
    assert link.startswith(f"{RESPONSES}?")
    assert "/v2" not in link


def test_the_next_link_keeps_what_was_asked(ask):
    asked = {"items_per_page": 5, "attributes[]": ["email", "user_id"], "end": "2026-01-01T00:00:00.000000Z"}
    pages = _walk(ask, RESPONSES, **asked)
    names = {attribute["name"] for page in pages[1:] for r in page for attribute in r["respondent"]["attributes"]}
    assert names == {"email", "user_id"}
    assert min(r["collected_at"] for page in pages for r in page) > asked["end"]


def test_start_is_the_upper_bound_and_end_the_lower_and_both_are_outside(ask):
    newest, middle, oldest = (r["collected_at"] for r in ask(RESPONSES, items_per_page=3).json()["data"])
    assert [r["collected_at"] for r in ask(RESPONSES, start=newest, end=oldest).json()["data"]] == [middle]


def test_an_empty_window_is_an_empty_page(ask):
    assert ask(RESPONSES, end="2026-09-01T00:00:00.000000Z").json() == {"pagination_data": {"has_more": False}, "data": []}


@pytest.mark.parametrize("bound", ["2026-01-01", "2026-01-01T00:00:00Z", "1767225600"])
def test_bounds_have_microseconds(ask, bound):
    assert ask(RESPONSES, end=bound).status_code == 400


def test_attributes_are_empty_unless_asked_for_by_name(ask):
    assert not any(r["respondent"]["attributes"] for page in _walk(ask, RESPONSES, items_per_page=100) for r in page)
    only_plan = ask(RESPONSES, **{"attributes[]": "plan"}).json()["data"]
    assert {a["name"] for r in only_plan for a in r["respondent"]["attributes"]} == {"plan"}


def test_answers_are_text_objects_lists_or_absent(ask):
    records = [r for survey in ("svy_relationship", "svy_support") for page in _walk(ask, f"/surveys/{survey}/responses") for r in page]
    shapes = {(a["question_type"], type(a["answer"]).__name__) for r in records for a in r["answers"]}
    assert shapes == {("nps", "dict"), ("text", "str"), ("smiley_scale", "dict"), ("rating", "dict"), ("multiple", "list")}
    assert any(not r["answers"] for r in records)
    assert any(a["answer"].get("rating", 0) is None for r in records for a in r["answers"] if a["question_type"] == "rating")


def test_a_survey_by_itself_tells_more_than_in_the_list(ask):
    listed = {survey["id"] for survey in ask("/surveys").json()["data"]}
    detail = ask("/surveys/svy_loyalty").json()
    assert listed == {"svy_relationship", "svy_support", "svy_loyalty"}
    assert detail["attributes"] == ["email", "user_id", "plan"]
    assert detail["first_response_at"] < detail["last_response_at"]


def test_questions_have_whole_numbers_as_ids(ask):
    assert [q["id"] for q in ask("/surveys/svy_relationship/questions").json()["data"]] == [1101, 1102, 1103]


def test_surveys_are_paged_too(ask):
    assert [len(page) for page in _walk(ask, "/surveys", items_per_page=2)] == [2, 1]


def test_a_respondent_can_be_asked_about(ask):
    record = ask(RESPONSES, **{"attributes[]": ["email", "user_id", "plan"], "items_per_page": 1}).json()["data"][0]
    respondent = record["respondent"]
    found = ask(f"/respondents/{respondent['uuid']}/attributes").json()["data"]
    assert found == respondent["attributes"]
    assert ask(f"/respondents/{respondent['uuid']}/responses").json()["data"][0]["uuid"] == record["uuid"]
    assert ask(f"{RESPONSES}/{record['uuid']}").json()["uuid"] == record["uuid"]


def test_personal_data_is_counted_and_never_deleted(ask, sandbox, small_company):
    email = next(r.attributes["email"] for r in small_company.responses if "email" in r.attributes)
    assert ask("/personal-data", email=email).json()["responses"] >= 1
    key = {"Authorization": f"Basic {SURVICATE_KEY}"}
    assert requests.delete(f"{sandbox.url_of('survicate')}/personal-data", headers=key, timeout=10).status_code == 405
