"""Pages held against the list: records go, every other byte stays."""

import json
from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES
from kuulo.suppression.page_cut import rewritten
from kuulo.suppression.page_screen import PageScreen, Screened
from kuulo.suppression.suppression_list import SuppressionList, hashed, suppress, suppression_key


def suppression(settings: Settings, *nodes: str) -> SuppressionList:
    key = suppression_key(settings)
    suppress(settings, [hashed(key, node) for node in nodes], "test")
    found = SuppressionList.read(settings)
    assert found is not None
    return found


def screened(settings: Settings, where: str, page: Any, nodes: tuple[str, ...], parent: dict[str, str] | None = None) -> Screened:
    source, stream = where.split("/")
    base = SOURCES[source].stream(stream)
    made = [each for each in SOURCES[source].streams if each.pages_of == stream]
    body = page if isinstance(page, bytes) else json.dumps(page).encode()
    at = {"hubspot": "results", "zendesk": stream, "intercom": "conversation_parts.conversation_parts"}[source]
    return PageScreen(suppression(settings, *nodes), source, [*made, base]).screened(body, at, parent or {})


def test_other_records_keep_every_byte(settings: Settings) -> None:
    first, last = b'{"id":1,"email":"a@x.example","n":1.10}', b'{"id":9007199254740993,"n":1e2}'
    around = b'{ "count":3, "users" : [ %b, %b] , "end":true}'
    body = around % (first + b',\n{"id":2,"email":"Gone@X.example"}', last)
    found = screened(settings, "zendesk/users", body, ("email:gone@x.example",))
    assert found.body == around % (first, last)
    assert (found.cut, found.learned) == (1, {"zendesk:2"})


@pytest.mark.parametrize(("gone", "left"), [({0}, "[2,3]"), ({2}, "[1,2]"), ({0, 1, 2}, "[]"), (set(), "[1,2,3]"), ({1}, "[1,3]")])
def test_commas_stay_right(gone: set[int], left: str) -> None:
    body = rewritten(b'{"a":{"x":"]","b":[1,2,3]}}', "a.b", lambda index, record: None if index in gone else record)
    assert body == b'{"a":{"x":"]","b":' + left.encode() + b"}}"


def test_a_page_without_them_is_the_same_bytes(settings: Settings) -> None:
    body = b'{"users":[{"id":1,"email":"a@x.example"}]}'
    assert screened(settings, "zendesk/users", body, ("email:gone@x.example",)) == Screened(body)


def test_a_record_that_becomes_no_row_is_found_by_its_ids(settings: Settings) -> None:
    page = {"user_identities": [{"id": 5, "user_id": 7, "type": "phone_number", "value": "+358401234"}]}
    assert screened(settings, "zendesk/user_identities", page, ("zendesk:7",)).cut == 1


def test_a_shared_record_loses_their_part_alone(settings: Settings) -> None:
    page = {"results": [{"from": {"id": "500"}, "to": [{"toObjectId": "7"}, {"toObjectId": "8"}]}, {"from": {"id": "501"}, "to": []}]}
    parent = {"from_type": "companies", "to_type": "contacts"}
    found = screened(settings, "hubspot/associations", page, ("hubspot:7",), parent)
    assert json.loads(found.body)["results"] == [{"from": {"id": "500"}, "to": [{"toObjectId": "8"}]}, {"from": {"id": "501"}, "to": []}]
    assert found.learned == frozenset()


def test_a_page_about_one_conversation_is_emptied(settings: Settings) -> None:
    page = {"id": "99", "contacts": [], "conversation_parts": {"conversation_parts": [{"id": "1", "body": "hello"}]}}
    found = screened(settings, "intercom/conversation_parts", page, ("intercom.conversation:99",), {"conversation_id": "99"})
    assert json.loads(found.body) == {"conversation_parts": {"conversation_parts": []}}


def test_mentions_in_what_is_somebody_elses_are_taken_out(settings: Settings) -> None:
    page = {"users": [{"id": 360000000001, "email": "b@x.example", "notes": "knows Gone@X.example, K-000123 and 360000000777"}]}
    found = screened(settings, "zendesk/users", page, ("email:gone@x.example", "company:K-000123", "zendesk:360000000777"))
    assert json.loads(found.body)["users"] == [{"id": 360000000001, "email": "b@x.example", "notes": "knows erased, erased and 0"}]


def test_the_list_holds_hashes_alone_and_grows_once(settings: Settings) -> None:
    first = suppression(settings, "email:gone@x.example")
    text = (settings.home / "suppression" / "list.jsonl").read_text()
    assert "gone" not in text
    assert len(text.splitlines()) == 1
    assert first.learn({"email:gone@x.example", "zendesk:7"}) == 1
    assert first.holds("zendesk:7")
    assert SuppressionList.read(Settings(home=settings.home / "other")) is None
