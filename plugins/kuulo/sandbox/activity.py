"""Invites to the relationship survey, use of the product, and deals of the CRM."""

from datetime import datetime, timedelta
from itertools import count
from random import Random

from kuulo.sandbox.company_activity import Deal, SurveyInvite, UsageEvent
from kuulo.sandbox.company_records import CrmCompany, Person, SurveyResponse
from kuulo.sandbox.crowd import Crowd
from kuulo.sandbox.history import AS_OF, HISTORY_START, any_instant
from kuulo.sandbox.people import OWNERS, as_typed, choose

INVITED_SURVEY = "svy_relationship"
_CHANNELS = {"email": 0.8, "sms": 0.2}
_EVENTS = {"lamp_switched": 0.5, "scene_edited": 0.22, "app_opened": 0.2, "schedule_set": 0.08}
_MOMENT = timedelta(milliseconds=1)


def _invite(rng: Random, number: int, person: Person, sent_at: datetime) -> SurveyInvite:
    invite = SurveyInvite(f"I-{number:07d}", INVITED_SURVEY, person, None, None, choose(rng, _CHANNELS), sent_at, rng.random() < 0.96)
    if person.emails and rng.random() < 0.85:
        invite.email = as_typed(rng, person.emails[0])
    if person.customer_ids and (invite.email is None or rng.random() < 0.5):
        invite.customer_id = rng.choice(person.customer_ids)
    if invite.delivered and rng.random() < 0.5:
        invite.opened_at = min(sent_at + timedelta(seconds=rng.randrange(60, 200_000)), AS_OF - timedelta(seconds=1))
    return invite


def _answered(rng: Random, number: int, response: SurveyResponse, person: Person) -> SurveyInvite:
    responded = response.collected_at.replace(microsecond=0)
    sent = max(responded - timedelta(seconds=rng.randrange(600, 6 * 86_400)), HISTORY_START)
    invite = _invite(rng, number, person, sent)
    invite.delivered, invite.opened_at = True, sent + (responded - sent) // 86_400 * 3600
    invite.responded_at, invite.response_id = responded, response.uuid
    invite.opened_at = invite.opened_at.replace(microsecond=0)
    return invite


def generate_invites(seed: int, people: list[Person], responses: list[SurveyResponse], wanted: int) -> list[SurveyInvite]:
    """Invites that were answered and, up to the wanted number, those that were not; a few never arrived."""
    rng = Random(f"{seed}:invites")
    ids = count(1)
    known = [(r, r.person) for r in responses if r.survey_id == INVITED_SURVEY and r.person and r.person.customer_ids]
    invites = [_answered(rng, next(ids), response, person) for response, person in known if rng.random() < 0.55]
    crowd = Crowd([person for person in people if person.customer_ids])
    while len(invites) < wanted:
        person, at = crowd.meeting(rng)
        invites.append(_invite(rng, next(ids), person, at))
    return invites


def generate_usage(seed: int, people: list[Person], wanted: int) -> list[UsageEvent]:
    """Events of customers while they are customers."""
    rng = Random(f"{seed}:usage")
    crowd = Crowd([person for person in people if person.customer_ids])
    events: list[UsageEvent] = []
    for number in range(wanted):
        person, at = crowd.meeting(rng)
        name = choose(rng, _EVENTS)
        seconds = rng.randrange(5, 900) if name != "lamp_switched" else None
        session = f"V-{rng.getrandbits(40):010x}"
        events.append(UsageEvent(f"U-{number + 1:07d}", rng.choice(person.customer_ids), name, at, session, seconds, rng.randrange(1, 9)))
    return events


def generate_deals(seed: int, companies: list[CrmCompany]) -> list[Deal]:
    """A deal or two for most organisations."""
    rng = Random(f"{seed}:deals")
    deals: list[Deal] = []
    for company in companies:
        for _ in range(rng.choice((0, 1, 1, 2))):
            created = any_instant(rng, max(company.created_at, HISTORY_START) - timedelta(days=1), AS_OF - timedelta(hours=1))
            stage = rng.choice(("qualified", "offer", "closedwon", "closedlost"))
            is_closed = stage.startswith("closed")
            closed = min(created + timedelta(days=rng.randrange(1, 60)), AS_OF - timedelta(minutes=30)) if is_closed else None
            deals.append(
                Deal(
                    deal_id=str(600_001 + len(deals)),
                    name=f"Lighting for {company.name}",
                    company_id=company.company_id,
                    amount_cents=rng.randrange(50_000, 5_000_000),
                    stage_id=stage,
                    is_won=stage == "closedwon",
                    owner_id=rng.choice(OWNERS).owner_id,
                    created_at=created,
                    updated_at=max(closed or created, HISTORY_START) + _MOMENT,
                    closed_at=closed,
                )
            )
    return deals
