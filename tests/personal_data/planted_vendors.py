"""The sandbox's vendors with canaries in what they answer: a mark in every e-mail, comment, name, phone and token."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kuulo.sandbox.exchange import Answer, Request, json_answer

MAIL, COMMENT, NAME, PHONE = "canarymail7q4", "canarycomment7q4", "Canaria Nimi7q4", "+358 40 7740774"
TOKEN = "canarytoken7q4"
# No canary is part of another, and none is a word that anything here is called by.
CANARIES = {
    "e-mail": MAIL, "comment": COMMENT, "name": NAME, "phone": PHONE, "token": TOKEN, "name in a vendor's error": "Nimi7q4",
}  # fmt: skip
_COMMENT_KEYS = {
    "comment", "content", "body", "remark", "subject", "raw_subject", "description", "hs_content", "hs_value", "dealname", "text",
    "title", "msfp_response", "msfp_keyphrases", "cancellation_details", "note", "response_text", "msfp_embedcontextparameters",
}  # fmt: skip
_TIMES = ("createdAt", "collected_at")


def _is_number(text: str) -> bool:
    return text.strip().lstrip("-").replace(".", "", 1).isdigit()


def _marked(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _planted(value)
    if isinstance(value, list):
        return [_marked(key, item) for item in value]
    if not isinstance(value, str) or "://" in value or key.startswith("@") or "@odata" in key or "Microsoft." in key:
        return value
    if "@" in value and "." in value:
        return f"{MAIL}.{value}"
    if key in _COMMENT_KEYS and value and not _is_number(value):
        return f"{COMMENT} {value}"
    return value


def _planted(record: dict[str, Any]) -> dict[str, Any]:
    marked = {key: _marked(key, value) for key, value in record.items()}
    if "emailaddress" in marked and "queuetypecode" in marked:
        marked["name"] = f"<{NAME}>"
    if any(key in marked for key in ("id", "uuid", "modifiedon")):
        marked |= {"canary_full_name": NAME, "canary_phone": PHONE}  # nobody declared them: they go into `_extra`
    return marked


def _spoilt(document: Any) -> Any:
    """The first record of a page gets a time that is an e-mail: a value that no type can take."""
    for records in document.values() if isinstance(document, dict) else ():
        if isinstance(records, list) and len(records) > 3 and isinstance(records[0], dict):
            for name in _TIMES:
                if name in records[0]:
                    records[0][name] = f"{MAIL}@post.example"
    return document


def planted(answer: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """The answers with canaries in them. Below /typeform and /surveymonkey every request is refused, and the refusal quotes its secret."""

    def asked(request: Request) -> Answer:
        if request.path.startswith(("/typeform", "/surveymonkey")):
            said = {"error": f"{request.headers.get('authorization')} of {NAME} <{MAIL}@post.example>, {PHONE}: {COMMENT}"}
            return json_answer(said, 401 if request.path.startswith("/typeform") else 422)
        good = answer(request)
        if good.status != 200 or not good.body.startswith(b"{") or "token" in request.path:
            return good
        return replace(good, body=json.dumps(_spoilt(_planted(json.loads(good.body)))).encode())

    return asked
