"""Intercom's traps: search by calendar day, cursors in two shapes, limits told as an instant, 401 for what is not permitted."""

from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials, SourceContractBroken
from kuulo.sources.intercom import INTERCOM
from tests.landing.landings import land, typed_rows
from tests.loopback_server import Asked, Reply, in_order
from tests.sources.intercom_workspace import DAY, END, ERROR, HOUR, START, Workspace, conversation, part


def ids(settings: Settings, stream: str, column: str) -> list[str]:
    return [row[column] for row in typed_rows(settings, INTERCOM, stream)]


@pytest.mark.parametrize(
    ("stream", "path", "size", "answer"),
    [
        ("contacts", "/contacts/search", 150, {"data": []}),
        ("conversations", "/conversations/search", 150, {"conversations": []}),
        ("tickets", "/tickets/search", 50, {"tickets": []}),
    ],
)
def test_search_leaves_two_days_on_either_side_of_the_window(settings: Settings, stream: str, path: str, size: int, answer: Any) -> None:
    _, asked = land(settings, INTERCOM, stream, lambda _asked: Reply({**answer, "pages": None}))
    assert [(a.method, a.path, a.params) for a in asked] == [("POST", path, ())]
    assert asked[0].body == {
        "query": {
            "operator": "AND",
            "value": [
                {"field": "updated_at", "operator": ">", "value": START - 2 * DAY},
                {"field": "updated_at", "operator": "<", "value": END + 2 * DAY},
            ],
        },
        "pagination": {"per_page": size},
        "sort": {"field": "updated_at", "order": "ascending"},
    }
    assert asked[0].headers["Authorization"] == "Bearer canary-77"
    assert asked[0].headers["Intercom-Version"] == "2.14"


@pytest.mark.parametrize("offset_hours", [-12, 0, 3, 14])
def test_a_search_by_calendar_day_in_any_zone_finds_every_second_of_the_window(settings: Settings, offset_hours: int) -> None:
    """The trap: `>` is true from the next local day on, `<` before the local day begins."""
    changes = [START, START + 1, START + DAY // 2, END - 1]

    def day(second: int) -> int:
        return (second + offset_hours * HOUR) // DAY

    def search(asked: Asked) -> Reply:
        after, before = (bound["value"] for bound in asked.body["query"]["value"])
        found = [conversation(n, c) for n, c in enumerate(changes) if day(after) < day(c) < day(before)]
        return Reply({"conversations": found, "pages": {"next": None}})

    land(settings, INTERCOM, "conversations", search)
    assert ids(settings, "conversations", "conversation_id") == ["0", "1", "2", "3"]


@pytest.mark.parametrize("link", ["", "https://elsewhere.example/conversations/search?per_page=2&starting_after={}"])
def test_the_next_page_may_be_an_object_or_a_link(settings: Settings, link: str) -> None:
    found = [conversation(n, START + n) for n in range(5)]
    receipts, asked = land(settings, INTERCOM, "conversations", Workspace(found, link=link))
    assert ids(settings, "conversations", "conversation_id") == ["0", "1", "2", "3", "4"]
    assert [a.body["pagination"] for a in asked] == [
        {"per_page": 150}, {"per_page": 150, "starting_after": "2"}, {"per_page": 150, "starting_after": "4"}
    ]  # fmt: skip
    assert {a.path for a in asked} == {"/conversations/search"}  # of a link only the cursor is taken
    assert [(r.stream, r.pages, r.received) for r in receipts] == [("conversation_ratings", 0, 0), ("conversations", 3, 5)]


@pytest.mark.parametrize("following", [{"starting_after": 7}, {"starting_after": "x" * 9_000}, "https://api.intercom.io/x?page=2", 7])
def test_a_cursor_that_cannot_be_sent_back_is_an_error(settings: Settings, following: Any) -> None:
    answer = Reply({"conversations": [], "pages": {"next": following}})
    with pytest.raises(SourceContractBroken, match=r"intercom/conversations, page 1: `pages\.next`"):
        land(settings, INTERCOM, "conversations", lambda _asked: answer)


def test_a_cursor_that_leads_back_is_an_error(settings: Settings) -> None:
    answer = Reply({"conversations": [conversation(1, START)], "pages": {"next": {"starting_after": "same"}}})
    with pytest.raises(SourceContractBroken, match="page 3: the vendor's cursor leads back"):
        land(settings, INTERCOM, "conversations", lambda _asked: answer)


@pytest.mark.parametrize("fails_at", range(1, 9))
@pytest.mark.parametrize("stream", ["conversations", "conversation_parts"])
def test_resuming_from_every_request_gives_the_same_rows(settings: Settings, tmp_path: Any, stream: str, fails_at: int) -> None:
    found = [conversation(n, START + n) for n in range(5)]
    parts = {str(n): [part(10 * n), part(10 * n + 1)] for n in range(5)}
    straight = Settings(home=tmp_path / "straight")
    land(straight, INTERCOM, stream, Workspace(found, parts=parts))
    workspace, count = Workspace(found, parts=parts), 0

    def stumbling(asked: Asked) -> Reply:
        nonlocal count
        count += 1
        return Reply({}, 400) if count == fails_at else workspace(asked)

    try:
        land(settings, INTERCOM, stream, stumbling)
    except SourceContractBroken:
        land(settings, INTERCOM, stream, workspace, run="run-2")
    assert typed_rows(settings, INTERCOM, stream) == typed_rows(straight, INTERCOM, stream)
    assert land(settings, INTERCOM, stream, workspace, run="run-3")[1] == []  # a window that has landed is not asked for again


def test_a_limit_is_waited_for_until_the_second_that_is_told(settings: Settings) -> None:
    ten_o_clock = END + 10 * HOUR
    limited = Reply(ERROR, 429, {"X-RateLimit-Reset": str(ten_o_clock + 9), "Date": "Sun, 11 Jan 2026 10:00:00 GMT"})
    pages = in_order(limited, Reply({"conversations": [], "pages": None}))
    receipts, asked = land(settings, INTERCOM, "conversations", pages)
    assert len(asked) == 2
    assert receipts[1].seconds == 9


def test_a_refused_token_names_the_permission_that_may_be_missing(settings: Settings) -> None:
    with pytest.raises(BadCredentials, match=r"\(401\).* or grant the app the permission `Read conversations`") as refused:
        land(settings, INTERCOM, "conversations", lambda _asked: Reply(ERROR, 401))
    assert "canary-77" not in str(refused.value)
    with pytest.raises(BadCredentials, match="lacks the permission `Read tickets`; grant it"):
        land(settings, INTERCOM, "tickets", lambda _asked: Reply(ERROR, 403))
