"""Requests about people: what may be asked, and that nothing but the file ever says whom."""

import json
import stat

import pytest

from kuulo.erasure.person_request import BadRequest, erasures, lay_request, person_node, requests_in
from kuulo.settings import Settings


@pytest.mark.parametrize(
    ("person", "node"),
    [
        (" Ada@Example.COM ", "email:ada@example.com"),
        ("K-0017", "company:K-0017"),
        ("zendesk:360000000777", "zendesk:360000000777"),
        ("hubspot: 17 ", "hubspot:17"),
        ("email:ada@example.com", "email:ada@example.com"),
        ("urn:x:17", "company:urn:x:17"),
    ],
)
def test_a_person_is_an_email_a_customer_number_or_a_vendors_id(person: str, node: str) -> None:
    assert person_node(person) == node


@pytest.mark.parametrize("person", ["", "  ", "ada@", "@x.example", "a b@x.example", "email:none", "K\n17", "x" * 321, "zendesk:"])
def test_what_names_nobody_is_refused(person: str, settings: Settings) -> None:
    assert person_node(person) is None
    with pytest.raises(BadRequest, match=r"^request case_1: say an e-mail"):
        lay_request(erasures(settings), "case_1", person, "desk")


def test_a_request_is_private_and_is_read_without_showing_the_person(settings: Settings) -> None:
    path = lay_request(erasures(settings), "case_1", "ada@example.com", "case 4711")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    (request,) = requests_in(erasures(settings))
    assert (request.name, request.node, request.requested_by) == ("case_1", "email:ada@example.com", "case 4711")
    assert "ada" not in repr(request)


@pytest.mark.parametrize(
    "text",
    ["ada@example.com", "[]", "{}", '{"person": 17}', '{"person": "ada@@"}', '{"person": "ada@x.example", "requested_by": "b@x.example"}'],
)
def test_a_bad_file_is_named_without_its_content(text: str, settings: Settings) -> None:
    erasures(settings).mkdir(parents=True)
    (erasures(settings) / "case_1.json").write_text(text)
    with pytest.raises(BadRequest, match=r"^request case_1: ") as refused:
        requests_in(erasures(settings))
    assert "ada" not in str(refused.value)


def test_one_request_can_be_picked(settings: Settings) -> None:
    for name in ("a", "b"):
        lay_request(erasures(settings), name, f"{name}@example.com", "desk")
    assert [request.name for request in requests_in(erasures(settings), "b")] == ["b"]
    with pytest.raises(BadRequest, match="there is no request c"):
        requests_in(erasures(settings), "c")
    assert json.loads((erasures(settings) / "a.json").read_text())["person"] == "a@example.com"
