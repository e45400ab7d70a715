"""Typeform's responses as rows: a row an answer, and one without a question for a response that holds none."""

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]

_NEVER = "0001-01-01T00:00:00Z"


def _content(answer: Record) -> Any:
    """What was answered: the value under the key that the answer's type names."""
    value = answer.get(answer.get("type", ""))
    if isinstance(value, dict):
        labels = value.get("labels") or [value.get("label")]
        return "; ".join(str(label) for label in (*labels, value.get("other")) if label) or None
    return value


def _email(response: Record) -> str | None:
    answered = (answer.get("email") for answer in response.get("answers") or [] if answer.get("type") == "email")
    return next(answered, None) or (response.get("hidden") or {}).get("email")


def answer_rows(response: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The response's answers; who answered, with each. What was never submitted is no answer."""
    if response.get("submitted_at") in (None, _NEVER):
        return
    shared = {
        "response_id": response.get("response_id") or response.get("token"),
        "survey_id": parent["survey_id"],
        "landed_at": response.get("landed_at"),
        "submitted_at": response["submitted_at"],
        "email": _email(response),
        "hidden": response.get("hidden") or None,
        "platform": (response.get("metadata") or {}).get("platform"),
    }
    answers: list[Record] = response.get("answers") or []
    for answer in answers:
        field, content = answer["field"], _content(answer)
        is_number = answer.get("type") == "number"
        yield {
            **shared,
            "question_id": field["id"],
            "question_ref": field.get("ref"),
            "question_type": field.get("type"),
            "score": content if is_number else None,
            "content": None if is_number or answer.get("type") == "email" else str(content) if content is not None else None,
        }
    if not answers:
        yield shared
