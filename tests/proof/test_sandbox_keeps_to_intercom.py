"""The sandbox does not drift from Intercom's own specification: what our source asks of it and what it answers keep to it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from kuulo.sandbox.company import generate_company
from kuulo.sandbox.dialects import DIALECTS
from kuulo.sandbox.server import SandboxServer, serve
from kuulo.settings import Settings
from kuulo.sources.intercom import INTERCOM
from kuulo.sources.source import Window
from tests.landing.landings import land
from tests.loopback_server import serving
from tests.proof.front import Front, Verdict
from tests.proof.intercom_specification import as_lived
from tests.proof.keeping_to import Lawbook

pytestmark = pytest.mark.proof

TOKEN = next(spoken.secret for spoken in DIALECTS if spoken.source == "intercom")
PLANTED = "'created_at']: None "  # conversations without a beginning, which the sandbox has for quarantine to hold
READABLE = [stream.name for stream in INTERCOM.streams if stream.reading]


@pytest.fixture(scope="module")
def law() -> Lawbook:
    return Lawbook(as_lived())


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with serve(generate_company(customers=60)) as server:
        yield server


@pytest.fixture
def front(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Front:
    """The sandbox, asked for the company's whole history."""
    history = Window(datetime(2024, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    monkeypatch.setattr("tests.landing.landings.WINDOW", history)
    return Front(sandbox.url_of("intercom"), {"Authorization": f"Bearer {TOKEN}"})


@pytest.mark.parametrize("stream", READABLE)
def test_every_request_of_a_stream_and_its_answer_keep_to_the_specification(
    settings: Settings, front: Front, law: Lawbook, stream: str
) -> None:
    receipts, asked = land(settings, INTERCOM, stream, front)
    assert receipts[-1].received > 0
    assert len(front.verdicts) == len(asked)
    breaches = [breach for verdict in front.verdicts for breach in law.breaches(verdict)]
    assert [breach for breach in breaches if PLANTED not in breach] == []


def _ask(front: Front, path: str, body: Any = None, **params: str) -> Verdict:
    """One request as our source would send it, through the front."""
    with serving(front) as server:
        headers = {"Intercom-Version": "2.14", **front.headers}
        requests.request("POST" if body else "GET", server.url + path, params=params, json=body, headers=headers, timeout=30)
    return front.verdicts[-1]


def _search(**pagination: Any) -> dict[str, Any]:
    bounds = [{"field": "updated_at", "operator": ">", "value": 1}, {"field": "updated_at", "operator": "<", "value": 2_000_000_000}]
    return {"query": {"operator": "AND", "value": bounds}, "pagination": pagination}


@pytest.mark.parametrize(("path", "records_at"), [("/contacts/search", "data"), ("/conversations/search", "conversations")])
def test_pages_with_more_behind_them_keep_to_the_specification(front: Front, law: Lawbook, path: str, records_at: str) -> None:
    first = _ask(front, path, _search(per_page=3))
    second = _ask(front, path, _search(per_page=3, starting_after=first.body["pages"]["next"]["starting_after"]))
    assert [len(verdict.body[records_at]) for verdict in (first, second)] == [3, 3]
    assert first.body[records_at][0]["id"] != second.body[records_at][0]["id"]
    assert [breach for verdict in front.verdicts for breach in law.breaches(verdict)] == []


@pytest.mark.parametrize("token", [None, "wrong"])
def test_a_refusal_keeps_to_the_specification(front: Front, law: Lawbook, token: str | None) -> None:
    front.headers = {"Authorization": token and f"Bearer {token}"}
    refused = _ask(front, "/admins")
    assert refused.status == 401
    assert law.breaches(refused, answer_only=True) == []


def test_a_drift_would_be_told(front: Front, law: Lawbook) -> None:
    spoilt = _ask(front, "/conversations/search", _search(per_page="many"))
    spoilt.status, spoilt.body = 200, {"type": "conversation.list", "conversations": [{"id": 515, "updated_at": "today", "open": "no"}]}
    told = "\n".join(law.breaches(spoilt))
    for part in (
        "'many' is not of type 'integer'",
        "515 is not of type 'string'",
        "'today' is not of type 'integer'",
        "'no' is not of type 'boolean'",
    ):
        assert part in told
