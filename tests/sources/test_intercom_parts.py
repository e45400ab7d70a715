"""The parts of Intercom's conversations: a request each, so only of those that changed in the window."""

from datetime import timedelta

from kuulo.landing.land_stream import land_stream
from kuulo.settings import Settings
from kuulo.sources.intercom import INTERCOM
from kuulo.sources.source import Credentials, Window
from tests.landing.landings import WINDOW, land, typed_rows
from tests.loopback_server import serving
from tests.sources.intercom_workspace import DAY, END, HOUR, START, Workspace, conversation, part
from tests.still_time import StillTime


def test_parts_are_asked_for_of_the_conversations_that_changed_in_the_window(settings: Settings) -> None:
    """By the second: what changed before or after is read by the windows beside this one; an hour is left for a late search."""
    changes = [START - 2 * DAY, START - HOUR - 1, START - HOUR, START, END - 1, END, END + DAY]
    workspace = Workspace([conversation(n, c) for n, c in enumerate(changes)], parts={"2": [part(21), part(22)], "3": [], "4": [part(41)]})
    receipts, asked = land(settings, INTERCOM, "conversation_parts", workspace)
    assert [(a.path, a.params) for a in asked if a.method == "GET"] == [
        (f"/conversations/{n}", (("display_as", "plaintext"),)) for n in (2, 3, 4)
    ]  # fmt: skip
    rows = typed_rows(settings, INTERCOM, "conversation_parts")
    assert [(r["conversation_id"], r["part_id"], r["author_type"], r["author_id"]) for r in rows] == [
        ("2", "21", "admin", "7"), ("2", "22", "admin", "7"), ("4", "41", "admin", "7")
    ]  # fmt: skip
    assert {r["_extra"] for r in rows} == {None}  # neither names nor addresses of authors
    assert (receipts[0].pages, receipts[0].received, receipts[0].note) == (3, 3, "")


def test_two_windows_one_after_the_other_lose_no_second_at_the_boundary(settings: Settings) -> None:
    """The boundary's second is the later window's; the second before it is the first's, and the later one's for lateness."""
    found = [conversation(1, END - 1), conversation(2, END), conversation(3, END + HOUR)]
    asked: list[list[str]] = []
    for window in (WINDOW, Window(WINDOW.end, WINDOW.end + timedelta(days=1))):
        with serving(Workspace(found, size=9)) as server:
            land_stream(
                settings=settings, source=INTERCOM, stream=INTERCOM.stream("conversation_parts"), window=window, run="run-1",
                credentials=Credentials(base_url=server.url, secret="canary-77"), clock=StillTime().now,
            )  # fmt: skip
            asked.append([a.path.rsplit("/", 1)[1] for a in server.asked if a.method == "GET"])
    assert asked == [["1"], ["1", "2", "3"]]


def test_a_conversation_found_twice_is_asked_for_once_and_one_that_is_gone_is_noted(settings: Settings) -> None:
    workspace = Workspace([conversation(1, START), conversation(2, START), conversation(1, START + 5), conversation(3, START)])
    workspace.gone = {"2", "3"}
    receipts, asked = land(settings, INTERCOM, "conversation_parts", workspace)
    assert [a.path for a in asked if a.method == "GET"] == ["/conversations/1", "/conversations/2", "/conversations/3"]
    assert receipts[0].note == "a conversation was gone when its parts were asked for"


def test_more_than_five_hundred_parts_are_noted(settings: Settings) -> None:
    workspace = Workspace([conversation(1, START)], parts={"1": [part(n) for n in range(501)]})
    receipts, _ = land(settings, INTERCOM, "conversation_parts", workspace)
    assert receipts[0].received == 500
    assert receipts[0].note == "of a conversation with more than 500 parts only the newest 500 are told: its replies are counted too low"


def test_a_connection_may_do_without_parts(settings: Settings) -> None:
    receipts, asked = land(
        settings, INTERCOM, "conversation_parts", Workspace([conversation(1, START)]), knobs={"conversation_parts": "none"}
    )
    assert (asked, receipts[0].received) == ([], 0)
    assert receipts[0].note == "no parts of conversations are read, as the connection's extra asks"
