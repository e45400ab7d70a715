"""Customer Voice as rows of Dataverse tables: a survey, its questions, invites, responses with all the ways that a score comes in."""

import json
from random import Random
from typing import Any

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_activity import SurveyInvite, VendorAnswer
from kuulo.sandbox.drawn_id import drawn_id
from kuulo.sandbox.dynamics365_objects import Table, TableRow, Values, row
from kuulo.sandbox.dynamics365_support import SYSTEM, fixed_id
from kuulo.sandbox.dynamics365_voice import CES_QUESTION, CSAT_QUESTION, NPS_QUESTION, SURVEY, TEXT_QUESTION
from kuulo.sandbox.history import HISTORY_START
from kuulo.sandbox.instants import zulu

_QUESTIONS = {
    NPS_QUESTION: ("How likely are you to recommend Kajo Lamps?", 10), CSAT_QUESTION: ("How satisfied are you with our service?", 5),
    CES_QUESTION: ("Kajo made it easy for me", 7), TEXT_QUESTION: ("Anything else?", None),
}  # fmt: skip
_NPS_METRIC, _CSAT_METRIC = fixed_id("metrics", "nps"), fixed_id("metrics", "csat")
_CHANNELS = {"email": 647390000, "sms": 647390001}
_SENT, _FAILED = 647390002, 647390003


def _fixed_tables() -> list[Table]:
    source = {"msfp_sourcesurveyidentifier": "voice-1"}
    survey = {
        "msfp_surveyid": SURVEY, "msfp_name": "After service", "msfp_friendlyname": "After service", **source, "msfp_surveysource": 1,
        "_msfp_project_value": fixed_id("projects", "care"), "msfp_startdate": None, "msfp_enddate": None,
        "msfp_publishedon": zulu(HISTORY_START),
    }  # fmt: skip
    questions: list[Values] = [
        {
            "msfp_questionid": question_id, "msfp_name": text, "msfp_questiontext": text, "msfp_questiontype": 1, "msfp_sequence": number,
            "msfp_maximumrating": top, "msfp_questionchoices": None, "msfp_responserequired": False,
            "msfp_sourcequestionidentifier": f"q{number}", "msfp_sourceparentquestionidentifier": None, **source,
            "_msfp_survey_value": SURVEY,
        }
        for number, (question_id, (text, top)) in enumerate(_QUESTIONS.items(), 1)
    ]  # fmt: skip
    metrics: list[Values] = [
        {
            "msfp_satisfactionmetricid": metric, "msfp_name": name, "msfp_type": number, "msfp_minimumvalue": low,
            "msfp_maximumvalue": high, "msfp_threshold": None, "msfp_lastcomputedvalue": None, "msfp_lastcomputedon": None,
            "msfp_questions": None, "_msfp_project_value": fixed_id("projects", "care"),
        }
        for number, (metric, name, low, high) in enumerate(((_NPS_METRIC, "NPS", -100, 100), (_CSAT_METRIC, "CSAT", 1, 5)), 1)
    ]  # fmt: skip
    mapping = {
        "msfp_satisfactionmetricsurveymappingid": fixed_id("mappings", "csat"), "_msfp_satisfactionmetric_value": _CSAT_METRIC,
        "_msfp_survey_value": SURVEY, "_msfp_question_value": CSAT_QUESTION,
    }  # fmt: skip

    def rows(all_values: list[Values]) -> list[TableRow]:
        return [row(HISTORY_START, HISTORY_START, values) for values in all_values]

    mappings = "msfp_satisfactionmetricsurveymapping"
    return [
        Table("msfp_survey", "msfp_surveies", "msfp_surveyid", rows([survey])),
        Table("msfp_question", "msfp_questions", "msfp_questionid", rows(questions)),
        Table("msfp_satisfactionmetric", "msfp_satisfactionmetrics", "msfp_satisfactionmetricid", rows(metrics)),
        Table(mappings, f"{mappings}s", f"{mappings}id", rows([mapping])),
    ]


def _metric_value(nps: Any, csat: Any) -> str | None:
    """The satisfaction metrics in one text: a group's name for NPS, a digit for CSAT."""
    items: list[Values] = []
    if isinstance(nps, int):
        group = "promoter" if nps >= 9 else "passive" if nps >= 7 else "detractor"
        items.append({"id": _NPS_METRIC, "type": "nps", "value": group})
    if isinstance(csat, int):
        items.append({"id": _CSAT_METRIC, "type": "csat", "value": str(csat), "decimalValue": float(csat)})
    return json.dumps(items) if items else None


def _response(given: list[VendorAnswer], invite: SurveyInvite | None) -> TableRow:
    first, value = given[0], {answer.metric: answer.value for answer in given}
    person, by_email = first.person, False
    if person and person.emails:
        by_email = int(first.response_id[0], 16) < 5
    return row(first.at, first.at, {
        "activityid": first.response_id, "msfp_npsscore": value.get("nps"),
        "msfp_satisfactionmetricvalue": _metric_value(value.get("nps"), value.get("csat")), "msfp_sentiment": 647390001,
        "msfp_respondentemailaddress": person.emails[0] if person and by_email else None, "msfp_language": first.language,
        "msfp_locale": first.language, "msfp_startdate": None, "msfp_submitdate": zulu(first.at), "msfp_embedcontextparameters": None,
        "msfp_sourceresponseidentifier": f"r-{first.response_id[:8]}", "msfp_sourcesurveyidentifier": "voice-1",
        "_msfp_surveyid_value": SURVEY, "_msfp_surveyinviteid_value": invite.invite_id if invite else None,
        "_msfp_parentsurveyresponse_value": None,
        "_regardingobjectid_value": person.known_as[SYSTEM][-1] if person and not by_email else None, "statuscode": 2,
    }, state=1, _regardingobjectid_value="contact")  # fmt: skip


def _question_responses(rng: Random, given: list[VendorAnswer]) -> list[TableRow]:
    """Each answer as text, the recommendation and the remarks among them."""
    texts = {NPS_QUESTION if answer.metric == "nps" else answer.question_id: str(answer.value) for answer in given}
    if remarks := [answer.comment for answer in given if answer.comment]:
        texts[TEXT_QUESTION] = remarks[0]
    return [
        row(given[0].at, given[0].at, {
            "msfp_questionresponseid": drawn_id(rng), "msfp_response": text, "msfp_sentimentvalue": None, "msfp_keyphrases": None,
            "_msfp_questionid_value": question_id, "_msfp_surveyresponseid_value": given[0].response_id,
            "msfp_sourcequestionidentifier": None, "msfp_sourceresponseidentifier": f"r-{given[0].response_id[:8]}",
        })
        for question_id, text in texts.items()
    ]  # fmt: skip


def _invite(invite: SurveyInvite) -> TableRow:
    return row(invite.sent_at, invite.responded_at or invite.sent_at, {
        "activityid": invite.invite_id, "msfp_channel": _CHANNELS[invite.channel],
        "msfp_invitestatus": _SENT if invite.delivered else _FAILED, "msfp_invitestatusreason": None,
        "msfp_invitefailurereason": None if invite.delivered else "MailboxUnknown", "msfp_invitesentdate": zulu(invite.sent_at),
        "msfp_inviteupdateddate": zulu(invite.responded_at), "msfp_inviteemailaddress": None, "_msfp_surveyid_value": SURVEY,
        "_regardingobjectid_value": invite.person.known_as[SYSTEM][0],
    }, state=1, _regardingobjectid_value="contact")  # fmt: skip


def voice_tables(company: Company) -> list[Table]:
    """The tables of Customer Voice."""
    rng = Random(f"{company.seed}:{SYSTEM} voice tables")
    own = [invite for invite in company.vendor_invites if invite.survey_id == SURVEY]
    answered = {invite.response_id: invite for invite in own}
    responses: dict[str, list[VendorAnswer]] = {}
    for answer in company.vendor_answers:
        if answer.source == SYSTEM and answer.survey_id == SURVEY:
            responses.setdefault(answer.response_id, []).append(answer)
    given = responses.values()
    told = [made for answers in given for made in _question_responses(rng, answers)]
    return [
        *_fixed_tables(),
        Table("msfp_surveyresponse", "msfp_surveyresponses", "activityid", [_response(a, answered.get(a[0].response_id)) for a in given]),
        Table("msfp_questionresponse", "msfp_questionresponses", "msfp_questionresponseid", told),
        Table("msfp_surveyinvite", "msfp_surveyinvites", "activityid", [_invite(invite) for invite in own]),
    ]
