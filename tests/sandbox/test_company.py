"""The company is of the promised size, holds the planted cases, and is the same wherever it is generated."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from kuulo.sandbox.company import Company, generate_company
from kuulo.sandbox.company_records import SupportContact
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.truth import Truth

_FINGERPRINT = """
import hashlib, pathlib, sys
from kuulo.sandbox import HUBSPOT_TOKEN, SURVICATE_KEY
from kuulo.sandbox.company import generate_company
from kuulo.sandbox.exchange import Request
from kuulo.sandbox.server import Reception
from kuulo.sandbox.spreadsheets import lay_inbox
from kuulo.sandbox.truth import truth_of
company = generate_company(customers=60)
digest, reception = hashlib.sha256(), Reception(company)
for prefix, key in (("/survicate/v2/surveys", f"Basic {SURVICATE_KEY}"), ("/hubspot/crm/v3/objects", f"Bearer {HUBSPOT_TOKEN}")):
    for tail in ("/svy_support/responses?attributes[]=email&items_per_page=100", "/contacts?limit=100", "/tickets?limit=100"):
        digest.update(reception.answer(Request.from_target("GET", prefix + tail, {"Authorization": key}, b"")).body)
lay_inbox(company, pathlib.Path(sys.argv[1]))
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/*")):
    digest.update(path.read_bytes())
digest.update(repr(sorted(truth_of(company).scorecard.items())).encode())
print(digest.hexdigest())
"""

# The systems that the company began with; what each vendor's own desk notes is proved by that vendor's tests.
FIRST = ("phone", "chat", "ticket")


def _first_contacts(company: Company) -> list[SupportContact]:
    return [contact for contact in company.contacts if contact.system in FIRST]


@pytest.fixture(scope="module")
def whole_company() -> Company:
    return generate_company()


def _fingerprint(folder: Path, hash_seed: str) -> str:
    # A hash seed of its own shows whether anything depends on the order of sets.
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "plugins")}
    command = [sys.executable, "-c", _FINGERPRINT, str(folder)]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout


def test_two_generations_are_equal_to_the_last_byte(tmp_path):
    assert _fingerprint(tmp_path / "one", "1") == _fingerprint(tmp_path / "two", "2")


def test_another_seed_is_another_company():
    first, second = (generate_company(seed, 60) for seed in (1, 2))
    assert [p.goodwill for p in first.people] != [p.goodwill for p in second.people]


def test_a_company_too_small_for_its_cases_is_refused():
    with pytest.raises(ValueError, match="ask for 50 or more"):
        generate_company(customers=10)


def test_the_whole_company_is_of_the_promised_size(whole_company):
    answers = sum(a.score is not None for r in whole_company.responses for a in r.answers)
    answers += sum(s.score is not None for s in whole_company.feedback)
    systems = Counter(contact.system for contact in whole_company.contacts)
    assert sum(bool(person.customer_ids) for person in whole_company.people) == 2000
    assert 19_000 < answers < 22_000
    assert 14_900 < len(_first_contacts(whole_company)) < 15_200
    assert all(400 < contacts < 800 for system, contacts in systems.items() if system not in FIRST)
    assert 1_400 < systems["ticket"] < 1_700
    assert (len(whole_company.usage), len(whole_company.invites)) == (20_000, 8_000)


def test_everything_happens_inside_the_history(whole_company):
    instants = [r.collected_at for r in whole_company.responses] + [c.opened_at for c in whole_company.contacts]
    instants += [c.updated_at for p in whole_company.people for c in p.crm] + [s.updated_at for s in whole_company.feedback]
    instants += [i.sent_at for i in whole_company.invites] + [e.occurred_at for e in whole_company.usage]
    instants += [c.updated_at for c in whole_company.contacts if c.updated_at] + [d.updated_at for d in whole_company.deals]
    instants += [o.updated_at for o in whole_company.companies]
    assert min(instants) >= HISTORY_START
    assert max(instants) < AS_OF
    assert all(s.started_at < AS_OF and (s.ended_at is None or s.started_at <= s.ended_at <= AS_OF) for s in whole_company.subscriptions)


def test_no_two_contacts_of_a_person_share_a_second_but_the_planted_pair(whole_company):
    seconds = Counter((c.person.number, c.opened_at) for c in whole_company.contacts if c.person)
    assert [n for n in seconds.values() if n > 1] == [2]


def test_no_two_responses_of_a_survey_share_a_microsecond(whole_company):
    instants = Counter((r.survey_id, r.collected_at) for r in whole_company.responses)
    assert max(instants.values()) == 1
    assert min(at for _, at in instants) == HISTORY_START


def _joined_ids(company: Company) -> list[set[tuple[str, str]]]:
    """What each record says together of one person, as the pipeline can see it."""
    plain = lambda email: ("email", email.strip().lower())  # noqa: E731
    records: list[set[tuple[str, str]]] = []
    for person in company.people:
        for customer_id, email in zip(person.customer_ids, person.billing_emails, strict=True):
            records.append({("company", customer_id)} | ({plain(email)} if email else set()))
        for contact in person.crm:
            ids = {("hubspot", one) for one in (contact.contact_id, *contact.merged_ids)}
            records.append(ids | {plain(email) for email in (contact.email, *contact.additional_emails)})
    for response in company.responses:
        known = response.attributes
        ids = {("company", known["user_id"])} if "user_id" in known else set()
        records.append(ids | ({plain(known["email"])} if "email" in known else set()))
    for seen in [c for c in _first_contacts(company) if c.system != "ticket"] + company.invites + company.orders:
        records.append(({("company", seen.customer_id)} if seen.customer_id else set()) | ({plain(seen.email)} if seen.email else set()))
    records += [{("hubspot", s.contact_id)} for s in company.feedback if s.contact_id]
    records += [{("hubspot", c.crm_contact_id)} for c in _first_contacts(company) if c.crm_contact_id]
    records += [{("company", s.customer_id)} for s in company.subscriptions] + [{("company", e.customer_id)} for e in company.usage]
    return [record for record in records if record]


def test_people_are_the_connected_components_of_what_the_systems_say(whole_company):
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for record in _joined_ids(whole_company):
        first, *others = sorted(record)
        for other in others:
            parent[root(other)] = root(first)
        root(first)
    components = {root(node) for node in parent}
    seen = {response.person.number for response in whole_company.responses if response.person}
    seen |= {order.person.number for order in whole_company.orders}
    met = [person for person in whole_company.people if person.customer_ids or person.crm or person.number in seen]
    assert len(components) == len(met)
    for person in met:
        own = [("company", one) for one in person.customer_ids] + [("hubspot", c.contact_id) for c in person.crm]
        own += [("email", email) for email in person.emails if ("email", email) in parent]
        assert len({root(node) for node in own}) == 1


def test_identified_records_name_their_person(whole_company):
    for contact in _first_contacts(whole_company):
        is_named = bool(contact.customer_id or contact.email or contact.crm_contact_id)
        assert is_named == (contact.person is not None)
    for response in whole_company.responses:
        assert bool({"email", "user_id"} & response.attributes.keys()) == (response.person is not None)


def test_refused_rows_are_planted_once_each(small_truth: Truth):
    assert small_truth.quarantined == {
        "survicate/responses": 4,
        "hubspot/feedback_submissions": 5,
        "hubspot/tickets": 1,
        "files/contacts": 3,
        "files/usage_events": 2,
        "files/survey_invites": 1,
        "files/subscriptions": 1,
        "stripe/subscriptions": 1,
        "zendesk/tickets": 2,
        "zendesk/satisfaction_ratings": 1,
        "zendesk/csat_survey_responses": 1,
        "intercom/conversations": 2,
        "intercom/conversation_ratings": 2,
        "dynamics365/incidents": 2,
        "dynamics365/case_ratings": 1,
        "dynamics365/response_metrics": 1,
        "dynamics365/question_responses": 1,
        "database/usage_events": 2,
        "database/orders": 3,
    }
