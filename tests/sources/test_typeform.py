"""Typeform's traps: newest first before a token, inclusive bounds, a page count that is what is left, answers of every type."""

from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials, SourceContractBroken
from kuulo.sources.typeform import TYPEFORM
from tests.landing.landings import land, typed_rows
from tests.loopback_server import Asked, Reply

SUBMITTED = "2026-01-10T09:00:00Z"


def response(token: str, /, *answers: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"response_id": token, "token": token, "landed_at": "2026-01-10T08:59:00Z", "submitted_at": SUBMITTED,
            "metadata": {"platform": "mobile"}, "hidden": {}, "answers": list(answers), **changed}  # fmt: skip


def answer(field: str, kind: str, value: Any, /, field_type: str = "short_text") -> dict[str, Any]:
    return {"field": {"id": field, "ref": f"ref-{field}", "type": field_type}, "type": kind, kind: value}


class Account:
    """Forms and their responses, newest first, `page` of them in one answer."""

    def __init__(self, forms: dict[str, list[dict[str, Any]]], page: int = 1000, forms_a_page: int = 200) -> None:
        self.forms, self.page, self.forms_a_page = forms, page, forms_a_page

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/forms":
            names, page = list(self.forms), int(asked.param("page") or 1)
            some = names[(page - 1) * self.forms_a_page : page * self.forms_a_page]
            return Reply({"total_items": len(names), "page_count": -(-len(names) // self.forms_a_page), "items": [{"id": n} for n in some]})
        items, before = self.forms[asked.path.split("/")[2]], asked.param("before")
        left = items[next(n for n, item in enumerate(items, 1) if item["token"] == before) :] if before else items
        return Reply({"total_items": len(left), "page_count": -(-len(left) // self.page), "items": left[: self.page]})


def test_each_form_is_asked_for_with_both_bounds_to_the_second_an_hour_back(settings: Settings) -> None:
    _, asked = land(settings, TYPEFORM, "responses", Account({"f1": [], "f2": []}))
    assert [(a.path, a.params) for a in asked] == [
        ("/forms", (("page_size", "200"), ("page", "1"))),
        ("/forms/f1/responses", (("page_size", "1000"), ("since", "2026-01-09T23:00:00Z"), ("until", "2026-01-11T00:00:00Z"))),
        ("/forms/f2/responses", (("page_size", "1000"), ("since", "2026-01-09T23:00:00Z"), ("until", "2026-01-11T00:00:00Z"))),
    ]
    assert asked[0].headers["Authorization"] == "Bearer canary-77"


def test_forms_are_numbered_pages(settings: Settings) -> None:
    _, asked = land(settings, TYPEFORM, "responses", Account({f"f{n}": [] for n in range(5)}, forms_a_page=2))
    assert [a.param("page") for a in asked if a.path == "/forms"] == ["1", "2", "3"]
    assert [a.path for a in asked if a.path != "/forms"] == [f"/forms/f{n}/responses" for n in range(5)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_the_next_page_lies_before_the_last_token_until_one_page_is_left(settings: Settings, count: int) -> None:
    items = [response(f"t{n}", answer("q1", "number", n)) for n in range(count)]
    receipts, asked = land(settings, TYPEFORM, "responses", Account({"f1": items}, page=2))
    assert [row["response_id"] for row in typed_rows(settings, TYPEFORM, "responses")] == [item["token"] for item in items]
    assert [a.param("before") for a in asked[1:]] == [None, "t1", "t3"][: max(1, -(-count // 2))]
    assert receipts[0].received == count


def test_answers_of_every_type_are_rows(settings: Settings) -> None:
    made = response(
        "t1",
        answer("q1", "number", 9, "nps"),
        answer("q2", "text", "Fine"),
        answer("q3", "choice", {"label": "Blue"}),
        answer("q4", "choices", {"labels": ["Blue", "Red"], "other": "Teal"}),
        answer("q5", "boolean", False),
        answer("q6", "email", "a@example.org"),
        answer("q7", "date", "2026-01-02"),
        hidden={"customer_id": "K-1", "email": "hidden@example.org"},
    )
    land(settings, TYPEFORM, "responses", Account({"f1": [made]}))
    rows = typed_rows(settings, TYPEFORM, "responses")
    assert [(r["question_id"], r["score"], r["content"]) for r in rows] == [
        ("q1", 9.0, None), ("q2", None, "Fine"), ("q3", None, "Blue"), ("q4", None, "Blue; Red; Teal"), ("q5", None, "False"),
        ("q6", None, None), ("q7", None, "2026-01-02"),
    ]  # fmt: skip
    first = rows[0]
    assert (first["survey_id"], first["question_ref"], first["question_type"], first["platform"]) == ("f1", "ref-q1", "nps", "mobile")
    assert (first["email"], first["hidden"]) == ("a@example.org", '{"customer_id":"K-1","email":"hidden@example.org"}')
    assert (first["landed_at"].isoformat(), first["submitted_at"].isoformat()) == ("2026-01-10T08:59:00", "2026-01-10T09:00:00")


def test_a_response_without_answers_is_a_row_and_one_never_submitted_is_none(settings: Settings) -> None:
    items = [response("t1", answers=None, hidden={"email": "h@example.org"}), response("t2", submitted_at="0001-01-01T00:00:00Z")]
    land(settings, TYPEFORM, "responses", Account({"f1": items}))
    (row,) = typed_rows(settings, TYPEFORM, "responses")
    assert (row["response_id"], row["question_id"], row["email"]) == ("t1", None, "h@example.org")


def test_a_page_that_comes_again_is_noticed(settings: Settings) -> None:
    def account(asked: Asked) -> Reply:
        return Reply({"page_count": 2 if asked.path != "/forms" else 1, "items": [{"id": "f1", **response("t1")}]})

    with pytest.raises(SourceContractBroken, match=r"typeform/responses, page 3: .*goes in circles"):
        land(settings, TYPEFORM, "responses", account)


@pytest.mark.parametrize("body", [{"items": []}, {"items": [], "page_count": "2"}])
def test_a_list_without_a_page_count_is_an_error(settings: Settings, body: dict[str, Any]) -> None:
    with pytest.raises(SourceContractBroken, match="without `page_count`"):
        land(settings, TYPEFORM, "responses", lambda _: Reply(body))


def test_missing_scopes_are_named(settings: Settings) -> None:
    with pytest.raises(BadCredentials, match="lacks the scope forms:read"):
        land(settings, TYPEFORM, "responses", lambda _: Reply({}, 403))
    with pytest.raises(BadCredentials, match="lacks the scope responses:read"):
        land(
            settings,
            TYPEFORM,
            "responses",
            lambda a: Reply({"page_count": 1, "items": [{"id": "f1"}]}) if a.path == "/forms" else Reply({}, 403),
        )


def test_a_429_is_waited_for_as_told(settings: Settings) -> None:
    replies = iter([Reply({}, 429, {"Retry-After": "3"})])
    receipts, asked = land(settings, TYPEFORM, "responses", lambda a: next(replies, Account({"f1": []})(a)))
    assert (receipts[0].received, len(asked)) == (0, 3)
