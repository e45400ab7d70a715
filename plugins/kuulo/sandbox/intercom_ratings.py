"""Ratings of conversations in Intercom, asked for when they are closed, and those that its AI agent gets."""

from datetime import timedelta
from random import Random

from kuulo.sandbox.company_activity import SurveyInvite, VendorAnswer
from kuulo.sandbox.company_records import SupportContact
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.intercom_support import BOT, SYSTEM, TICKET
from kuulo.sandbox.scores import comment_on, score_on

CONVERSATION_RATING, AI_AGENT_RATING = "conversation_rating", "ai_agent_rating"
_LATEST = AS_OF - timedelta(minutes=1)


def _answer(contact: SupportContact, survey_id: str, response_id: str, rng: Random) -> VendorAnswer:
    assert contact.person is not None  # nobody else is asked here
    assert contact.ended_at is not None  # it has been closed
    at = min(contact.ended_at + timedelta(seconds=rng.randrange(30, 50_000)), _LATEST)
    score = score_on(rng, "1-5", contact.person, at)
    return VendorAnswer(
        source=SYSTEM,
        stream="intercom/conversation_ratings",
        survey_id=survey_id,
        question_id="value",
        response_id=response_id,
        metric="csat",
        scale="1-5",
        score=score,
        person=contact.person,
        at=at,
        channel=contact.channel,
        value=score,
        comment=comment_on(rng, "1-5", score) if rng.random() < 0.3 else None,
        contact_id=contact.contact_id,
    )


def _invite(contact: SupportContact, sent_before: timedelta) -> SurveyInvite:
    assert contact.person is not None
    assert contact.ended_at is not None
    return SurveyInvite(
        invite_id=contact.contact_id,
        survey_id=CONVERSATION_RATING,
        person=contact.person,
        customer_id=contact.customer_id,
        email=None,
        channel=contact.channel,
        sent_at=contact.ended_at + sent_before,
        delivered=True,
    )


def _is_rated(contact: SupportContact) -> bool:
    is_told = contact.person is not None and not contact.archived_at and not contact.is_refused
    return is_told and bool(contact.is_resolved) and not contact.contact_id.startswith(TICKET)


def generate_conversation_ratings(seed: int, contacts: list[SupportContact]) -> tuple[list[VendorAnswer], list[SurveyInvite]]:
    """Answers and invites: of half of the closed conversations, answered by half; two that no scale has; the AI agent's own."""
    rng = Random(f"{seed}:intercom ratings")
    answers: list[VendorAnswer] = []
    invites: list[SurveyInvite] = []
    for contact in filter(_is_rated, contacts):
        if contact.is_bot:
            if rng.random() < 0.6:
                answers.append(_answer(contact, AI_AGENT_RATING, f"{contact.contact_id.removesuffix(BOT)}:ai_agent", rng))
        elif rng.random() < 0.6:
            invite = _invite(contact, timedelta(seconds=rng.randrange(1, 20)))
            invites.append(invite)
            if rng.random() < 0.55:
                answer = _answer(contact, CONVERSATION_RATING, contact.contact_id, rng)
                answers.append(answer)
                invite.responded_at, invite.response_id = answer.at, answer.response_id
        if contact.updated_at and answers and answers[-1].contact_id == contact.contact_id:
            _touch(contacts, contact, answers[-1])
    given = {invite.response_id: invite for invite in invites if invite.response_id}
    for answer, value in zip([a for a in answers if a.survey_id == CONVERSATION_RATING][:2], (6, 0), strict=True):
        answer.score, answer.value, answer.is_refused = None, value, True
        given[answer.response_id].is_refused = True
    return answers, invites


def _touch(contacts: list[SupportContact], rated: SupportContact, answer: VendorAnswer) -> None:
    """A rating changes the conversation."""
    for contact in contacts:
        if contact.case_id == rated.case_id and contact.updated_at:
            contact.updated_at = max(contact.updated_at, answer.at)
