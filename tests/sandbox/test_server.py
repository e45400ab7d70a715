"""The server: what surrounds the dialects, and the faults it commits when told to."""

import http.client
import socket
from urllib.parse import urlsplit

import pytest
import requests

from kuulo.sandbox import HUBSPOT_TOKEN, SURVICATE_KEY
from kuulo.sandbox.__main__ import main
from kuulo.sandbox.fault import Fault
from kuulo.sandbox.server import SandboxServer, serve

SURVICATE = {"Authorization": f"Basic {SURVICATE_KEY}"}
HUBSPOT = {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}


@pytest.fixture
def own_sandbox(small_company):
    with serve(small_company) as server:
        yield server


def _surveys(server: SandboxServer) -> requests.Response:
    return requests.get(f"{server.url_of('survicate')}/surveys", headers=SURVICATE, timeout=10)


def _plan(server: SandboxServer, **fault: object) -> requests.Response:
    return requests.post(f"{server.url}/_sandbox/faults", json=fault, timeout=10)


def test_it_answers_on_loopback_only(sandbox):
    assert sandbox.url.startswith("http://127.0.0.1:")


def test_elsewhere_it_says_what_it_is(sandbox):
    answer = requests.get(f"{sandbox.url}/", timeout=10)
    assert answer.status_code == 404
    assert "sandbox (fictional data)" in answer.json()["message"]
    assert "fictional data" in requests.get(f"{sandbox.url}/_sandbox", timeout=10).text


def test_a_connection_serves_many_requests(sandbox):
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port, timeout=10)
    connection.connect()
    connection.auto_open = 0  # a dropped connection would now be an error instead of a new one
    for _ in range(3):
        connection.request("GET", "/survicate/v2/surveys", headers=SURVICATE)
        assert connection.getresponse().read().startswith(b'{"pagination_data"')
    connection.close()


def test_a_closed_sandbox_frees_its_port(small_company):
    with serve(small_company) as server:
        port = int(server.url.rsplit(":", 1)[1])
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))


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


@pytest.mark.parametrize("plan", [{"kind": "earthquake"}, {"colour": "red"}])
def test_a_fault_that_is_not_known_is_refused_with_those_that_are(own_sandbox, plan):
    answer = _plan(own_sandbox, **plan)
    assert answer.status_code == 400
    assert _surveys(own_sandbox).ok


def test_the_command_lays_the_inbox(tmp_path):
    assert main(["--lay-inbox", str(tmp_path / "inbox"), "--customers", "60"]) == 0
    assert len(list((tmp_path / "inbox").glob("*/feed.yml"))) == 6
