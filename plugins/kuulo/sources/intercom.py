"""Intercom: conversations with their parts, ratings and statistics, contacts, companies, admins, teams, tickets.

Vendor pages: https://developers.intercom.com/docs/references/rest-api/api.intercom.io (version 2.14, pinned by a header). All
times are Unix seconds. What has been deleted is not told: a deleted contact or conversation drops out of search, and its
last version stays here until it is erased. What was redacted comes again, without its text.
"""

from kuulo.sources.intercom_reading import PartsOf, Permitted, Searched
from kuulo.sources.intercom_rows import admin_rows, company_rows, contact_rows, conversation_rows, part_rows, rating_rows, ticket_rows
from kuulo.sources.intercom_scroll import Scrolled
from kuulo.sources.manners import Manners, Permission, Rate
from kuulo.sources.proof import KeyHeader
from kuulo.sources.reading import Paged
from kuulo.sources.source import Column, Source, Stream

_PEOPLE, _CONVERSATIONS = "Read and list users and companies", "Read conversations"
_ADMINS, _TICKETS = "Read admins", "Read tickets"
_FOUND_CONVERSATIONS = Searched(path="/conversations/search", records_at="conversations")


def _time(name: str, at: str = "", *, required: bool = False, description: str = "") -> Column:
    """A time in Unix seconds."""
    return Column(name=name, at=at, type="timestamp", unit="epoch_seconds", required=required, description=description)


_LIFE = (_time("created_at", required=True), _time("updated_at", required=True))
_CUSTOMER = (
    Column(name="contact_id", personal="indirect", description="who began it where that is a customer, else the first customer in it"),
    Column(name="contact_external_id", personal="indirect", description="the company's own id of that contact"),
)

CONTACTS = Stream(
    name="contacts",
    reading=Permitted(permission=_PEOPLE, reading=Searched(path="/contacts/search", records_at="data")),
    rows_of=contact_rows,
    primary_key=("contact_id",),
    version_column="updated_at",
    columns=(
        Column(name="contact_id", at="id", required=True, personal="indirect"),
        Column(name="external_id", personal="indirect", description="the company's own customer number"),
        Column(name="role", description="user or lead"),
        Column(name="email", personal="direct"),
        Column(name="country"),
        Column(name="language"),
        Column(name="company_id", description="the first of the contact's companies"),
        Column(name="owner_id", personal="indirect"),
        Column(name="unsubscribed_from_emails", type="boolean"),
        Column(name="has_hard_bounced", type="boolean"),
        *_LIFE,
        _time("signed_up_at"),
        _time("last_seen_at"),
        _time("last_replied_at"),
        Column(name="custom_attributes", type="json", personal="free_text"),
    ),
)
COMPANIES = Stream(
    name="companies",
    reading=Permitted(permission=_PEOPLE, reading=Scrolled(path="/companies/scroll", records_at="data")),
    left_unchecked="not asked for, since a workspace has one scroll at a time; it needs the same permission as contacts",
    rows_of=company_rows,
    primary_key=("company_id",),
    version_column="updated_at",
    columns=(
        Column(name="company_id", at="id", required=True),
        Column(name="external_id", at="company_id", description="the company's own id of it"),
        Column(name="name", personal="indirect"),
        Column(name="plan_name", at="plan.name"),
        Column(name="industry"),
        Column(name="website", personal="indirect"),
        Column(name="size", type="int64"),
        Column(name="monthly_spend", type="float64"),
        Column(name="user_count", type="int64"),
        Column(name="session_count", type="int64"),
        *_LIFE,
        _time("remote_created_at"),
        _time("last_request_at"),
        Column(name="custom_attributes", type="json", personal="free_text"),
        Column(name="scroll", type="int64", description="which scroll of the window read it: one that breaks off is begun again"),
    ),
)
CONVERSATIONS = Stream(
    name="conversations",
    reading=Permitted(permission=_CONVERSATIONS, reading=_FOUND_CONVERSATIONS),
    rows_of=conversation_rows,
    primary_key=("conversation_id",),
    version_column="updated_at",
    columns=(
        Column(name="conversation_id", at="id", required=True, personal="indirect"),
        Column(name="title", personal="free_text"),
        *_LIFE,
        Column(name="state", required=True, description="open, closed or snoozed"),
        Column(name="is_open", at="open", type="boolean"),
        Column(name="priority"),
        _time("waiting_since"),
        _time("snoozed_until"),
        Column(name="admin_assignee_id", personal="indirect"),
        Column(name="team_assignee_id"),
        *_CUSTOMER,
        Column(name="contact_count", type="int64"),
        Column(name="source_type", description="how it came in: conversation (the messenger), email, phone_call, whatsapp, ..."),
        Column(name="delivered_as", description="who began it: customer_initiated, operator_initiated (a bot), admin_initiated, ..."),
        Column(name="author_type"),
        Column(name="author_id", personal="indirect", description="where the author is a customer"),
        Column(name="author_email", personal="direct", description="where the author is a customer"),
        Column(name="tag_names", description="several, joined by ; and a space"),
        Column(name="topic_names", description="several, joined by ; and a space"),
        Column(name="linked_ticket_ids", personal="indirect", description="several, joined by ; and a space"),
        Column(name="sla_status", at="sla_applied.sla_status"),
        Column(name="ai_agent_participated", type="boolean"),
        Column(name="ai_resolution_state", at="ai_agent.resolution_state"),
        _time("first_contact_reply_at", "first_contact_reply.created_at"),
        _time("first_assignment_at", "statistics.first_assignment_at"),
        _time("first_admin_reply_at", "statistics.first_admin_reply_at"),
        _time("first_close_at", "statistics.first_close_at"),
        _time("last_close_at", "statistics.last_close_at"),
        Column(name="time_to_admin_reply_seconds", at="statistics.time_to_admin_reply", type="int64", description="office hours only"),
        Column(name="time_to_first_close_seconds", at="statistics.time_to_first_close", type="int64", description="office hours only"),
        Column(name="handling_seconds", at="statistics.handling_time", type="int64", description="assignment to close, idle time too"),
        Column(name="adjusted_handling_seconds", at="statistics.adjusted_handling_time", type="int64", description="active time only"),
        Column(name="count_reopens", at="statistics.count_reopens", type="int64"),
        Column(name="count_assignments", at="statistics.count_assignments", type="int64"),
        Column(name="count_conversation_parts", at="statistics.count_conversation_parts", type="int64"),
        Column(name="custom_attributes", type="json", personal="free_text"),
    ),
)
CONVERSATION_RATINGS = Stream(
    name="conversation_ratings",
    pages_of="conversations",
    rows_of=rating_rows,
    primary_key=("rating_id",),
    version_column="updated_at",
    scale_from="survey_questions",
    columns=(
        Column(
            name="rating_id", required=True, personal="indirect", description="the conversation's id, `<id>:ai_agent` of the AI agent's"
        ),
        Column(name="conversation_id", required=True, personal="indirect"),
        Column(name="survey_id", required=True, description="conversation_rating, or ai_agent_rating of the AI agent's own"),
        Column(name="question_id", required=True, description="always `value`"),
        _time("updated_at", required=True, description="of the conversation"),
        Column(name="score", type="float64", description="null where it was asked for and not given"),
        Column(name="comment", personal="free_text"),
        _time("requested_at", description="null of the AI agent's rating"),
        _time("answered_at"),
        *_CUSTOMER,
        Column(name="contact_count", type="int64"),
        Column(name="source_type"),
        Column(name="admin_id", personal="indirect", description="the teammate who was rated"),
    ),
)
CONVERSATION_PARTS = Stream(
    name="conversation_parts",
    reading=Permitted(permission=_CONVERSATIONS, reading=PartsOf(found_by=_FOUND_CONVERSATIONS)),
    rows_of=part_rows,
    primary_key=("conversation_id", "part_id"),
    version_column="updated_at",
    columns=(
        Column(name="conversation_id", required=True, personal="indirect"),
        Column(name="part_id", at="id", required=True),
        Column(name="part_type", required=True, description="comment, note, assignment, close, open, ..."),
        Column(name="body", personal="free_text", description="plain text"),
        *_LIFE,
        Column(name="author_type", description="user, lead, admin, bot, ..."),
        Column(name="author_id", personal="indirect"),
        Column(name="is_from_ai_agent", type="boolean"),
        Column(name="assigned_to_type", at="assigned_to.type", description="admin, team, ..."),
        Column(name="assigned_to_id", at="assigned_to.id", personal="indirect"),
        Column(name="state", description="of the conversation, when the part was written"),
        Column(name="is_redacted", at="redacted", type="boolean"),
        Column(name="app_package_code"),
    ),
)
ADMINS = Stream(
    name="admins",
    reading=Permitted(permission=_ADMINS, reading=Paged(path="/admins", records_at="admins")),
    rows_of=admin_rows,
    primary_key=("admin_id",),
    columns=(
        Column(name="admin_id", at="id", required=True, personal="indirect"),
        Column(name="email", personal="direct"),
        Column(name="job_title", personal="indirect"),
        Column(name="has_inbox_seat", type="boolean"),
        Column(name="away_mode_enabled", type="boolean"),
        Column(name="team_ids", type="json"),
    ),
)
TEAMS = Stream(
    name="teams",
    reading=Permitted(permission=_ADMINS, reading=Paged(path="/teams", records_at="teams")),
    primary_key=("team_id",),
    columns=(
        Column(name="team_id", at="id", required=True),
        Column(name="name"),
        Column(name="admin_ids", type="json", personal="indirect"),
    ),
)
TICKETS = Stream(
    name="tickets",
    reading=Permitted(permission=_TICKETS, reading=Searched(path="/tickets/search", records_at="tickets", page_size=50)),
    rows_of=ticket_rows,
    primary_key=("ticket_id",),
    version_column="updated_at",
    columns=(
        Column(name="ticket_id", required=True, personal="indirect"),
        Column(name="ticket_number", description="as people see it"),
        Column(name="category", description="Customer, Back-office or Tracker"),
        Column(name="ticket_type"),
        Column(name="state", description="submitted, in_progress, waiting_on_customer or resolved"),
        Column(name="is_open", at="open", type="boolean"),
        Column(name="is_shared", type="boolean"),
        *_LIFE,
        _time("snoozed_until"),
        Column(name="admin_assignee_id", personal="indirect"),
        Column(name="team_assignee_id"),
        *_CUSTOMER,
        Column(name="contact_count", type="int64"),
        Column(name="linked_conversation_ids", personal="indirect", description="several, joined by ; and a space"),
        _time("first_admin_reply_at"),
        _time("resolved_at", description="when its parts say that it was resolved last"),
        Column(name="reopen_count", type="int64"),
        Column(name="agent_replies", type="int64"),
        Column(name="customer_replies", type="int64"),
        Column(name="ticket_attributes", type="json", personal="free_text"),
    ),
)

INTERCOM = Source(
    name="intercom",
    base_url="https://api.intercom.io",
    parallel_tasks=1,  # a workspace has one scroll at a time, and its limit is one for all streams
    manners=Manners(
        proof=KeyHeader("Bearer"),
        headers=(("Intercom-Version", "2.14"),),
        rates=(Rate(1_500, 10.0),),  # of 10,000 a minute, which are dealt out in windows of ten seconds
        reset_header="X-RateLimit-Reset",
        permissions=(
            Permission("/conversations", f"the permission `{_CONVERSATIONS}`"),
            Permission("/tickets", f"the permission `{_TICKETS}`"),
            Permission("/admins", f"the permission `{_ADMINS}`"),
            Permission("/teams", f"the permission `{_ADMINS}`"),
            Permission("/", f"the permission `{_PEOPLE}`"),
        ),
    ),
    description="conversations with people and bots, their ratings, contacts, companies, tickets",
    streams=(CONTACTS, COMPANIES, CONVERSATIONS, CONVERSATION_RATINGS, CONVERSATION_PARTS, ADMINS, TEAMS, TICKETS),
)
