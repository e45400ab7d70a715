"""What HubSpot knows of the account itself: owners, pipelines, properties."""

from datetime import UTC, datetime
from typing import Any

from kuulo.sandbox.company_activity import Owner
from kuulo.sandbox.hubspot_objects import CrmObject, millis
from kuulo.sandbox.people import OWNERS

_BEGAN = datetime(2025, 3, 1, tzinfo=UTC)
_TEAM_IDS = {team: str(41 + i) for i, team in enumerate(sorted({owner.team for owner in OWNERS}))}
_TICKET_STAGES = (("1", "New", False), ("2", "Waiting on contact", False), ("3", "Waiting on us", False), ("4", "Closed", True))
_DEAL_STAGES = (
    ("qualified", "Qualified", False),
    ("offer", "Offer sent", False),
    ("closedwon", "Closed won", True),
    ("closedlost", "Closed lost", True),
)


def _life(began: datetime = _BEGAN) -> dict[str, Any]:
    return {"createdAt": millis(began), "updatedAt": millis(began), "archived": False}


def owner_record(owner: Owner) -> dict[str, Any]:
    """An owner with teams: the primary one, and one that everybody is in."""
    first, last = owner.name.split(" ")
    return {
        **_life(),
        "id": owner.owner_id,
        "email": f"{first}.{last}@kajo.example".lower(),
        "type": "PERSON",
        "firstName": first,
        "lastName": last,
        "userId": int(owner.owner_id) + 100,
        "userIdIncludingInactive": int(owner.owner_id) + 100,
        "archived": owner.is_archived,
        "teams": [{"id": "40", "name": "Everybody", "primary": False}, {"id": _TEAM_IDS[owner.team], "name": owner.team, "primary": True}],
    }


def _stage(order: int, stage_id: str, label: str, metadata: dict[str, str]) -> dict[str, Any]:
    return {**_life(), "id": stage_id, "label": label, "displayOrder": order, "metadata": metadata}


def pipeline_records(object_type: str) -> list[dict[str, Any]]:
    """The pipelines of deals or tickets, each with its stages; values of the metadata are texts."""
    if object_type == "tickets":
        states = [{"isClosed": str(closed).lower(), "ticketState": "CLOSED" if closed else "OPEN"} for _, _, closed in _TICKET_STAGES]
        stages = [_stage(i, s[0], s[1], state) for i, (s, state) in enumerate(zip(_TICKET_STAGES, states, strict=True))]
        return [{**_life(), "id": "0", "label": "Support pipeline", "displayOrder": 0, "stages": stages}]
    stages = [_stage(i, s, label, {"isClosed": str(closed).lower()}) for i, (s, label, closed) in enumerate(_DEAL_STAGES)]
    return [{**_life(), "id": "default", "label": "Sales pipeline", "displayOrder": 0, "stages": stages}]


def _property_type(name: str) -> str:
    if name.endswith("date") or name.endswith("timestamp"):
        return "datetime"
    return "number" if name.startswith("time_to") or name in ("amount", "hs_value", "numberofemployees", "annualrevenue") else "string"


def property_records(objects: list[CrmObject]) -> list[dict[str, Any]]:
    """The properties that a type has."""
    names = sorted({name for made in objects[:1] for name in made.properties})
    return [
        {"name": n, "label": n.replace("_", " ").title(), "type": _property_type(n), "fieldType": "text", "groupName": "information",
         "description": "", "options": [], "hasUniqueValue": n == "hs_object_id"}
        for n in names
    ]  # fmt: skip
