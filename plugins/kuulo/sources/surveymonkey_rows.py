"""SurveyMonkey's responses as rows: pages of questions of answers, where several answers may be choices of one question."""

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]


def _questions(response: Record) -> dict[str, list[Record]]:
    """The answers by question, and by row where the question is a matrix."""
    found: dict[str, list[Record]] = {}
    for page in response.get("pages") or []:
        for question in page.get("questions") or []:
            for answer in question.get("answers") or []:
                row = answer.get("row_id")
                found.setdefault(f"{question['id']}/{row}" if row else str(question["id"]), []).append(answer)
    return found


def _weight(answers: list[Record]) -> Any:
    """A score is the weight of one choice; several choices are no score."""
    weights = [(answer.get("choice_metadata") or {}).get("weight") for answer in answers if answer.get("choice_id")]
    return weights[0] if len(weights) == 1 else None


def _email(response: Record) -> str | None:
    contact = ((response.get("metadata") or {}).get("contact") or {}).get("email") or {}
    return contact.get("value") or response.get("email_address")


def answer_rows(response: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The response's answers; names and the internet address of who answered stay in the landed page."""
    shared = {
        "response_id": response["id"],
        "survey_id": parent["survey_id"],
        "status": response.get("response_status"),
        "collection_mode": response.get("collection_mode"),
        "created_at": response.get("date_created"),
        "modified_at": response.get("date_modified"),
        "email": _email(response),
        "custom_variables": response.get("custom_variables") or None,
    }
    questions = _questions(response)
    for question_id, answers in questions.items():
        texts = [str(answer.get("text") or answer.get("choice_id")) for answer in answers if answer.get("text") or answer.get("choice_id")]
        yield {**shared, "question_id": question_id, "score": _weight(answers), "content": "; ".join(texts) or None}
    if not questions:
        yield shared
