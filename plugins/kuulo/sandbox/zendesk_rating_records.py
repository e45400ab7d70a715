"""The company's ratings as Zendesk shows them, by the legacy CSAT and by the newer surveys."""

from datetime import timedelta
from typing import Any

from kuulo.sandbox.company_activity import SurveyInvite, VendorAnswer
from kuulo.sandbox.instants import zulu
from kuulo.sandbox.zendesk_ratings import RATING_QUESTION, TEXT_QUESTION

Record = dict[str, Any]


def rating_record(answer: VendorAnswer, invite: SurveyInvite | None) -> Record:
    """A rating of the legacy CSAT, made when it was offered and changed when it was given."""
    return {
        "id": int(answer.response_id),
        "ticket_id": int(str(answer.contact_id)),
        "requester_id": int(str(invite.customer_id)) if invite else None,
        "assignee_id": None,
        "group_id": None,
        "score": answer.value,
        "comment": answer.comment,
        "reason": None,
        "reason_code": 0,
        "created_at": zulu(invite.sent_at if invite else answer.at),
        "updated_at": zulu(answer.at),
    }


def response_record(answer: VendorAnswer, invite: SurveyInvite) -> Record:
    """A response to the newer survey; without answers where it was offered only."""
    ticket_id = str(answer.contact_id)
    answers: list[Record] = []
    if answer.value is not None or answer.comment:
        times = {"created_at": f"{answer.at:%Y-%m-%dT%H:%M:%S.000Z}", "updated_at": f"{answer.at:%Y-%m-%dT%H:%M:%S.000Z}"}
        rating = {"id": RATING_QUESTION, "type": "rating_scale_numeric", "sub_type": "customer_satisfaction"}
        category = {1: "bad", 2: "bad", 3: "neutral"}.get(answer.value, "good")
        given = {"type": "rating_scale", "rating": answer.value, "rating_category": category}
        answers.append({**(given if answer.value is not None else {"type": "skipped"}), "question": rating, **times})
        text = {"type": "open_ended", "value": answer.comment} if answer.comment else {"type": "skipped"}
        if not answer.is_refused:
            answers.append({**text, "question": {"id": TEXT_QUESTION, "type": "open_ended"}, **times})
    return {
        "id": answer.response_id,
        "answers": answers,
        "expires_at": f"{invite.sent_at + timedelta(days=28):%Y-%m-%dT%H:%M:%S.000Z}",
        "responder_id": int(str(invite.customer_id)),
        "subject_zrns": [f"zen:ticket:{ticket_id}"],
        "subjects": [{"id": ticket_id, "type": "ticket", "zrn": f"zen:ticket:{ticket_id}"}],
        "survey": {"id": invite.survey_id, "state": "enabled", "version": 3},
    }
