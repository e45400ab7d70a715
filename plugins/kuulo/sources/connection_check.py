"""What a connection may read: the first page of every stream, with one line a stream that says what is missing."""

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from kuulo.errors import KuuloError
from kuulo.sources.api_errors import RetryLater
from kuulo.sources.api_session import ApiSession, Time
from kuulo.sources.ask import Answer
from kuulo.sources.asker import Asker
from kuulo.sources.manners import Limits
from kuulo.sources.source import Credentials, Source, Stream, Window

# A person waits for it, or an extraction that will ask again: nothing is worth a long wait here.
_LIMITS = Limits(read_seconds=20.0, attempts=2, unreadable_attempts=1, first_wait_seconds=1.0, waiting_budget_seconds=5.0, pages=20)
# A year ago and not just now: some vendors hold back the latest and refuse to be asked for it ("Too recent start_time"), and their
# present is not always ours: the sandbox company's ends in September 2026. Nor is there anybody in an empty hour to ask further about.
_AGO, _SPAN = timedelta(days=365), timedelta(minutes=1)
_SMALLEST = {"page_size": "1"}


@dataclass(frozen=True)
class StreamCheck:
    """What was found of one stream; `missing` is what a person must change, empty where it can be read."""

    stream: str
    missing: str = ""
    note: str = ""

    @property
    def line(self) -> str:
        """The line that people read."""
        return f"{self.stream}: {self.missing or self.note or 'can be read'}"


@dataclass(frozen=True)
class ConnectionCheck:
    """What was found of all streams of a source.

    Attributes:
        is_reachable: whether the vendor answered; where it did not, the streams behind that are not asked.
    """

    streams: tuple[StreamCheck, ...]
    is_reachable: bool = True

    @property
    def is_good(self) -> bool:
        """Whether every stream can be read, and one of them was."""
        return self.is_reachable and not any(s.missing for s in self.streams) and any(not s.note for s in self.streams)

    @property
    def text(self) -> str:
        """One line a stream."""
        return "\n".join(stream.line for stream in self.streams)


def check_connection(
    source: Source, credentials: Credentials, *, until: datetime | None = None, clocks: Time | None = None
) -> ConnectionCheck:
    """Ask for the first page of every stream, of a minute's window a year ago, and no more; the secret is in no line.

    A few requests a stream: a reading may have to know something first, such as the account's properties. `until` is what the
    year is counted back from, if the present is not meant.
    """
    if source.manners is None:
        raise KuuloError(f"source {source.name} has no API to be checked")
    clocks, found, reachable = clocks or Time(), list[StreamCheck](), True
    smallest = replace(credentials, extra={**credentials.extra, **_SMALLEST})
    try:
        session = ApiSession(source=source.name, credentials=smallest, manners=source.manners, limits=_LIMITS, clocks=clocks)
    except KuuloError as error:
        return ConnectionCheck((StreamCheck(source.name, str(error)),))
    start = (until or clocks.now()).astimezone(UTC) - _AGO
    known: dict[str, Answer] = {}
    with closing(session):
        for stream in source.streams:
            if stream.reading is not None and reachable:
                asker = Asker(session, stream, Window(start, start + _SPAN), smallest.extra, _answers=known)
                check, reachable = _checked(asker, stream)
                found.append(check)
    return ConnectionCheck(tuple(found), reachable)


def _checked(asker: Asker, stream: Stream) -> tuple[StreamCheck, bool]:
    """What was found of a stream, and whether it is worth asking for another one."""
    if stream.reading is None or stream.left_unchecked:
        return StreamCheck(stream.name, note=stream.left_unchecked), True
    try:
        page = next(stream.reading.pages(asker, None), None)
    except KuuloError as error:
        message = str(error).removeprefix(f"{asker.label}: ")
        return StreamCheck(stream.name, message), not isinstance(error, RetryLater)
    return StreamCheck(stream.name, note="" if page else "; ".join(asker.notes)), True
