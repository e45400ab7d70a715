"""What customers and the company say to each other in Intercom: with its bot, with its people, with both, and by ticket."""

from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from random import Random

from kuulo.sandbox.company_records import Person, SupportContact
from kuulo.sandbox.crowd import Crowd
from kuulo.sandbox.history import AS_OF, mood
from kuulo.sandbox.people import choose
from kuulo.sandbox.support import TOPICS, SupportDesk

SYSTEM, BOT, TICKET = "intercom", ":bot", "ticket:"
TEAM_IDS = {"Care North": 5_017_691, "Care South": 5_017_692, "Business Desk": 5_017_693}
ADMIN_IDS = tuple(991_267_645 + number for number in range(6))
_WAYS = {"person": 0.6, "bot": 0.2, "handed over": 0.15, "ticket": 0.05}
_CHANNELS = {"chat": 0.7, "email": 0.2, "whatsapp": 0.06, "phone": 0.04}
_TEAMS = {"consumer": {"Care North": 0.5, "Care South": 0.5}, "business": {"Business Desk": 1.0}, "enterprise": {"Business Desk": 1.0}}
_CONVERSATION_IDS = 215_470_000_001
_LATEST = AS_OF - timedelta(minutes=2)


def object_id(name: str) -> str:
    """Twenty-four hexadecimal digits, as ids of contacts and companies are."""
    return sha256(name.encode()).hexdigest()[:24]


def _known_as(person: Person) -> str:
    """The contact that stands for the person today; a few were two, of which one was merged into the other and is told no more."""
    if SYSTEM not in person.known_as:
        ids = [object_id(f"contact {person.number}")]
        if person.emails and person.number % 12 == 5:
            ids.insert(0, object_id(f"lead {person.number}"))
        person.known_as[SYSTEM] = tuple(ids)
    return person.known_as[SYSTEM][-1]


class _Inbox:
    """Writes conversations down, each part of one at the desk as a contact of its own."""

    def __init__(self, rng: Random, desk: SupportDesk) -> None:
        self._rng, self._desk, self._numbers = rng, desk, count(_CONVERSATION_IDS)
        self.contacts: list[SupportContact] = []

    def take(self, person: Person, at: datetime) -> None:
        """One conversation or ticket, and whatever contacts it is."""
        rng, number, way = self._rng, str(next(self._numbers)), choose(self._rng, _WAYS)
        identity = f"{TICKET}{number}" if way == "ticket" else number
        opened = self._desk.free_second(person, at)
        made = []
        if way in ("bot", "handed over"):
            made.append(self._bot(person, opened, identity, alone=way == "bot"))
            opened = self._desk.free_second(person, opened + timedelta(seconds=rng.randrange(90, 900)))
        if way != "bot":
            made.append(self._person(person, opened, identity, is_charged=way == "handed over"))
        self._join(made, person)

    def _join(self, made: list[SupportContact], person: Person) -> None:
        """What all contacts of one conversation share."""
        rng = self._rng
        topic, channel = choose(rng, TOPICS) or None, choose(rng, _CHANNELS)
        is_known, updated = rng.random() > 0.07, max(self._last_of(contact) for contact in made)
        updated = min(updated + timedelta(seconds=rng.randrange(0, 90_000)), _LATEST)
        number = len(self.contacts)
        for contact in made:
            contact.topic, contact.case_id, contact.updated_at = topic, contact.contact_id.removesuffix(BOT), updated
            contact.channel = "ticket" if contact.contact_id.startswith(TICKET) else channel
            contact.person = person if is_known else None
            contact.customer_id = _known_as(person) if is_known else object_id(f"visitor {contact.case_id}")
            contact.archived_at = updated if number % 41 == 11 else None
        self.contacts += made

    def _last_of(self, contact: SupportContact) -> datetime:
        return contact.ended_at or contact.first_reply_at or contact.opened_at

    def _bot(self, person: Person, at: datetime, identity: str, *, alone: bool) -> SupportContact:
        rng = self._rng
        bot = SupportContact(f"{identity}{BOT}", SYSTEM, "chat", at, person, is_bot=True, is_resolved=False)
        bot.customer_replies = rng.randrange(1, 5)
        bot.ended_at = at + timedelta(seconds=80)
        if alone:
            ends = rng.choices(("resolved", "abandoned", "unsaid"), weights=(65, 20, 15))[0]
            bot.is_resolved, bot.is_abandoned = {"resolved": True, "abandoned": False, "unsaid": None}[ends], ends == "abandoned"
            bot.ended_at = at + timedelta(seconds=rng.randrange(81, 4_000))
            bot.resolved_at = bot.ended_at if bot.is_resolved else None
        return bot

    def _person(self, person: Person, at: datetime, identity: str, *, is_charged: bool) -> SupportContact:
        rng = self._rng
        contact = SupportContact(identity, SYSTEM, "chat", at, person, is_resolved=False)
        is_ticket = identity.startswith(TICKET)
        contact.direction = "outbound" if not (is_ticket or is_charged) and rng.random() < 0.07 else "inbound"
        contact.agent_replies, contact.customer_replies, contact.transfer_count = 0, rng.randrange(0, 4), None if is_ticket else 0
        contact.reopen_count = 0 if is_ticket else None
        if is_charged or rng.random() < 0.96:  # a bot hands over to a team
            contact.team, contact.agent_id = choose(rng, _TEAMS[person.group]), str(rng.choice(ADMIN_IDS))
        slow = 1.0 - 4.0 * min(0.0, mood(at))
        reply = at + timedelta(seconds=40 + int(rng.expovariate(1 / (2_500 * slow))))
        if contact.direction == "outbound" or rng.random() < 0.05 or reply >= _LATEST - timedelta(hours=1):
            return contact
        contact.first_reply_at, contact.agent_replies = reply, rng.randrange(1, 7)
        if not is_ticket and contact.agent_id:
            contact.transfer_count = rng.choices((0, 1, 2), weights=(85, 12, 3))[0]
        self._close(contact, person)
        return contact

    def _close(self, contact: SupportContact, person: Person) -> None:
        """Solved for good, solved and opened again, or never solved."""
        rng, reply = self._rng, contact.first_reply_at or contact.opened_at
        closed = reply + timedelta(seconds=rng.randrange(900, 300_000))
        if closed >= _LATEST - timedelta(hours=1) or rng.random() > 0.72 + 0.2 * person.goodwill + mood(contact.opened_at):
            return
        contact.reopen_count = rng.choices((0, 1, 2), weights=(88, 10, 2))[0]
        contact.customer_replies = (contact.customer_replies or 0) + contact.reopen_count
        contact.ended_at, contact.is_resolved = closed, not contact.reopen_count or rng.random() < 0.8
        contact.resolved_at = closed if contact.is_resolved else None
        if not contact.contact_id.startswith(TICKET):
            contact.talk_seconds = rng.randrange(30, 1_800)


def generate_intercom(seed: int, people: list[Person], desk: SupportDesk, wanted: int) -> list[SupportContact]:
    """So many conversations and tickets, noted at the desk too; some with visitors, some deleted, two that cannot be read."""
    rng = Random(f"{seed}:intercom")
    crowd, inbox = Crowd([person for person in people if person.customer_ids]), _Inbox(rng, desk)
    for _ in range(wanted):
        person, at = crowd.meeting(rng)
        inbox.take(person, min(at, _LATEST - timedelta(hours=3)))
    alone = [c for c in inbox.contacts if c.person and not c.is_bot and not c.archived_at and c.direction == "inbound"]
    pairs = {c.case_id for c in inbox.contacts if c.is_bot}
    plain = [c for c in alone if c.case_id not in pairs and not c.contact_id.startswith(TICKET)]
    for contact in plain[4:6]:
        contact.is_refused = True
    desk.contacts.extend(inbox.contacts)
    return inbox.contacts
