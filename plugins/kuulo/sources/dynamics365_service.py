"""Customer Service in Dataverse: cases and their resolutions, who they are about, and the calls, e-mails and conversations."""

from kuulo.sources.dynamics365_rows import rating_rows
from kuulo.sources.dynamics365_tables import column, points_into, table
from kuulo.sources.source import Column, Stream

_REGARDING = (
    column("regarding_id", "_regardingobjectid_value", personal="indirect"),
    points_into("regarding_type", "_regardingobjectid_value"),
)
_OWNER = (column("owner_id", "_ownerid_value", personal="indirect"), points_into("owner_type", "_ownerid_value"))
_MERGED = (
    column("is_merged", "merged", "boolean", why="the row stays, inactive, when it is merged into another"),
    column("master_id", "_masterid_value", personal="indirect", why="the row that it was merged into"),
)

INCIDENTS = table(
    "incidents",
    column("ticket_number", "ticketnumber"),
    column("title", "title", personal="free_text"),
    column("case_type_code", "casetypecode", "int64"),
    column("origin_code", "caseorigincode", "int64"),
    column("priority_code", "prioritycode", "int64"),
    column("severity_code", "severitycode", "int64"),
    column("satisfaction_code", "customersatisfactioncode", "int64", why="1 to 5; judged as a score in the stream case_ratings"),
    column("is_escalated", "isescalated", "boolean"),
    column("escalated_at", "escalatedon", "timestamp"),
    column("is_first_response_sent", "firstresponsesent", "boolean"),
    column("deactivated_at", "deactivatedon", "timestamp", why="when it was resolved or cancelled"),
    column("on_hold_minutes", "onholdtime", "int64"),
    *_MERGED,
    column("parent_case_id", "_parentcaseid_value"),
    column("customer_id", "_customerid_value", personal="indirect"),
    points_into("customer_type", "_customerid_value"),
    column("primary_contact_id", "_primarycontactid_value", personal="indirect"),
    *_OWNER,
    column("subject_id", "_subjectid_value"),
    column("product_id", "_productid_value"),
    column("email", "emailaddress", personal="direct"),
    column("sentiment_value", "sentimentvalue", "float64"),
    column("status_code", "statuscode", "int64"),
    logical_name="incident",
    entity_set="incidents",
    key=column("incident_id", "incidentid", required=True, personal="indirect"),
)
CASE_RATINGS = Stream(
    name="case_ratings",
    pages_of="incidents",
    rows_of=rating_rows,
    primary_key=("incident_id",),
    version_column="modified_at",
    scale_from="survey_questions",
    columns=(
        column("incident_id", "incidentid", required=True, personal="indirect"),
        column("modified_at", "modifiedon", "timestamp", required=True, why="of the case, so that a rating that was taken back is known"),
        Column(name="survey_id", description="always `case_satisfaction`"),
        Column(name="question_id", description="always `value`"),
        Column(name="score", type="float64"),
    ),
)
INCIDENT_RESOLUTIONS = table(
    "incident_resolutions",
    column("incident_id", "_incidentid_value", required=True, personal="indirect"),
    column("resolved_at", "actualend", "timestamp"),
    column("time_spent_minutes", "timespent", "int64"),
    column("subject", "subject", personal="free_text"),
    logical_name="incidentresolution",
    entity_set="incidentresolutions",
    key=column("resolution_id", "activityid", required=True),
)
CONTACTS = table(
    "contacts",
    *(column(f"email{number}", f"emailaddress{number}", personal="direct") for number in (1, 2, 3)),
    column("external_id", "externaluseridentifier", personal="indirect", why="the company's own customer number"),
    column("account_id", "_parentcustomerid_value"),
    points_into("account_type", "_parentcustomerid_value"),
    column("country", "address1_country"),
    *_MERGED,
    logical_name="contact",
    entity_set="contacts",
    key=column("contact_id", "contactid", required=True, personal="indirect"),
)
ACCOUNTS = table(
    "accounts",
    column("name", "name", personal="indirect"),
    column("account_number", "accountnumber", personal="indirect", why="the company's own customer number"),
    column("email1", "emailaddress1", personal="direct"),
    column("website", "websiteurl", personal="indirect"),
    column("industry_code", "industrycode", "int64"),
    column("number_of_employees", "numberofemployees", "int64"),
    column("revenue", "revenue", "float64"),
    column("country", "address1_country"),
    *_MERGED,
    logical_name="account",
    entity_set="accounts",
    key=column("account_id", "accountid", required=True, personal="indirect"),
)
PHONECALLS = table(
    "phonecalls",
    column("subject", "subject", personal="free_text"),
    column("is_outbound", "directioncode", "boolean"),
    column("started_at", "actualstart", "timestamp"),
    column("ended_at", "actualend", "timestamp"),
    column("duration_minutes", "actualdurationminutes", "int64"),
    *_REGARDING,
    *_OWNER,
    column("status_code", "statuscode", "int64"),
    logical_name="phonecall",
    entity_set="phonecalls",
    key=column("phonecall_id", "activityid", required=True, personal="indirect"),
)
EMAILS = table(
    "emails",
    column("subject", "subject", personal="free_text"),
    column("is_outbound", "directioncode", "boolean"),
    column("sender", "sender", personal="direct"),
    column("sent_at", "senton", "timestamp"),
    *_REGARDING,
    *_OWNER,
    column("status_code", "statuscode", "int64"),
    logical_name="email",
    entity_set="emails",
    key=column("email_id", "activityid", required=True, personal="indirect"),
)
CONVERSATIONS = table(
    "conversations",
    column("channel_code", "msdyn_channel", why="an option's number; the column may hold several, joined by commas"),
    column("opened_at", "msdyn_createdon", "timestamp"),
    column("closed_at", "msdyn_closedon", "timestamp"),
    column("agent_assigned_at", "msdyn_activeagentassignedon", "timestamp"),
    column("handle_seconds", "msdyn_conversationhandletimeinseconds", "int64"),
    column("talk_seconds", "msdyn_conversationtalktimeinseconds", "int64"),
    column("hold_seconds", "msdyn_conversationholdtimeinseconds", "int64"),
    column("wrap_seconds", "msdyn_conversationwrapuptimeinseconds", "int64"),
    column("wait_seconds", "msdyn_conversationfirstwaittimeinseconds", "int64"),
    column("first_response_milliseconds", "msdyn_firstresponsetimeinmsadjforoh", "int64"),
    column("transfer_count", "msdyn_transfercount", "int64"),
    column("escalation_count", "msdyn_escalationcount", "int64"),
    column("is_abandoned", "msdyn_isabandoned", "boolean"),
    column("is_outbound", "msdyn_isoutbound", "boolean"),
    column("is_agent_session", "msdyn_isagentsession", "boolean", why="whether a person had a part in it; else a bot's"),
    column("sentiment", "msdyn_customersentimentlabel"),
    column("agent_id", "_msdyn_activeagentid_value", personal="indirect"),
    column("queue_id", "_msdyn_cdsqueueid_value"),
    column("customer_id", "_msdyn_customer_value", personal="indirect"),
    points_into("customer_type", "_msdyn_customer_value"),
    column("incident_id", "_msdyn_issueid_value", personal="indirect"),
    column("channel_instance_id", "msdyn_channelinstanceid", why="set where another conversation holds the handle time"),
    *_REGARDING,
    column("status_code", "statuscode", "int64"),
    logical_name="msdyn_ocliveworkitem",
    entity_set="msdyn_ocliveworkitems",
    key=column("conversation_id", "activityid", required=True, personal="indirect"),
)
QUEUES = table(
    "queues",
    column("name", "name", personal="direct", why="a private queue is called after its user, in angle brackets"),
    column("email", "emailaddress", personal="direct"),
    column("type_code", "queuetypecode", "int64"),
    logical_name="queue",
    entity_set="queues",
    key=column("queue_id", "queueid", required=True),
)

SERVICE_STREAMS = (
    INCIDENTS, CASE_RATINGS, INCIDENT_RESOLUTIONS, CONTACTS, ACCOUNTS, PHONECALLS, EMAILS, CONVERSATIONS, QUEUES,
)  # fmt: skip
