"""Kajo Lamps as a whole: generated from a seed, the same to the last byte wherever it is generated."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kuulo.sandbox.activity import generate_deals, generate_invites, generate_usage
from kuulo.sandbox.company_activity import Deal, SurveyInvite, UsageEvent, VendorAnswer
from kuulo.sandbox.company_records import CrmCompany, FeedbackSubmission, Person, Subscription, SupportContact, SurveyResponse
from kuulo.sandbox.dynamics365_support import generate_dynamics365
from kuulo.sandbox.dynamics365_voice import generate_voice
from kuulo.sandbox.hubspot_feedback import generate_feedback
from kuulo.sandbox.intercom_ratings import generate_conversation_ratings
from kuulo.sandbox.intercom_support import generate_intercom
from kuulo.sandbox.orders import Order, generate_orders
from kuulo.sandbox.people import generate_people
from kuulo.sandbox.plants import plant_edges, spoil_feedback, spoil_responses, spoil_rows, spoil_subscription
from kuulo.sandbox.stripe_billing import bill_by_card
from kuulo.sandbox.subscriptions import generate_subscriptions
from kuulo.sandbox.support import generate_issues
from kuulo.sandbox.survicate_surveys import generate_responses
from kuulo.sandbox.zendesk_ratings import generate_ratings
from kuulo.sandbox.zendesk_support import generate_zendesk

DEFAULT_SEED = 20250301
DEFAULT_CUSTOMERS = 2000
_CONTACTS_A_CUSTOMER, _EVENTS_A_CUSTOMER, _INVITES_A_CUSTOMER, _ORDERS_A_CUSTOMER = 7.5, 10, 4, 0.8
_CONVERSATIONS_A_CUSTOMER = 0.25  # of Intercom; some are two contacts
_ZENDESK_TICKETS_A_CUSTOMER = 0.3


@dataclass(frozen=True)
class Company:
    """Everything there is to know about the company.

    Attributes:
        seed, customers: what it was generated from.
        refused_subscription: a row of the billing export that quarantine must hold; not among the subscriptions.
        vendor_answers: ratings and answers that other systems than the two survey tools took.
        vendor_invites: what those systems offered to answer.
    """

    seed: int
    customers: int
    people: list[Person]
    companies: list[CrmCompany]
    subscriptions: list[Subscription]
    responses: list[SurveyResponse]
    feedback: list[FeedbackSubmission]
    contacts: list[SupportContact]
    usage: list[UsageEvent]
    invites: list[SurveyInvite]
    deals: list[Deal]
    orders: list[Order]
    refused_subscription: Subscription
    vendor_answers: list[VendorAnswer]
    vendor_invites: list[SurveyInvite]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cycle collector: it would walk a growing heap, of which nothing is garbage, for a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def generate_company(seed: int = DEFAULT_SEED, customers: int = DEFAULT_CUSTOMERS) -> Company:
    """The company with about that many customers; at least 50, so that every planted case finds somebody."""
    if customers < 50:
        raise ValueError(f"a sandbox company of {customers} customers is too small for its planted cases: ask for 50 or more")
    with _uncollected():
        company = _history_of(seed, customers)
        spoil_responses(company.responses)
        spoil_feedback(company.feedback)
        spoil_rows(company.contacts, company.usage, company.invites)
    return company


def _history_of(seed: int, customers: int) -> Company:
    people, companies = generate_people(seed, customers)
    subscriptions = generate_subscriptions(seed, [person for person in people if person.customer_ids])
    bill_by_card(subscriptions)
    responses = generate_responses(seed, people, customers)
    desk = generate_issues(seed, people, round(_CONTACTS_A_CUSTOMER * customers))
    plant_edges(seed, desk, people)
    vendor_answers: list[VendorAnswer] = []
    vendor_invites: list[SurveyInvite] = []
    answers, invites = generate_ratings(seed, generate_zendesk(seed, people, desk, max(80, round(_ZENDESK_TICKETS_A_CUSTOMER * customers))))
    vendor_answers += answers
    vendor_invites += invites
    generate_dynamics365(seed, people, customers, desk)
    answers, invites = generate_voice(seed, people, customers, desk.contacts)
    vendor_answers += answers
    vendor_invites += invites
    talks = generate_intercom(seed, people, desk, max(60, round(_CONVERSATIONS_A_CUSTOMER * customers)))
    answers, invites = generate_conversation_ratings(seed, talks)
    vendor_answers += answers
    vendor_invites += invites
    return Company(
        seed=seed,
        customers=customers,
        people=people,
        companies=companies,
        subscriptions=subscriptions,
        responses=responses,
        feedback=generate_feedback(seed, people, customers),
        contacts=desk.contacts,
        usage=generate_usage(seed, people, _EVENTS_A_CUSTOMER * customers),
        invites=generate_invites(seed, people, responses, _INVITES_A_CUSTOMER * customers),
        deals=generate_deals(seed, companies),
        orders=generate_orders(seed, people, round(_ORDERS_A_CUSTOMER * customers)),
        refused_subscription=spoil_subscription(subscriptions),
        vendor_answers=vendor_answers,
        vendor_invites=vendor_invites,
    )
