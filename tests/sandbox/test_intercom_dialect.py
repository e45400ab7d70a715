"""Intercom as the sandbox speaks it: refusals in its words, search by calendar day, cursors, one scroll, limits by windows."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kuulo.sandbox.company import Company
from kuulo.sandbox.exchange import Answer, Request
from kuulo.sandbox.intercom_dialect import INTERCOM_TOKEN, LIMIT, TOKEN_WITHOUT_PERMISSION, IntercomDialect

BEARER = {"authorization": f"Bearer {INTERCOM_TOKEN}", "intercom-version": "2.14"}
EVERYTHING = {"field": "updated_at", "operator": ">", "value": 0}
ALL_OF_ALL = {"operator": "AND", "value": [EVERYTHING]}


@pytest.fixture(scope="module")
def dialect(small_company: Company) -> IntercomDialect:
    return IntercomDialect(small_company)


def ask(dialect: IntercomDialect, method: str, target: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    return dialect.answer(Request.from_target(method, target, headers or BEARER, json.dumps(body).encode() if body is not None else b""))


def told(answer: Answer) -> Any:
    return json.loads(answer.body)


def refused(answer: Answer) -> tuple[int, str]:
    document = told(answer)
    assert document["type"] == "error.list"
    return answer.status, document["errors"][0]["code"]


def search(dialect: IntercomDialect, query: Any, path: str = "/conversations/search", **more: Any) -> Any:
    answer = ask(dialect, "POST", path, {"query": query, **more})
    assert answer.status == 200, answer.body
    return told(answer)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (401, "unauthorized")),
        ({"authorization": INTERCOM_TOKEN}, (401, "unauthorized")),
        ({"authorization": "Bearer other"}, (401, "unauthorized")),
        ({"authorization": f"Bearer {TOKEN_WITHOUT_PERMISSION}"}, (401, "unauthorized")),
        ({**BEARER, "intercom-version": "latest"}, (400, "intercom_version_invalid")),
    ],
)
def test_who_is_not_let_in_is_told_nothing_of_the_limits(
    dialect: IntercomDialect, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = ask(dialect, "GET", "/admins", headers=headers or {"accept": "*/*"})
    assert refused(answer) == expected
    assert answer.headers == ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "parameter_not_found"),
        ({"query": {"field": "updated_at", "operator": ">=", "value": 0}}, "invalid_operator"),
        ({"query": {"field": "updated_at", "operator": "!=", "value": 0}}, "invalid_operator"),
        ({"query": {"field": "updated_at", "operator": "IN", "value": [0]}}, "invalid_operator"),
        ({"query": {"field": "updated_at", "operator": ">", "value": "yesterday"}}, "invalid_field"),
        ({"query": {"operator": "AND", "value": [EVERYTHING] * 16}}, "parameter_invalid"),
        ({"query": {"operator": "AND", "value": [{"operator": "OR", "value": [ALL_OF_ALL]}]}}, "parameter_invalid"),
        ({"query": EVERYTHING, "pagination": {"per_page": 151}}, "parameter_invalid"),
        ({"query": EVERYTHING, "pagination": {"starting_after": "nonsense"}}, "invalid_pagination"),
    ],
)  # fmt: skip
def test_a_search_that_cannot_be_run_is_refused(dialect: IntercomDialect, body: Any, expected: str) -> None:
    assert refused(ask(dialect, "POST", "/conversations/search", body)) == (400, expected)


def test_times_are_compared_by_the_calendar_day_of_the_workspace(dialect: IntercomDialect) -> None:
    """Helsinki's day begins at 21 or 22 UTC: what changed later on the day that is asked from is not found."""
    everything = search(dialect, EVERYTHING, pagination={"per_page": 150})["conversations"]
    changed = everything[len(everything) // 2]["updated_at"]
    at = datetime.fromtimestamp(changed, UTC)
    offset = timedelta(hours=3 if 4 <= at.month <= 9 else 2)
    midnight = (at + offset).replace(hour=0, minute=0, second=0) - offset
    begins, ends = midnight.timestamp(), (midnight + timedelta(days=1)).timestamp()

    def found(operator: str) -> set[str]:
        query = {"field": "updated_at", "operator": operator, "value": changed}
        return {record["id"] for record in search(dialect, query, pagination={"per_page": 150})["conversations"]}

    times = {record["id"]: record["updated_at"] for record in everything}
    assert found(">") == {name for name, time in times.items() if time >= ends}
    assert found("=") == {name for name, time in times.items() if begins <= time < ends} != set()
    assert found("<") == {name for name, time in times.items() if time < begins}


def test_pages_follow_the_cursor_in_the_order_of_change(dialect: IntercomDialect) -> None:
    sort, cursor, seen = {"field": "updated_at", "order": "ascending"}, None, []
    while True:
        pagination = {"per_page": 7, **({"starting_after": cursor} if cursor else {})}
        page = search(dialect, EVERYTHING, sort=sort, pagination=pagination)
        seen += [(record["updated_at"], record["id"]) for record in page["conversations"]]
        assert page["pages"]["per_page"] == 7
        if page["pages"]["next"] is None:
            break
        cursor = page["pages"]["next"]["starting_after"]
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen) == page["total_count"]


def test_without_the_version_the_next_page_is_a_link(dialect: IntercomDialect) -> None:
    old = {"authorization": BEARER["authorization"]}
    page = told(ask(dialect, "POST", "/contacts/search", {"query": EVERYTHING, "pagination": {"per_page": 2}}, headers=old))
    assert page["pages"]["next"].startswith("https://api.intercom.io/contacts/search?per_page=")
    assert len(page["data"]) == 2


def test_parts_are_told_of_one_conversation_only(dialect: IntercomDialect, small_company: Company) -> None:
    talks = [c for c in small_company.contacts if c.system == "intercom" and not c.archived_at]
    contact = next(c for c in talks if c.agent_replies and not c.contact_id.startswith("ticket:"))
    listed = search(dialect, {"field": "id", "operator": "=", "value": contact.case_id})["conversations"]
    assert "conversation_parts" not in listed[0]
    one = told(ask(dialect, "GET", f"/conversations/{contact.case_id}?display_as=plaintext"))
    parts = one["conversation_parts"]["conversation_parts"]
    assert one["conversation_parts"]["total_count"] == len(parts)
    by_admin = [part["body"] for part in parts if part["author"]["type"] == "admin" and part["part_type"] == "comment"]
    assert by_admin == ["Let me look."] * (contact.agent_replies or 0)
    html = told(ask(dialect, "GET", f"/conversations/{contact.case_id}"))["conversation_parts"]["conversation_parts"]
    assert {part["body"] for part in html if part["part_type"] == "comment" and part["author"]["type"] == "admin"} == {
        "<p>Let me look.</p>"
    }
    assert refused(ask(dialect, "GET", "/conversations/1")) == (404, "not_found")


def test_what_was_deleted_is_not_told_of(dialect: IntercomDialect, small_company: Company) -> None:
    gone = [c for c in small_company.contacts if c.system == "intercom" and c.archived_at]
    assert gone
    for contact in gone:
        assert search(dialect, {"field": "id", "operator": "=", "value": contact.case_id})["total_count"] == 0
        assert ask(dialect, "GET", f"/conversations/{contact.case_id}").status == 404


def test_a_workspace_has_one_scroll_at_a_time_which_ends_with_an_empty_page(small_company: Company) -> None:
    clock = [1_000.0]
    dialect = IntercomDialect(small_company, now=lambda: clock[0])
    first = told(ask(dialect, "GET", "/companies/scroll"))
    assert refused(ask(dialect, "GET", "/companies/scroll")) == (400, "scroll_exists")
    last = told(ask(dialect, "GET", f"/companies/scroll?scroll_param={first['scroll_param']}"))
    assert (len(first["data"]), last["data"]) == (len(small_company.companies), [])
    assert ask(dialect, "GET", "/companies/scroll").status == 200
    clock[0] += 61
    assert ask(dialect, "GET", "/companies/scroll").status == 200  # a minute after its last use it has expired
    assert refused(ask(dialect, "GET", "/companies/scroll?scroll_param=9-0")) == (404, "not_found")


def test_the_limit_is_dealt_out_in_windows_of_ten_seconds(small_company: Company) -> None:
    clock = [1_768_003_207.5]
    dialect = IntercomDialect(small_company, now=lambda: clock[0])
    headers = dict(ask(dialect, "GET", "/teams").headers)
    assert headers == {"X-RateLimit-Limit": "1666", "X-RateLimit-Remaining": "1665", "X-RateLimit-Reset": "1768003210"}
    for _ in range(LIMIT - 1):
        assert ask(dialect, "GET", "/teams").status == 200
    answer = ask(dialect, "GET", "/teams")
    assert refused(answer) == (429, "rate_limit_exceeded")
    assert dict(answer.headers)["X-RateLimit-Reset"] == "1768003210"
    clock[0] = 1_768_003_210.0
    assert ask(dialect, "GET", "/teams").status == 200


def test_a_contact_that_was_merged_away_is_found_no_more(small_company: Company, dialect: IntercomDialect) -> None:
    merged = [person.known_as["intercom"] for person in small_company.people if len(person.known_as.get("intercom", ())) > 1]
    assert merged
    known = {record["id"] for record in search(dialect, EVERYTHING, "/contacts/search", pagination={"per_page": 150})["data"]}
    assert not {ids[0] for ids in merged} & known
