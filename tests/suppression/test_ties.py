"""Every column that can name a customer is a tie, or is known to name somebody or something else."""

from kuulo.sources.catalog import SOURCES
from kuulo.suppression.ties import TIES, kinds_of_people, node, tied, ties_of

OF_STAFF = {"owner_id", "owner", "agent_id", "admin_assignee_id", "assigned_to_id", "admin_id", "assignee_id", "admin_ids"}
OF_COMPANIES = {"name", "website", "account_name"}  # told with the account, whose own ids are its ties where it can be a customer
OF_RECORDS = {  # ids that another column of the same row leads to, or that lead to a record which the row does not belong to
    "survicate/responses": {"url", "respondent_uuid"},
    "survicate/respondent_attributes": {"respondent_uuid", "value"},
    "dynamics365/incidents": {"master_id"},
    "dynamics365/conversations": set(),
    "intercom/conversations": {"linked_ticket_ids"},
    "intercom/conversation_ratings": {"rating_id"},
    "intercom/tickets": {"linked_conversation_ids"},
    "zendesk/tickets": {"external_id"},
    "files/survey_answers": {"response_id"},
    "database/survey_answers": {"response_id"},
    "files/survey_invites": {"response_id"},
    "database/survey_invites": {"response_id"},
    "files/contacts": {"case_id"},
    "database/contacts": {"case_id"},
    "files/usage_events": {"session_id"},
    "database/usage_events": {"session_id"},
    "files/reviews": {"author", "url"},
    "database/reviews": {"author", "url"},
}
OF_STAFF_ALONE = {"hubspot/owners", "intercom/admins", "intercom/teams", "dynamics365/queues"}


def test_every_identifying_column_is_a_tie_or_excused() -> None:
    missing = []
    for source in SOURCES.values():
        for stream in source.streams:
            where = f"{source.name}/{stream.name}"
            if where in OF_STAFF_ALONE:
                continue
            known = {tie.column for tie in ties_of(source.name, stream.name)} | OF_STAFF | OF_COMPANIES | OF_RECORDS.get(where, set())
            missing += [f"{where}.{c.name}" for c in stream.columns if c.personal in ("direct", "indirect") and c.name not in known]
    assert missing == []


def test_every_tie_is_a_declared_and_classed_column() -> None:
    wrong = []
    for source, streams in TIES.items():
        for name in streams:
            columns = {column.name: column for column in SOURCES[source].stream(name).columns}
            for tie in ties_of(source, name):
                column = columns.get(tie.column)
                if column is None or (column.personal == "none" and not tie.kind.count(".") and tie.kind in ("email", "company")):
                    wrong.append(f"{source}/{name}.{tie.column}")
    assert wrong == []


def test_ids_are_written_as_the_identity_graph_writes_them() -> None:
    assert node("email", " Ada.Berg@Example.COM ") == "email:ada.berg@example.com"
    assert node("email", "n/a") is None
    assert node("company", " K-17 ") == "company:K-17"
    assert node("zendesk", "  ") is None
    assert kinds_of_people() == {"company", "email", "hubspot", "dynamics365", "intercom", "zendesk", "stripe"}


def test_an_association_is_of_whoever_is_at_either_end_and_teaches_tickets_alone() -> None:
    ties = ties_of("hubspot", "associations")
    holds = {"hubspot:7"}.__contains__
    row = {"from_type": "tickets", "from_id": "900", "to_type": "contacts", "to_id": "7"}
    found = tied(ties, row.get, holds)
    assert (found.is_suppressed, found.names) == (True, {"hubspot.ticket:900"})
    assert not tied(ties, {**row, "to_type": "companies"}.get, holds).is_suppressed


def test_json_members_and_lists_hold_ids_too() -> None:
    stripe = ties_of("stripe", "customers")
    assert tied(stripe, {"metadata": '{"customer_id": "K-17"}', "customer_id": "cus_1"}.get, {"company:K-17"}.__contains__).names == {
        "stripe:cus_1"
    }
    hubspot = ties_of("hubspot", "contacts")
    assert tied(
        hubspot, {"contact_id": "5", "additional_emails": "a@b.example; C@d.example"}.get, {"email:c@d.example"}.__contains__
    ).names == {"hubspot:5"}
