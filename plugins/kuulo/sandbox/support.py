"""Issues that people have, and the calls, chats, bot sessions and cases that they make of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

from kuulo.sandbox.company_records import Person, SupportContact
from kuulo.sandbox.crowd import Crowd
from kuulo.sandbox.history import AS_OF, mood
from kuulo.sandbox.people import OWNERS, as_typed, choose

TOPICS = {
    "billing": 0.2, "delivery": 0.18, "installation": 0.15, "flicker_fault": 0.17,
    "app_login": 0.12, "subscription_change": 0.1, "hardware_return": 0.06, "": 0.02,
}  # fmt: skip
EXCLUDED_TOPICS = frozenset({"hardware_return"})
_WAYS = {"phone": 0.51, "chat": 0.24, "bot": 0.13, "ticket": 0.12}
_TICKET_CHANNELS = {"email": 0.62, "web": 0.28, "chat": 0.06, "phone": 0.04}
_TEAMS = {"consumer": {"Care North": 0.5, "Care South": 0.5}, "business": {"Business Desk": 1.0}, "enterprise": {"Business Desk": 1.0}}


class SupportDesk:
    """Writes down contacts, each under the next number of its system, never two of a person in the same second."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._numbers = {"phone": count(1), "chat": count(1), "bot": count(1), "ticket": count(700_001), "case": count(1)}
        self._taken: set[tuple[int, datetime]] = set()
        self.contacts: list[SupportContact] = []

    def new_case(self) -> str:
        """A number that joins the contacts about one issue."""
        return f"CASE-{next(self._numbers['case']):06d}"

    def take(self, way: str, person: Person, at: datetime, topic: str | None, case_id: str, *, exact: bool = False) -> SupportContact:
        """One contact, with everything its system notes of it; `exact` keeps its time where others would be moved a little."""
        if way == "ticket" and not any(contact.archived_at is None for contact in person.crm):
            way = "chat"
        at = at if exact else self.free_second(person, _in_office_hours(at) if way == "phone" else at)
        number = next(self._numbers[way])
        contact = {"phone": self._call, "chat": self._chat, "bot": self._bot, "ticket": self._ticket}[way](person, at, number)
        contact.topic, contact.case_id = topic, case_id
        self.contacts.append(contact)
        return contact

    def free_second(self, person: Person, at: datetime) -> datetime:
        """The instant, or the next second in which nobody has noted a contact of the person."""
        while (person.number, at) in self._taken:
            at += timedelta(seconds=1)
        self._taken.add((person.number, at))
        return at

    def _is_slow(self, at: datetime) -> float:
        return 1.0 - 4.0 * min(0.0, mood(at))

    def _solves(self, person: Person, at: datetime) -> bool:
        return self._rng.random() < 0.66 + 0.2 * person.goodwill + mood(at)

    def _call(self, person: Person, at: datetime, number: int) -> SupportContact:
        rng = self._rng
        contact = SupportContact(f"P-{number:07d}", "phone", "phone", at, person)
        contact.team = choose(rng, _TEAMS[person.group])
        contact.direction = "outbound" if rng.random() < 0.05 else "inbound"
        if contact.direction == "inbound":
            contact.wait_seconds = 0 if rng.random() < 0.15 else int(rng.expovariate(1 / (55 * self._is_slow(at))))
            contact.is_abandoned = rng.random() < min(0.5, 0.02 + (contact.wait_seconds or 0) / 1500)
        self._identify(contact, person, unknown=0.06)
        if contact.is_abandoned:
            contact.is_resolved, contact.ended_at = False, at + timedelta(seconds=contact.wait_seconds or 0)
            return contact
        return self._talk(contact, person)

    def _talk(self, contact: SupportContact, person: Person) -> SupportContact:
        rng = self._rng
        contact.agent_id, contact.transfer_count = f"A-{rng.randrange(1, 25):02d}", rng.choices((0, 1, 2), weights=(85, 12, 3))[0]
        contact.talk_seconds, contact.hold_seconds = int(rng.gammavariate(2.5, 110)) + 20, rng.choice((0, 0, 0, 30, 75, 180))
        contact.wrap_seconds = rng.choice((None, 15, 40, 65, 90))
        contact.answered_at = contact.opened_at + timedelta(seconds=contact.wait_seconds or 0)
        contact.ended_at = contact.answered_at + timedelta(seconds=contact.talk_seconds + contact.hold_seconds)
        contact.is_resolved = self._solves(person, contact.opened_at)
        if contact.is_resolved:
            contact.resolved_at = contact.ended_at
            contact.reopen_count = 1 if rng.random() < 0.04 else 0
        return contact

    def _chat(self, person: Person, at: datetime, number: int) -> SupportContact:
        rng = self._rng
        contact = SupportContact(f"C-{number:07d}", "chat", "chat", at, person)
        contact.team = choose(rng, _TEAMS[person.group])
        contact.wait_seconds = int(rng.expovariate(1 / (35 * self._is_slow(at))))
        contact.is_abandoned = rng.random() < 0.04
        self._identify(contact, person, unknown=0.04)
        if contact.is_abandoned:
            contact.is_resolved = False
            return contact
        contact.first_reply_at = at + timedelta(seconds=contact.wait_seconds + rng.randrange(5, 240))
        contact.agent_replies, contact.customer_replies = rng.randrange(1, 12), rng.randrange(1, 12)
        return self._talk(contact, person)

    def _bot(self, person: Person, at: datetime, number: int) -> SupportContact:
        rng = self._rng
        contact = SupportContact(f"B-{number:07d}", "chat", "bot", at, person, is_bot=True)
        contact.is_resolved, contact.is_abandoned = rng.random() < 0.45, rng.random() < 0.05
        contact.ended_at = at + timedelta(seconds=rng.randrange(30, 400))
        contact.customer_replies = rng.randrange(1, 6)
        self._identify(contact, person, unknown=0.08)
        return contact

    def _identify(self, contact: SupportContact, person: Person, unknown: float) -> None:
        """Note a customer number, an address, both or, now and then, nothing."""
        if self._rng.random() < unknown:
            contact.person = None
            return
        by_number, by_email = contact.system == "phone", contact.system == "chat" or self._rng.random() < 0.2
        if person.customer_ids and (by_number or not person.emails or self._rng.random() < 0.2):
            contact.customer_id = self._rng.choice(person.customer_ids)
        if person.emails and (by_email or contact.customer_id is None):
            contact.email = as_typed(self._rng, self._rng.choice(person.emails))

    def _ticket(self, person: Person, at: datetime, number: int) -> SupportContact:
        rng = self._rng
        contact = SupportContact(str(number), "ticket", choose(rng, _TICKET_CHANNELS), at, person)
        if rng.random() < 0.05:
            contact.person = None
        else:
            contact.crm_contact_id = next(c.contact_id for c in person.crm if c.archived_at is None)
        if rng.random() < 0.95:
            owner = rng.choice([owner for owner in OWNERS if owner.team in _TEAMS[person.group]])
            contact.agent_id, contact.team = owner.owner_id, owner.team
        reply = at + timedelta(minutes=5 + rng.expovariate(1 / (240 * self._is_slow(at))))
        closed = reply.replace(microsecond=0) + timedelta(minutes=rng.randrange(3, 6000))
        if rng.random() < 0.96 and reply < AS_OF - timedelta(hours=1):
            contact.first_reply_at = reply.replace(microsecond=0)
            if self._solves(person, at) and closed < AS_OF - timedelta(hours=1):
                contact.resolved_at = closed
        contact.is_resolved = contact.resolved_at is not None
        self._touch(contact)
        return contact

    def _touch(self, ticket: SupportContact) -> None:
        last = ticket.resolved_at or ticket.first_reply_at or ticket.opened_at
        ticket.updated_at = min(last + timedelta(milliseconds=self._rng.randrange(1, 3_000_000)), AS_OF - timedelta(seconds=1))
        if self._rng.random() < 0.02:
            ticket.archived_at = min(ticket.updated_at + timedelta(hours=5), AS_OF - timedelta(milliseconds=1))

    def twin(self, contact: SupportContact) -> SupportContact:
        """The same call noted once more under the next number, in the same second."""
        copy = replace(contact, contact_id=f"P-{next(self._numbers['phone']):07d}")
        self.contacts.append(copy)
        return copy


def _in_office_hours(at: datetime) -> datetime:
    """Calls come between 6 and 18 UTC, so that no local time of Helsinki is one that a clock shows twice or never."""
    return at.replace(hour=6 + at.hour // 2)


def _next_way(rng: Random, way: str) -> str:
    return rng.choice(("chat", "phone")) if way == "bot" else way if rng.random() < 0.6 else choose(rng, _WAYS)


def _follow(rng: Random, desk: SupportDesk, contact: SupportContact, person: Person, way: str) -> SupportContact | None:
    """The next contact about the same issue, if it takes one: bots hand over at once, the rest within two weeks."""
    unsolved = not contact.is_resolved
    hands_over = way == "bot" and unsolved and rng.random() < 0.6
    if not hands_over and rng.random() > (0.38 if unsolved else 0.14):
        return None
    delay = timedelta(seconds=rng.randrange(60, 900)) if hands_over else timedelta(seconds=rng.randrange(3600, 12 * 86_400))
    at = contact.opened_at + delay
    if at >= AS_OF - timedelta(hours=24):
        return None
    assert contact.case_id is not None
    return desk.take(_next_way(rng, way), person, at, contact.topic, contact.case_id)


def generate_issues(seed: int, people: list[Person], contacts: int) -> SupportDesk:
    """A desk with about so many contacts, repeats among them, before the planted edge cases."""
    rng = Random(f"{seed}:support")
    desk = SupportDesk(rng)
    crowd = Crowd([person for person in people if person.customer_ids or person.crm])
    while len(desk.contacts) < contacts:
        person, at = crowd.meeting(rng)
        topic = choose(rng, TOPICS) or None
        contact: SupportContact | None = desk.take(choose(rng, _WAYS), person, at, topic, desk.new_case())
        while contact is not None:
            way = "bot" if contact.is_bot else contact.system
            contact = _follow(rng, desk, contact, person, way)
    return desk
