"""HubSpot CRM: contacts, companies, deals, tickets, feedback submissions, owners, pipelines, associations.

Vendor pages: https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide and its siblings. Every property
value arrives as a string or null; names and phone numbers of contacts are not asked for.
"""

from kuulo.sources.hubspot_reading import OBJECTS, AssociationsOf, PropertyNames, Searched
from kuulo.sources.hubspot_rows import association_rows, owner_rows, stage_rows, submission_rows
from kuulo.sources.manners import DEFAULT_BUSY, Manners, Permission, Rate
from kuulo.sources.pagination import AfterCursor
from kuulo.sources.reading import InTurn, Named, Paged, PerParent
from kuulo.sources.source import Column, Source, Stream

_AFTER = AfterCursor(cursor_at="paging.next.after")
_ARCHIVED = (("limit", "100"), ("archived", "true"))


def _objects(object_type: str, changed_property: str = "hs_lastmodifieddate") -> InTurn:
    """What changed in the window, then every archived object: search never tells of those."""
    archived = Paged(
        path=f"{{object_prefix}}/{object_type}",
        records_at="results",
        pager=_AFTER,
        params=_ARCHIVED,
        asked=(PropertyNames(object_type),),
        knobs=OBJECTS,
    )
    return InTurn((Searched(object_type=object_type, changed_property=changed_property), archived))


def _time(name: str, at: str, *, required: bool = False) -> Column:
    """A property that is a time: ISO 8601, or epoch milliseconds as text."""
    return Column(name=name, at=f"properties.{at}", type="timestamp", unit="epoch_milliseconds", required=required)


_LIFE_OF_AN_OBJECT = (
    Column(name="created_at", at="createdAt", type="timestamp"),
    Column(name="updated_at", at="updatedAt", type="timestamp", required=True),
    Column(name="archived", type="boolean"),
    Column(name="archived_at", at="archivedAt", type="timestamp"),
)

CONTACTS = Stream(
    name="contacts",
    reading=_objects("contacts", "lastmodifieddate"),
    primary_key=("contact_id",),
    version_column="updated_at",
    columns=(
        Column(name="contact_id", at="id", required=True, personal="indirect"),
        Column(name="email", at="properties.email", personal="direct"),
        Column(name="additional_emails", at="properties.hs_additional_emails", personal="direct", description="several, joined by ;"),
        Column(
            name="merged_object_ids",
            at="properties.hs_merged_object_ids",
            personal="indirect",
            description="ids of contacts merged into this one, joined by ;",
        ),
        Column(name="company_id", at="properties.associatedcompanyid"),
        Column(name="owner_id", at="properties.hubspot_owner_id", personal="indirect"),
        Column(name="lifecycle_stage", at="properties.lifecyclestage"),
        Column(name="country", at="properties.country"),
        Column(name="language", at="properties.hs_language"),
        Column(name="segment", at="properties.segment", description="a property of the company's own; null where it does not exist"),
        *_LIFE_OF_AN_OBJECT,
    ),
)
COMPANIES = Stream(
    name="companies",
    reading=_objects("companies"),
    primary_key=("company_id",),
    version_column="updated_at",
    columns=(
        Column(name="company_id", at="id", required=True),
        Column(name="name", at="properties.name", personal="indirect", description="of a sole trader a person's own"),
        Column(name="domain", at="properties.domain"),
        Column(name="industry", at="properties.industry"),
        Column(name="country", at="properties.country"),
        Column(name="number_of_employees", at="properties.numberofemployees", type="int64"),
        Column(name="annual_revenue", at="properties.annualrevenue", type="float64"),
        *_LIFE_OF_AN_OBJECT,
    ),
)
DEALS = Stream(
    name="deals",
    reading=_objects("deals"),
    primary_key=("deal_id",),
    version_column="updated_at",
    columns=(
        Column(name="deal_id", at="id", required=True),
        Column(name="name", at="properties.dealname", personal="free_text"),
        Column(name="amount", at="properties.amount", type="float64"),
        Column(name="currency", at="properties.deal_currency_code"),
        _time("closed_at", "closedate"),
        Column(name="stage_id", at="properties.dealstage"),
        Column(name="pipeline_id", at="properties.pipeline"),
        Column(name="is_closed_won", at="properties.hs_is_closed_won", type="boolean"),
        Column(name="owner_id", at="properties.hubspot_owner_id", personal="indirect"),
        *_LIFE_OF_AN_OBJECT,
    ),
)
TICKETS = Stream(
    name="tickets",
    reading=_objects("tickets"),
    primary_key=("ticket_id",),
    version_column="updated_at",
    columns=(
        Column(name="ticket_id", at="id", required=True, personal="indirect"),
        Column(name="subject", at="properties.subject", personal="free_text"),
        Column(name="pipeline_id", at="properties.hs_pipeline"),
        Column(name="stage_id", at="properties.hs_pipeline_stage"),
        Column(name="priority", at="properties.hs_ticket_priority"),
        Column(name="category", at="properties.hs_ticket_category"),
        Column(name="source_type", at="properties.source_type"),
        _time("opened_at", "createdate", required=True),
        _time("closed_at", "closed_date"),
        _time("first_agent_reply_at", "first_agent_reply_date"),
        Column(name="time_to_close_milliseconds", at="properties.time_to_close", type="int64"),
        Column(name="time_to_first_agent_reply_milliseconds", at="properties.time_to_first_agent_reply", type="int64"),
        Column(name="owner_id", at="properties.hubspot_owner_id", personal="indirect"),
        *_LIFE_OF_AN_OBJECT,
    ),
)
FEEDBACK_SUBMISSIONS = Stream(
    name="feedback_submissions",
    reading=_objects("feedback_submissions"),
    rows_of=submission_rows,
    primary_key=("submission_id",),
    version_column="updated_at",
    scale_from="survey_questions",
    columns=(
        Column(name="submission_id", at="id", required=True, personal="indirect"),
        Column(name="survey_id", at="properties.hs_survey_id", required=True),
        Column(name="question_id", description="always `value`: a submission answers one question"),
        Column(name="survey_name", at="properties.hs_survey_name"),
        Column(name="survey_type", at="properties.hs_survey_type", required=True),
        Column(name="survey_channel", at="properties.hs_survey_channel"),
        Column(name="score", at="properties.hs_value", type="float64"),
        Column(name="response_group", at="properties.hs_response_group"),
        Column(name="sentiment", at="properties.hs_sentiment"),
        Column(name="comment", at="properties.hs_content", personal="free_text"),
        _time("submitted_at", "hs_submission_timestamp", required=True),
        Column(name="contact_id", at="properties.hs_contact_id", personal="indirect"),
        Column(name="ticket_id", at="properties.hs_ticket_id", personal="indirect"),
        *_LIFE_OF_AN_OBJECT,
    ),
)
OWNERS = Stream(
    name="owners",
    reading=InTurn(
        (
            Paged(path="/crm/v3/owners", records_at="results", pager=_AFTER, params=(("limit", "100"),)),
            Paged(path="/crm/v3/owners", records_at="results", pager=_AFTER, params=_ARCHIVED),
        )
    ),
    rows_of=owner_rows,
    primary_key=("owner_id",),
    version_column="updated_at",
    columns=(
        Column(name="owner_id", at="id", required=True, personal="indirect"),
        Column(name="email", personal="direct"),
        Column(name="team_name", description="the owner's primary team"),
        *_LIFE_OF_AN_OBJECT,
    ),
)
PIPELINES = Stream(
    name="pipelines",
    reading=PerParent(
        parents=Named(("deals", "tickets")),
        known_as="object_type",
        listing=Paged(path="/crm/v3/pipelines/{parent}", records_at="results"),
    ),
    rows_of=stage_rows,
    primary_key=("object_type", "pipeline_id", "stage_id"),
    columns=(
        Column(name="object_type", required=True, description="deals or tickets"),
        Column(name="pipeline_id", required=True),
        Column(name="pipeline_label"),
        Column(name="stage_id", required=True),
        Column(name="stage_label"),
        Column(name="display_order", type="int64"),
        Column(name="is_closed", type="boolean", description="of the stage's metadata: isClosed, or ticketState CLOSED"),
    ),
)
ASSOCIATIONS = Stream(
    name="associations",
    reading=AssociationsOf(
        found_by=Searched(object_type="tickets", changed_property="hs_lastmodifieddate", with_properties=False), to_type="contacts"
    ),
    rows_of=association_rows,
    primary_key=("from_type", "from_id", "to_type", "to_id"),
    columns=(
        Column(name="from_type", required=True),
        Column(name="from_id", required=True, personal="indirect"),
        Column(name="to_type", required=True),
        Column(name="to_id", required=True, personal="indirect"),
    ),
)

HUBSPOT = Source(
    name="hubspot",
    base_url="https://api.hubapi.com",
    manners=Manners(
        rates=(Rate(5, 1.0, "/search"), Rate(100, 10.0)),
        bad_secret_statuses=frozenset({401, 530}),
        busy_statuses=DEFAULT_BUSY | {477},
        hopeless_policies=frozenset({"DAILY"}),
        permissions=(
            Permission(
                "/feedback_submissions",
                "the scope crm.objects.feedback_submissions.read (Service Hub Professional) or crm.objects.contacts.read",
            ),
            Permission("/contacts", "the scope crm.objects.contacts.read"),
            Permission("/companies", "the scope crm.objects.companies.read"),
            Permission("/deals", "the scope crm.objects.deals.read"),
            Permission("/owners", "the scope crm.objects.owners.read"),
            Permission("/tickets", "the scope tickets"),
        ),
    ),
    description="CRM contacts and companies, support tickets, feedback submissions",
    streams=(CONTACTS, COMPANIES, DEALS, TICKETS, FEEDBACK_SUBMISSIONS, OWNERS, PIPELINES, ASSOCIATIONS),
)
