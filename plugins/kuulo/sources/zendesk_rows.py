"""Zendesk's records as rows: no subject, text, name or number of a person goes further than the landed page."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]

_PERSONAL_OF_TICKETS = ("subject", "raw_subject", "description", "recipient", "fields", "collaborator_ids", "follower_ids", "email_cc_ids")
_PERSONAL_OF_USERS = ("name", "alias", "phone", "photo", "signature", "details", "notes", "user_fields", "tags", "remote_photo_url")
_PERSONAL_OF_ORGANIZATIONS = ("details", "notes", "organization_fields", "tags", "domain_names")
_THUMBS = {"good": 1, "good_with_comment": 1, "bad": 0, "bad_with_comment": 0}
_NO_THUMB = ("offered", "unoffered", "", None)
_CROCKFORD = {letter: number for number, letter in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")}


def _without(record: Record, names: tuple[str, ...]) -> Record:
    return {name: value for name, value in record.items() if name not in names}


def _topic(ticket: Record, knobs: dict[str, str]) -> Any:
    """The value of the custom field that the knob `topic_field` names, else what follows `topic_tag_prefix` in a tag."""
    wanted = knobs.get("topic_field", "").strip()
    for field in ticket.get("custom_fields") or []:
        if wanted and str(field.get("id")) == wanted and field.get("value") not in (None, ""):
            return field["value"]
    prefix = knobs.get("topic_tag_prefix", "")
    tags = [tag for tag in ticket.get("tags") or [] if prefix and str(tag).startswith(prefix)]
    return str(tags[0]).removeprefix(prefix) if tags else None


def ticket_rows(ticket: Record, knobs: dict[str, str]) -> Iterator[Record]:
    """The ticket with its topic; of how it came only the channel and the direction of a call."""
    via = ticket.get("via") or {}
    relation = (via.get("source") or {}).get("rel")
    tags = ";".join(str(tag) for tag in ticket.get("tags") or [])
    yield {
        **_without(ticket, _PERSONAL_OF_TICKETS),
        "via": {"channel": via.get("channel"), "relation": relation},
        "tags": tags,
        "topic": _topic(ticket, knobs),
    }


def user_rows(user: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The user without names and numbers, but with the fact that there is a telephone number."""
    yield {**_without(user, _PERSONAL_OF_USERS), "has_phone": bool(user.get("phone"))}


def identity_rows(identity: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The identity, where it is an address; telephone numbers and accounts elsewhere find no customer."""
    if identity.get("type") == "email":
        yield identity


def organization_rows(organization: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The organization without notes."""
    yield _without(organization, _PERSONAL_OF_ORGANIZATIONS)


def rating_rows(rating: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The rating as an answer to the one question of the legacy survey: 1 is good, 0 bad; a word that is neither is kept to be refused."""
    word = rating.get("score")
    score = None if word in _NO_THUMB else _THUMBS.get(str(word), word)
    yield {**rating, "survey_id": "satisfaction_rating", "question_id": "value", "word": word, "score": score}


def _offered_at(identity: Any) -> str | None:
    """When a response was offered: the first ten letters of its id count milliseconds, as in every ULID."""
    text = str(identity).upper()
    if len(text) != 26 or any(letter not in _CROCKFORD for letter in text) or text[0] > "7":
        return None
    number = 0
    for letter in text[:10]:
        number = number * 32 + _CROCKFORD[letter]
    try:
        return datetime.fromtimestamp(number / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError):
        return None


def _ticket_of(response: Record) -> str | None:
    """The ticket among the response's subjects, which older answers give as names only (zen:ticket:99)."""
    names = [str(subject.get("zrn")) for subject in response.get("subjects") or []] or [
        str(zrn) for zrn in response.get("subject_zrns") or []
    ]
    return next((name.rsplit(":", 1)[1] for name in names if ":ticket:" in name), None)


def response_rows(response: Record, parent: dict[str, str]) -> Iterator[Record]:
    """A row an answer of the response, and one without a question where there is none: it was offered only."""
    survey = response.get("survey") or {}
    whole = {
        "id": response.get("id"),
        "survey_id": survey.get("id") or response.get("survey_id"),
        "survey_version": survey.get("version") or response.get("survey_version"),
        "offered_at": _offered_at(response.get("id")),
        "expires_at": response.get("expires_at"),
        "responder_id": response.get("responder_id"),
        "ticket_id": _ticket_of(response),
    }
    answers = response.get("answers") or []
    texts = [answer["value"] for answer in answers if answer.get("type") == "open_ended" and answer.get("value")]
    for answer in answers or [{}]:
        question, is_rating = answer.get("question") or {}, answer.get("type") == "rating_scale"
        yield {
            **whole,
            "question_id": question.get("id"),
            "question_type": question.get("type"),
            "question_sub_type": question.get("sub_type"),
            "answer_type": answer.get("type"),
            "score": answer.get("rating"),
            "rating_category": answer.get("rating_category"),
            "comment": (texts[0] if texts else None) if is_rating else answer.get("value"),
            "selections": answer.get("selections"),
            "answered_at": answer.get("created_at"),
            "updated_at": answer.get("updated_at"),
        }
