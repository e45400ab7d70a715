"""Intercom's companies: one scroll at a time, ended by an empty page, never continued once it broke off."""

from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.sources.api_errors import RetryLater, SourceContractBroken
from kuulo.sources.intercom import INTERCOM
from tests.landing.landings import land, typed_rows
from tests.loopback_server import Reply, in_order
from tests.sources.intercom_workspace import ERROR, START, Record


def company(identity: int, **more: Any) -> Record:
    return {
        "type": "company",
        "id": f"c{identity}",
        "company_id": str(identity),
        "created_at": START,
        "updated_at": START,
        "plan": {},
        **more,
    }


def scroll_page(param: str | None, *companies: Record) -> Reply:
    return Reply({"type": "list", "data": list(companies), "pages": None, "total_count": None, "scroll_param": param})


def scrolled(settings: Settings) -> list[tuple[str, int]]:
    return [(row["company_id"], row["scroll"]) for row in typed_rows(settings, INTERCOM, "companies")]


def test_a_scroll_goes_on_with_the_same_parameter_until_an_empty_page(settings: Settings) -> None:
    pages = in_order(scroll_page("s", company(1), company(2)), scroll_page("s", company(3, plan={"name": "Glow"})), scroll_page("s"))
    receipts, asked = land(settings, INTERCOM, "companies", pages)
    assert [(a.method, a.path, a.params) for a in asked] == [
        ("GET", "/companies/scroll", ()),
        ("GET", "/companies/scroll", (("scroll_param", "s"),)),
        ("GET", "/companies/scroll", (("scroll_param", "s"),)),
    ]
    assert scrolled(settings) == [("c1", 1), ("c2", 1), ("c3", 1)]
    assert (receipts[0].pages, receipts[0].note) == (3, "")
    assert [row["plan_name"] for row in typed_rows(settings, INTERCOM, "companies")] == [None, None, "Glow"]


@pytest.mark.parametrize(
    "broken", [Reply(ERROR, 500), Reply(ERROR, 404), Reply(b"<html>", 200), Reply(b'{"data": []}', length=500), Reply(ERROR, 429)]
)
def test_a_scroll_that_breaks_off_is_begun_again_and_nothing_of_it_is_asked_twice(settings: Settings, broken: Reply) -> None:
    """An answer that was lost has moved the scroll on: asking for it again would pass its companies by."""
    pages = in_order(
        scroll_page("s", company(1), company(2)), broken,
        scroll_page("t", company(1), company(2, user_count=9)), scroll_page("t", company(3)), scroll_page("t"),
    )  # fmt: skip
    receipts, asked = land(settings, INTERCOM, "companies", pages)
    assert [a.param("scroll_param") for a in asked] == [None, "s", None, "t", "t"]
    assert scrolled(settings) == [("c1", 1), ("c2", 1), ("c1", 2), ("c2", 2), ("c3", 2)]
    assert receipts[0].note == "a scroll broke off and was begun again"


def test_a_scroll_that_never_ends_well_is_left_for_later(settings: Settings) -> None:
    pages = in_order(*[scroll_page("s", company(1)), Reply(ERROR, 500)] * 3, scroll_page("s", company(1)), scroll_page("s"))
    with pytest.raises(RetryLater, match="intercom/companies, page 4: the scroll broke off 3 times; run it again later, it begins anew"):
        land(settings, INTERCOM, "companies", pages)
    _, asked = land(settings, INTERCOM, "companies", in_order(scroll_page("s", company(1)), scroll_page("s")), run="run-2")
    assert [a.param("scroll_param") for a in asked] == [None, "s"]  # never from the middle of a scroll that has expired
    assert scrolled(settings) == [("c1", 1), ("c1", 2), ("c1", 3), ("c1", 4)]


def test_another_scroll_in_the_workspace_is_waited_for(settings: Settings) -> None:
    body = {"type": "error.list", "errors": [{"code": "scroll_exists", "message": "scroll already exists for this workspace"}]}
    with pytest.raises(RetryLater, match="another scroll is open in the workspace"):
        land(settings, INTERCOM, "companies", lambda _asked: Reply(body, 400))


@pytest.mark.parametrize(("param", "message"), [("s", "goes in circles"), (None, "without `scroll_param`")])
def test_a_scroll_without_end_or_without_a_way_on_is_an_error(settings: Settings, param: str | None, message: str) -> None:
    with pytest.raises(SourceContractBroken, match=message):
        land(settings, INTERCOM, "companies", lambda _asked: scroll_page(param, company(1)))


def test_one_stream_is_read_at_a_time(settings: Settings) -> None:
    assert INTERCOM.parallel_tasks == 1  # the slots of the source's pool: a workspace has one scroll
