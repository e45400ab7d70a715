"""HubSpot's own specifications, served by Prism: each request of ours is valid by them, and each documented answer lands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials, RetryLater, SourceContractBroken
from kuulo.sources.hubspot import HUBSPOT
from tests.landing.landings import land, typed_rows
from tests.proof.front import Front, ended
from tests.proof.hubspot_specifications import as_lived, as_published
from tests.proof.prism import prism

pytestmark = pytest.mark.proof

OBJECTS = ("contacts", "companies", "deals", "tickets", "feedback_submissions")
SPECIFICATION_OF = {**{name: f"{name}-v3" for name in (*OBJECTS, "owners", "pipelines")}, "associations": "associations-v4"}


def _our_properties() -> dict[str, Any]:
    """The one request that none of the specifications at hand speaks of: which properties the account has."""
    return {
        f"/crm/v3/properties/{kind}": {"results": [{"name": c.path[1]} for c in HUBSPOT.stream(kind).columns if c.path[0] == "properties"]}
        for kind in OBJECTS
    }


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prism(as_lived(SPECIFICATION_OF[request.param]), tmp_path_factory.mktemp("prism")) as served:
        yield served


@pytest.fixture
def front(address: str) -> Front:
    return Front(address, ourselves=_our_properties())


def served(*streams: str) -> pytest.MarkDecorator:
    """Run with Prism serving the specification of each of the streams."""
    return pytest.mark.parametrize(
        ("address", "stream"), [(name, name) for name in streams], indirect=["address"], scope="module", ids=streams
    )


def _last(document: dict[str, Any]) -> None:
    """Make an answer one that nothing follows."""
    for part in (document, *document["results"]):
        part.pop("paging", None)


def _asked(front: Front) -> list[tuple[str, str, int]]:
    return [(verdict.asked.method, verdict.asked.path, verdict.status) for verdict in front.verdicts]


# What Prism answers: the specification's example of an object found, and of an archived one values made from its schema.
FOUND = ("512", "2019-10-30T03:30:17.883000", "2019-12-07T16:50:06.678000", False, None)
ARCHIVED = ("string", "2019-08-24T14:15:22", "2019-08-24T14:15:22", True, "2019-08-24T14:15:22")


@served(*OBJECTS)
def test_objects_found_and_archived_land_as_documented(settings: Settings, front: Front, stream: str) -> None:
    receipts, _ = land(settings, HUBSPOT, stream, ended(front, _last))
    assert front.refused == []
    listed = f"/crm/v3/objects/{stream}"
    assert _asked(front) == [("POST", f"{listed}/search", 200)] * 2 + [("GET", listed, 200)] * 2
    assert front.verdicts[3].asked.param("after") == "NTI1Cg%3D%3D"  # the documented cursor, sent back as it came
    key = HUBSPOT.stream(stream).primary_key[0]
    life = [
        (row[key], row["created_at"], row["updated_at"], row["archived"], row["archived_at"])
        for row in typed_rows(settings, HUBSPOT, stream)
    ]
    assert [tuple(v.isoformat() if hasattr(v, "isoformat") else v for v in row) for row in life] == [FOUND, FOUND, ARCHIVED, ARCHIVED]
    assert (receipts[-1].received, receipts[-1].untyped) == (4, 0)


@served("owners")
def test_owners_land_with_their_primary_team(settings: Settings, front: Front, stream: str) -> None:
    land(settings, HUBSPOT, stream, ended(front, _last))
    assert front.refused == []
    assert [(v.asked.param("archived"), v.asked.param("after")) for v in front.verdicts] == [
        (None, None), (None, "string"), ("true", None), ("true", "string"),
    ]  # fmt: skip
    assert [(r["owner_id"], r["email"], r["team_name"], r["updated_at"].isoformat()) for r in typed_rows(settings, HUBSPOT, stream)] == [
        ("6166860", "jsmith@example.com", "West Coast Sales", "2019-12-07T16:50:06.678000")
    ] * 4  # fmt: skip


@served("pipelines")
def test_pipelines_land_as_stages(settings: Settings, front: Front, stream: str) -> None:
    land(settings, HUBSPOT, stream, front)
    assert front.refused == []
    assert _asked(front) == [("GET", "/crm/v3/pipelines/deals", 200), ("GET", "/crm/v3/pipelines/tickets", 200)]
    rows = [
        (r["object_type"], r["pipeline_id"], r["stage_id"], r["stage_label"], r["is_closed"]) for r in typed_rows(settings, HUBSPOT, stream)
    ]
    assert rows == [
        (kind, "812723471", stage, label, closed)
        for kind in ("deals", "tickets")
        for stage, label, closed in (("1234912", "In Progress", False), ("1234914", "Done", True))
    ]


TICKETS_FOUND = {"total": 2, "results": [{"id": "1"}, {"id": "2"}]}  # by a search, which is of another specification


@served("associations")
def test_associations_land_and_go_on_where_the_vendor_says_so(settings: Settings, front: Front, stream: str) -> None:
    front.ourselves["/crm/v3/objects/tickets/search"] = TICKETS_FOUND
    receipts, _ = land(settings, HUBSPOT, stream, ended(front, _last))
    assert front.refused == []
    assert [v.asked.body["inputs"] for v in front.verdicts] == [[{"id": "1"}, {"id": "2"}], [{"id": "string", "after": "string"}]]
    rows = [(r["from_type"], r["from_id"], r["to_type"], r["to_id"]) for r in typed_rows(settings, HUBSPOT, stream)]
    assert rows == [("tickets", "string", "contacts", "string")] * 2
    assert (receipts[-1].received, receipts[-1].pages) == (2, 2)


@served("associations")
def test_a_batch_that_failed_in_part_is_no_whole_page(settings: Settings, front: Front, stream: str) -> None:
    front.ourselves["/crm/v3/objects/tickets/search"] = TICKETS_FOUND
    front.headers = {"Prefer": "code=207"}
    with pytest.raises(RetryLater, match=r"hubspot/associations, page 1: associations of 1 records could not be read \(string\)"):
        land(settings, HUBSPOT, stream, front)
    assert (front.refused, [verdict.status for verdict in front.verdicts]) == ([], [207])


@served("contacts", "owners", "associations")
def test_a_cursor_that_is_the_same_for_ever_is_ended_by_our_guard(settings: Settings, front: Front, stream: str) -> None:
    front.ourselves["/crm/v3/objects/tickets/search"] = TICKETS_FOUND
    with pytest.raises(SourceContractBroken, match=rf"^hubspot/{stream}, page \d: the vendor's cursor leads back .*goes in circles"):
        land(settings, HUBSPOT, stream, front)
    assert front.refused == []
    assert len(front.verdicts) == 2


REFUSALS: dict[str, tuple[dict[str, str | None], type[Exception], str, int]] = {
    "no token": ({"Authorization": None}, BadCredentials, r"the secret is refused \(401\)", 1),
    "no scope": ({"Prefer": "code=403"}, BadCredentials, r"lacks the scope crm\.objects\.contacts\.read", 1),
    "rate limit": ({"Prefer": "code=429"}, RetryLater, r"rate limited \(429\), 6 times", 6),
    "bad gateway": ({"Prefer": "code=502"}, RetryLater, r"busy \(502\), 6 times", 6),
}


@served("contacts")
@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals_are_told_by_their_remedy(settings: Settings, front: Front, stream: str, refusal: str) -> None:
    front.headers, error, message, asked = REFUSALS[refusal]
    with pytest.raises(error, match=rf"hubspot/contacts, page 1: .*{message}") as told:
        land(settings, HUBSPOT, stream, front)
    assert "canary-77" not in str(told.value)
    assert len(front.verdicts) == asked


def _only(document: dict[str, Any]) -> None:
    """Make an answer the only one: with as many records as it says, their ids numbers in order, which no schema tells."""
    _last(document)
    for number, record in enumerate(document["results"]):
        record["id"] = str(number)
    if "total" in document:
        document["total"] = len(document["results"])


@pytest.mark.parametrize("stream", [*OBJECTS, "owners", "pipelines"])
def test_anything_that_fits_the_schemas_lands(settings: Settings, tmp_path: Path, stream: str) -> None:
    """Prism makes records up, the same ones each time: times of other centuries, fields that nobody declared, any text."""
    with prism(as_lived(SPECIFICATION_OF[stream]), tmp_path, "--dynamic", "--seed", "kuulo") as address:
        front = Front(address, ourselves=_our_properties())
        receipts, _ = land(settings, HUBSPOT, stream, ended(front, _only, pages=1))
    assert front.refused == []
    pages = [verdict.body["results"] for verdict in front.verdicts]
    rows = typed_rows(settings, HUBSPOT, stream)
    if stream == "pipelines":
        assert [row["stage_id"] for row in rows] == [stage["id"] for page in pages for pipeline in page for stage in pipeline["stages"]]
    else:
        told = [(str(number), record["archived"]) for page in pages for number, record in enumerate(page)]
        assert [(row[HUBSPOT.stream(stream).primary_key[0]], row["archived"]) for row in rows] == told
    assert (receipts[-1].received, receipts[-1].untyped) == (len(rows), 0)


def test_prism_would_tell_a_request_that_is_not_valid(settings: Settings, tmp_path: Path) -> None:
    """By the specification as published, our sorts are invalid, though the live API asks for just them: one of the known deviations."""
    with prism(as_published("contacts-v3"), tmp_path) as address:
        front = Front(address, ourselves=_our_properties())
        with pytest.raises(SourceContractBroken, match=r"refused with status 422 on /crm/v3/objects/contacts/search"):
            land(settings, HUBSPOT, "contacts", front)
    assert [verdict.violations for verdict in front.verdicts] == [
        '[{"location":["request","body","sorts","0"],"severity":"Error","code":"type",'
        '"message":"Request body property sorts.0 must be string"}]'
    ]
