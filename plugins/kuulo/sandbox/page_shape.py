"""How a vendor pages one kind of list, as a value: what must be known of it in order to ask for smaller pages, or to spoil one."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from kuulo.sandbox.exchange import Answer, Request

Keys = tuple[str, ...]  # the keys of nested objects, outermost first


@dataclass(frozen=True, kw_only=True)
class PageShape:
    """One kind of list.

    Attributes:
        stream: a stream of the source that is read by it.
        path: a pattern of its paths below the dialect's prefix; `sized_alike` one of other lists whose requests name the size of
            their pages in the same way.
        records_at: where the records stand.
        cursors_at: what is sent back for the next page.
        links_at: links to the next page, whether they are meant to be followed or not.
        last_id: the key of the last record that is sent back for the next page, where the page has no cursor of its own.
        total_at: how many records there are in all, if it says so.
        size_in: where a request names the size of its pages: a parameter of the query, keys of the body, or a preference of
            the header Prefer.
        size_name: the name there, or the keys joined by dots.
    """

    stream: str
    path: str
    records_at: Keys
    sized_alike: str = ""
    cursors_at: tuple[Keys, ...] = ()
    links_at: tuple[Keys, ...] = ()
    last_id: str = ""
    total_at: Keys = ()
    size_in: Literal["query", "body", "prefer"] = "query"
    size_name: str = "limit"

    def fits(self, path: str) -> bool:
        """Whether a path below the prefix is this kind of list."""
        return re.fullmatch(self.path, path) is not None

    def sizes(self, path: str) -> bool:
        """Whether a request to a path below the prefix names the size of its pages as this kind of list does."""
        return self.fits(path) or bool(self.sized_alike and re.fullmatch(self.sized_alike, path))

    def with_size(self, request: Request, size: int) -> Request:
        """The same request for smaller pages."""
        if self.size_in == "body":
            body = json.loads(request.body)
            put_at(body, tuple(self.size_name.split(".")), size)
            return replace(request, body=json.dumps(body).encode())
        if self.size_in == "prefer":
            told = re.sub(rf"{re.escape(self.size_name)}=\d+", f"{self.size_name}={size}", request.headers.get("prefer", ""))
            return replace(request, headers={**request.headers, "prefer": told})
        kept = tuple(pair for pair in request.query if pair[0] != self.size_name)
        return replace(request, query=(*kept, (self.size_name, str(size))))

    def records(self, page: dict[str, Any]) -> list[Any]:
        """The records of a page."""
        found = value_at(page, self.records_at)
        return found if isinstance(found, list) else []

    def with_marks(self, page: dict[str, Any], *, cursor: str = "", link: str = "") -> None:
        """Put other cursors or links onto the page, where it has some."""
        for places, text in ((self.cursors_at, cursor), (self.links_at, link)):
            for keys in places:
                if text and value_at(page, keys) is not None:
                    put_at(page, keys, text)
        if cursor and self.last_id and (records := self.records(page)):
            records[-1] = {**records[-1], self.last_id: cursor}

    def with_new_marks(self, page: dict[str, Any], number: int) -> None:
        """Let the page lead to one that nobody has seen yet."""
        for keys in self.cursors_at:
            if (cursor := value_at(page, keys)) is not None:
                put_at(page, keys, f"{cursor}{number}")
        for keys in self.links_at:
            if (link := value_at(page, keys)) is not None:
                put_at(page, keys, f"{link}{'&' if '?' in link else '?'}never={number}")
        if self.last_id and (records := self.records(page)):
            records[-1] = {**records[-1], self.last_id: f"{records[-1][self.last_id]}{number}"}


def value_at(page: Any, keys: Keys) -> Any:
    """The value behind nested keys, or None."""
    for key in keys:
        page = page.get(key) if isinstance(page, dict) else None
    return page


def put_at(page: dict[str, Any], keys: Keys, value: Any) -> None:
    """Set the value behind nested keys."""
    for key in keys[:-1]:
        page = page.setdefault(key, {})
    page[keys[-1]] = value


def with_page(good: Answer, page: dict[str, Any]) -> Answer:
    """The answer with another page as its body."""
    return replace(good, body=json.dumps(page, ensure_ascii=False, separators=(",", ":")).encode())
