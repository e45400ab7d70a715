"""What a connection may read, in one line a stream: for every source, with the right secret, a wrong one, and too little permission."""

import logging
import re
from datetime import timedelta

import pytest

from kuulo.sandbox.fault import Fault
from kuulo.sandbox.history import AS_OF
from kuulo.sources.api_session import Time
from kuulo.sources.connection_check import ConnectionCheck, StreamCheck, check_connection
from kuulo.sources.source import Credentials, Source
from tests.every_source.readings import credentials, sandbox, sources_of_apis, spoken
from tests.loopback_server import Asked, Reply, serving
from tests.still_time import StillTime

SOURCES = sources_of_apis()
every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
MOST_REQUESTS_A_STREAM = 3


@pytest.fixture(autouse=True)
def _good_again():
    yield
    sandbox().reception.faults.clear()


def _check(source: Source, asked_as: Credentials | None = None, clocks: Time | None = None) -> ConnectionCheck:
    return check_connection(source, asked_as or credentials(source.name), until=AS_OF, clocks=clocks or StillTime().clocks)


def _asked_for(source: Source) -> list[str]:
    return [stream.name for stream in source.streams if stream.reading is not None]


def _without_a_note(check: ConnectionCheck) -> list[StreamCheck]:
    """The streams that were asked for; a note says why one was not."""
    return [stream for stream in check.streams if not stream.note]


@every_source
def test_with_the_right_secret_every_stream_can_be_read(source):
    before = len(sandbox().reception.requests)
    check = _check(source)
    assert check.is_good, check.text
    assert [stream.stream for stream in check.streams] == _asked_for(source)
    assert check.text.splitlines() == [f"{s.stream}: {s.note or 'can be read'}" for s in check.streams]
    assert len(sandbox().reception.requests) - before <= MOST_REQUESTS_A_STREAM * len(check.streams)


@every_source
def test_a_wrong_secret_is_told_and_not_shown(source, caplog):
    caplog.set_level(logging.DEBUG)
    check = _check(source, credentials(source.name, secret="canary-5b77"))
    assert not check.is_good
    assert "canary-5b77" not in check.text + caplog.text
    asked = _without_a_note(check)
    assert asked
    for stream in asked:
        assert re.search(r"put a valid key into the password of connection|refuses the login and password of connection", stream.line)


@every_source
def test_a_missing_permission_is_named_for_its_stream_and_the_others_are_good(source):
    sandbox().reception.faults.add(Fault(kind="refused", status=403, path_contains=spoken(source.name).prefix))
    check = _check(source)
    missing = [stream for stream in check.streams if stream.missing]
    assert [stream.stream for stream in missing] == _asked_for(source)[:1]
    assert re.search(rf"forbidden \(403\): the key of connection {source.name} lacks \w.*; grant it, then run again", missing[0].line)
    assert "a permission to read this" not in missing[0].line
    assert not check.is_good


@every_source
def test_a_vendor_that_does_not_answer_is_asked_once(source):
    sandbox().reception.faults.add(Fault(kind="refused", status=503, path_contains=spoken(source.name).prefix, times=99))
    still = StillTime()
    check = _check(source, clocks=still.clocks)
    assert [stream.stream for stream in check.streams] == _asked_for(source)[:1]
    assert not check.is_good
    assert "busy (503), 2 times" in check.text
    assert sum(still.slept) <= 5


def _lines(source: Source, base_url: str) -> list[str]:
    """What a check of another host says of the streams that it asks for."""
    check = _check(source, credentials(source.name, base_url=base_url))
    assert not check.is_good
    unchecked = {stream.name for stream in source.streams if stream.left_unchecked}
    assert {stream.stream for stream in check.streams if stream.note} <= unchecked
    return [stream.line for stream in check.streams if stream.stream not in unchecked]


@every_source
def test_a_wrong_host_is_told(source):
    lines = _lines(source, f"{sandbox().url}/nowhere")
    assert lines
    assert [line for line in lines if "check the host of connection" not in line] == []


@every_source
def test_a_host_that_answers_something_else_is_told(source):
    with serving(lambda _: Reply({"status": "up"})) as server:
        lines = _lines(source, server.url)
    assert lines
    assert [line for line in lines if f"check the host of connection {source.name}" not in line] == []


@every_source
def test_a_vendor_whose_present_is_behind_ours_is_not_asked_for_its_future(source):
    """As the sandbox company's is, to which somebody has made connections of their own."""
    check = check_connection(source, credentials(source.name), until=AS_OF + timedelta(days=200), clocks=StillTime().clocks)
    assert check.is_good, check.text


def test_zendesk_is_asked_for_nothing_that_it_calls_too_recent():
    now = int((AS_OF - timedelta(days=30)).timestamp())

    def exports(asked: Asked) -> Reply:
        start = asked.param("start_time")
        if start is not None and int(start) > now - 60:
            return Reply({"error": "StartTimeTooRecent", "description": "Too recent start_time. Use a start_time older than 1 minute"}, 400)
        lists = ("tickets", "users", "identities", "organizations", "groups", "ticket_metric_events", "satisfaction_ratings")
        ends = {"end_of_stream": True, "end_time": now, "after_cursor": "c", "meta": {"has_more": False, "after_cursor": None}}
        return Reply({**{name: [] for name in (*lists, "survey_responses")}, **ends})

    zendesk = next(source for source in SOURCES if source.name == "zendesk")
    with serving(exports) as server:
        check = _check(zendesk, credentials("zendesk", base_url=server.url))
    assert check.is_good, check.text
    started = [int(asked.param("start_time") or 0) for asked in server.asked if "/incremental/" in asked.path]
    assert len(started) == 5
    assert set(started) == {int((AS_OF - timedelta(days=365, minutes=10)).timestamp())}
