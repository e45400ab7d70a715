"""Ways of paging against a server that plays the vendors' tricks."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from kuulo.sources.api_errors import RetryLater, SourceContractBroken
from kuulo.sources.api_session import ApiSession
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.asker import Asker, Reading
from kuulo.sources.manners import Limits, Manners
from kuulo.sources.pagination import AfterCursor, Ground, IdKeyset, NextLink, VerbatimLink
from kuulo.sources.reading import InTurn, Named, Paged, Parents, PerParent
from kuulo.sources.same_origin import below_base
from kuulo.sources.source import Column, Credentials, Stream, Window
from tests.loopback_server import Asked, Reply, in_order, serving
from tests.still_time import StillTime

STREAM = Stream(name="things", primary_key=("id",), columns=(Column(name="id"),))
WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
LINKED = Paged(
    path="/things",
    records_at="data",
    params=(("size", "2"), ("end", "E")),
    pager=NextLink(link_at="p.next", more_at="p.more", records_at="data"),
)
CURSORED = Paged(path="/things", records_at="results", pager=AfterCursor(cursor_at="paging.next.after"))


def read(
    reading: Reading, script: Callable[[Asked], Reply], state: dict[str, Any] | None = None, **limits: int
) -> tuple[list[Any], list[Asked]]:
    """The pages' records, parents and states, and what was asked."""
    with serving(script) as server:
        credentials = Credentials(base_url=f"{server.url}/v2")
        session = ApiSession(
            source="crm", credentials=credentials, manners=Manners(), limits=Limits(**limits), clocks=StillTime().clocks
        )  # fmt: skip
        pages = list(reading.pages(Asker(session, STREAM, WINDOW, {}), state))
        return [(page.answer.at(page.records_at), page.parent, page.next) for page in pages], server.asked


def linked(data: list[int], link: str | None = None, more: bool | None = None) -> Reply:
    told = {"next": link, "more": more}
    return Reply({"p": {name: value for name, value in told.items() if value is not None}, "data": data})


def records(pages: list[Any]) -> list[list[int]]:
    return [page[0] for page in pages]


def test_first_middle_empty_middle_and_last_page_of_links() -> None:
    pages, asked = read(
        LINKED, in_order(linked([1, 2], "/things?start=b", True), linked([], "/things?start=c", True), linked([3], None, False))
    )
    assert records(pages) == [[1, 2], [], [3]]
    assert [a.path for a in asked] == ["/v2/things"] * 3  # the /v2 of the base is kept
    assert [a.params for a in asked] == [
        (("size", "2"), ("end", "E")),
        (("start", "b"), ("size", "2"), ("end", "E")),  # what the link does not repeat is sent again
        (("start", "c"), ("size", "2"), ("end", "E")),
    ]


def test_an_absolute_link_below_the_base_is_followed() -> None:
    def script(asked: Asked) -> Reply:
        return linked([2], None, False) if asked.param("start") else linked([1], f"http://{asked.headers['Host']}/v2/things?start=b", True)

    assert records(read(LINKED, script)[0]) == [[1], [2]]


def test_an_empty_last_page_with_a_link_is_the_end() -> None:
    assert records(read(LINKED, in_order(linked([1], "/things?start=b", True), linked([], "/things?start=b", True)))[0]) == [[1], []]
    assert records(read(LINKED, in_order(linked([1], "/things?start=b"), linked([], "/things?start=c")))[0]) == [[1], []]
    assert records(read(LINKED, in_order(linked([1], "/things?start=b", False)))[0]) == [[1]]


def test_p1_a_repeated_link_with_records_is_refused_and_not_read_twice() -> None:
    script = in_order(linked([1], "/things?start=b", True), linked([2], "/things?start=b", True))
    with pytest.raises(SourceContractBroken, match=r"crm/things, page 1: .* goes in circles"):
        read(LINKED, script)


def test_p2_a_to_b_to_a_is_seen() -> None:
    links = iter(["/things?start=a", "/things?start=b", "/things?start=a", "/things?start=b"])
    asked: list[Asked] = []

    def script(request: Asked) -> Reply:
        asked.append(request)
        return linked([1], next(links), True)

    with pytest.raises(SourceContractBroken, match="circles"):
        read(LINKED, script)
    assert len(asked) == 3  # first page, a, b; a is not asked for again


def test_more_without_a_link_is_refused() -> None:
    with pytest.raises(SourceContractBroken, match=r"says that there is more \(`p.more`\) but gives no `p.next`"):
        read(LINKED, in_order(linked([1], None, True)))


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v2/things",
        "//evil.example/v2/things",
        "http://127.0.0.1:1/v2/things",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://api.example@evil.example/v2/things",
        "https://user@api.example/v2/things",
        "http://api.example/v2/things",
        "https://api.example:8443/v2/things",
        "https://api.example.evil.example/v2/things",
        "https://api.example/v3/things",
        "https://api.example/v2/../admin",
        "/v2/../../admin",
        "https:\\\\evil.example/v2",
        "/things?start=a\nHost: evil",
        "/things?start=" + "x" * 10_000,
        "http://[::1/v2",
        "https://api.example:notaport/v2/things",
    ],
)
def test_p11_p12_links_that_lead_elsewhere_are_refused_before_any_request(link: str) -> None:
    with pytest.raises(SourceContractBroken):
        below_base("https://api.example/v2", link, longest=8192)


def test_p11_another_host_is_never_asked() -> None:
    with serving(in_order(linked([9], None, False))) as other:
        with pytest.raises(SourceContractBroken, match="crm/things, page 1: a next link that leads to another host"):
            read(LINKED, in_order(linked([1], f"{other.url}/v2/things?start=b", True)))
        assert other.asked == []


def test_same_origin_links_may_name_the_default_port() -> None:
    assert below_base("https://api.example/v2", "https://API.example:443/v2/things?a[]=x&a[]=y", longest=8192) == (
        "/things", (("a[]", "x"), ("a[]", "y"))
    )  # fmt: skip


def cursored(data: list[int], after: Any = None) -> Reply:
    return Reply({"results": data, **({"paging": {"next": {"after": after}}} if after is not None else {})})


def test_cursor_pages_until_paging_is_absent() -> None:
    pages, asked = read(CURSORED, in_order(cursored([1], "a"), cursored([], 7), Reply({"results": [2], "paging": {}})))
    assert records(pages) == [[1], [], [2]]
    assert [a.param("after") for a in asked] == [None, "a", "7"]


def test_a_cursor_for_ever_the_same_ends() -> None:
    with pytest.raises(SourceContractBroken, match="circles"):
        read(CURSORED, in_order(cursored([1], "NTI1Cg==")))


@pytest.mark.parametrize("after", ["x" * 10_000, {"a": 1}, True])
def test_p12_a_cursor_that_is_none_is_refused(after: Any) -> None:
    with pytest.raises(SourceContractBroken, match=r"cursor|neither text"):
        read(CURSORED, in_order(cursored([1], after)))


def test_p3_pages_have_a_maximum() -> None:
    count = iter(range(1000))
    with pytest.raises(SourceContractBroken, match="more than 5 pages"):
        read(CURSORED, lambda _: cursored([1], str(next(count))), pages=5)


KEYSET = IdKeyset(id_property="hs_object_id")
GROUND = Ground("http://x", 100)
BOUNDS = [{"propertyName": "changed", "operator": "GTE", "value": "0"}]
SEARCH = Ask(
    path="/s", method="POST", body={"filterGroups": [{"filters": BOUNDS}], "limit": 2, "after": "0", "sorts": [], "properties": []}
)


def found(ids: list[str], after: str | None = None, total: int | None = None) -> Answer:
    paging = {"paging": {"next": {"after": after}}} if after else {}
    return Answer(json.dumps({"results": [{"id": i} for i in ids], **paging, **({} if total is None else {"total": total})}).encode())


def of(ask: Ask | None) -> tuple[str, str | None]:
    """The cursor of a search, and the id that it begins at."""
    assert ask is not None
    assert ask.body is not None
    filters = ask.body["filterGroups"][0]["filters"]
    assert filters[:1] == BOUNDS
    return ask.body["after"], filters[1]["value"] if filters[1:] else None


def test_p4_every_page_of_a_keyset_begins_behind_the_last_id() -> None:
    second = KEYSET.after(SEARCH, found(["8", "9"], "2"), GROUND)
    assert of(second) == ("0", "10")
    assert second is not None
    assert of(KEYSET.after(second, found(["99", "100"], "2"), GROUND)) == ("0", "101")
    assert KEYSET.after(second, found(["99"], None, 1), GROUND) is None
    for unsorted in (["10", "9"], ["a"]):
        with pytest.raises(SourceContractBroken):
            KEYSET.after(second, found(unsorted, "4"), GROUND)


def test_a_cursor_behind_an_empty_page_that_is_no_number_is_told() -> None:
    assert of(KEYSET.after(SEARCH, found([], "2", 9), GROUND)) == ("2", None)
    with pytest.raises(SourceContractBroken, match=r"`paging\.next\.after` is no number"):
        KEYSET.after(SEARCH, found([], "WzE3", 9), GROUND)


def test_p6_a_keyset_goes_through_an_empty_page_by_its_cursor() -> None:
    second = KEYSET.after(SEARCH, found([], "2"), GROUND)
    assert of(second) == ("2", None)
    assert second is not None
    assert of(KEYSET.after(second, found(["8"], "4"), GROUND)) == ("0", "9")
    assert KEYSET.after(second, found([], None), GROUND) is None


def test_p10_a_keyset_asks_on_for_what_the_total_promises_and_tells_where_nothing_comes() -> None:
    second = KEYSET.after(SEARCH, found(["8", "9"], None, 5), GROUND)
    assert of(second) == ("0", "10")
    assert second is not None
    with pytest.raises(RetryLater, match="says that 3 more records match the search, but gives none"):
        KEYSET.after(second, found([], None, 3), GROUND)


PER_PARENT = PerParent(
    parents=Parents(listing=Paged(path="/parents", records_at="data", pager=LINKED.pager)),
    known_as="parent_id",
    listing=Paged(path="/parents/{parent}/things", records_at="data", pager=LINKED.pager),
)


def family(asked: Asked) -> Reply:
    if asked.path == "/v2/parents":
        return linked([{"id": "b"}], None, False) if asked.param("s") else linked([{"id": "a/1"}, {"id": "gone"}], "/parents?s=2", True)  # type: ignore[list-item]
    if "gone" in asked.path:
        return Reply({}, 404)
    return linked([2], None, False) if asked.param("s") else linked([1], f"{asked.path.removeprefix('/v2')}?s=2", True)


def test_every_parents_list_is_read_and_resumes_from_every_page() -> None:
    pages, asked = read(PER_PARENT, family)
    assert [(page[0], page[1]) for page in pages] == [
        ([1], {"parent_id": "a/1"}), ([2], {"parent_id": "a/1"}), ([1], {"parent_id": "b"}), ([2], {"parent_id": "b"})
    ]  # fmt: skip
    assert asked[2].path == "/v2/parents/a%2F1/things"
    for done, page in enumerate(pages[:-1], 1):
        again, asked_again = read(PER_PARENT, family, page[2])
        assert again == pages[done:]
        assert all(a.path != "/v2/parents" for a in asked_again)
    assert pages[-1][2] is None


def test_readings_in_turn_resume_from_every_page() -> None:
    both = InTurn((PER_PARENT, Paged(path="/parents/z/things", records_at="data", pager=LINKED.pager), PerParent(
        parents=Named(()), known_as="x", listing=LINKED)))  # fmt: skip
    pages, _ = read(both, family)
    assert [page[0] for page in pages] == [[1], [2], [1], [2], [1], [2]]
    for done, page in enumerate(pages, 1):
        assert (read(both, family, page[2])[0] if page[2] else []) == pages[done:]


COOKIE = "%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522%253e%22%20/%3E"


def test_a_link_with_a_cookie_is_followed_byte_for_byte_with_the_headers_of_before() -> None:
    reading = Paged(path="/rows", records_at="value", pager=VerbatimLink(link_at=r"@odata\.nextLink"))

    def script(asked: Asked) -> Reply:
        link = f"http://{asked.headers['Host']}/v2/rows?$select=id&$skiptoken={COOKIE}"
        return Reply({"value": [2]}) if "skiptoken" in asked.target else Reply({"value": [1], "@odata.nextLink": link})

    pages, asked = read(reading, script)
    assert records(pages) == [[1], [2]]
    assert asked[1].target == f"/v2/rows?$select=id&$skiptoken={COOKIE}"
    assert pages[0][2]["ask"]["verbatim"] is True
    assert records(read(reading, script, pages[0][2])[0]) == [[2]]


@pytest.mark.parametrize(
    "link", ["http://elsewhere.example/v2/rows?x", "file:///etc/passwd", "http://169.254.169.254/v2/rows", "/v2/../rows"]
)
def test_p11_a_verbatim_link_stays_on_its_host_too(link: str) -> None:
    reading = Paged(path="/rows", records_at="value", pager=VerbatimLink(link_at="next"))
    with pytest.raises(SourceContractBroken, match=r"crm/things, page 1: a (next )?link that"):
        read(reading, in_order(Reply({"value": [], "next": link})))
