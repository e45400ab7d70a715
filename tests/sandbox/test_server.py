"""The server: what surrounds the dialects, and the faults it commits when told to."""

import http.client
import socket
from urllib.parse import urlsplit

import pytest
import requests

from kuulo.sandbox import HUBSPOT_TOKEN, SURVICATE_KEY
from kuulo.sandbox.__main__ import main
from kuulo.sandbox.dynamics365_dialect import CLIENT_ID, CLIENT_SECRET
from kuulo.sandbox.exchange import Request
from kuulo.sandbox.fault import Fault
from kuulo.sandbox.faults_on_request import KINDS
from kuulo.sandbox.intercom_dialect import INTERCOM_TOKEN, LIMIT
from kuulo.sandbox.server import SandboxServer, serve

SURVICATE = {"Authorization": f"Basic {SURVICATE_KEY}"}
HUBSPOT = {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}


INTERCOM = {"Authorization": f"Bearer {INTERCOM_TOKEN}", "Intercom-Version": "2.14"}


@pytest.fixture
def own_sandbox(small_company):
    with serve(small_company) as server:
        yield server


def _surveys(server: SandboxServer) -> requests.Response:
    return requests.get(f"{server.url_of('survicate')}/surveys", headers=SURVICATE, timeout=10)


def _plan(server: SandboxServer, **fault: object) -> requests.Response:
    return requests.post(f"{server.url}/_sandbox/faults", json=fault, timeout=10)


def _port(server: SandboxServer) -> int:
    port = urlsplit(server.url).port
    assert port
    return port


def _is_taken(port: int, address: str = "127.0.0.1") -> bool:
    with socket.socket() as caller:
        caller.settimeout(5)
        return caller.connect_ex((address, port)) == 0


def test_it_answers_on_its_own_address_only(sandbox):
    """A server that listened on every address would answer on this one too, which is the machine's own as well."""
    assert _is_taken(_port(sandbox))
    assert not _is_taken(_port(sandbox), "127.0.0.2")


def test_elsewhere_it_says_what_it_is(sandbox):
    answer = requests.get(f"{sandbox.url}/", timeout=10)
    assert answer.status_code == 404
    assert "sandbox (fictional data)" in answer.json()["message"]
    assert "fictional data" in requests.get(f"{sandbox.url}/_sandbox", timeout=10).text


def test_a_connection_serves_many_requests(sandbox):
    connection = http.client.HTTPConnection("127.0.0.1", _port(sandbox), timeout=10)
    connection.connect()
    connection.auto_open = 0  # a dropped connection would now be an error instead of a new one
    for _ in range(3):
        connection.request("GET", "/survicate/v2/surveys", headers=SURVICATE)
        assert connection.getresponse().read().startswith(b'{"pagination_data"')
    connection.close()


def test_a_closed_sandbox_frees_its_port(small_company):
    with serve(small_company) as server:
        port = _port(server)
        assert _is_taken(port)
    assert not _is_taken(port)


def test_it_remembers_what_was_asked(own_sandbox):
    _surveys(own_sandbox)
    asked = requests.get(f"{own_sandbox.url}/_sandbox/requests", timeout=10).json()["requests"]
    assert asked == own_sandbox.reception.requests == ["GET /survicate/v2/surveys"]


def test_too_many_requests_are_told_when_to_come_back(own_sandbox):
    assert _plan(own_sandbox, kind="rate_limited", retry_after="2").ok
    refused, served = _surveys(own_sandbox), _surveys(own_sandbox)
    assert (refused.status_code, refused.headers["Retry-After"], served.status_code) == (429, "2", 200)
    assert refused.json()["errorType"] == "RATE_LIMIT"


def test_a_fault_strikes_as_often_and_where_it_is_told(own_sandbox):
    _plan(own_sandbox, kind="server_error", path_contains="/questions", times=2)
    statuses = [_surveys(own_sandbox).status_code]
    url = f"{own_sandbox.url_of('survicate')}/surveys/svy_support/questions"
    statuses += [requests.get(url, headers=SURVICATE, timeout=10).status_code for _ in range(3)]
    assert statuses == [200, 500, 500, 200]


def test_a_body_can_be_cut(small_company):
    with serve(small_company, faults=(Fault(kind="cut_body"),)) as server:
        with pytest.raises(requests.exceptions.RequestException):
            _surveys(server)
        assert _surveys(server).ok


def test_a_list_can_be_asked_for_in_small_pages_and_come_back_to_its_first(own_sandbox):
    own_sandbox.reception.page_size = 2
    url, names = f"{own_sandbox.url_of('hubspot')}/crm/v3/owners?limit=100", []
    _plan(own_sandbox, kind="same_page", skip=1, times=10)
    for after in ("", "&after=9002", "&after=9004"):
        page = requests.get(url + after, headers=HUBSPOT, timeout=10).json()
        names.append(([owner["id"] for owner in page["results"]], page["paging"]["next"]["after"]))
    assert names == [(["9001", "9002"], "9002"), (["9003", "9004"], "9004"), (["9003", "9004"], "9004")]


def test_a_fault_of_lists_strikes_lists_only(own_sandbox):
    _plan(own_sandbox, kind="empty_page", stream="responses")
    assert _surveys(own_sandbox).json()["data"]
    url = f"{own_sandbox.url_of('survicate')}/surveys/svy_support/responses"
    assert [bool(requests.get(url, headers=SURVICATE, timeout=10).json()["data"]) for _ in range(2)] == [False, True]


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ({"kind": "earthquake"}, f"fault 'earthquake' is not known: use one of {', '.join(sorted(KINDS))}"),
        ({"kind": "reset", "colour": "red"}, "unexpected keyword argument 'colour'"),
    ],
)
def test_a_fault_that_is_not_known_is_refused_with_those_that_are(own_sandbox, plan, says):
    answer = _plan(own_sandbox, **plan)
    assert answer.status_code == 400
    assert says in answer.json()["message"]
    assert _surveys(own_sandbox).ok


def test_spoilt_answers_are_counted_until_it_behaves_again(own_sandbox):
    faults = own_sandbox.reception.faults
    own_sandbox.reception.page_size = 2
    _plan(own_sandbox, kind="same_page", stream="owners", times=10)
    spoilt = []
    for after in ("", "&after=9002", "&after=9004"):
        requests.get(f"{own_sandbox.url_of('hubspot')}/crm/v3/owners?limit=100{after}", headers=HUBSPOT, timeout=10)
        spoilt.append(faults.spoilt)
    assert spoilt == [0, 1, 2], "the first page is what it should be"
    faults.clear()
    assert faults.spoilt == 0


def _ask_intercom(server: SandboxServer, path: str) -> requests.Response:
    return requests.get(server.url_of("intercom") + path, headers=INTERCOM, timeout=10)


def test_a_vendor_that_remembers_answers_the_same_question_otherwise(small_company):
    """A scroll is open for a minute after its last use, and only then can another one be begun."""
    clock = [1_788_220_800.0]
    with serve(small_company, now=lambda: clock[0]) as server:
        asked = [_ask_intercom(server, "/companies/scroll") for _ in range(2)]
        clock[0] += 61
        asked.append(_ask_intercom(server, "/companies/scroll"))
    assert [answer.status_code for answer in asked] == [200, 400, 200]
    assert asked[1].json()["errors"][0]["code"] == "scroll_exists"
    assert [answer.json()["scroll_param"] for answer in asked if answer.ok] == ["1-100", "2-100"]


def test_a_limit_ends_with_its_window_and_not_never(small_company):
    clock = [1_788_220_800.0]
    with serve(small_company, now=lambda: clock[0]) as server, requests.Session() as session:
        session.headers.update(INTERCOM)
        url = f"{server.url_of('intercom')}/teams"
        remaining = [int(session.get(url, timeout=10).headers["X-RateLimit-Remaining"]) for _ in range(3)]
        assert remaining == [LIMIT - 1, LIMIT - 2, LIMIT - 3]
        for _ in range(LIMIT - 3):
            server.reception.answer(Request.from_target("GET", "/intercom/teams", INTERCOM, b""))
        assert session.get(url, timeout=10).status_code == 429
        clock[0] += 10
        assert session.get(url, timeout=10).status_code == 200


def test_what_is_kept_of_an_answer_is_given_to_nobody_who_asks_otherwise(own_sandbox):
    """Links lead to the host that was asked, and another protocol version is refused, whoever asked before."""
    host = urlsplit(own_sandbox.url).netloc
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "scope": f"http://{host}/.default"}
    token = requests.post(f"{own_sandbox.url}/dynamics365/oauth2/token", data=form, timeout=10).json()["access_token"]
    url = f"{own_sandbox.url_of('dynamics365')}/queues?$select=name"
    asked = [
        requests.get(url, headers={"Authorization": f"Bearer {token}", **more}, timeout=10).json()
        for more in ({}, {"Host": "crm.example"}, {"OData-Version": "3.0"})
    ]
    contexts = [answer.get("@odata.context", "").split("/api")[0] for answer in asked]
    assert contexts == [f"http://{host}/dynamics365", "http://crm.example/dynamics365", ""]


@pytest.mark.parametrize("authorization", ["sandbox-token", "Basic sandbox-token", "bearer sandbox-token"])
def test_a_token_without_its_scheme_is_none(own_sandbox, authorization):
    for source, token in (("dynamics365", "sandbox-token"), ("hubspot", HUBSPOT_TOKEN), ("intercom", INTERCOM_TOKEN)):
        headers = {"Authorization": authorization.replace("sandbox-token", token)}
        assert requests.get(own_sandbox.url_of(source) + "/queues", headers=headers, timeout=10).status_code in (401, 530)


def test_the_command_lays_the_inbox(tmp_path):
    assert main(["--lay-inbox", str(tmp_path / "inbox"), "--customers", "60"]) == 0
    assert len(list((tmp_path / "inbox").glob("*/feed.yml"))) == 6
