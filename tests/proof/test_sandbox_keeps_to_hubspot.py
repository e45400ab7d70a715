"""The sandbox does not drift from HubSpot's own specifications: what our source asks of it and what it answers keep to them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import requests

from kuulo.sandbox import HUBSPOT_TOKEN
from kuulo.sandbox.company import generate_company
from kuulo.sandbox.hubspot_dialect import TOKEN_WITHOUT_SCOPE
from kuulo.sandbox.server import SandboxServer, serve
from kuulo.settings import Settings
from kuulo.sources.hubspot import HUBSPOT
from kuulo.sources.source import Window
from tests.landing.landings import land
from tests.loopback_server import serving
from tests.proof.front import Front, Verdict
from tests.proof.hubspot_specifications import as_lived
from tests.proof.keeping_to import Lawbook

pytestmark = [pytest.mark.proof, pytest.mark.filterwarnings("ignore:Unsupported scheme type")]  # OAuth; the bearer is checked anyway

OBJECTS = ("contacts", "companies", "deals", "tickets", "feedback_submissions")
LAW_OF = {
    **{f"/crm/v3/objects/{kind}": f"{kind}-v3" for kind in OBJECTS},
    "/crm/v3/owners": "owners-v3",
    "/crm/v3/pipelines": "pipelines-v3",
    "/crm/v4/associations": "associations-v4",
}
NO_LAW_AT_HAND = "/crm/v3/properties/"


@cache
def _law(name: str) -> Lawbook:
    return Lawbook(as_lived(name))


def _breaches(verdict: Verdict, *, answer_only: bool = False) -> list[str]:
    path = verdict.asked.path
    if path.startswith(NO_LAW_AT_HAND):
        return []
    name = next(name for prefix, name in LAW_OF.items() if path == prefix or path.startswith(prefix + "/"))
    return _law(name).breaches(verdict, answer_only=answer_only)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with serve(generate_company(customers=60)) as server:
        yield server


@pytest.fixture
def front(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Front:
    """The sandbox, asked for the company's whole history."""
    history = Window(datetime(2024, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    monkeypatch.setattr("tests.landing.landings.WINDOW", history)
    return Front(sandbox.url_of("hubspot"), {"Authorization": f"Bearer {HUBSPOT_TOKEN}"})


@pytest.mark.parametrize("stream", [stream.name for stream in HUBSPOT.streams])
def test_every_request_of_a_stream_and_its_answer_keep_to_the_specification(settings: Settings, front: Front, stream: str) -> None:
    receipts, asked = land(settings, HUBSPOT, stream, front)
    assert receipts[-1].received > 0
    assert len(front.verdicts) == len(asked)
    assert [breach for verdict in front.verdicts for breach in _breaches(verdict)] == []


def _ask(front: Front, path: str, body: Any = None, **params: str) -> Verdict:
    """One request as our source would send it, through the front."""
    with serving(front) as server:
        requests.request("POST" if body else "GET", server.url + path, params=params, json=body, timeout=30)
    return front.verdicts[-1]


def _search(**changed: Any) -> dict[str, Any]:
    return {"filterGroups": [], "sorts": [], "properties": ["hs_object_id"], "limit": 3, "after": "0", **changed}


@pytest.mark.parametrize("kind", OBJECTS)
def test_pages_with_more_behind_them_keep_to_the_specification(front: Front, kind: str) -> None:
    listed = _ask(front, f"/crm/v3/objects/{kind}", limit="3")
    behind = _ask(front, f"/crm/v3/objects/{kind}", limit="3", after=listed.body["paging"]["next"]["after"])
    found = _ask(front, f"/crm/v3/objects/{kind}/search", _search())
    then = _ask(front, f"/crm/v3/objects/{kind}/search", _search(after=found.body["paging"]["next"]["after"]))
    assert [len(verdict.body["results"]) for verdict in front.verdicts] == [3] * 4
    assert found.body["total"] == then.body["total"] > 3
    assert listed.body["results"][0]["id"] != behind.body["results"][0]["id"]
    assert [breach for verdict in front.verdicts for breach in _breaches(verdict)] == []


@pytest.mark.parametrize(
    ("token", "params", "status"),
    [(None, {}, 401), ("wrong", {}, 401), (TOKEN_WITHOUT_SCOPE, {}, 403), (HUBSPOT_TOKEN, {"limit": "abc"}, 400)],
)
def test_refusals_keep_to_the_specification(front: Front, token: str | None, params: dict[str, str], status: int) -> None:
    front.headers = {"Authorization": token and f"Bearer {token}"}
    refused = _ask(front, "/crm/v3/objects/contacts", **params)
    assert refused.status == status
    assert _breaches(refused, answer_only=True) == []


def test_a_drift_would_be_told(front: Front) -> None:
    spoilt = _ask(front, "/crm/v3/objects/contacts", limit="1", archived="maybe")
    spoilt.status, spoilt.body = 200, {"results": [{"id": 7, "properties": {"email": 1}, "createdAt": "yesterday", "archived": False}]}
    told = "\n".join(_breaches(spoilt))
    for part in (
        "Failed to cast value to boolean type: maybe",
        "'updatedAt' is a required property",
        "7 is not of type 'string'",
        "1 is not of type 'string'",
        "'yesterday' is not a 'date-time'",
    ):
        assert part in told
