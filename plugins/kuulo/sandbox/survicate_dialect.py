"""Survicate's Data Export API v2 as it is spoken: raw key after `Basic`, newest first, reversed `start` and `end`, relative links."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from kuulo.sandbox import SURVICATE_KEY
from kuulo.sandbox.company import Company
from kuulo.sandbox.exchange import Answer, Refusal, Request, json_answer
from kuulo.sandbox.survicate_pages import (
    ATTRIBUTES,
    CREATED_AT,
    micros,
    question_record,
    response_record,
    survey_detail,
    survey_record,
)
from kuulo.sandbox.survicate_surveys import SURVEYS, Survey

KEY_WITHOUT_EXPORT = f"{SURVICATE_KEY}-no-export"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def _refuse(status: int, message: str) -> Refusal:
    return Refusal(status, {"error": {"code": status, "message": message}})


class SurvicateDialect:
    """Answers what lies under /v2 of Survicate's host, from a company's records."""

    def __init__(self, company: Company) -> None:
        self._company = company
        by_survey = {survey.survey_id: [r for r in company.responses if r.survey_id == survey.survey_id] for survey in SURVEYS}
        self._responses = {survey_id: sorted(responses, key=lambda r: r.collected_at) for survey_id, responses in by_survey.items()}
        self._instants = {survey_id: [micros(r.collected_at) for r in found] for survey_id, found in self._responses.items()}
        self._by_uuid = {response.uuid: response for response in company.responses}
        self._by_respondent = {response.respondent_uuid: response for response in company.responses}
        self._ways: tuple[tuple[re.Pattern[str], Callable[..., Any]], ...] = (
            (re.compile(r"/surveys"), self._list_surveys),
            (re.compile(r"/surveys/([^/]+)"), self._one_survey),
            (re.compile(r"/surveys/([^/]+)/questions"), self._list_questions),
            (re.compile(r"/surveys/([^/]+)/responses"), self._list_responses),
            (re.compile(r"/surveys/([^/]+)/responses/([^/]+)"), self._one_response),
            (re.compile(r"/respondents/([^/]+)/attributes"), self._respondent_attributes),
            (re.compile(r"/respondents/([^/]+)/responses"), self._respondent_responses),
            (re.compile(r"/personal-data"), self._personal_data),
        )

    def answer(self, request: Request) -> Answer:
        """The vendor's answer, refusals included."""
        try:
            self._admit(request)
            for pattern, way in self._ways:
                if match := pattern.fullmatch(request.path):
                    return json_answer(way(request, *match.groups()))
            raise _refuse(404, "Not found")
        except Refusal as refusal:
            return refusal.answer

    def _admit(self, request: Request) -> None:
        authorization = request.headers.get("authorization", "")
        if authorization == f"Basic {KEY_WITHOUT_EXPORT}":
            raise _refuse(403, "Your plan does not include data export")
        if authorization != f"Basic {SURVICATE_KEY}":
            raise _refuse(401, "Unauthorized")
        if request.method != "GET":
            raise _refuse(405, "Method not allowed")

    def _survey(self, survey_id: str) -> Survey:
        for survey in SURVEYS:
            if survey.survey_id == survey_id:
                return survey
        raise _refuse(404, "Survey not found")

    def _list_surveys(self, request: Request) -> dict[str, Any]:
        newest_first = sorted(SURVEYS, key=lambda survey: CREATED_AT[survey.survey_id], reverse=True)
        return self._page(request, newest_first, [micros(CREATED_AT[s.survey_id]) for s in newest_first], survey_record)

    def _one_survey(self, request: Request, survey_id: str) -> dict[str, Any]:
        return survey_detail(self._survey(survey_id), self._responses[survey_id])

    def _list_questions(self, request: Request, survey_id: str) -> dict[str, Any]:
        return _whole([question_record(question) for question in self._survey(survey_id).questions])

    def _list_responses(self, request: Request, survey_id: str) -> dict[str, Any]:
        self._survey(survey_id)
        instants, asked = self._instants[survey_id], request.every("attributes[]")
        before, after = _bound(request, "start"), _bound(request, "end")
        first = bisect_right(instants, after) if after else 0
        last = bisect_left(instants, before) if before else len(instants)
        first = max(first, last - _page_size(request) - 1)  # one more than the page tells whether there is a next one
        newest_first = self._responses[survey_id][first:last][::-1]
        return self._page(request, newest_first, instants[first:last][::-1], lambda response: response_record(response, asked))

    def _one_response(self, request: Request, survey_id: str, uuid: str) -> dict[str, Any]:
        response = self._by_uuid.get(uuid)
        if response is None or response.survey_id != survey_id:
            raise _refuse(404, "Response not found")
        return response_record(response, request.every("attributes[]"))

    def _respondent_attributes(self, request: Request, respondent: str) -> dict[str, Any]:
        if respondent not in self._by_respondent:
            raise _refuse(404, "Respondent not found")
        known = self._by_respondent[respondent].attributes
        return _whole([{"name": name, "value": known[name]} for name in ATTRIBUTES if name in known])

    def _respondent_responses(self, request: Request, respondent: str) -> dict[str, Any]:
        if respondent not in self._by_respondent:
            raise _refuse(404, "Respondent not found")
        return _whole([response_record(self._by_respondent[respondent], request.every("attributes[]"))])

    def _personal_data(self, request: Request) -> dict[str, Any]:
        email = request.last("email")
        found = [r for r in self._company.responses if r.attributes.get("email") == email]
        return {"respondents": len(found), "responses": len(found)}

    def _page(self, request: Request, records: list[Any], instants: list[str], write: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """The first records after the cursor, and where the next ones are: `start` is the time of the last one shown."""
        size, before = _page_size(request), _bound(request, "start")
        found = [(r, at) for r, at in zip(records, instants, strict=True) if not before or at < before]
        shown = found[:size]
        pagination: dict[str, Any] = {"has_more": len(found) > size}
        if pagination["has_more"]:
            kept = [(name, value) for name, value in request.query if name != "start"]
            pagination["next_url"] = f"{request.path}?{urlencode([*kept, ('start', shown[-1][1])])}"
        return {"pagination_data": pagination, "data": [write(record) for record, _ in shown]}


def _whole(records: list[dict[str, Any]]) -> dict[str, Any]:
    return {"pagination_data": {"has_more": False}, "data": records}


def _page_size(request: Request) -> int:
    text = request.last("items_per_page", "20")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise _refuse(400, "items_per_page must be between 1 and 100")
    return int(text)


def _bound(request: Request, name: str) -> str:
    text = request.last(name)
    if text and not _INSTANT.fullmatch(text):
        raise _refuse(400, f"{name} must look like {micros(datetime(2023, 1, 1, tzinfo=UTC))}")
    return text
