"""Dataverse's records as rows: annotations apart, deletions as tombstones, and the second grains of cases and responses."""

import json
import re
from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]

_TYPE_OF = "@Microsoft.Dynamics.CRM.lookuplogicalname"
_POLYMORPHIC = frozenset(
    {"_customerid_value", "_regardingobjectid_value", "_ownerid_value", "_msdyn_customer_value", "_parentcustomerid_value"}
)
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER = re.compile(r"\s*[+-]?\d+(?:\.\d+)?\s*")


def is_deletion(record: Record) -> bool:
    """Whether a record of a delta link says no more than that the row of its id is gone."""
    return "$deletedEntity" in str(record.get("@odata.context", "")) or (record.get("reason") in ("deleted", "changed") and "id" in record)


def _guid(text: Any) -> Any:
    """The GUID of an id, which other servers of the protocol write as the row's address."""
    found = _GUID.findall(text) if isinstance(text, str) else []
    return found[-1].lower() if found else text


def _tombstone(record: Record, parent: dict[str, str]) -> Record:
    return {parent["key"]: _guid(record.get("id")), "modifiedon": parent["read_until"], "is_deleted": True}


def table_rows(record: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The record without annotations but the tables that polymorphic lookups point into; or its tombstone."""
    if is_deletion(record):
        yield _tombstone(record, parent)
        return
    row = {name: value for name, value in record.items() if "@" not in name or name.removesuffix(_TYPE_OF) in _POLYMORPHIC}
    yield {**row, "full_read_at": parent["full_read_at"] or None}


def number_in(text: Any) -> float | None:
    """A number, or a text that is one; None of anything else, free text among it."""
    if isinstance(text, bool):
        return None
    if isinstance(text, int | float):
        return float(text)
    return float(text) if isinstance(text, str) and _NUMBER.fullmatch(text) else None


def rating_rows(incident: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The customer's rating of a case, if it has one: an answer to the one question of the survey `case_satisfaction`."""
    rating = incident.get("customersatisfactioncode")
    if rating is not None and not is_deletion(incident):
        yield {
            "incidentid": incident.get("incidentid"),
            "modifiedon": incident.get("modifiedon"),
            "survey_id": "case_satisfaction",
            "question_id": "value",
            "score": rating,
        }


def question_response_rows(record: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The answer to one question; its score where the text is a number, since every answer comes as text."""
    for row in table_rows(record, parent):
        yield row if row.get("is_deleted") else {**row, "score": number_in(record.get("msfp_response"))}


def _metrics(text: Any) -> list[Record]:
    """The items of a JSON list (or of one object) in a text; none where it is anything else."""
    try:
        found = json.loads(text) if isinstance(text, str) and text.strip() else text
    except (ValueError, RecursionError):
        return []
    items = found if isinstance(found, list) else [found]
    return [item for item in items if isinstance(item, dict) and item.get("id")]


def response_metric_rows(response: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The scores that a response carries itself: its recommendation (`msfp_npsscore`), and one a satisfaction metric."""
    if is_deletion(response):
        return
    told = {
        "activityid": response.get("activityid"),
        "modifiedon": response.get("modifiedon"),
        "survey_id": response.get("_msfp_surveyid_value"),
    }
    if (nps := response.get("msfp_npsscore")) is not None:
        yield {**told, "question_id": "msfp_npsscore", "metric_type": "nps", "score": nps}
    for item in _metrics(response.get("msfp_satisfactionmetricvalue")):
        value, score = item.get("value"), number_in(item.get("value"))
        yield {
            **told,
            "question_id": str(_guid(item["id"])),
            "metric_type": str(item.get("type") or "").lower(),
            "score": number_in(item.get("decimalValue")) if score is None else score,  # the value may be a group's name
            "value": value if isinstance(value, str) else None,
        }
