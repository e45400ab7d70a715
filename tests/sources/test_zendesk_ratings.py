"""Zendesk's two ways of rating: words that become thumbs, answers of surveys on their scales, and when they were offered."""

from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.sources.api_errors import SourceContractBroken
from kuulo.sources.zendesk import ZENDESK
from kuulo.sources.zendesk_rows import response_rows
from tests.landing.landings import land, untyped_rows
from tests.loopback_server import in_order
from tests.sources.zendesk_account import at, landed, listed

Record = dict[str, Any]
DAYS_28_BEFORE = at("10 00:00:00") - 28 * 86_400
CREATED = "2026-01-09T10:00:00Z"
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"  # of the specification of ULIDs: 1469922850259 milliseconds


def rating(identity: int, word: Any, **changed: Any) -> Record:
    plain = {
        "id": identity,
        "ticket_id": 1,
        "requester_id": 2,
        "score": word,
        "reason_code": 0,
        "created_at": CREATED,
        "updated_at": CREATED,
    }
    return {**plain, **changed}


def test_ratings_are_thumbs_of_one_survey_and_a_strange_word_is_refused(settings: Settings) -> None:
    words = ["good", "bad", "offered", "unoffered", "good_with_comment", "great"]
    rows = landed(settings, "satisfaction_ratings", *(rating(n, word, comment="c") for n, word in enumerate(words)))
    assert [(r["word"], r["score"]) for r in rows] == [
        ("good", 1.0), ("bad", 0.0), ("offered", None), ("unoffered", None), ("good_with_comment", 1.0)
    ]  # fmt: skip
    assert {(r["survey_id"], r["question_id"], r["comment"]) for r in rows} == {("satisfaction_rating", "value", "c")}
    assert [u["rule"] for u in untyped_rows(settings, ZENDESK, "satisfaction_ratings")] == ["typed:score"]


def test_ratings_are_read_from_when_a_rating_of_the_window_could_have_been_offered(settings: Settings) -> None:
    replies = [
        listed("satisfaction_ratings", rating(1, "good"), more=True, after="a b=="),
        listed("satisfaction_ratings", rating(2, "bad")),
    ]
    receipts, asked = land(settings, ZENDESK, "satisfaction_ratings", in_order(*replies))
    first = (("page[size]", "100"), ("start_time", str(DAYS_28_BEFORE)))
    assert [(a.path, a.params) for a in asked] == [
        ("/api/v2/satisfaction_ratings.json", first),
        ("/api/v2/satisfaction_ratings.json", (*first, ("page[after]", "a b=="))),
    ]
    assert receipts[0].received == 2
    _, asked = land(settings, ZENDESK, "csat_survey_responses", in_order(listed("survey_responses")), knobs={"rated_within_days": "3"})
    assert asked[0].params == (
        ("page[size]", "100"), ("sort", "id"), ("filter[created_at_start]", str(1000 * (at("10 00:00:00") - 3 * 86_400)))
    )  # fmt: skip
    with pytest.raises(SourceContractBroken, match="extra `rated_within_days` must be a whole number of days"):
        land(settings, ZENDESK, "satisfaction_ratings", in_order(), knobs={"rated_within_days": "-1"}, run="run-2", refresh=True)


def answer(kind: str, question: str, /, **given: Any) -> Record:
    times = {"created_at": "2026-01-10T12:00:00.000Z", "updated_at": "2026-01-10T12:30:00.000Z"}
    return {"type": kind, "question": {"id": question, "type": "x", "sub_type": "customer_satisfaction"}, **times, **given}


def response(*answers: Record, **changed: Any) -> Record:
    subjects = [{"id": "c", "type": "conversation", "zrn": "zen:conversation:c"}, {"id": "99", "type": "ticket", "zrn": "zen:ticket:99"}]
    survey = {"id": "S", "version": 3, "state": "enabled"}
    return {"id": ULID, "answers": list(answers), "responder_id": 4, "subjects": subjects, "survey": survey, "expires_at": None, **changed}


def test_a_survey_response_is_a_row_an_answer(settings: Settings) -> None:
    rows = landed(
        settings,
        "csat_survey_responses",
        response(
            answer("rating_scale", "Q1", rating=2, rating_category="bad"),
            answer("closed_ended", "Q2", selections=[{"option_id": "o", "type": "predefined"}]),
            answer("open_ended", "Q3", value="slow"),
            answer("skipped", "Q4"),
        ),
    )
    assert [(r["question_id"], r["answer_type"], r["score"], r["comment"], r["selections"] is not None) for r in rows] == [
        ("Q1", "rating_scale", 2.0, "slow", False), ("Q2", "closed_ended", None, None, True), ("Q3", "open_ended", None, "slow", False),
        ("Q4", "skipped", None, None, False),
    ]  # fmt: skip
    assert {(r["survey_id"], r["ticket_id"], r["responder_id"], r["survey_version"], r["offered_at"].isoformat()) for r in rows} == {
        ("S", "99", "4", 3, "2016-07-30T23:54:10.259000")
    }
    assert {(r["answered_at"].isoformat(), r["updated_at"].isoformat()) for r in rows} == {("2026-01-10T12:00:00", "2026-01-10T12:30:00")}


@pytest.mark.parametrize("identity", ["short", "01KEHPRAC0ABCDEFGHJKMNPQRI", "Z" * 26, ""])
def test_an_offer_is_one_row_and_an_id_that_tells_no_time_tells_none(identity: str) -> None:
    (row,) = response_rows(response(id=identity), {})
    assert (row["question_id"], row["answer_type"], row["score"], row["offered_at"]) == (None, None, None, None)


def test_the_older_form_of_a_response_is_understood() -> None:
    (row,) = response_rows({"id": ULID, "answers": [], "subject_zrns": ["zrn:ticket:7"], "survey_id": "S", "survey_version": 2}, {})
    assert (row["survey_id"], row["survey_version"], row["ticket_id"]) == ("S", 2, "7")


def test_where_the_newer_ratings_are_can_be_said_otherwise(settings: Settings) -> None:
    _, asked = land(
        settings, ZENDESK, "csat_survey_responses", in_order(listed("survey_responses")), knobs={"survey_responses_path": "/api/v3/csat"}
    )
    assert asked[0].path == "/api/v3/csat"
