"""Contacts that Dynamics 365 keeps: conversations, bot sessions and calls, with or without a case, and cases by e-mail and web."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import NAMESPACE_URL, uuid5

from kuulo.sandbox.company_records import Person, SupportContact
from kuulo.sandbox.crowd import Crowd
from kuulo.sandbox.drawn_id import drawn_id
from kuulo.sandbox.history import AS_OF, mood
from kuulo.sandbox.people import choose
from kuulo.sandbox.support import TOPICS, SupportDesk

SYSTEM = "dynamics365"
TEAMS = ("Care North", "Care South", "Business Desk")
_CONTACTS_A_CUSTOMER = 0.3
_WAYS = {"conversation": 0.34, "bot": 0.08, "phone": 0.24, "email": 0.2, "web": 0.14}
_LAST_OPENING = AS_OF - timedelta(hours=6)
_HOUR = timedelta(hours=1)


def fixed_id(kind: str, name: str) -> str:
    """The id of something that there is one of, such as the subject billing: the same in every company."""
    return str(uuid5(NAMESPACE_URL, f"https://kajo.example/{kind}/{name}"))


def _introduce(rng: Random, people: list[Person]) -> list[Person]:
    """Give some customers a contact in Dynamics, a few of them a second one that was merged into the first."""
    known = [person for person in people if person.customer_ids and rng.random() < 0.5]
    for person in known:
        person.known_as[SYSTEM] = tuple(drawn_id(rng) for _ in range(2 if rng.random() < 0.06 else 1))
    return known


class _Notes:
    """Writes down contacts in the words of Dynamics."""

    def __init__(self, rng: Random, desk: SupportDesk) -> None:
        self._rng, self._desk = rng, desk

    def take(self, way: str, person: Person, at: datetime) -> SupportContact:
        rng, at = self._rng, self._desk.free_second(person, at)
        channel = way if way in ("phone", "email", "web") else "chat"
        contact = SupportContact(drawn_id(rng), SYSTEM, channel, at, person, is_bot=way == "bot")
        if rng.random() < 0.06:
            contact.person = None
        else:
            contact.crm_contact_id = rng.choice(person.known_as[SYSTEM])
        {"conversation": self._conversation, "bot": self._bot, "phone": self._call, "email": self._case, "web": self._case}[way](contact)
        self._desk.contacts.append(contact)
        return contact

    def _conversation(self, contact: SupportContact) -> None:
        rng = self._rng
        contact.team = rng.choice(TEAMS)
        contact.wait_seconds, contact.is_abandoned = int(rng.expovariate(1 / 45)), rng.random() < 0.06
        contact.transfer_count = rng.choices((0, 1, 2), weights=(85, 12, 3))[0]
        if contact.is_abandoned:
            contact.is_resolved, contact.transfer_count = False, 0
            contact.ended_at = contact.opened_at + timedelta(seconds=contact.wait_seconds)
            return
        contact.agent_id = fixed_id("users", str(rng.randrange(1, 9)))
        contact.first_reply_at = contact.opened_at + timedelta(seconds=contact.wait_seconds + rng.randrange(5, 240))
        contact.talk_seconds, contact.hold_seconds = int(rng.gammavariate(2.5, 100)) + 20, rng.choice((0, 0, 30, 75))
        contact.wrap_seconds = rng.choice((None, 20, 45, 80))
        contact.ended_at = contact.first_reply_at + timedelta(seconds=contact.talk_seconds + contact.hold_seconds)
        if rng.random() < 0.55:
            self._open_case(contact, drawn_id(rng))

    def _bot(self, contact: SupportContact) -> None:
        contact.ended_at = contact.opened_at + timedelta(seconds=self._rng.randrange(30, 400))
        contact.transfer_count = 0

    def _call(self, contact: SupportContact) -> None:
        """Calls are told in whole minutes."""
        rng = self._rng
        minutes = rng.randrange(1, 25)
        contact.talk_seconds, contact.ended_at = 60 * minutes, contact.opened_at + timedelta(minutes=minutes)
        contact.agent_id = fixed_id("users", str(rng.randrange(1, 9)))
        if rng.random() < 0.08:
            contact.direction = "outbound"
        elif rng.random() < 0.5:
            self._open_case(contact, drawn_id(rng))
            contact.team = rng.choice((*TEAMS, None))

    def _case(self, contact: SupportContact) -> None:
        rng = self._rng
        self._open_case(contact, contact.contact_id)
        if rng.random() < 0.6:
            contact.team = rng.choice(TEAMS)
        else:
            contact.agent_id = fixed_id("users", str(rng.randrange(1, 9)))
        if contact.channel == "email":
            reply = contact.opened_at + timedelta(minutes=rng.randrange(5, 1500))
            answered = contact.is_resolved or reply < AS_OF - _HOUR
            contact.first_reply_at = min(reply, contact.resolved_at or reply) if answered else None
            contact.customer_replies, contact.agent_replies = rng.randrange(1, 4), rng.randrange(1, 4) if answered else 0

    def _open_case(self, contact: SupportContact, case_id: str) -> None:
        rng, contact.case_id = self._rng, case_id
        contact.topic = choose(rng, TOPICS) or None
        done = (contact.ended_at or contact.opened_at) + timedelta(minutes=rng.randrange(10, 7200))
        contact.is_resolved = rng.random() < 0.74 + mood(contact.opened_at) and done < AS_OF - _HOUR
        contact.resolved_at = done if contact.is_resolved else None
        contact.reopen_count = int(rng.random() < (0.09 if contact.is_resolved else 0.03))

    def call_again(self, first: SupportContact, person: Person) -> None:
        """One more call about the case of an earlier contact; the case's reopenings count with the first one."""
        at = first.opened_at + timedelta(seconds=self._rng.randrange(7200, 10 * 86_400))
        if at < _LAST_OPENING:
            minutes = self._rng.randrange(1, 12)
            at = self._desk.free_second(person, at)
            again = SupportContact(drawn_id(self._rng), SYSTEM, "phone", at, first.person, crm_contact_id=first.crm_contact_id)
            again.talk_seconds, again.ended_at = 60 * minutes, at + timedelta(minutes=minutes)
            again.agent_id = fixed_id("users", str(self._rng.randrange(1, 9)))
            team = first.team if first.channel == "phone" else None
            told = replace(again, case_id=first.case_id, topic=first.topic, team=team)
            told.is_resolved, told.resolved_at = first.is_resolved, first.resolved_at
            self._desk.contacts.append(told)


def generate_dynamics365(seed: int, people: list[Person], customers: int, desk: SupportDesk) -> None:
    """Add the contacts of Dynamics to the desk's, about three for ten customers; some deleted, two to be refused."""
    rng = Random(f"{seed}:{SYSTEM}")
    crowd, notes = Crowd(_introduce(rng, people)), _Notes(rng, desk)
    for _ in range(round(_CONTACTS_A_CUSTOMER * customers)):
        person, at = crowd.meeting(rng)
        contact = notes.take(choose(rng, _WAYS), person, min(at, _LAST_OPENING))
        if contact.case_id and contact.case_id != contact.contact_id and rng.random() < 0.15:
            notes.call_again(contact, person)
    own = [contact for contact in desk.contacts if contact.system == SYSTEM]
    alone = [contact for contact in own if contact.case_id in (None, contact.contact_id)]
    for number, contact in enumerate(alone[3::25]):
        gone = max(contact.resolved_at or contact.ended_at or contact.opened_at, AS_OF - timedelta(days=number % 20, hours=3))
        contact.archived_at = min(gone + _HOUR, AS_OF - _HOUR)
    living = [contact for contact in alone if not contact.archived_at]
    for contact in [contact for contact in living if contact.channel == "web"][1:3]:
        contact.is_refused = True
