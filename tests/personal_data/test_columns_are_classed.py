"""Every column that may hold something of a person says so in its declaration."""

import re

from kuulo.sources.catalog import SOURCES

_SMELL = re.compile(r"mail|phone|mobile|fax|name|comment|text|body|url|address|subject|title|author|content|description|remark|note")
# Names of things that are no person: what a survey, a team, an attribute, a plan, an event or a Dataverse table is called.
_OF_THINGS = {
    "survicate/surveys.name", "survicate/respondent_attributes.name", "hubspot/feedback_submissions.survey_name",
    "hubspot/owners.team_name",
    "intercom/companies.plan_name", "intercom/conversations.tag_names", "intercom/conversations.topic_names", "intercom/teams.name",
    "zendesk/groups.name", "dynamics365/surveys.name", "dynamics365/surveys.friendly_name", "dynamics365/questions.name",
    "dynamics365/questions.question", "dynamics365/satisfaction_metrics.name",
    "dynamics365/contacts.country", "dynamics365/accounts.country",
    "dynamics365/incidents.subject_id", "files/usage_events.event_name", "database/usage_events.event_name",
    "intercom/conversations.author_type", "intercom/conversation_parts.author_type",
}  # fmt: skip


def _unclassed() -> set[str]:
    return {
        f"{source.name}/{stream.name}.{column.name}"
        for source in SOURCES.values()
        for stream in source.streams
        for column in stream.columns
        if column.personal == "none" and column.type != "boolean" and not column.at.endswith(r"CRM\.lookuplogicalname")
        if _SMELL.search(f"{column.name} {column.at}".lower())
    }


def test_what_smells_of_a_person_is_classed_or_known_to_name_a_thing():
    assert _unclassed() == _OF_THINGS


def test_an_email_is_direct_and_a_comment_free_text_wherever_they_are():
    wrong = [
        f"{source.name}/{stream.name}.{column.name}: {column.personal}"
        for source in SOURCES.values()
        for stream in source.streams
        for column in stream.columns
        if (column.name == "email" and column.personal != "direct") or (column.name == "comment" and column.personal != "free_text")
    ]
    assert not wrong
