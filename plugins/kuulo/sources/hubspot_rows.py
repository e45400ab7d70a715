"""HubSpot's records as rows, where a row is not the record itself."""

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]

_NAMES = ("firstName", "lastName")


def submission_rows(submission: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The submission, with the id of the one question that it answers."""
    yield {**submission, "question_id": "value"}


def owner_rows(owner: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The owner with the primary team's name; people's names stay in the landed page, nothing here needs them."""
    teams = owner.get("teams") or []
    primary = next((team for team in teams if team.get("primary")), teams[0] if teams else {})
    rest = {name: value for name, value in owner.items() if name not in (*_NAMES, "teams")}
    yield {**rest, "team_name": primary.get("name")}


def _is_closed(metadata: Record) -> bool | None:
    """Tickets' stages say ticketState, deals' stages isClosed ("true"); a stage that says neither is not known."""
    if "ticketState" in metadata:
        return bool(metadata["ticketState"] == "CLOSED")
    return str(metadata["isClosed"]).lower() == "true" if "isClosed" in metadata else None


def stage_rows(pipeline: Record, parent: dict[str, str]) -> Iterator[Record]:
    """A row a stage of the pipeline."""
    for stage in pipeline.get("stages") or []:
        yield {
            "object_type": parent["object_type"],
            "pipeline_id": pipeline.get("id"),
            "pipeline_label": pipeline.get("label"),
            "stage_id": stage.get("id"),
            "stage_label": stage.get("label"),
            "display_order": stage.get("displayOrder"),
            "is_closed": _is_closed(stage.get("metadata") or {}),
        }


def association_rows(result: Record, parent: dict[str, str]) -> Iterator[Record]:
    """A row an associated record."""
    for to in result.get("to") or []:
        yield {**parent, "from_id": result["from"]["id"], "to_id": to.get("toObjectId")}
