"""One source's HTTP: what is waited for, what is given up, and what is never told."""

import gzip
import logging
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from kuulo.sources.api_errors import BadCredentials, NotFound, RetryLater, SourceContractBroken
from kuulo.sources.api_session import ApiSession
from kuulo.sources.ask import Ask
from kuulo.sources.manners import Limits, Manners, Permission, Rate
from kuulo.sources.proof import KeyHeader
from kuulo.sources.source import Credentials
from tests.loopback_server import Asked, Loopback, Reply, in_order, serving
from tests.still_time import StillTime

SECRET = "canary-3f9a"
MANNERS = Manners(
    proof=KeyHeader("Basic"), hopeless_policies=frozenset({"DAILY"}), permissions=(Permission("/deals", "the scope deals.read"),)
)
GOOD = Reply({"data": [1, 2]})
ASK = Ask(path="/deals", params=(("a[]", "x"), ("a[]", "y")))


def session_with(server: Loopback, still: StillTime, manners: Manners = MANNERS, **limits: float) -> ApiSession:
    return ApiSession(
        source="crm",
        credentials=Credentials(base_url=f"{server.url}/v2", secret=SECRET),
        manners=manners,
        limits=Limits(**limits),  # type: ignore[arg-type]
        clocks=still.clocks,
    )


def ask_of(*replies: Reply, **limits: float) -> tuple[object, list[float], list[Asked]]:
    """The document or the error, the sleeps, and what the server was asked."""
    still = StillTime()
    with serving(in_order(*replies)) as server:
        try:
            answer: object = session_with(server, still, **limits).ask(ASK, label="crm/deals, page 3", records_at="data").document
        except Exception as error:
            answer = error
        return answer, still.slept, server.asked


def test_repeated_keys_and_the_raw_secret_arrive() -> None:
    answer, slept, asked = ask_of(GOOD)
    assert answer == {"data": [1, 2]}
    assert slept == []
    assert [(a.path, a.params, a.headers["Authorization"]) for a in asked] == [
        ("/v2/deals", (("a[]", "x"), ("a[]", "y")), f"Basic {SECRET}")
    ]


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 2.0),
        ({"Retry-After": "Tue, 01 Sep 2026 06:00:30 GMT"}, 30.0),
        ({"Retry-After": "Tue, 01 Sep 2026 09:00:30 GMT", "Date": "Tue, 01 Sep 2026 09:00:20 GMT"}, 10.0),
        ({"Retry-After": "Tue, 01 Sep 2026 05:00:00 GMT"}, 2.0),
        ({"Retry-After": "-5"}, 2.0),
        ({"Retry-After": "abc"}, 2.0),
        ({"Retry-After": ""}, 2.0),
        ({}, 2.0),
    ],
)
def test_n1_n2_a_429_is_waited_for_as_the_vendor_says(headers: dict[str, str], waited: float) -> None:
    answer, slept, asked = ask_of(Reply({}, 429, headers), GOOD)
    assert answer == {"data": [1, 2]}
    assert slept == [waited]
    assert len(asked) == 2


@pytest.mark.parametrize(("reset", "waited"), [("1788242430", 30.0), ("1788242400", 2.0), ("1788242000", 2.0), ("soon", 2.0), ("", 2.0)])
def test_n1_a_429_that_tells_when_the_window_ends_is_waited_for(reset: str, waited: float) -> None:
    still = StillTime()
    with serving(in_order(Reply({}, 429, {"X-RateLimit-Reset": reset}), GOOD)) as server:
        session_with(server, still, Manners(reset_header="X-RateLimit-Reset")).ask(ASK, label="x")
    assert still.slept == [waited]


def test_headers_of_the_vendor_and_of_the_ask_are_sent() -> None:
    with serving(in_order(GOOD)) as server:
        session = session_with(server, StillTime(), Manners(headers=(("Api-Version", "2.14"),)))
        session.ask(Ask(path="/deals", headers=(("Prefer", "odata.maxpagesize=2"),)), label="x")
    assert (server.asked[0].headers["Api-Version"], server.asked[0].headers["Prefer"]) == ("2.14", "odata.maxpagesize=2")


def test_n2_a_wait_beyond_the_cap_ends_the_task_instead_of_sleeping() -> None:
    answer, slept, asked = ask_of(Reply({}, 429, {"Retry-After": "1000000000"}), GOOD)
    assert isinstance(answer, RetryLater)
    assert str(answer) == "crm/deals, page 3: rate limited (429); the vendor asks to be left alone for 1,000,000,000 s"
    assert (slept, len(asked)) == ([], 1)


def test_n3_a_429_for_ever_ends() -> None:
    answer, slept, asked = ask_of(Reply({}, 429))
    assert str(answer) == "crm/deals, page 3: rate limited (429), 6 times; run it again later, what was read is kept"
    assert isinstance(answer, RetryLater)
    assert slept == [2.0, 4.0, 8.0, 16.0, 32.0]
    assert len(asked) == 6


def test_n3_all_waits_together_have_a_budget() -> None:
    answer, slept, _ = ask_of(Reply({}, 429, {"Retry-After": "100"}), waiting_budget_seconds=250.0)
    assert isinstance(answer, RetryLater)
    assert slept == [100.0, 100.0]


def test_a_daily_limit_is_not_slept_through() -> None:
    answer, slept, asked = ask_of(Reply({"policyName": "DAILY"}, 429, {"Retry-After": "5"}), GOOD)
    assert isinstance(answer, RetryLater)
    assert "DAILY" in str(answer)
    assert (slept, len(asked)) == ([], 1)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_n4_server_errors_pass(status: int) -> None:
    answer, slept, asked = ask_of(Reply({}, status), Reply({}, status), GOOD)
    assert answer == {"data": [1, 2]}
    assert slept == [2.0, 4.0]
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (400, SourceContractBroken, "refused with status 400 on /deals"),
        (401, BadCredentials, "put a valid key into the password of connection crm"),
        (403, BadCredentials, "the key of connection crm lacks the scope deals.read"),
        (404, NotFound, "/deals is not there (404)"),
    ],
)
def test_n5_refusals_are_not_repeated_and_name_the_remedy(status: int, kind: type[Exception], says: str) -> None:
    answer, slept, asked = ask_of(Reply({"message": SECRET}, status), GOOD)
    assert type(answer) is kind
    assert says in str(answer)
    assert str(answer).startswith("crm/deals, page 3: ")
    assert SECRET not in str(answer)
    assert (slept, len(asked)) == ([], 1)


@pytest.mark.parametrize(
    "cut",
    [
        Reply({"data": [1]}, length=4000),
        Reply({"data": [1]}, chunked=True, cut=True),
        Reply(gzip.compress(b'{"data": [1, 2, 3]}')[:-14], headers={"Content-Encoding": "gzip"}),
    ],
)
def test_n7_a_cut_body_is_asked_for_again(cut: Reply) -> None:
    answer, slept, asked = ask_of(cut, GOOD)
    assert answer == {"data": [1, 2]}
    assert slept == [2.0]
    assert len(asked) == 2


@pytest.mark.parametrize("body", [b"<html>log in</html>", b'{"data": [1, 2', b"", b"\xff\xfe"])
def test_n8_what_is_no_json_is_tried_three_times_and_never_an_empty_page(body: bytes) -> None:
    answer, slept, asked = ask_of(Reply(body))
    assert isinstance(answer, SourceContractBroken)
    assert "no JSON" in str(answer)
    assert slept == [2.0, 4.0]
    assert len(asked) == 3
    assert ask_of(Reply(body), GOOD)[0] == {"data": [1, 2]}


@pytest.mark.parametrize("body", [{"error": "x"}, {"data": None}, {"data": {}}, [], 7])
def test_n9_a_page_without_its_records_is_an_error(body: object) -> None:
    answer, _, asked = ask_of(Reply(body))
    assert isinstance(answer, SourceContractBroken)
    assert "at `data`" in str(answer)
    assert len(asked) == 1


def test_n10_nobody_at_home_is_tried_and_then_left() -> None:
    still = StillTime()
    with serving(in_order(GOOD)) as server:
        session = session_with(server, still)
    with pytest.raises(RetryLater, match="no answer \\(ConnectionError\\), 6 times"):
        session.ask(ASK, label="crm/deals, page 1")
    assert still.slept == [2.0, 4.0, 8.0, 16.0, 32.0]


def test_n6_a_server_that_says_nothing_is_not_waited_for_without_end() -> None:
    still, leave = StillTime(), threading.Event()

    def never(_asked: Asked) -> Reply:
        leave.wait(20)
        return GOOD

    with serving(never) as server:
        with pytest.raises(RetryLater, match="ReadTimeout"):
            session_with(server, still, read_seconds=0.05, attempts=2).ask(ASK, label="x")
        leave.set()
    assert still.slept == [2.0]


@pytest.mark.parametrize("headers", ["Content-Length: 60", "Transfer-Encoding: chunked", "Connection: close"])
def test_a_body_that_drips_is_not_waited_for_without_end(headers: str) -> None:
    listener, sent = socket.create_server(("127.0.0.1", 0)), bytearray()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n".encode())
            for letter in b'{"data": [1]}'.ljust(60):
                connection.sendall(b"1\r\n%c\r\n" % letter if "chunked" in headers else bytes([letter]))
                sent.append(letter)
                time.sleep(0.02)
            connection.sendall(b"0\r\n\r\n" if "chunked" in headers else b"")

    threading.Thread(target=drip, daemon=True).start()
    limits, credentials = Limits(body_seconds=0.1, attempts=1), Credentials(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    session = ApiSession(source="crm", credentials=credentials, manners=MANNERS, limits=limits)
    with listener, pytest.raises(RetryLater, match="came too slowly"):
        session.ask(ASK, label="x", records_at="data", quick=True)
    assert len(sent) < 60


def test_n14_redirects_stay_on_the_origin() -> None:
    still = StillTime()
    with serving(in_order(GOOD)) as other, serving(in_order(Reply({}, 302, {"Location": f"{other.url}/v2/deals"}))) as server:
        with pytest.raises(SourceContractBroken, match="leads to another host"):
            session_with(server, still).ask(ASK, label="x")
        assert other.asked == []
    answer, _, asked = ask_of(Reply({}, 307, {"Location": "/v2/moved?page=2"}), GOOD)
    assert answer == {"data": [1, 2]}
    assert [(a.path, a.params) for a in asked[1:]] == [("/v2/moved", (("page", "2"),))]


def test_n14_redirects_end() -> None:
    answer, _, asked = ask_of(Reply({}, 302, {"Location": "/v2/deals"}))
    assert isinstance(answer, SourceContractBroken)
    assert "more than 3 redirects" in str(answer)
    assert len(asked) == 4


def test_n16_bodies_have_a_cap_as_sent_and_unpacked() -> None:
    bomb = Reply(gzip.compress(b'{"data": []}' + b" " * 5_000_000), headers={"Content-Encoding": "gzip"})
    for answer, slept, asked in (ask_of(bomb, body_bytes=1_000_000), ask_of(Reply(b" " * 3_000_000), wire_bytes=1_000_000)):
        assert isinstance(answer, SourceContractBroken)
        assert "an answer of more than" in str(answer)
        assert (slept, len(asked)) == ([], 1)


def test_the_clients_own_rate_limit() -> None:
    still = StillTime()
    manners = Manners(rates=(Rate(3, 10.0), Rate(1, 4.0, "/search")))
    with serving(in_order(GOOD)) as server:
        session = session_with(server, still, manners)
        for path in ("/a", "/search", "/search", "/a"):
            session.ask(Ask(path=path), label="x")
    assert still.slept == [4.0, 6.0]


def test_s_netrc_does_not_replace_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    _, _, asked = ask_of(GOOD)
    assert asked[0].headers["Authorization"] == f"Basic {SECRET}"


def test_n17_s_no_secret_in_any_message_or_log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.DEBUG)
    told = [str(ask_of(reply)[0]) for reply in (Reply({}, 401), Reply({}, 403), Reply({}, 500), Reply(b"<"), Reply({}, 302), Reply({}))]
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", f"http://user:{SECRET}@127.0.0.1:1/")
    monkeypatch.setenv("http_proxy", f"http://user:{SECRET}@127.0.0.1:1/")
    told.append(str(ask_of(GOOD, attempts=1)[0]))
    assert "ProxyError" in told[-1]
    assert len(told) == 7
    assert SECRET not in "".join(told) + caplog.text + repr(Credentials(base_url="https://x", secret=SECRET))
