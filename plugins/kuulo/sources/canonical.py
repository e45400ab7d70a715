"""The eight canonical streams: the shapes that every source's data reaches, and that a file in the inbox has at once.

All timestamps are UTC. `email` is only ever used to find the customer.
"""

from kuulo.sources.source import Column, Source, Stream

SURVEY_ANSWERS = Stream(
    name="survey_answers",
    primary_key=("response_id", "question_id", "survey_id"),
    scale_from="row",
    columns=(
        Column(name="response_id", required=True, personal="indirect"),
        Column(name="question_id", required=True),
        Column(name="metric", required=True),
        Column(name="scale", required=True),
        Column(name="score", type="float64"),
        Column(name="label"),
        Column(name="comment", personal="free_text"),
        Column(name="submitted_at", type="timestamp", required=True),
        Column(name="survey_id", required=True),
        Column(name="touchpoint"),
        Column(name="journey_stage"),
        Column(name="channel"),
        Column(name="language"),
        Column(name="customer_id", personal="indirect"),
        Column(name="email", personal="direct"),
        Column(name="contact_id", personal="indirect"),
        Column(name="weight", type="float64"),
        Column(name="is_finished", type="boolean"),
    ),
)
SURVEY_INVITES = Stream(
    name="survey_invites",
    primary_key=("invite_id",),
    columns=(
        Column(name="invite_id", required=True, personal="indirect"),
        Column(name="survey_id", required=True),
        Column(name="sent_at", type="timestamp", required=True),
        Column(name="delivered", type="boolean"),
        Column(name="opened_at", type="timestamp"),
        Column(name="responded_at", type="timestamp"),
        Column(name="response_id", personal="indirect"),
        Column(name="channel"),
        Column(name="customer_id", personal="indirect"),
        Column(name="email", personal="direct"),
        Column(name="status"),
    ),
)
CUSTOMERS = Stream(
    name="customers",
    primary_key=("customer_id",),
    columns=(
        Column(name="customer_id", required=True, personal="indirect"),
        Column(name="email", personal="direct"),
        Column(name="account_id"),
        Column(name="account_name", personal="indirect"),
        Column(name="segment"),
        Column(name="country"),
        Column(name="language"),
        Column(name="industry"),
        Column(name="owner", personal="indirect"),
        Column(name="created_at", type="timestamp"),
        Column(name="archived_at", type="timestamp"),
    ),
)
CONTACTS = Stream(
    name="contacts",
    primary_key=("contact_id",),
    columns=(
        Column(name="contact_id", required=True, personal="indirect"),
        Column(name="case_id", personal="indirect"),
        Column(name="customer_id", personal="indirect"),
        Column(name="email", personal="direct"),
        Column(name="channel"),
        Column(name="topic"),
        Column(name="direction"),
        Column(name="opened_at", type="timestamp", required=True),
        Column(name="answered_at", type="timestamp"),
        Column(name="ended_at", type="timestamp"),
        Column(name="first_reply_at", type="timestamp"),
        Column(name="resolved_at", type="timestamp"),
        Column(name="is_resolved", type="boolean"),
        Column(name="is_abandoned", type="boolean"),
        Column(name="is_bot", type="boolean"),
        Column(name="wait_seconds", type="float64"),
        Column(name="talk_seconds", type="float64"),
        Column(name="hold_seconds", type="float64"),
        Column(name="wrap_seconds", type="float64"),
        Column(name="agent_replies", type="int64"),
        Column(name="customer_replies", type="int64"),
        Column(name="reopen_count", type="int64"),
        Column(name="transfer_count", type="int64"),
        Column(name="agent_id", personal="indirect"),
        Column(name="team"),
    ),
)
USAGE_EVENTS = Stream(
    name="usage_events",
    primary_key=("event_id",),
    columns=(
        Column(name="event_id", required=True),
        Column(name="customer_id", personal="indirect"),
        Column(name="email", personal="direct"),
        Column(name="event_name", required=True),
        Column(name="occurred_at", type="timestamp", required=True),
        Column(name="session_id", personal="indirect"),
        Column(name="duration_seconds", type="float64"),
        Column(name="quantity", type="float64"),
    ),
)
SUBSCRIPTIONS = Stream(
    name="subscriptions",
    primary_key=("subscription_id",),
    columns=(
        Column(name="subscription_id", required=True),
        Column(name="customer_id", required=True, personal="indirect"),
        Column(name="plan"),
        Column(name="mrr", type="float64", required=True),
        Column(name="currency"),
        Column(name="started_at", type="timestamp", required=True),
        Column(name="ended_at", type="timestamp"),
        Column(name="cancel_reason", personal="free_text"),
        Column(name="cancel_kind", description="voluntary or involuntary; anything else counts as voluntary"),
    ),
)
ORDERS = Stream(
    name="orders",
    primary_key=("order_id",),
    columns=(
        Column(name="order_id", required=True),
        Column(name="customer_id", personal="indirect"),
        Column(name="email", personal="direct"),
        Column(name="ordered_at", type="timestamp", required=True),
        Column(name="amount", type="float64"),
        Column(name="currency"),
        Column(name="status", description="`abandoned` for a cart left behind"),
    ),
)
REVIEWS = Stream(
    name="reviews",
    primary_key=("review_id",),
    columns=(
        Column(name="review_id", required=True),
        Column(name="site", required=True),
        Column(name="rating", type="float64"),
        Column(name="rating_max", type="float64"),
        Column(name="text", personal="free_text"),
        Column(name="posted_at", type="timestamp", required=True),
        Column(name="author", personal="direct"),
        Column(name="email", personal="direct"),
        Column(name="url", personal="indirect"),
    ),
)

_CANONICAL = (SURVEY_ANSWERS, SURVEY_INVITES, CUSTOMERS, CONTACTS, USAGE_EVENTS, SUBSCRIPTIONS, ORDERS, REVIEWS)

FILES = Source(
    name="files",
    description="files laid in the inbox, for everything that has no connector",
    streams=_CANONICAL,
)
DATABASE = Source(
    name="database",
    description="tables and queries of SQL databases, each declared in databases/<name>.yml",
    streams=_CANONICAL,
    parallel_tasks=2,
)
