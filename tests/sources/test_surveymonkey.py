"""SurveyMonkey's traps: absolute links to the next page, pages of questions of answers, matrices, weights as scores."""

from collections.abc import Callable
from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials, SourceContractBroken
from kuulo.sources.surveymonkey import SURVEYMONKEY
from tests.landing.landings import land, typed_rows
from tests.loopback_server import Asked, Reply, in_order

MODIFIED = "2026-01-10T09:00:00+00:00"


def response(identity: str, /, *questions: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"id": identity, "response_status": "completed", "collection_mode": "default", "date_created": "2026-01-10T08:00:00+00:00",
            "date_modified": MODIFIED, "ip_address": "192.0.2.7", "custom_variables": {},
            "pages": [{"id": "p0", "questions": []}, {"id": "p1", "questions": list(questions)}], **changed}  # fmt: skip


def question(identity: str, /, *answers: dict[str, Any]) -> dict[str, Any]:
    return {"id": identity, "answers": list(answers)}


class Account:
    """Surveys and their responses, `page` of them in one answer, each with an absolute link to the next.

    `meanwhile` is called when a page of responses has been made, with how many have been.
    """

    def __init__(
        self,
        surveys: dict[str, list[dict[str, Any]]],
        page: int = 100,
        elsewhere: str = "",
        meanwhile: Callable[[int], None] = lambda _pages: None,
    ) -> None:
        self.surveys, self.page, self.elsewhere, self.meanwhile = surveys, page, elsewhere, meanwhile
        self.pages = 0

    def __call__(self, asked: Asked) -> Reply:
        host = self.elsewhere or f"http://{asked.headers['Host']}"
        if asked.path == "/v3/surveys":
            return self._page([{"id": name} for name in self.surveys], asked, f"{host}{asked.path}")
        since, until = str(asked.param("start_modified_at")), str(asked.param("end_modified_at"))
        inside = [{**r} for r in self.surveys[asked.path.split("/")[3]] if since <= r["date_modified"][:19] < until]
        made = self._page(sorted(inside, key=lambda r: r["date_modified"]), asked, f"{host}{asked.path}")
        self.pages += 1
        self.meanwhile(self.pages)
        return made

    def _page(self, records: list[dict[str, Any]], asked: Asked, address: str) -> Reply:
        number = int(asked.param("page") or 1)
        some, more = records[(number - 1) * self.page : number * self.page], number * self.page < len(records)
        links = {"self": address, **({"next": f"{address}?per_page={self.page}&page={number + 1}"} if more else {})}
        return Reply({"data": some, "per_page": self.page, "page": number, "total": len(records), "links": links})


def test_each_survey_is_asked_for_what_was_modified_in_the_window(settings: Settings) -> None:
    _, asked = land(settings, SURVEYMONKEY, "responses", Account({"s1": []}), base="/v3")
    assert [(a.path, a.params) for a in asked] == [
        ("/v3/surveys", (("per_page", "1000"),)),
        ("/v3/surveys/s1/responses/bulk", (
            ("per_page", "100"), ("sort_by", "date_modified"), ("sort_order", "ASC"),
            ("start_modified_at", "2026-01-09T23:50:00"), ("end_modified_at", "2026-01-11T00:00:00"),
        )),
    ]  # fmt: skip
    assert asked[0].headers["Authorization"] == "Bearer canary-77"


def test_links_are_followed_as_they_come(settings: Settings) -> None:
    items = [response(f"r{n}", question("q1", {"choice_id": "c", "choice_metadata": {"weight": str(n)}})) for n in range(5)]
    receipts, asked = land(settings, SURVEYMONKEY, "responses", Account({"s1": items}, page=2), base="/v3")
    assert [row["response_id"] for row in typed_rows(settings, SURVEYMONKEY, "responses")] == ["r0", "r1", "r2", "r3", "r4"]
    assert [row["score"] for row in typed_rows(settings, SURVEYMONKEY, "responses")] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert [a.param("page") for a in asked[1:]] == [None, "2", "3"]
    assert receipts[0].pages == 3


def _times(asked: list[Asked]) -> list[tuple[str | None, str | None]]:
    return [(a.param("start_modified_at"), a.param("page")) for a in asked[1:]]


def test_p4_a_response_that_is_changed_while_pages_are_read_makes_none_pass_unread(settings: Settings) -> None:
    items = [response(f"r{n}", question("q1", {"text": "x"}), date_modified=f"2026-01-10T09:00:0{n}+00:00") for n in range(7)]

    def meanwhile(pages: int) -> None:
        if pages == 1:
            items[0]["date_modified"] = "2026-01-11T00:00:05+00:00"  # behind the window: the others move up

    receipts, asked = land(settings, SURVEYMONKEY, "responses", Account({"s1": items}, page=4, meanwhile=meanwhile), base="/v3")
    assert [row["response_id"] for row in typed_rows(settings, SURVEYMONKEY, "responses")] == [
        *("r0", "r1", "r2", "r3"), *("r2", "r3", "r4", "r5"), *("r4", "r5", "r6")
    ]  # fmt: skip
    assert _times(asked) == [("2026-01-09T23:50:00", None), ("2026-01-10T09:00:02", None), ("2026-01-10T09:00:04", None)]
    assert receipts[0].received == 11


def test_p8_a_page_of_one_second_is_followed_by_its_number_until_time_goes_on(settings: Settings) -> None:
    times = [MODIFIED] * 5 + ["2026-01-10T10:00:00+00:00", "2026-01-10T11:00:00+00:00", "2026-01-10T12:00:00+00:00"]
    items = [response(f"r{n}", question("q1", {"text": "x"}), date_modified=time) for n, time in enumerate(times)]
    _, asked = land(settings, SURVEYMONKEY, "responses", Account({"s1": items}, page=2), base="/v3")
    assert {row["response_id"] for row in typed_rows(settings, SURVEYMONKEY, "responses")} == {f"r{n}" for n in range(8)}
    assert _times(asked) == [
        ("2026-01-09T23:50:00", None), ("2026-01-09T23:50:00", "2"), ("2026-01-09T23:50:00", "3"),
        ("2026-01-10T09:59:59", None), ("2026-01-10T10:59:59", None),
    ]  # fmt: skip


def test_pages_in_another_order_are_followed_by_their_numbers(settings: Settings) -> None:
    items = [response(f"r{n}", question("q1", {"text": "x"}), date_modified=f"2026-01-10T0{n}:00:00+00:00") for n in (3, 1, 2)]
    script = in_order(
        Reply({"data": [{"id": "s1"}], "links": {}}),
        Reply({"data": items[:2], "links": {"next": "/surveys/s1/responses/bulk?page=2"}}),
        Reply({"data": [], "links": {"next": "/surveys/s1/responses/bulk?page=3"}}),
        Reply({"data": items[2:], "links": {}}),
    )
    _, asked = land(settings, SURVEYMONKEY, "responses", script, base="/v3")
    assert [row["response_id"] for row in typed_rows(settings, SURVEYMONKEY, "responses")] == ["r3", "r1", "r2"]
    assert [page for _, page in _times(asked)] == [None, "2", "3"]


@pytest.mark.parametrize(
    ("link", "changed"), [("/surveys/s1/responses/bulk?cursor=x", {}), (7, {}), ("/x?page=2", {"date_modified": None})]
)
def test_pages_that_cannot_be_followed_are_told(settings: Settings, link: Any, changed: dict[str, Any]) -> None:
    script = in_order(Reply({"data": [{"id": "s1"}], "links": {}}), Reply({"data": [response("r1", **changed)], "links": {"next": link}}))
    with pytest.raises(SourceContractBroken, match=r"surveymonkey/responses, page 1: "):
        land(settings, SURVEYMONKEY, "responses", script, base="/v3")


def test_a_link_to_another_host_is_not_followed(settings: Settings) -> None:
    account = Account({"s1": [response("r1"), response("r2")]}, page=1, elsewhere="http://192.0.2.1")
    with pytest.raises(SourceContractBroken):
        land(settings, SURVEYMONKEY, "responses", account, base="/v3")


def test_answers_are_rows_by_question_and_by_row_of_a_matrix(settings: Settings) -> None:
    made = response(
        "r1",
        question("q1", {"choice_id": "c9", "row_id": "w1", "choice_metadata": {"weight": "9"}}),
        question("q2", {"text": "Fine"}),
        question("q3", {"choice_id": "c1"}, {"choice_id": "c2"}, {"other_id": "o", "text": "Teal"}),
        question(
            "q4",
            {"choice_id": "c1", "row_id": "w1", "choice_metadata": {"weight": "1"}},
            {"choice_id": "c2", "row_id": "w2", "choice_metadata": {"weight": "2"}},
        ),
        question("q5", {"choice_id": "c1", "choice_metadata": {"weight": "1"}}, {"choice_id": "c2", "choice_metadata": {"weight": "2"}}),
        question("q6"),
        custom_variables={"customer_id": "K-1"},
        metadata={"contact": {"email": {"type": "string", "value": "a@example.org"}, "first_name": {"value": "Ada"}}},
    )
    land(settings, SURVEYMONKEY, "responses", Account({"s1": [made]}), base="/v3")
    rows = typed_rows(settings, SURVEYMONKEY, "responses")
    assert [(r["question_id"], r["score"], r["content"]) for r in rows] == [
        ("q1/w1", 9.0, "c9"), ("q2", None, "Fine"), ("q3", None, "c1; c2; Teal"), ("q4/w1", 1.0, "c1"), ("q4/w2", 2.0, "c2"),
        ("q5", None, "c1; c2"),
    ]  # fmt: skip
    first = rows[0]
    assert (first["email"], first["custom_variables"], first["status"]) == ("a@example.org", '{"customer_id":"K-1"}', "completed")
    assert (first["created_at"].isoformat(), first["modified_at"].isoformat()) == ("2026-01-10T08:00:00", "2026-01-10T09:00:00")
    assert not {"Ada", "192.0.2.7"} & {str(value) for value in first.values()}
    assert first["_extra"] is None


def test_a_partial_response_is_kept_as_it_is_and_an_empty_one_too(settings: Settings) -> None:
    items = [response("r1", response_status="partial", pages=[]), response("r2", question("q1", {"text": "x"}), response_status="partial")]
    land(settings, SURVEYMONKEY, "responses", Account({"s1": items}), base="/v3")
    rows = typed_rows(settings, SURVEYMONKEY, "responses")
    assert [(r["response_id"], r["question_id"], r["status"]) for r in rows] == [("r1", None, "partial"), ("r2", "q1", "partial")]


def test_missing_scopes_are_named(settings: Settings) -> None:
    with pytest.raises(BadCredentials, match="lacks the scope View Surveys"):
        land(settings, SURVEYMONKEY, "responses", lambda _: Reply({}, 403), base="/v3")
