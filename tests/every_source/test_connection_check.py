"""What a connection may read, in one line a stream: for every source, with the right secret, a wrong one, and too little permission."""

import logging
import re

import pytest

from kuulo.sandbox.fault import Fault
from kuulo.sandbox.history import AS_OF
from kuulo.sources.api_session import Time
from kuulo.sources.connection_check import ConnectionCheck, StreamCheck, check_connection
from kuulo.sources.source import Credentials, Source
from tests.every_source.readings import credentials, sandbox, sources_of_apis, spoken
from tests.still_time import StillTime

SOURCES = sources_of_apis()
every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
MOST_REQUESTS_A_STREAM = 3
# Of a host that answers 404 to everything: a table that is not there is a note, since not every environment has every table.
ALL_NOTED = {"dynamics365": "the environment has no table"}


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


@every_source
def test_a_wrong_host_is_told(source):
    check = _check(source, credentials(source.name, base_url=f"{sandbox().url}/nowhere"))
    assert not check.is_good
    says = ALL_NOTED.get(source.name, "check the host of connection")
    asked = check.streams if source.name in ALL_NOTED else _without_a_note(check)
    assert asked
    assert [stream.line for stream in asked if says not in stream.line] == []
