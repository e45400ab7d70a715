"""HubSpot's own ways: property names that must be checked, search by date of change, associations in batches."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from kuulo.sources.api_errors import RetryLater, SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.asker import Asker, Page, State
from kuulo.sources.pagination import IdKeyset

OBJECTS = (("object_prefix", "/crm/v3/objects"),)
SEARCH_PAGE = "200"
_HARMLESS = ("NO_ASSOCIATIONS_FOUND", "OBJECT_NOT_FOUND")


@dataclass(frozen=True)
class PropertyNames:
    """The stream's declared properties, those of them that the account has; HubSpot ignores unknown names without a word."""

    object_type: str

    def names(self, asker: Asker) -> list[str]:
        """The names in declared order; an optional one that the account lacks is noted, a required one is an error."""
        declared = {column.path[1]: column for column in asker.stream.columns if column.path[0] == "properties"}
        if not declared:
            return []
        answer = asker.ask_once(Ask(path=f"/crm/v3/properties/{self.object_type}"), "results")
        known = {record.get("name") for record in answer.document["results"] if isinstance(record, dict)}
        missing = [name for name in declared if name not in known]
        if required := [name for name in missing if declared[name].required]:
            raise SourceContractBroken(f"{asker.label}: the account lacks required {self.object_type} properties: {', '.join(required)}")
        if missing:
            asker.note(f"not asked for, since the account has no such {self.object_type} property: {', '.join(missing)}")
        return [name for name in declared if name in known]

    def params(self, asker: Asker) -> tuple[tuple[str, str], ...]:
        """The names as one parameter of a list request."""
        return (("properties", ",".join(self.names(asker))),)


def _milliseconds(asker: Asker, overlap: timedelta) -> tuple[str, str]:
    start, end = asker.window.start - overlap, asker.window.end
    return str(int(start.timestamp() * 1000)), str(int(end.timestamp() * 1000))


@dataclass(frozen=True, kw_only=True)
class Searched:
    """Objects that changed in the window, by search: sorted by id, so that the cap of 10,000 results can be passed.

    Attributes:
        changed_property: `lastmodifieddate` of contacts, `hs_lastmodifieddate` of the others.
        overlap: reaches back before the window's start, since search sees changes some moments late.
    """

    object_type: str
    changed_property: str
    overlap: timedelta = timedelta(minutes=10)
    with_properties: bool = True
    pager: IdKeyset = field(default_factory=lambda: IdKeyset(id_property="hs_object_id"))

    def first(self, asker: Asker) -> Ask:
        """The ask of the first page; all five fields of the body are always sent."""
        since, until = _milliseconds(asker, self.overlap)
        bounds = [
            {"propertyName": self.changed_property, "operator": "GTE", "value": since},
            {"propertyName": self.changed_property, "operator": "LT", "value": until},
        ]
        body: dict[str, Any] = {
            "filterGroups": [{"filters": bounds}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": PropertyNames(self.object_type).names(asker) if self.with_properties else ["hs_object_id"],
            "limit": int(SEARCH_PAGE),
            "after": "0",
        }
        prefix = {**dict(OBJECTS), **asker.knobs}["object_prefix"]
        return Ask(path=f"{prefix}/{self.object_type}/search", method="POST", body=body)

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """Every page of the search."""
        following: Ask | None = Ask.from_json(state["ask"]) if state else self.first(asker)
        while following:
            ask = following
            answer = asker.ask(ask, "results")
            following = asker.after(self.pager, ask, answer)
            yield Page(ask=ask, answer=answer, records_at="results", next={"ask": following.to_json()} if following else None)


@dataclass(frozen=True, kw_only=True)
class AssociationsOf:
    """Associations of the objects that a search finds, read in batches, since neither search nor its pages hold them."""

    found_by: Searched
    to_type: str

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """A page for each batch of ids, and for what of a batch did not fit into one answer."""
        if state and state["inputs"]:
            yield from self._batches(asker, state["inputs"], state["search"])
        if state and not state["search"]:
            return
        for found in self.found_by.pages(asker, state["search"] if state else None):
            if inputs := [{"id": str(record["id"])} for record in found.answer.document["results"]]:
                yield from self._batches(asker, inputs, found.next)

    def _batches(self, asker: Asker, inputs: list[dict[str, str]], search: State | None) -> Iterator[Page]:
        path = f"/crm/v4/associations/{self.found_by.object_type}/{self.to_type}/batch/read"
        parent = {"from_type": self.found_by.object_type, "to_type": self.to_type}
        while inputs:
            ask = Ask(path=path, method="POST", body={"inputs": inputs})
            answer = asker.ask(ask, "results")
            self._refuse_partial(asker, answer)
            inputs = _unfinished(answer)
            state = {"search": search, "inputs": inputs} if search or inputs else None
            yield Page(ask=ask, answer=answer, records_at="results", parent=parent, next=state)

    def _refuse_partial(self, asker: Asker, answer: Answer) -> None:
        """A 207 says that some ids failed: harmless where they have no associations, else the page is not whole."""
        errors = answer.at("errors") or []
        bad = [e for e in errors if not any(word in f"{e.get('category')} {e.get('subCategory')}" for word in _HARMLESS)]
        if bad:
            raise RetryLater(
                f"{asker.label}: associations of {len(bad)} records could not be read ({bad[0].get('category')}); run it again later"
            )


def _unfinished(answer: Answer) -> list[dict[str, str]]:
    """The ids of a batch whose associations go on after this answer."""
    going_on = []
    for result in answer.document["results"]:
        after = ((result.get("paging") or {}).get("next") or {}).get("after")
        if after:
            going_on.append({"id": str(result["from"]["id"]), "after": str(after)})
    return going_on
