"""Who the company deals with: customers, leads and visitors, and how billing and the CRM know each of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random

from kuulo.sandbox.company_activity import Owner
from kuulo.sandbox.company_records import CrmCompany, CrmContact, Person
from kuulo.sandbox.history import AS_OF, HISTORY_START, LAUNCH, any_instant, lively_instant

GROUPS = {"consumer": 0.70, "business": 0.24, "enterprise": 0.06}
_GOODWILL = {"consumer": 0.62, "business": 0.69, "enterprise": 0.78}
_COUNTRIES = {"FI": 0.4, "SE": 0.22, "DE": 0.2, "EE": 0.1, "NL": 0.08}
_LANGUAGES = {"FI": "fi", "SE": "sv", "DE": "de", "EE": "en", "NL": "en"}
_FIRST = ("aino", "eero", "linnea", "oskar", "saga", "veikko", "ida", "matti", "elsa", "jan", "greta", "timo", "mari", "liis")
_LAST = ("korpi", "lind", "salo", "berg", "niemi", "vogel", "tamm", "jansen", "aho", "holm", "laine", "kask", "visser", "mets")
_TRADES = ("hotel", "clinic", "school", "studio", "cafe", "warehouse", "museum", "office")
OWNERS = (
    Owner("9001", "Pia Ranta", "Care North"),
    Owner("9002", "Sten Alm", "Care North"),
    Owner("9003", "Urve Saar", "Care South"),
    Owner("9004", "Jonas Feld", "Care South"),
    Owner("9005", "Nora Haak", "Business Desk"),
    Owner("9006", "Arvi Kallas", "Business Desk", is_archived=True),
)
# A company has the features of its world; a number for each kind keeps their ids apart.
_CONTACT_IDS, _COMPANY_IDS = 100_001, 500_001


def choose(rng: Random, shares: dict[str, float]) -> str:
    """One of the keys, as likely as its share."""
    drawn = rng.random() * sum(shares.values())
    for key, share in shares.items():
        drawn -= share
        if drawn < 0:
            return key
    return key


def as_typed(rng: Random, email: str) -> str:
    """An address as people and systems write it: now and then with capitals or stray spaces."""
    return rng.choices((email, email.upper(), email.title(), f" {email}", f"{email} "), weights=(70, 8, 10, 6, 6))[0]


def _a_company(rng: Random, number: int, country: str) -> CrmCompany:
    trade = rng.choice(_TRADES)
    created = any_instant(rng, LAUNCH, AS_OF)
    return CrmCompany(
        company_id=str(_COMPANY_IDS + number),
        name=f"{rng.choice(_LAST).title()} {trade.title()} {number}",
        domain=f"{trade}{number}.example",
        industry=trade.upper(),
        country=country if rng.random() < 0.9 else None,
        employees=rng.randrange(3, 900),
        created_at=created,
        updated_at=any_instant(rng, max(created, HISTORY_START), AS_OF),
    )


def _a_person(rng: Random, number: int, companies: list[CrmCompany]) -> Person:
    group, country = choose(rng, GROUPS), choose(rng, _COUNTRIES)
    organisation = None
    if group != "consumer":
        if not companies or rng.random() < 0.6:
            companies.append(_a_company(rng, len(companies), country))
        organisation = companies[-1 - rng.randrange(min(5, len(companies)))]
    name = f"{rng.choice(_FIRST)}.{rng.choice(_LAST)}{number}"
    domain = organisation.domain if organisation else "post.example"
    emails = (f"{name}@{domain}", f"{name}@home.example") if rng.random() < 0.3 else (f"{name}@{domain}",)
    created = any_instant(rng, LAUNCH, HISTORY_START) if rng.random() < 0.55 else lively_instant(rng)
    goodwill = rng.gauss(_GOODWILL[group], 0.12)
    return Person(number, group, goodwill, country, _LANGUAGES[country], created, emails, company=organisation)


def _crm_contact(rng: Random, person: Person, contact_id: str, *, archived: bool) -> CrmContact:
    created = person.created_at + timedelta(hours=rng.randrange(1, 72))
    created = min(created, AS_OF - timedelta(hours=2))
    updated = any_instant(rng, max(created, HISTORY_START), AS_OF)
    main, *others = person.emails if archived or rng.random() < 0.6 else person.emails[::-1]
    return CrmContact(
        contact_id=contact_id,
        email=as_typed(rng, main),
        created_at=created,
        updated_at=updated,
        segment=person.group if rng.random() < 0.97 else None,
        country=person.country if rng.random() < 0.85 else None,
        language=person.language,
        owner_id=rng.choice(OWNERS).owner_id if rng.random() < 0.8 else None,
        additional_emails=tuple(as_typed(rng, email) for email in others),
        company_id=person.company.company_id if person.company else None,
        archived_at=any_instant(rng, updated, AS_OF) if archived else None,
    )


def _enter_into_crm(rng: Random, person: Person, ids: Iterator[int]) -> None:
    """Give the person contacts: usually one, at times merged from several, beside an archived one, or archived only."""
    how = rng.choices(("live", "merged", "twice", "archived"), weights=(88, 6, 3, 3))[0]
    merged = tuple(str(next(ids)) for _ in range(rng.randrange(1, 3))) if how == "merged" else ()
    if how in ("twice", "archived"):
        old = _crm_contact(rng, person, str(next(ids)), archived=True)
        # The old card often says another segment; the live one must win although its id is greater.
        old.segment = "consumer" if how == "twice" else person.group
        person.crm.append(old)
    if how != "archived":
        contact = _crm_contact(rng, person, str(next(ids)), archived=False)
        contact.merged_ids = merged
        person.crm.append(contact)
    if len(person.emails) > 1 and not any(contact.additional_emails for contact in person.crm):
        person.emails = person.emails[:1]


def _enter_into_billing(rng: Random, person: Person, ids: Iterator[int]) -> None:
    signed_up_twice = rng.random() < 0.008
    person.customer_ids = tuple(f"K-{next(ids):06d}" for _ in range(2 if signed_up_twice else 1))
    person.billing_emails = tuple(as_typed(rng, person.emails[0]) for _ in person.customer_ids)


def _forget_email(person: Person) -> None:
    """Leave only the customer number: nothing but billing's own id tells who this is."""
    person.emails, person.customer_ids, person.billing_emails = (), person.customer_ids[:1], (None,)


def generate_people(seed: int, customers: int) -> tuple[list[Person], list[CrmCompany]]:
    """Customers, then leads (in the CRM only), then visitors (an e-mail only); and the organisations they belong to."""
    rng = Random(f"{seed}:people")
    companies: list[CrmCompany] = []
    people: list[Person] = []
    contact_ids, customer_ids = count(_CONTACT_IDS), count(1)
    leads, visitors = max(5, customers // 14), max(4, customers // 50)
    for number in range(customers + leads + visitors):
        person = _a_person(rng, number, companies)
        is_customer, is_lead = number < customers, customers <= number < customers + leads
        if is_customer:
            _enter_into_billing(rng, person, customer_ids)
        if is_lead or (is_customer and rng.random() < 0.93):
            _enter_into_crm(rng, person, contact_ids)
        else:
            person.emails = person.emails[:1]
            if is_customer and rng.random() < 0.15:
                _forget_email(person)
        people.append(person)
    return people, companies


def known_from(person: Person) -> datetime:
    """The first instant at which the person can be met inside the history."""
    return max(person.created_at, HISTORY_START)
