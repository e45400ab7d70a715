"""Each fault on each kind of list of each source: the rows of a reading without it, or a stream that fails closed and says why."""

import logging
import re
import time
from dataclasses import replace
from functools import cache

import pytest

from kuulo.errors import KuuloError
from kuulo.sandbox.fault import Fault
from kuulo.sandbox.vendor_lists import LISTS
from kuulo.sources.api_session import Time
from kuulo.sources.catalog import SOURCES
from tests.every_source.fault_table import (
    FOR_EVER,
    LIKE,
    NETWORK,
    NOT_SPOILT,
    PAGING,
    Between,
    CannotBe,
    Case,
    GoesOn,
    Outcome,
    Place,
    Same,
    SameTwice,
    Stops,
    WithoutThePage,
)
from tests.every_source.readings import Desk, Read, desk, differences, sandbox, small_pages, sources_of_apis, spoken, truth

PLACES = [Place(source, shape) for source in sources_of_apis() for shape in LISTS.get(source.name, ())]
CASES = [(place, case) for place in PLACES for case in (*NETWORK, *PAGING)]


def _named(value: object) -> str | None:
    if isinstance(value, Place):
        return f"{value.source.name}-{value.shape.stream}"
    return value.id if isinstance(value, Case) else None


def _page_size(place: Place) -> int:
    """Small enough for some pages of any company, and large enough to be quick."""
    return min(20, max(2, truth(place.source.name, place.shape.stream).receipts[-1].received // 20))


@pytest.fixture(autouse=True)
def _good_again():
    yield
    sandbox().reception.faults.clear()


def _commit(place: Place, *faults: Fault) -> None:
    for fault in faults:
        sandbox().reception.faults.add(replace(fault, stream=place.shape.stream, path_contains=spoken(place.source.name).prefix))


def _read(own: Desk, case: Case) -> Read:
    clocks = Time(sleep=lambda _: None, monotonic=time.monotonic, now=own.still.now) if case.really_waits else None
    return own.read(limits=case.limits, clocks=clocks)


# Sources that the sandbox company does not speak like, so that nothing can go wrong on request; each with the reason.
NOT_PLAYED = {
    "typeform": "a declaration over the machinery that the others prove; its own tests play its traps",
    "surveymonkey": "a declaration over the machinery that the others prove; its own tests play its traps",
}


def test_every_source_with_an_api_is_played_or_it_is_said_why_not():
    with_api = {source.name for source in SOURCES.values() if source.manners is not None}
    assert with_api - {source.name for source in sources_of_apis()} == set(NOT_PLAYED) & with_api


@pytest.mark.parametrize("source", sources_of_apis(), ids=lambda source: source.name)
def test_every_source_declares_how_it_pages(source):
    assert LISTS.get(source.name), f"declare a PageShape for {source.name} in sandbox/vendor_lists.py: faults are committed by it"
    assert {shape.stream for shape in LISTS[source.name]} <= {stream.name for stream in source.streams}


def _ways(source: str, stream: str) -> set[str]:
    """The names of the values that a stream's reading is made of: how it asks, and how it pages."""
    return set(re.findall(r"([A-Z]\w+)\(", repr(SOURCES[source].stream(stream).reading)))


def test_every_stream_is_spoilt_or_read_like_one_that_is_or_it_is_said_why_not():
    read = {(source.name, stream.name) for source in sources_of_apis() for stream in source.streams if stream.reading is not None}
    spoilt = {(place.source.name, place.shape.stream) for place in PLACES}
    named = [*spoilt, *LIKE, *NOT_SPOILT]
    assert sorted(named) == sorted(read), "each in one of LISTS (sandbox/vendor_lists.py), LIKE and NOT_SPOILT (fault_table.py)"
    for (source, stream), other in LIKE.items():
        assert (source, other) in spoilt
        assert _ways(source, stream) <= _ways(source, other), f"{source}/{stream} is read in a way that {other} is not"


@pytest.mark.parametrize("place", PLACES, ids=_named)
def test_small_pages_give_the_rows_of_large_ones(place):
    with desk(place.source.name, place.shape.stream) as own, small_pages(_page_size(place)):
        read = own.read()
    assert differences(read.rows, truth(place.source.name, place.shape.stream).rows) == []
    assert read.receipts[-1].pages >= 3


@pytest.mark.parametrize(("place", "case"), CASES, ids=_named)
def test_fault(place, case, caplog):
    caplog.set_level(logging.DEBUG)
    outcome, good = case.outcome_at(place), truth(place.source.name, place.shape.stream)
    with desk(place.source.name, place.shape.stream) as own, small_pages(_page_size(place)):
        _commit(place, *case.faults)
        if isinstance(outcome, CannotBe):
            assert differences(_read(own, case).rows, good.rows) == []
            assert sandbox().reception.faults.spoilt == 0, f"it can be: {outcome.reason} is no longer true"
        elif isinstance(outcome, Stops):
            _assert_it_fails_closed(own, place, case, outcome, caplog)
            assert sandbox().reception.faults.spoilt > 0
            sandbox().reception.faults.clear()
            assert differences(own.read(refresh=case in PAGING, run="run-2").rows, good.rows) == []
        else:
            read = _read(own, case)
            assert sandbox().reception.faults.spoilt > 0, "nothing was spoilt, so that nothing is proved"
            sandbox().reception.faults.clear()
            _assert_it_went_on(read, own, place, outcome)


def _assert_it_went_on(read: Read, own: Desk, place: Place, outcome: Outcome) -> None:
    good = truth(place.source.name, place.shape.stream)
    match outcome:
        case Same(after):
            assert differences(read.rows, good.rows) == []
            assert after is None or tuple(own.still.slept) == after
        case SameTwice():
            assert read.distinct == good.distinct
            assert read.receipts[-1].received > good.receipts[-1].received
        case WithoutThePage():
            assert differences(read.typed(), _of_small_pages(place).typed(but_page=2)) == []
            assert read.receipts[-1].received < good.receipts[-1].received
        case Between():
            fewer = _of_fewer_records(place)
            assert fewer.distinct != good.distinct, "with_fewer_records leaves this list as it is"
            for stream, rows in read.distinct.items():
                assert not (good.distinct[stream] & fewer.distinct[stream]) - rows
                assert not rows - (good.distinct[stream] | fewer.distinct[stream])
        case GoesOn(says):
            assert re.search(says, read.receipts[-1].note)
            assert read.distinct[own.stream] < good.distinct[own.stream]


@cache
def _of_small_pages(place: Place) -> Read:
    with desk(place.source.name, place.shape.stream) as own, small_pages(_page_size(place)):
        return own.read()


@cache
def _of_fewer_records(place: Place) -> Read:
    """What the company with some records fewer gives."""
    sandbox().reception.faults.add(Fault(kind="fewer_records", times=FOR_EVER))
    try:
        with desk(place.source.name, place.shape.stream) as own:
            return own.read()
    finally:
        sandbox().reception.faults.clear()


def _assert_it_fails_closed(own: Desk, place: Place, case: Case, outcome: Stops, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(KuuloError) as stopped:
        _read(own, case)
    message = str(stopped.value)
    assert type(stopped.value) is outcome.error, message
    assert re.match(rf"{place.source.name}/{place.shape.stream}, page \d+: ", message)
    assert re.search(outcome.says, message)
    assert len(message) < 500
    assert not own.has_landed()
    assert spoken(place.source.name).secret not in message + caplog.text
