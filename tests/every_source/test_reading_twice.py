"""Windows and interruptions, for every stream of every source: what is read in parts or twice is what is read at once."""

from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from kuulo.errors import KuuloError
from kuulo.landing.landing_path import BatchPlace
from kuulo.sandbox.fault import Fault
from kuulo.sources.source import Source, Stream, Window
from tests.every_source.readings import WHOLE, Desk, desk, differences, sandbox, small_pages, sources_of_apis, spoken, truth

STREAMS = [(source, stream) for source in sources_of_apis() for stream in source.streams if stream.reading is not None]
every_stream = pytest.mark.parametrize(("source", "stream"), STREAMS, ids=[f"{source.name}-{stream.name}" for source, stream in STREAMS])
MOST_INTERRUPTIONS = 6
# Read from the beginning when they break off, so that some records land twice: the later reading counts.
BEGUN_AGAIN = {("intercom", "companies")}


@pytest.fixture(autouse=True)
def _good_again():
    yield
    sandbox().reception.faults.clear()


def _asked(own: Desk) -> int:
    """How many requests a reading takes."""
    before = len(sandbox().reception.requests)
    own.read()
    prefix = f" {spoken(own.source.name).prefix}/"
    return sum(prefix in request for request in sandbox().reception.requests[before:])


def _page_size(source: Source, stream: Stream) -> int:
    """Of some six pages."""
    return min(50, max(2, truth(source.name, stream.name).receipts[-1].received // 6))


@every_stream
def test_a_reading_that_breaks_off_anywhere_gives_the_rows_of_one_that_does_not(source, stream):
    good, prefix = truth(source.name, stream.name), spoken(source.name).prefix
    with small_pages(_page_size(source, stream)):
        with desk(source.name, stream.name) as own:
            requests = _asked(own)
        for number in range(0, requests, max(1, requests // MOST_INTERRUPTIONS)):
            with desk(source.name, stream.name) as own:
                sandbox().reception.faults.add(Fault(kind="refused", status=501, path_contains=prefix, skip=number, times=1))
                with pytest.raises(KuuloError, match=rf"^{source.name}/{stream.name}, page \d+: "):
                    own.read()
                sandbox().reception.faults.clear()
                read, where = own.read(run="run-2"), f"broken off at request {number + 1}"
            assert read.distinct == good.distinct, where
            assert (source.name, stream.name) in BEGUN_AGAIN or differences(read.rows, good.rows) == [], where


@every_stream
def test_a_window_that_is_read_again_changes_nothing(source, stream):
    good = truth(source.name, stream.name)
    with desk(source.name, stream.name) as own:
        requests = _asked(own)
        assert _asked(own) == 0
        assert differences(own.read(refresh=True, run="run-2").rows, good.rows) == []
        assert requests > 0


def _instants(own: Desk, stream: Stream) -> list[datetime]:
    """The times of a stream's rows, as far as they tell when something happened or changed."""
    rows = pq.read_table(BatchPlace(own.settings, own.source.name, stream.name, WHOLE.batch).typed)
    times = [column.name for column in stream.columns if column.type == "timestamp"]
    return sorted({at for name in times for at in rows[name].to_pylist() if at is not None})


@every_stream
def test_p9_two_windows_one_after_the_other_lose_no_boundary_second(source, stream):
    """The boundary is the very time of a row: it must be in one of the windows, whichever side the vendor counts it to."""
    good = truth(source.name, stream.name)
    with desk(source.name, stream.name) as whole:
        whole.read()
        inside = [at for at in _instants(whole, stream) if WHOLE.start < at.replace(tzinfo=UTC) < WHOLE.end]
    boundary = inside[len(inside) // 2].replace(tzinfo=UTC) if inside else WHOLE.start + (WHOLE.end - WHOLE.start) / 2
    with desk(source.name, stream.name) as own:
        first = own.read(Window(WHOLE.start, boundary))
        second = own.read(Window(boundary, WHOLE.end), cursor=first.receipts[-1].cursor, run="run-2")
    for name, rows in good.distinct.items():
        assert not rows - first.distinct[name] - second.distinct[name], f"{name}: lost at {boundary:%Y-%m-%dT%H:%M:%S.%fZ}"
