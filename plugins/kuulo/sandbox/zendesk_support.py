"""The desk in Zendesk: tickets of some of the customers, who are known there by number, by e-mail or, at times, twice."""

from datetime import datetime, timedelta
from itertools import count
from random import Random

from kuulo.sandbox.company_records import Person, SupportContact
from kuulo.sandbox.crowd import Crowd
from kuulo.sandbox.history import AS_OF, mood
from kuulo.sandbox.people import choose
from kuulo.sandbox.support import TOPICS, SupportDesk

_CHANNELS = {"email": 0.46, "web": 0.2, "chat": 0.16, "phone": 0.1, "bot": 0.08}
_TEAMS = {"consumer": {"Care North": 0.6, "Care South": 0.4}, "business": {"Business Desk": 1.0}, "enterprise": {"Business Desk": 1.0}}
_TICKET_IDS, _USER_IDS, _VISITOR_IDS, _AGENT_IDS = 8_500_001, 360_000_000_000, 361_000_000_000, 362_000_000_001
AGENTS = tuple(str(_AGENT_IDS + number) for number in range(6))
# The export holds back what changed in the last minute, and everything that is told here is to be found.
_LATEST = AS_OF - timedelta(seconds=90)


def visitor_of(contact: SupportContact) -> str:
    """The user that the vendor makes up for a ticket of somebody who gave no name."""
    return str(_VISITOR_IDS + int(contact.contact_id))


def _known_as(person: Person, number: int) -> str:
    """The user that stands for the person today; a few had two users, of which one was merged into the other."""
    if "zendesk" not in person.known_as:
        first = _USER_IDS + 10 * person.number
        person.known_as["zendesk"] = (str(first), str(first + 1)) if number % 15 == 3 else (str(first),)
    return person.known_as["zendesk"][-1]


def _answered(rng: Random, ticket: SupportContact, person: Person) -> None:
    """A reply after some whole minutes (in messaging, seconds), and perhaps a solution, which may not have held."""
    seconds = 60 * round(5 + rng.expovariate(1 / (240 * (1.0 - 4.0 * min(0.0, mood(ticket.opened_at))))))
    if ticket.channel == "chat":
        seconds = rng.randrange(10, 900)
    reply = ticket.opened_at + timedelta(seconds=seconds)
    if rng.random() < 0.04 or reply >= _LATEST - timedelta(hours=1):
        return
    ticket.first_reply_at, ticket.agent_replies = reply, rng.randrange(1, 6)
    solved = reply + timedelta(minutes=rng.randrange(3, 5000))
    if rng.random() < 0.68 + 0.2 * person.goodwill + mood(ticket.opened_at) and solved < _LATEST - timedelta(hours=1):
        ticket.resolved_at = solved
    ticket.reopen_count = rng.choices((0, 1, 2), weights=(88, 10, 2))[0]


def _ticket(rng: Random, person: Person, at: datetime, number: int) -> SupportContact:
    ticket = SupportContact(str(number), "zendesk", choose(rng, _CHANNELS), at, person, topic=choose(rng, TOPICS) or None)
    ticket.agent_replies = ticket.reopen_count = ticket.transfer_count = 0
    ticket.is_bot = ticket.channel == "bot"
    if ticket.is_bot:
        ticket.resolved_at = at + timedelta(seconds=rng.randrange(30, 400)) if rng.random() < 0.45 else None
    else:
        ticket.direction = "outbound" if ticket.channel == "phone" and rng.random() < 0.2 else "inbound"
        ticket.team = choose(rng, _TEAMS[person.group]) if rng.random() < 0.95 else None
        ticket.agent_id, ticket.transfer_count = rng.choice(AGENTS), rng.choices((0, 1, 2), weights=(85, 12, 3))[0]
        _answered(rng, ticket, person)
    ticket.is_resolved = ticket.resolved_at is not None
    last = ticket.resolved_at or ticket.first_reply_at or at
    ticket.updated_at = min(last + timedelta(seconds=rng.randrange(1, 300_000)), _LATEST)
    ticket.customer_id = _known_as(person, number)
    return ticket


def _spoil(tickets: list[SupportContact]) -> None:
    """Two tickets whose opening time is missing."""
    known = [ticket for ticket in tickets if ticket.person and not ticket.archived_at]
    for ticket in known[4:6]:
        ticket.is_refused = True


def generate_zendesk(seed: int, people: list[Person], desk: SupportDesk, wanted: int) -> list[SupportContact]:
    """So many tickets, noted at the desk too; some of nobody known, some deleted, two that cannot be read."""
    rng = Random(f"{seed}:zendesk")
    crowd, numbers = Crowd([person for person in people if person.customer_ids]), count(_TICKET_IDS)
    tickets: list[SupportContact] = []
    while len(tickets) < wanted:
        person, at = crowd.meeting(rng)
        if at >= _LATEST - timedelta(hours=1):
            continue
        ticket = _ticket(rng, person, desk.free_second(person, at), next(numbers))
        if rng.random() < 0.06:
            ticket.person, ticket.customer_id = None, visitor_of(ticket)
        if len(tickets) % 33 == 7:
            ticket.archived_at = ticket.updated_at
        tickets.append(ticket)
    _spoil(tickets)
    desk.contacts.extend(tickets)
    return tickets
