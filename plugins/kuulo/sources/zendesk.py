"""Zendesk Support: tickets with their metrics, users, organizations, groups, metric events, and both ways of rating.

Vendor page: https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/.
Subjects, texts, names and telephone numbers are not typed. Not asked for: comments of tickets (texts), and the list
`ticket_metrics`, which leaves out archived tickets; the export tells each ticket's metrics with the ticket, archived or not.
"""

from kuulo.sources.manners import DEFAULT_BUSY, Manners, Permission, Rate
from kuulo.sources.reading import Paged
from kuulo.sources.source import Column, Source, Stream
from kuulo.sources.zendesk_csat import CSAT_SURVEY_RESPONSES, SATISFACTION_RATINGS
from kuulo.sources.zendesk_reading import CursorExport, IdentitiesOf, MoreCursor, OnSomePlans, TimeExport, TokenOrBearer
from kuulo.sources.zendesk_rows import identity_rows, organization_rows, ticket_rows, user_rows

_BASE = "/api/v2"
_HUNDRED = ("page[size]", "100")
_THOUSAND = ("per_page", "1000")


def _minutes(name: str, at: str, kind: str = "calendar") -> Column:
    return Column(name=name, at=f"metric_set.{at}.{kind}", type="int64")


TICKETS = Stream(
    name="tickets",
    reading=CursorExport(
        path=f"{_BASE}/incremental/tickets/cursor.json",
        records_at="tickets",
        params=(_THOUSAND, ("include", "metric_sets")),
        generated_at="generated_timestamp",
        told=("topic_field", "topic_tag_prefix"),
    ),
    rows_of=ticket_rows,
    primary_key=("ticket_id",),
    version_column="generated_at",
    columns=(
        Column(name="ticket_id", at="id", required=True, personal="indirect"),
        Column(name="status", required=True, description="new, open, pending, hold, solved, closed or deleted"),
        Column(name="ticket_type", at="type"),
        Column(name="priority"),
        Column(name="topic", description="of the custom field that the connection's extra `topic_field` names, or of a tag"),
        Column(name="tags", personal="free_text", description="several, joined by ;"),
        Column(name="channel", at="via.channel"),
        Column(name="call_direction", at="via.relation", description="inbound or outbound, of calls"),
        Column(name="requester_id", personal="indirect"),
        Column(name="assignee_id", personal="indirect"),
        Column(name="organization_id"),
        Column(name="group_id"),
        Column(name="brand_id"),
        Column(name="external_id", personal="indirect", description="the company's own id of the ticket"),
        Column(name="custom_fields", type="json", personal="free_text"),
        Column(name="opened_at", at="created_at", type="timestamp", required=True),
        Column(name="updated_at", type="timestamp"),
        Column(
            name="generated_at",
            at="generated_timestamp",
            type="timestamp",
            unit="epoch_seconds",
            required=True,
            description="when anything changed, the system's own updates too, which updated_at does not tell",
        ),
        Column(name="reopens", at="metric_set.reopens", type="int64"),
        Column(name="replies", at="metric_set.replies", type="int64", description="public replies of agents"),
        Column(name="assignee_stations", at="metric_set.assignee_stations", type="int64", description="agents that it was with"),
        Column(name="group_stations", at="metric_set.group_stations", type="int64", description="groups that it was with"),
        Column(name="initially_assigned_at", at="metric_set.initially_assigned_at", type="timestamp"),
        Column(name="assigned_at", at="metric_set.assigned_at", type="timestamp"),
        Column(name="solved_at", at="metric_set.solved_at", type="timestamp"),
        Column(name="reply_seconds", at="metric_set.reply_time_in_seconds.calendar", type="int64", description="of messaging only"),
        _minutes("reply_minutes", "reply_time_in_minutes"),
        _minutes("reply_business_minutes", "reply_time_in_minutes", "business"),
        _minutes("first_resolution_minutes", "first_resolution_time_in_minutes"),
        _minutes("full_resolution_minutes", "full_resolution_time_in_minutes"),
        _minutes("agent_wait_minutes", "agent_wait_time_in_minutes"),
        _minutes("requester_wait_minutes", "requester_wait_time_in_minutes"),
        _minutes("on_hold_minutes", "on_hold_time_in_minutes"),
    ),
)
_USERS = CursorExport(path=f"{_BASE}/incremental/users/cursor.json", records_at="users", params=(_THOUSAND,))
USERS = Stream(
    name="users",
    reading=_USERS,
    rows_of=user_rows,
    primary_key=("user_id",),
    version_column="updated_at",
    columns=(
        Column(name="user_id", at="id", required=True, personal="indirect"),
        Column(name="role", description="end-user, agent or admin"),
        Column(name="email", personal="direct"),
        Column(name="external_id", personal="indirect", description="the company's own customer number"),
        Column(name="has_phone", type="boolean"),
        Column(name="organization_id"),
        Column(name="locale"),
        Column(name="is_active", at="active", type="boolean", description="false of users that were deleted or merged into another"),
        Column(name="is_suspended", at="suspended", type="boolean"),
        Column(name="created_at", type="timestamp"),
        Column(name="updated_at", type="timestamp", required=True),
    ),
)
USER_IDENTITIES = Stream(
    name="user_identities",
    reading=OnSomePlans(IdentitiesOf(found_by=_USERS, path=f"{_BASE}/users/show_many.json", records_at="identities")),
    rows_of=identity_rows,
    primary_key=("identity_id",),
    version_column="updated_at",
    columns=(
        Column(name="identity_id", at="id", required=True, personal="indirect"),
        Column(name="user_id", required=True, personal="indirect"),
        Column(name="email", at="value", required=True, personal="direct"),
        Column(name="identity_type", at="type"),
        Column(name="is_primary", at="primary", type="boolean"),
        Column(name="is_verified", at="verified", type="boolean"),
        Column(name="created_at", type="timestamp"),
        Column(name="updated_at", type="timestamp", required=True),
    ),
)
ORGANIZATIONS = Stream(
    name="organizations",
    reading=TimeExport(path=f"{_BASE}/incremental/organizations.json", records_at="organizations"),
    rows_of=organization_rows,
    primary_key=("organization_id",),
    version_column="updated_at",
    columns=(
        Column(name="organization_id", at="id", required=True),
        Column(name="name", personal="indirect"),
        Column(name="external_id", description="the company's own id of the account"),
        Column(name="created_at", type="timestamp"),
        Column(name="updated_at", type="timestamp", required=True),
        Column(name="deleted_at", type="timestamp"),
    ),
)
GROUPS = Stream(
    name="groups",
    reading=Paged(path=f"{_BASE}/groups.json", records_at="groups", pager=MoreCursor(), params=(_HUNDRED,)),
    primary_key=("group_id",),
    version_column="updated_at",
    columns=(
        Column(name="group_id", at="id", required=True),
        Column(name="name", required=True),
        Column(name="is_deleted", at="deleted", type="boolean"),
        Column(name="created_at", type="timestamp"),
        Column(name="updated_at", type="timestamp", required=True),
    ),
)
TICKET_METRIC_EVENTS = Stream(
    name="ticket_metric_events",
    reading=OnSomePlans(TimeExport(path=f"{_BASE}/incremental/ticket_metric_events.json", records_at="ticket_metric_events")),
    primary_key=("event_id",),
    columns=(
        Column(name="event_id", at="id", required=True),
        Column(name="ticket_id", required=True, personal="indirect"),
        Column(name="metric", required=True, description="reply_time, agent_work_time, requester_wait_time and others"),
        Column(name="instance", at="instance_id", type="int64", description="which turn of the metric it belongs to"),
        Column(
            name="event_type", at="type", required=True, description="activate, pause, fulfill, apply_sla, breach, update_status, measure"
        ),
        Column(name="occurred_at", at="time", type="timestamp", required=True),
        Column(name="is_deleted", at="deleted", type="boolean"),
        Column(name="sla", type="json"),
        Column(name="status", type="json"),
    ),
)
_OR_WITHOUT = "or name the stream in the connection's extra `without`"
ZENDESK = Source(
    name="zendesk",
    base_url="https://subdomain.zendesk.invalid",  # each account has a host of its own: the connection must name it
    manners=Manners(
        proof=TokenOrBearer(),
        rates=(Rate(10, 60.0, "/incremental/"), Rate(200, 60.0)),
        busy_statuses=DEFAULT_BUSY | {409, 520},
        permissions=(
            Permission("/satisfaction_ratings", f"an administrator's role and a plan with the legacy CSAT ({_OR_WITHOUT})"),
            Permission(
                "/survey_responses", f"an administrator's role and a plan with CSAT surveys, Support Professional or more ({_OR_WITHOUT})"
            ),
            Permission("/ticket_metric_events", f"an administrator's role and a plan with metric events ({_OR_WITHOUT})"),
            Permission("/incremental/", "an administrator's role, without which there are no incremental exports"),
            Permission("/", "an agent's role, or the OAuth scope read"),
        ),
    ),
    description="support tickets with their metrics, the people who wrote them, and their ratings",
    streams=(TICKETS, USERS, USER_IDENTITIES, ORGANIZATIONS, GROUPS, TICKET_METRIC_EVENTS, SATISFACTION_RATINGS, CSAT_SURVEY_RESPONSES),
)
