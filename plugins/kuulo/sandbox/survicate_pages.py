"""The records of Survicate's pages."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kuulo.sandbox.company_records import SurveyResponse
from kuulo.sandbox.instants import zulu
from kuulo.sandbox.survicate_surveys import SURVEYS, Question, Survey

ATTRIBUTES = ("email", "user_id", "plan")
CREATED_AT = {survey.survey_id: datetime(2025, 1, 10, 9, tzinfo=UTC) + timedelta(days=9 * i) for i, survey in enumerate(SURVEYS)}
_DEVICES = {"web": ("desktop", "Windows"), "mobile": ("mobile", "Android"), "email": ("desktop", "macOS")}


def micros(at: datetime) -> str:
    """An instant as Survicate writes it: UTC with six digits of a second; sorts as text."""
    return zulu(at, "microseconds")


def survey_record(survey: Survey) -> dict[str, Any]:
    """A survey as the list shows it."""
    created = micros(CREATED_AT[survey.survey_id])
    return {"id": survey.survey_id, "name": survey.name, "type": "Web", "enabled": True, "created_at": created}


def survey_detail(survey: Survey, responses: list[SurveyResponse]) -> dict[str, Any]:
    """A survey by itself: with its author, its first and last response, and the attributes that can be asked for."""
    return {
        **survey_record(survey),
        "author": {"name": "Kajo Lamps (sandbox)"},
        "folder": None,
        "first_response_at": micros(responses[0].collected_at) if responses else None,
        "last_response_at": micros(responses[-1].collected_at) if responses else None,
        "responses": len(responses),
        "attributes": list(ATTRIBUTES),
    }


def question_record(question: Question) -> dict[str, Any]:
    """A question with its choices."""
    return {
        "id": question.question_id,
        "type": question.question_type,
        "question": question.text,
        "introduction": None,
        "answer_choices": [{"id": choice, "content": content} for choice, content in question.choices],
    }


def response_record(response: SurveyResponse, asked: list[str]) -> dict[str, Any]:
    """A response; of the respondent's attributes only those that were asked for."""
    device, system = _DEVICES[response.platform]
    known = [{"name": name, "value": response.attributes[name]} for name in asked if name in response.attributes]
    return {
        "uuid": response.uuid,
        "collected_at": micros(response.collected_at),
        "url": f"https://kajo.example/{response.language}/account",
        "device_type": device,
        "operating_system": system,
        "language": response.language,
        "platform": response.platform,
        "respondent": {"uuid": response.respondent_uuid, "attributes": known},
        "answers": [{"question_id": a.question_id, "question_type": a.question_type, "answer": a.payload} for a in response.answers],
    }
