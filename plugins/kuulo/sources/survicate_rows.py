"""Survicate's records as rows: a row an answer, a row an attribute of a respondent."""

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]

_RESPONSE = ("collected_at", "url", "device_type", "operating_system", "language", "platform")
_ANSWER = ("question_id", "question_type", "answer")
_READ = {"uuid", "respondent", "answers", *_RESPONSE}


def question_rows(question: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The question, with its survey."""
    yield {**question, "survey_id": parent["survey_id"]}


def _attributes(response: Record) -> list[tuple[str, Any]]:
    respondent = response.get("respondent") or {}
    return [(attribute["name"], attribute.get("value")) for attribute in respondent.get("attributes") or []]


def _text(part: Any) -> Any:
    return part.get("content") if isinstance(part, dict) else part


def _joined(parts: list[Any]) -> str | None:
    return "; ".join(str(part) for part in parts if part not in (None, "")) or None


def _read_answer(answer: Any, question_type: Any) -> Record:
    """What an answer says. It is text, an object, a list of either, or something new: then only its JSON is kept."""
    if isinstance(answer, dict):
        score = answer.get("content") if question_type == "nps" else answer.get("rating")
        content = answer.get("content")
        if isinstance(content, dict | list):
            content = None
        return {"score": score, "content": content, "tag": answer.get("tag"), "comment": answer.get("comment")}
    if isinstance(answer, list):
        comments = [part.get("comment") for part in answer if isinstance(part, dict)]
        return {"content": _joined([_text(part) for part in answer]), "comment": _joined(comments)}
    if isinstance(answer, str | int | float) and not isinstance(answer, bool):
        is_score = question_type == "nps" or not isinstance(answer, str)
        return {"content": answer, "score": answer if is_score else None}
    return {}


def answer_rows(response: Record, parent: dict[str, str]) -> Iterator[Record]:
    """A row an answer; a response without one still is a row, since it was given."""
    known = dict(reversed(_attributes(response)))
    shared = {
        "response_uuid": response.get("uuid"),
        "survey_id": parent["survey_id"],
        **{name: response.get(name) for name in _RESPONSE},
        "respondent_uuid": (response.get("respondent") or {}).get("uuid"),
        "email": known.get("email"),
        "user_id": known.get("user_id"),
        **{f"response.{name}": value for name, value in response.items() if name not in _READ},
    }
    answers = response.get("answers") or []
    if not isinstance(answers, list):
        raise ValueError("answers is no list")
    for item in answers:
        answer, kind = item.get("answer"), item.get("question_type")
        undeclared = {f"answers.{name}": value for name, value in item.items() if name not in _ANSWER}
        given = {"question_id": item.get("question_id"), "question_type": kind, "answer": answer}
        yield {**shared, **undeclared, **given, **_read_answer(answer, kind)}
    if not answers:
        yield shared


def attribute_rows(response: Record, parent: dict[str, str]) -> Iterator[Record]:
    """A row an attribute that the response's respondent has."""
    for name, value in _attributes(response):
        yield {
            "response_uuid": response.get("uuid"),
            "respondent_uuid": response["respondent"].get("uuid"),
            "collected_at": response.get("collected_at"),
            "name": name,
            "value": value,
        }
