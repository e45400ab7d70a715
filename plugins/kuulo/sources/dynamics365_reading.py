"""Dataverse's own ways: tables by their set names, windows of change or delta links, pages by a link that holds a cookie."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from kuulo.sources.api_errors import NotFound, SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.asker import Asker, Page, State
from kuulo.sources.pagination import VerbatimLink
from kuulo.sources.same_origin import below_base_verbatim

_LINK = VerbatimLink(link_at=r"@odata\.nextLink")
_DELTA_LINK_AT = r"@odata\.deltaLink"
# Which table a polymorphic lookup points into; the labels that people see are localised to the caller and twice the bytes.
_ANNOTATIONS = 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
_LARGEST_PAGE = "5000"
_IN_EVERY_ENVIRONMENT = "account"
# What a link is refused with whose token is older than the environment's `expirechangetrackingindays` (7 unless changed).
_EXPIRED = re.compile(r"refused with status 4(?:00|10) ")


def _time(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _asked(path: str, query: dict[str, str], headers: tuple[tuple[str, str], ...] = ()) -> Ask:
    """An ask whose query goes out as it is written here: the vendor takes no `+` for a space."""
    return Ask(path=f"{path}?{urlencode(query, quote_via=quote, safe='$,()=')}", headers=headers, verbatim=True)


@dataclass(frozen=True)
class _Known:
    """What the environment says of a table.

    Attributes:
        selected: the declared columns that it has.
        tracked: whether its changes are to be asked for by delta links.
    """

    selected: tuple[str, ...]
    tracked: bool


@dataclass(frozen=True, kw_only=True)
class TableReading:
    """The rows of one table.

    By default those whose `modifiedon` lies in the window, from `overlap` before its start, since a row is seen some moments
    after the time that it is stamped with. The window is closed above: what changes later belongs to a later window, a repeated
    window asks for the same, and a row that changes while it is read leaves the window and not a gap.

    Where the table tracks its changes (the environment says so, or the connection's extra `change_tracking` names it), the
    delta link of the reading before tells what changed since then, deletions among it. Without a link, or with one that has
    expired, the table is read whole, and each row says so (`full_read_at`): what is not among them is gone.

    Attributes:
        logical_name: the table's own name, such as incident.
        entity_set: its name in addresses; the plural is not always what one would think.
        key: the column that names a row: activityid of every activity.
    """

    logical_name: str
    entity_set: str
    key: str
    overlap: timedelta = timedelta(minutes=5)

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """Every page, from the window's first one, from the delta link, or from where an interrupted reading stopped."""
        if state:
            yield from self._pages_from(asker, Ask.from_json(state["ask"]), None, whole=state["whole"])
            return
        known = self._known(asker)
        if known is None:
            asker.note(f"the environment has no table {self.logical_name}: nothing to read")
        elif not known.tracked:
            yield from self._pages_from(asker, self._window(asker, known.selected), None, whole=False)
        else:
            yield from self._changes(asker, known.selected)

    def _known(self, asker: Asker) -> _Known | None:
        """What the environment knows of the declared columns and of change tracking; None where it has no such table."""
        query = {"$select": "LogicalName,EntitySetName,ChangeTrackingEnabled", "$expand": "Attributes($select=LogicalName)"}
        try:
            answer = asker.ask_once(_asked(f"/EntityDefinitions(LogicalName='{self.logical_name}')", query), "Attributes")
        except NotFound:
            self._refuse_another_host(asker)
            return None
        if (named := answer.at("EntitySetName")) != self.entity_set:
            raise SourceContractBroken(f"{asker.label}: the set of table {self.logical_name} is not {self.entity_set}: {named!r:.80}")
        has = {attribute.get("LogicalName") for attribute in answer.document["Attributes"] if isinstance(attribute, dict)}
        return _Known(self._selected(asker, has), self._is_tracked(asker, answer))

    def _refuse_another_host(self, asker: Asker) -> None:
        """Raise NotFound unless the host knows the table that every environment has: else a wrong host would be one without tables."""
        query = {"$select": "LogicalName"}
        try:
            answer = asker.ask_once(_asked(f"/EntityDefinitions(LogicalName='{_IN_EVERY_ENVIRONMENT}')", query))
        except NotFound:
            answer = None
        if answer is None or answer.at("LogicalName") != _IN_EVERY_ENVIRONMENT:
            raise NotFound(
                f"{asker.label}: not even the table {_IN_EVERY_ENVIRONMENT} is there, so this is no Dataverse environment: check the host "
                f"of connection {asker.session.source}, which is the environment's address with /api/data/v9.2 behind it"
            )

    def _selected(self, asker: Asker, has: set[Any]) -> tuple[str, ...]:
        declared = {column.path[0]: column for column in asker.stream.columns if column.at and "@" not in column.at}
        missing = [name for name in declared if _attribute(name) not in has]
        if required := [name for name in missing if declared[name].required]:
            raise SourceContractBroken(f"{asker.label}: table {self.logical_name} lacks required columns: {', '.join(required)}")
        if missing:
            asker.note(f"not asked for, since table {self.logical_name} has no such column: {', '.join(missing)}")
        return tuple(name for name in declared if name not in missing)

    def _is_tracked(self, asker: Asker, answer: Answer) -> bool:
        """By the connection's extra where it says anything (`none`, or names joined by commas), else by the environment."""
        named = asker.knobs.get("change_tracking")
        if named is None:
            return answer.at("ChangeTrackingEnabled") is True
        return self.logical_name in {name.strip() for name in named.split(",")}

    def _preferring(self, asker: Asker, *more: str) -> tuple[tuple[str, str], ...]:
        size = asker.knobs.get("page_size", _LARGEST_PAGE)
        return (("Prefer", ",".join((f"odata.maxpagesize={size}", _ANNOTATIONS, *more))),)

    def _window(self, asker: Asker, selected: tuple[str, ...]) -> Ask:
        since, until = _time(asker.window.start - self.overlap), _time(asker.window.end)
        query = {
            "$select": ",".join(selected),
            "$filter": f"modifiedon ge {since} and modifiedon lt {until}",
            "$orderby": f"modifiedon asc,{self.key} asc",
        }
        return _asked(f"/{self.entity_set}", query, self._preferring(asker))

    def _whole(self, asker: Asker, selected: tuple[str, ...]) -> Ask:
        return _asked(f"/{self.entity_set}", {"$select": ",".join(selected)}, self._preferring(asker, "odata.track-changes"))

    def _changes(self, asker: Asker, selected: tuple[str, ...]) -> Iterator[Page]:
        if asker.cursor:
            headers = self._preferring(asker)
            try:
                path = below_base_verbatim(asker.session.base_url, asker.cursor, longest=asker.session.limits.link_characters)
                ask = Ask(path=path, headers=headers, verbatim=True)
                first = asker.ask(ask, "value")
            except SourceContractBroken as error:
                if isinstance(error, NotFound) or not (_EXPIRED.search(str(error)) or "link" in str(error)):
                    raise
                asker.note(f"the delta link of {self.logical_name} has expired or is of another address: the table was read whole")
            else:
                yield from self._pages_from(asker, ask, first, whole=False)
                return
        yield from self._pages_from(asker, self._whole(asker, selected), None, whole=True)

    def _pages_from(self, asker: Asker, ask: Ask, answer: Answer | None, *, whole: bool) -> Iterator[Page]:
        """The pages from one ask on; a delta link is left behind by the last one only, whatever the others say."""
        until = _time(asker.window.end)
        parent = {"key": self.key, "read_until": until, "full_read_at": until if whole else ""}
        following: Ask | None = ask
        while following:
            ask, answer = following, answer or asker.ask(following, "value")
            following = asker.after(_LINK, ask, answer)
            if following is None and isinstance(link := answer.at(_DELTA_LINK_AT), str):
                asker.leave(link)
            state = {"ask": following.to_json(), "whole": whole} if following else None
            yield Page(ask=ask, answer=answer, records_at="value", parent=parent, next=state)
            answer = None


def _attribute(name: str) -> str:
    """The column that a selected name stands for: a lookup's value is selected as `_name_value`."""
    return name[1 : -len("_value")] if name.startswith("_") and name.endswith("_value") else name
