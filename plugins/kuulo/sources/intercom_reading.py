"""Intercom's own ways: search by day of change, and conversations asked for one by one."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from kuulo.sources.api_errors import BadCredentials, NotFound, SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.asker import Asker, Page, Reading, State
from kuulo.sources.page_json import value_at
from kuulo.sources.pagination import Ground


@dataclass(frozen=True)
class StartingAfter:
    """A cursor that goes back in the body's `pagination`: `pages.next` is an object that holds it or, in older answers, a link."""

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The same search behind the cursor, or None where `pages.next` is missing or null."""
        following = answer.at("pages.next")
        if isinstance(following, str) and following:
            # only the cursor is taken from the link, so that it can lead nowhere else
            following = dict(parse_qsl(urlsplit(following[: ground.link_characters]).query))
            if "starting_after" not in following:
                raise SourceContractBroken("`pages.next` is a link without starting_after")
        cursor = following.get("starting_after") if isinstance(following, dict) else following
        if cursor is None or cursor == "":
            return None
        if not isinstance(cursor, str) or len(cursor) > ground.link_characters:
            raise SourceContractBroken("`pages.next` holds no cursor that can be sent back")
        body = ask.body or {}
        return replace(ask, body={**body, "pagination": {**body["pagination"], "starting_after": cursor}})


@dataclass(frozen=True, kw_only=True)
class Searched:
    """Records that changed in the window, and in two days on either side of it.

    Search compares times by calendar day in the workspace's zone (`>` means from the next day on), so that a window of an
    hour would find nothing. The bounds leave room for that whichever zone it is, and for a search that compares seconds.
    What is found besides is the same record once more: the latest version counts, in SQL. Oldest change first: a record that
    changes while it is read comes again at the end, and none is passed by.

    Attributes:
        slack: two days, since a day begins up to 14 hours early or late, and `>` leaves out the rest of its own.
    """

    path: str
    records_at: str
    page_size: int = 150
    slack: timedelta = timedelta(days=2)
    pager: StartingAfter = field(default_factory=StartingAfter)

    def first(self, asker: Asker) -> Ask:
        """The ask of the first page."""
        since, until = asker.window.start - self.slack, asker.window.end + self.slack
        bounds = [
            {"field": "updated_at", "operator": ">", "value": int(since.timestamp())},
            {"field": "updated_at", "operator": "<", "value": int(until.timestamp())},
        ]
        body = {
            "query": {"operator": "AND", "value": bounds},
            "pagination": {"per_page": self.page_size},
            "sort": {"field": "updated_at", "order": "ascending"},
        }
        return Ask(path=self.path, method="POST", body=body)

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """Every page of the search."""
        following: Ask | None = Ask.from_json(state["ask"]) if state else self.first(asker)
        while following:
            ask = following
            answer = asker.ask(ask, self.records_at)
            following = asker.after(self.pager, ask, answer)
            yield Page(ask=ask, answer=answer, records_at=self.records_at, next={"ask": following.to_json()} if following else None)


@dataclass(frozen=True, kw_only=True)
class PartsOf:
    """The parts of each conversation that changed in the window: one request a conversation, as search does not tell them.

    Because each costs a request, those that changed before or after the window are left out by the second: the windows beside
    this one read them. The connection's extra `conversation_parts` = `none` does without any.

    Attributes:
        lateness: how long before the window a change still counts, since search sees changes some minutes late.
    """

    found_by: Searched
    lateness: timedelta = timedelta(hours=1)

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """A page a conversation."""
        if asker.knobs.get("conversation_parts") == "none":
            asker.note("no parts of conversations are read, as the connection's extra asks")
            return
        seen: set[str] = set()
        if state and state["waiting"]:
            yield from self._each(asker, state["waiting"], state["search"], seen)
        if state and not state["search"]:
            return
        for found in self.found_by.pages(asker, state["search"] if state else None):
            yield from self._each(asker, self._changed(asker, found), found.next, seen)

    def _changed(self, asker: Asker, found: Page) -> list[str]:
        since, until = (asker.window.start - self.lateness).timestamp(), asker.window.end.timestamp()
        ids = []
        for record in found.answer.document[found.records_at]:
            identity, changed = (record.get("id"), record.get("updated_at")) if isinstance(record, dict) else (None, None)
            if not isinstance(identity, str | int) or isinstance(changed, bool) or not isinstance(changed, int | float):
                raise SourceContractBroken(f"{asker.label}: a conversation without `id` or without a number at `updated_at`")
            if since <= changed < until:
                ids.append(str(identity))
        return ids

    def _each(self, asker: Asker, waiting: list[str], search: State | None, seen: set[str]) -> Iterator[Page]:
        for number, conversation_id in enumerate(waiting, start=1):
            if conversation_id in seen:
                continue
            seen.add(conversation_id)
            ask = Ask(path=f"/conversations/{conversation_id}", params=(("display_as", "plaintext"),))
            at = "conversation_parts.conversation_parts"
            try:
                # not through the asker: a conversation that changes while all are read is found twice, which is no circle
                answer = asker.session.ask(ask, label=asker.label, records_at=at)
            except NotFound:
                asker.note("a conversation was gone when its parts were asked for")
                continue
            if (total := answer.at("conversation_parts.total_count")) and total > len(value_at(answer.document, at)):
                asker.note("of a conversation with more than 500 parts only the newest 500 are told: its replies are counted too low")
            rest = waiting[number:]
            state = {"search": search, "waiting": rest} if search or rest else None
            yield Page(ask=ask, answer=answer, records_at=at, parent={"conversation_id": conversation_id}, next=state)


@dataclass(frozen=True, kw_only=True)
class Permitted:
    """A reading that needs a permission of the app: Intercom answers 401 where it is missing, as for a wrong token."""

    permission: str
    reading: Reading

    def pages(self, asker: Asker, state: State | None) -> Iterator[Page]:
        """The reading's pages."""
        try:
            yield from self.reading.pages(asker, state)
        except BadCredentials as error:
            if "(401)" not in str(error):
                raise
            raise BadCredentials(f"{error}, or grant the app the permission `{self.permission}`") from None
