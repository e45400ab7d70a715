"""A scripted Dataverse environment for tests: table definitions from the declarations, and rows served as they are."""

from dataclasses import dataclass, field, replace
from typing import Any

from kuulo.sources.dynamics365 import DYNAMICS365
from kuulo.sources.dynamics365_reading import TableReading
from kuulo.sources.proof import KeyHeader
from kuulo.sources.source import Source, Stream
from tests.loopback_server import Asked, Reply

API = "/api/data/v9.2"
# The token's way is proved where the sandbox is asked; here the rest of the manners counts.
DATAVERSE: Source = replace(DYNAMICS365, manners=replace(DYNAMICS365.manners, proof=KeyHeader()))  # type: ignore[type-var]
INCIDENT = "4624eff7-53d3-ed11-a7c7-000d3a993550"
CHANGED = "2026-01-10T10:00:00Z"


def reading_of(stream: Stream) -> TableReading:
    assert isinstance(stream.reading, TableReading)
    return stream.reading


def attributes_of(logical_name: str) -> list[str]:
    """The columns of a table by the declaration, as the environment names them: a lookup without what its value has more."""
    stream = next(s for s in DYNAMICS365.streams if isinstance(s.reading, TableReading) and s.reading.logical_name == logical_name)
    named = {column.path[0] for column in stream.columns if column.at and "@" not in column.at}
    return sorted(name.removeprefix("_").removesuffix("_value") for name in named)


def incident(number: int, /, **values: Any) -> dict[str, Any]:
    """A case that changed at CHANGED unless it says otherwise."""
    made = {"incidentid": f"{number:08d}{INCIDENT[8:]}", "createdon": "2026-01-01T00:00:00Z", "modifiedon": CHANGED, "statecode": 0}
    return {"@odata.etag": f'W/"{number}"', **made, "versionnumber": number, **values}


def gone(identity: str) -> dict[str, Any]:
    """A deletion as a delta link tells it."""
    return {"@odata.context": "http://x/$metadata#incidents/$deletedEntity", "id": identity, "reason": "deleted"}


@dataclass
class Environment:
    """Answers definitions, and each list by what `pages` has for its target, else by a window's rows in pages of `size`.

    Attributes:
        tracked: tables that track their changes.
        missing: columns, or whole tables, that this environment does not have.
        sets: another set name than the documented one, by table.
        replies: what to answer to a request whose target ends with the text, before all else.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    size: int = 5000
    tracked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    sets: dict[str, str] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    cookies: str = "%253Ccookie%2520pagenumber%253D%2522{page}%2522%2520pagingcookie%253D%2522%25253c%2522%2520%252F%253E"

    def __call__(self, asked: Asked) -> Reply:
        if "/EntityDefinitions(" in asked.path:
            return self._definition(asked.path.split("'")[1])
        for ending, reply in self.replies.items():
            if asked.target.endswith(ending):
                return reply
        return self._page(asked)

    def _definition(self, name: str) -> Reply:
        if name in self.missing:
            return Reply({"error": {"code": "0x80060888", "message": f"Could not find an entity with name {name}"}}, 404)
        stream = next(s for s in DYNAMICS365.streams if isinstance(s.reading, TableReading) and s.reading.logical_name == name)
        return Reply({
            "LogicalName": name,
            "EntitySetName": self.sets.get(name, reading_of(stream).entity_set),
            "ChangeTrackingEnabled": name in self.tracked,
            "Attributes": [{"LogicalName": one} for one in attributes_of(name) if one not in self.missing],
        })  # fmt: skip

    def _page(self, asked: Asked) -> Reply:
        cookie = asked.target.partition("$skiptoken=")[2]
        page = next(n for n in range(1, 999) if self.cookies.format(page=n) == cookie) if cookie else 1
        body: dict[str, Any] = {"value": self._in_window(asked)[(page - 1) * self.size : page * self.size]}
        if page * self.size < len(self._in_window(asked)):
            first = asked.target.partition("&$skiptoken=")[0]
            body["@odata.nextLink"] = f"http://{asked.headers['Host']}{first}&$skiptoken={self.cookies.format(page=page + 1)}"
        elif "odata.track-changes" in asked.headers["Prefer"]:
            body["@odata.deltaLink"] = f"http://{asked.headers['Host']}{API}/incidents?$select=incidentid&$deltatoken=919042%2f11"
        return Reply(body)

    def _in_window(self, asked: Asked) -> list[dict[str, Any]]:
        words = (asked.param("$filter") or "").split(" ")
        if len(words) < 7:
            return self.rows
        return [row for row in self.rows if words[2] <= row["modifiedon"] < words[6]]
