"""Survicate's traps: reversed bounds, the lost /v2, the raw key, links on empty pages, polymorphic answers."""

import json
from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials
from kuulo.sources.survicate import SURVICATE
from tests.landing.landings import land, typed_rows, untyped_rows
from tests.loopback_server import Asked, Reply

SURVEYS = [
    {"id": "s1", "name": "After a call", "type": "link", "enabled": True, "created_at": "2025-01-05T10:11:12.000000Z"},
    {"id": "s2", "name": "In product", "type": "web", "enabled": False, "created_at": "2025-02-05T10:11:12.000000Z", "folder": {"id": 1}},
]


def listing(data: list[Any], next_url: str | None = None, *, more: bool | None = None) -> Reply:
    told: dict[str, Any] = {"has_more": bool(next_url) if more is None else more}
    return Reply({"pagination_data": {**told, **({"next_url": next_url} if next_url else {})}, "data": data})


def response(uuid: str, *answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    respondent = {"uuid": "r-" + uuid, "attributes": [{"name": "email", "value": "a@b.c"}, {"name": "user_id", "value": 77}]}
    return {
        "uuid": uuid, "collected_at": "2026-01-05T10:11:12.123456Z", "url": "https://shop.example/", "device_type": "desktop",
        "operating_system": "Windows", "language": "en", "platform": "web", "respondent": respondent, "answers": list(answers), **more,
    }  # fmt: skip


def answer(question: int, kind: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"question_id": question, "question_type": kind, "answer": value, **more}


def script(asked: Asked) -> Reply:
    if asked.path == "/v2/surveys":
        return listing(SURVEYS[1:]) if asked.param("start") else listing(SURVEYS[:1], "/surveys?start=2025-01-05T10:11:12.000000Z")
    if asked.path == "/v2/surveys/s1/questions":
        return listing([{"id": 11, "type": "nps", "question": "How likely?", "answer_choices": [{"id": 1, "content": "ä"}]}])
    if asked.path == "/v2/surveys/s1/responses":
        if asked.param("start") == "2026-01-11T00:00:00.000000Z":
            return listing(
                [response("u1", answer(11, "nps", {"content": "9", "tag": "promoter"}))],
                "/surveys/s1/responses?start=2026-01-05T10%3A11%3A12.000000Z",
            )
        return listing([], "/surveys/s1/responses?start=2026-01-05T10%3A11%3A12.000000Z", more=True)
    return listing([]) if asked.path.startswith("/v2/surveys/s2/") else Reply({}, 404)


def rows_of_answers(settings: Settings, *answers: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    def one(asked: Asked) -> Reply:
        return listing(SURVEYS[:1]) if asked.path == "/v2/surveys" else listing([response("u1", *answers, **more)])

    land(settings, SURVICATE, "responses", one, base="/v2")
    return typed_rows(settings, SURVICATE, "responses")


def test_the_raw_key_follows_the_word_basic_and_v2_is_kept(settings: Settings) -> None:
    receipts, asked = land(settings, SURVICATE, "surveys", script, base="/v2")
    assert {a.headers["Authorization"] for a in asked} == {"Basic canary-77"}
    assert [a.path for a in asked] == ["/v2/surveys", "/v2/surveys"]
    assert receipts[0].undeclared == ("folder",)
    rows = typed_rows(settings, SURVICATE, "surveys")
    assert [(r["survey_id"], r["is_enabled"], r["created_at"].isoformat(), r["_extra"]) for r in rows] == [
        ("s1", True, "2025-01-05T10:11:12", None), ("s2", False, "2025-02-05T10:11:12", '{"folder":{"id":1}}')
    ]  # fmt: skip


def test_start_is_the_upper_bound_and_end_the_lower_seven_days_back(settings: Settings) -> None:
    _, asked = land(settings, SURVICATE, "responses", script, base="/v2")
    first, second = [a for a in asked if a.path == "/v2/surveys/s1/responses"]
    bounds = (("items_per_page", "100"), ("end", "2026-01-03T00:00:00.000000Z"))
    names = (("attributes[]", "email"), ("attributes[]", "user_id"))
    assert first.params == (*bounds, ("start", "2026-01-11T00:00:00.000000Z"), *names)
    assert second.params == (("start", "2026-01-05T10:11:12.000000Z"), *bounds, *names)  # the link carried its cursor alone


def test_an_empty_page_with_the_link_of_before_is_the_end_and_every_survey_is_asked(settings: Settings) -> None:
    receipts, asked = land(settings, SURVICATE, "responses", script, base="/v2")
    assert [a.path for a in asked] == [
        "/v2/surveys", "/v2/surveys", "/v2/surveys/s1/responses", "/v2/surveys/s1/responses", "/v2/surveys/s2/responses"
    ]  # fmt: skip
    assert [(r.stream, r.pages, r.received) for r in receipts] == [("respondent_attributes", 0, 2), ("responses", 3, 1)]


def test_questions_know_their_survey(settings: Settings) -> None:
    land(settings, SURVICATE, "questions", script, base="/v2")
    rows = [{n: v for n, v in row.items() if not n.startswith("_")} for row in typed_rows(settings, SURVICATE, "questions")]
    assert rows == [
        {"survey_id": "s1", "question_id": 11, "question_type": "nps", "question": "How likely?", "introduction": None,
         "answer_choices": '[{"id":1,"content":"ä"}]'}
    ]  # fmt: skip


def test_attributes_of_the_connection_are_asked_for(settings: Settings) -> None:
    _, asked = land(settings, SURVICATE, "responses", script, base="/v2", knobs={"attributes": "email, user_id,plan"})
    assert [v for n, v in asked[-1].params if n == "attributes[]"] == ["email", "user_id", "plan"]


def test_respondents_attributes_are_rows_of_their_own(settings: Settings) -> None:
    rows_of_answers(settings)
    rows = [{n: v for n, v in row.items() if not n.startswith("_")} for row in typed_rows(settings, SURVICATE, "respondent_attributes")]
    assert [(r["response_uuid"], r["respondent_uuid"], r["name"], r["value"]) for r in rows] == [
        ("u1", "r-u1", "email", "a@b.c"), ("u1", "r-u1", "user_id", "77")
    ]  # fmt: skip
    assert rows[0]["collected_at"].isoformat() == "2026-01-05T10:11:12.123456"


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("nps", {"content": "9", "tag": "promoter", "comment": "good"}, (9.0, "9", "promoter", "good")),
        ("nps", {"content": 0, "tag": "detractor"}, (0.0, "0", "detractor", None)),
        ("nps", 10, (10.0, "10", None, None)),
        ("nps", "7", (7.0, "7", None, None)),
        ("smiley_scale", {"id": 3, "content": "Happy", "rating": 4, "comment": "yes"}, (4.0, "Happy", None, "yes")),
        ("rating", {"rating": "5"}, (5.0, None, None, None)),
        ("text", "9", (None, "9", None, None)),
        ("text", "", (None, None, None, None)),
        ("single", {"id": 1, "content": "Price"}, (None, "Price", None, None)),
        (
            "multiple",
            [{"id": 1, "content": "Price"}, {"id": 2, "content": "Speed", "comment": "slow"}],
            (None, "Price; Speed", None, "slow"),
        ),
        ("form", [{"content": None}, "x", 3], (None, "x; 3", None, None)),
        ("multiple", [], (None, None, None, None)),
        ("never_seen", {"content": {"deep": 1}}, (None, None, None, None)),
        ("never_seen", True, (None, None, None, None)),
        ("text", None, (None, None, None, None)),
    ],
)
def test_answers_of_every_shape(settings: Settings, kind: str, value: Any, wanted: tuple[Any, ...]) -> None:
    row = rows_of_answers(settings, answer(11, kind, value))[0]
    assert (row["score"], row["content"], row["tag"], row["comment"]) == wanted
    assert (row["question_id"], row["question_type"]) == (11, kind)
    assert row["answer"] == (None if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    assert (row["email"], row["user_id"], row["respondent_uuid"], row["survey_id"]) == ("a@b.c", "77", "r-u1", "s1")
    assert row["_extra"] is None


def test_a_score_that_is_no_number_is_kept_aside(settings: Settings) -> None:
    assert [
        r["question_id"] for r in rows_of_answers(settings, answer(1, "nps", {"content": "9/10"}), answer(2, "nps", {"content": "9"}))
    ] == [2]
    (refused,) = untyped_rows(settings, SURVICATE, "responses")
    assert (refused["rule"], refused["_position"]) == ("typed:score", 0)
    assert "9/10" not in refused["reason"]


def test_responses_without_answers_or_respondent_are_rows(settings: Settings) -> None:
    (row,) = rows_of_answers(settings, respondent=None, answers=None)
    assert (row["response_uuid"], row["question_id"], row["email"]) == ("u1", None, None)
    assert typed_rows(settings, SURVICATE, "respondent_attributes") == []


def test_what_the_vendor_adds_is_kept(settings: Settings) -> None:
    (row,) = rows_of_answers(settings, answer(1, "text", "x", score=3), mood={"a": 1})
    assert json.loads(row["_extra"]) == {"response.mood": {"a": 1}, "answers.score": 3}
    assert row["score"] is None


def test_a_survey_that_is_gone_by_now_is_noted(settings: Settings) -> None:
    def gone(asked: Asked) -> Reply:
        return Reply({}, 404) if asked.path.startswith("/v2/surveys/s1/") else script(asked)

    receipts, _ = land(settings, SURVICATE, "questions", gone, base="/v2")
    assert receipts[0].note == "survey_id s1 was gone when it was asked for"


def test_a_plan_without_export_is_named(settings: Settings) -> None:
    with pytest.raises(BadCredentials, match=r"survicate/surveys, page 1: .*lacks access to the Data Export API"):
        land(settings, SURVICATE, "surveys", lambda _: Reply({}, 403), base="/v2")
