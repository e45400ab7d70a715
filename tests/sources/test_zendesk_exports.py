"""Zendesk's exports: the cursor that outlives a window, the minute that is held back, the end of a stream, the past that comes again."""

from typing import Any

import pyarrow.parquet as pq
import pytest

from kuulo.settings import Settings
from kuulo.sources.api_errors import RetryLater, SourceContractBroken
from kuulo.sources.zendesk import ZENDESK
from tests.landing.landings import land, typed_rows
from tests.loopback_server import Asked, Reply, in_order
from tests.sources.zendesk_account import Account, at, ticket

STARTS_AT = str(at("10 00:00:00") - 600)
ENDS_AT = at("11 00:00:00")
TICKETS, ORGANIZATIONS = "/api/v2/incremental/tickets/cursor.json", "/api/v2/incremental/organizations.json"


def rows_of(settings: Settings) -> list[tuple[str, int]]:
    """Every landed version of every ticket, as id and second."""
    files = sorted((settings.landing / "zendesk" / "tickets").glob("*/typed.parquet"))
    found = [row for file in files for row in pq.read_table(file).to_pylist()]
    return sorted(
        (row["ticket_id"], int((row["generated_at"] - row["generated_at"].replace(hour=0, minute=0, second=0)).total_seconds()))
        for row in found
    )


def page(*tickets: dict[str, Any], after: str | None = "c1", end: Any = True) -> Reply:
    return Reply({"tickets": list(tickets), "after_cursor": after, "end_of_stream": end})


def test_a_first_reading_begins_by_time_and_goes_on_by_cursor(settings: Settings) -> None:
    first, second = ticket(1, at("10 08:00:00")), ticket(2, at("10 09:00:00"))
    receipts, asked = land(settings, ZENDESK, "tickets", in_order(page(first, after="c1", end=False), page(second, after="c2")))
    assert [a.path for a in asked] == [TICKETS] * 2
    assert asked[0].params == (("per_page", "1000"), ("include", "metric_sets"), ("start_time", STARTS_AT))
    assert asked[1].params == (("per_page", "1000"), ("include", "metric_sets"), ("cursor", "c1"))
    assert (receipts[0].received, receipts[0].cursor) == (2, "c2")


def test_the_next_window_goes_on_from_the_cursor_and_names_no_time(settings: Settings) -> None:
    receipts, asked = land(settings, ZENDESK, "tickets", in_order(page(after="c9")), cursor="c8")
    assert [dict(a.params) for a in asked] == [{"per_page": "1000", "include": "metric_sets", "cursor": "c8"}]
    assert (receipts[0].received, receipts[0].cursor) == (0, "c9")


def test_an_empty_export_gives_back_the_cursor_that_it_was_asked_by(settings: Settings) -> None:
    receipts, _ = land(settings, ZENDESK, "tickets", in_order(page(after=None)), cursor="c8")
    assert receipts[0].cursor == "c8"


def test_two_windows_in_turn_lose_no_boundary_second_and_no_held_back_minute(settings: Settings) -> None:
    account = Account(now=at("11 00:00:20"), page=2)
    account.tickets = [ticket(n, at(when)) for n, when in enumerate(("10 00:00:00", "10 12:00:00", "10 12:00:00", "10 23:59:59"), 1)]
    with account.open():
        first, _ = account.land(settings, "10 00:00:00", "11 00:00:00")
        assert [ticket_id for ticket_id, _ in rows_of(settings)] == ["1", "2", "3"]  # the fourth is held back
        account.now = at("12 00:00:20")
        account.tickets += [ticket(5, at("11 00:00:00")), ticket(6, at("11 23:59:00"))]
        second, asked = account.land(settings, "11 00:00:00", "12 00:00:00", cursor=first.cursor)
    assert [ticket_id for ticket_id, _ in rows_of(settings)] == ["1", "2", "3", "4", "5", "6"]
    assert {a.param("start_time") for a in asked} == {None}
    assert second.received == 3


def test_without_the_cursor_the_overlap_finds_what_was_held_back(settings: Settings) -> None:
    account = Account(now=at("11 00:00:20"))
    account.tickets = [ticket(1, at("10 12:00:00")), ticket(2, at("10 23:59:59"))]
    with account.open():
        account.land(settings, "10 00:00:00", "11 00:00:00")
        account.now = at("12 01:00:00")
        _, asked = account.land(settings, "11 00:00:00", "12 00:00:00", cursor=None)
    assert [ticket_id for ticket_id, _ in rows_of(settings)] == ["1", "2"]
    assert asked[0].param("start_time") == str(at("11 00:00:00") - 600)


def test_a_cursor_that_is_refused_costs_a_longer_reading_and_no_row(settings: Settings) -> None:
    account = Account(tickets=[ticket(1, at("10 00:00:00")), ticket(2, at("10 12:00:00"))], good_cursors=False, page=5)
    with account.open():
        receipt, asked = account.land(settings, "10 00:00:00", "11 00:00:00", cursor="1-1")
    assert [(a.param("cursor"), a.param("start_time")) for a in asked] == [("1-1", None), (None, STARTS_AT)]
    assert (receipt.received, receipt.note) == (2, "the kept cursor was refused: read from the window's start")


def test_a_cursor_that_is_refused_in_the_middle_is_an_error(settings: Settings) -> None:
    account = Account(tickets=[ticket(n, at("10 12:00:00")) for n in range(5)], good_cursors=False)
    with account.open(), pytest.raises(SourceContractBroken, match="zendesk/tickets, page 2: refused with status 400"):
        account.land(settings, "10 00:00:00", "11 00:00:00")


def test_a_repeated_window_changes_nothing_and_a_refreshed_one_deletes_nothing(settings: Settings) -> None:
    account = Account(tickets=[ticket(n, at("10 12:00:00") + n, status="closed") for n in range(5)])
    with account.open():
        first, _ = account.land(settings, "10 00:00:00", "11 00:00:00")
        before = rows_of(settings)
        again, asked = account.land(settings, "10 00:00:00", "11 00:00:00", run="run-2")
        assert (again, asked, rows_of(settings)) == (first, [], before)
        refreshed, _ = account.land(settings, "10 00:00:00", "11 00:00:00", run="run-3", refresh=True)
    assert (refreshed.sha256, rows_of(settings)) == (first.sha256, before)


@pytest.mark.parametrize("failing", range(1, 6))
def test_resuming_from_every_page_gives_the_rows_of_reading_straight_through(settings: Settings, failing: int) -> None:
    account = Account(tickets=[ticket(n, at("10 12:00:00") + n // 3) for n in range(11)])

    class Broken(Account):
        asked = 0

        def __call__(self, asked: Asked) -> Reply:
            self.asked += 1
            return Reply({}, 404) if self.asked == failing else super().__call__(asked)

    broken = Broken(tickets=account.tickets)
    with broken.open():
        with pytest.raises(SourceContractBroken):
            broken.land(settings, "10 00:00:00", "11 00:00:00")
        receipt, asked = broken.land(settings, "10 00:00:00", "11 00:00:00")
    assert len(asked) == 6 - (failing - 1)
    assert rows_of(settings) == sorted((str(n), 43_200 + n // 3) for n in range(11))
    assert (receipt.pages, receipt.cursor) == (6, f"{at('10 12:00:00') + 3}-10")


def test_a_backfill_ends_with_its_window_and_not_with_the_present(settings: Settings) -> None:
    account = Account(tickets=[ticket(n, at("10 12:00:00") + 3_600 * n) for n in range(40)], now=at("20 00:00:00"))
    with account.open():
        receipt, asked = account.land(settings, "10 00:00:00", "11 00:00:00")
    assert len(asked) == 7  # twelve within the window, and one page wholly behind it
    assert receipt.received == 14
    assert receipt.cursor == f"{ENDS_AT + 3_600}-13"


def test_the_systems_own_updates_come_with_an_old_date_of_change(settings: Settings) -> None:
    old = ticket(1, at("10 12:00:00"), updated_at="2025-06-01T10:00:00Z", status="closed")
    land(settings, ZENDESK, "tickets", in_order(page(old)))
    (row,) = typed_rows(settings, ZENDESK, "tickets")
    assert (row["updated_at"].isoformat(), row["generated_at"].isoformat(), row["status"]) == (
        "2025-06-01T10:00:00",
        "2026-01-10T12:00:00",
        "closed",
    )
    assert ZENDESK.stream("tickets").version_column == "generated_at"


@pytest.mark.parametrize(
    ("replies", "message"),
    [
        ([page(after="c1", end=False)], "page 3: .* its paging goes in circles"),
        ([page(after="c1", end=False), page(after="c2", end=False), page(after="c1", end=False)], "page 4: the vendor's cursor leads back"),
        ([page(after=None, end=False)], "says that the stream goes on but gives no `after_cursor`"),
        ([Reply({"tickets": [], "after_cursor": "c"})], r"does not say whether the stream ends here \(`end_of_stream`\)"),
        ([Reply({"tickets": [], "after_cursor": 7, "end_of_stream": True})], "`after_cursor` is no text"),
        ([Reply({"end_of_stream": True})], "the answer has nothing at `tickets`"),
        ([Reply({"error": "StartTimeTooRecent"}, 400)], "refused with status 400"),
    ],
)
def test_an_export_that_is_not_as_documented_stops(settings: Settings, replies: list[Reply], message: str) -> None:
    with pytest.raises(SourceContractBroken, match=message):
        land(settings, ZENDESK, "tickets", in_order(*replies))


def test_users_have_an_export_of_their_own(settings: Settings) -> None:
    answer = Reply({"users": [], "after_cursor": "u1", "end_of_stream": True})
    receipts, asked = land(settings, ZENDESK, "users", in_order(answer))
    assert [(a.path, a.params) for a in asked] == [
        ("/api/v2/incremental/users/cursor.json", (("per_page", "1000"), ("start_time", STARTS_AT)))
    ]
    assert receipts[0].cursor == "u1"


def test_identities_are_asked_for_by_the_hundred_and_go_on_behind_every_batch(settings: Settings) -> None:
    users = [{"id": n, "role": "end-user", "active": True} for n in range(201)]
    users += [{"id": 900, "role": "agent", "active": True}, {"id": 901, "role": "end-user", "active": False}]
    broken = {"0", "100", "200"}

    def script(asked: Asked) -> Reply:
        if asked.path == "/api/v2/incremental/users/cursor.json":
            return Reply({"users": users, "after_cursor": "u1", "end_of_stream": True})
        assert (asked.path, asked.param("include")) == ("/api/v2/users/show_many.json", "identities")
        ids = str(asked.param("ids")).split(",")
        if ids[0] in broken:
            broken.remove(ids[0])
            return Reply({}, 404)
        told = {"updated_at": "2026-01-10T12:00:00Z", "primary": True}
        by_mail = [{"id": f"m{i}", "user_id": int(i), "type": "email", "value": f"{i}@x.example", **told} for i in ids]
        return Reply(
            {"users": [], "identities": [*by_mail, {"id": "p", "user_id": int(ids[0]), "type": "phone_number", "value": "+358", **told}]}
        )

    for _ in range(3):
        with pytest.raises(SourceContractBroken):
            land(settings, ZENDESK, "user_identities", script)
    receipts, asked = land(settings, ZENDESK, "user_identities", script)
    assert [str(a.param("ids")).split(",")[0] for a in asked] == ["200"]
    rows = typed_rows(settings, ZENDESK, "user_identities")
    assert [(r["user_id"], r["email"]) for r in rows] == [(str(n), f"{n}@x.example") for n in range(201)]
    assert (receipts[0].pages, receipts[0].cursor) == (3, "u1")


SOME_USERS = Reply({"users": [{"id": 7, "role": "end-user", "active": True}], "after_cursor": "u1", "end_of_stream": False})
MAIL = {"id": 1, "user_id": 7, "type": "email", "value": "a@x.example", "updated_at": "2026-01-10T12:00:00Z", "primary": True}
THEIR_IDENTITIES = Reply({"users": [], "identities": [MAIL]})


def test_the_cursor_of_an_export_that_ends_with_nobody_to_ask_about_is_kept(settings: Settings) -> None:
    nobody = Reply({"users": [{"id": 8, "role": "agent", "active": True}], "after_cursor": "u2", "end_of_stream": True})
    receipts, _ = land(settings, ZENDESK, "user_identities", in_order(SOME_USERS, THEIR_IDENTITIES, nobody))
    assert (receipts[0].pages, receipts[0].received, receipts[0].cursor) == (1, 1, "u2")


def test_identities_are_kept_though_the_export_fails_behind_them(settings: Settings) -> None:
    with pytest.raises(SourceContractBroken):
        land(settings, ZENDESK, "user_identities", in_order(SOME_USERS, THEIR_IDENTITIES, Reply({}, 404)))
    nobody = Reply({"users": [], "after_cursor": "u2", "end_of_stream": True})
    receipts, asked = land(settings, ZENDESK, "user_identities", in_order(nobody))
    assert ([a.param("cursor") for a in asked], receipts[0].received) == (["u1"], 1)


def test_nobody_to_ask_about_is_no_request(settings: Settings) -> None:
    receipts, asked = land(
        settings, ZENDESK, "user_identities", in_order(Reply({"users": [], "after_cursor": "u1", "end_of_stream": True}))
    )
    assert (len(asked), receipts[0].received) == (1, 0)


def organization(identity: int, changed: int) -> dict[str, Any]:
    return {"id": identity, "name": f"o{identity}", "updated_at": f"2026-01-10T{changed:02}:00:00Z"}


def by_time(*records: dict[str, Any], until: int | None, **more: Any) -> Reply:
    return Reply(
        {"organizations": list(records), "count": len(records), "end_time": until, "next_page": "https://elsewhere.example/", **more}
    )


def test_exports_by_time_go_on_from_the_time_of_the_page_and_follow_no_link(settings: Settings) -> None:
    one, two, three = (organization(n, n) for n in (1, 2, 3))
    replies = [
        by_time(one, two, until=at("10 02:00:00"), end_of_stream=False),
        by_time(two, three, until=at("10 03:00:00"), end_of_stream=True),
    ]
    receipts, asked = land(settings, ZENDESK, "organizations", in_order(*replies))
    assert [a.params for a in asked] == [(("start_time", STARTS_AT),), (("start_time", str(at("10 02:00:00"))),)]
    assert {a.path for a in asked} == {ORGANIZATIONS}
    assert [r["organization_id"] for r in typed_rows(settings, ZENDESK, "organizations")] == [
        "1",
        "2",
        "2",
        "3",
    ]  # the gate drops the repeated one
    assert (receipts[0].received, receipts[0].cursor) == (4, None)


@pytest.mark.parametrize(
    ("replies", "pages"),
    [
        ([by_time(until=at("12 00:00:00"), end_of_stream=False)], 1),  # behind the window
        ([by_time(organization(1, 1), until=at("10 02:00:00"))], 1),  # a page that is not full, of an export that does not say more
        ([by_time(until=None)], 1),
        ([by_time(until=int(STARTS_AT), count=1000)], 1),
        ([by_time(until=at("10 02:00:00"), count=1000), by_time(until=at("10 02:00:00"), count=1000)], 2),
    ],
)
def test_how_an_export_by_time_ends(settings: Settings, replies: list[Reply], pages: int) -> None:
    receipts, asked = land(settings, ZENDESK, "organizations", in_order(*replies))
    assert (len(asked), receipts[0].pages) == (pages, pages)


def test_a_second_of_more_records_than_a_page_does_not_go_in_circles(settings: Settings) -> None:
    stuck = by_time(organization(1, 2), until=at("10 02:00:00"), end_of_stream=False)
    with pytest.raises(SourceContractBroken, match=r"zendesk/organizations, page 3: .* goes in circles"):
        land(settings, ZENDESK, "organizations", in_order(stuck))


def test_ten_requests_a_minute_are_kept_and_a_refusal_is_waited_for(settings: Settings) -> None:
    account = Account(tickets=[ticket(n, at("10 12:00:00") + n) for n in range(23)])
    with account.open():
        receipt, asked = account.land(settings, "10 00:00:00", "11 00:00:00")
    assert len(asked) == 12
    assert receipt.seconds >= 60
    limited = Reply({}, 429, {"Retry-After": "77"})
    users = Reply({"users": [], "after_cursor": "c", "end_of_stream": True})
    receipts, asked = land(settings, ZENDESK, "users", in_order(limited, Reply({}, 409), Reply({}, 520), Reply({}, 524), users))
    assert (len(asked), receipts[0].seconds >= 77) == (5, True)


def test_a_limit_that_lasts_too_long_is_left_to_a_later_run(settings: Settings) -> None:
    with pytest.raises(RetryLater, match="zendesk/tickets, page 1: rate limited"):
        land(settings, ZENDESK, "tickets", in_order(Reply({}, 429, {"Retry-After": "4000"})))
