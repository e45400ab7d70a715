"""The vocabulary that every source is declared in: Source, Stream, Column, Window."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from kuulo.sources.page_json import steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kuulo.sources.asker import Reading
    from kuulo.sources.manners import Manners

ColumnType = Literal["string", "int64", "float64", "boolean", "timestamp", "date", "json"]
Personal = Literal["none", "direct", "indirect", "free_text"]

SLUG = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Column:
    r"""One declared column of a stream.

    Attributes:
        name: its name in the typed rows.
        type: what the values are; timestamps are UTC with microseconds, json is the value's JSON text.
        at: dotted path of the value in the vendor's record, where it differs from the name; `\.` is a dot inside a key.
        required: whether a row without a value is refused.
        personal: direct (e-mail, name, phone), indirect (an id of a person) or free_text (a comment); values of
            personal columns appear in no log, receipt, quarantine reason or Data Doc.
        unit: how a timestamp is written where it is a number.
        description: what it means, where the name does not say it.
    """

    name: str
    type: ColumnType = "string"
    at: str = ""
    required: bool = False
    personal: Personal = "none"
    unit: Literal["", "epoch_seconds", "epoch_milliseconds"] = ""
    description: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The value's place in the vendor's record, outermost key first."""
        return steps(self.at or self.name)


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One kind of record that a source offers.

    Attributes:
        name: its name in the declaration, the landing path, the suite, the staging model and the tests.
        columns: what is declared of a record; anything else the vendor sends is kept in the JSON column `_extra`.
        primary_key: columns that name a record.
        version_column: the column whose greater value is the later version of the same record, if the vendor has one.
        reading: how its pages are asked for; None where records come from files or from another stream's pages.
        pages_of: the stream whose landed pages hold these records too, for a second grain of the same pages.
        left_unchecked: why a test of the connection does not ask for it, where asking would get into the way of a reading.
        rows_of: turns one record (and what the request knew, such as the parent's id) into rows, where a row is not
            the record itself: a nested list, a polymorphic value.
        kept_under: objects of a record below which those rows keep, behind a dot, what nothing is declared of.
        scale_from: how a row's `score` finds its scale, so that a score outside it is refused: `row` (the row's own
            `scale` column), `survey_questions` (the seed, by source, survey_id and question_id), or empty (no score).
    """

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    version_column: str | None = None
    reading: "Reading | None" = None
    pages_of: str | None = None
    left_unchecked: str = ""
    rows_of: "Callable[[dict[str, Any], dict[str, str]], Iterable[dict[str, Any]]] | None" = None
    kept_under: tuple[str, ...] = ()
    scale_from: Literal["", "row", "survey_questions"] = ""

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.name):
            raise ValueError(f"stream name {self.name!r}: use up to 64 of a-z, 0-9 and _")
        unknown = {*self.primary_key, *([self.version_column] if self.version_column else [])} - {c.name for c in self.columns}
        if unknown:
            raise ValueError(f"stream {self.name}: key or version columns that are not declared: {sorted(unknown)}")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A system that data comes from: its name is also its Airflow connection's id.

    Attributes:
        base_url: where the vendor answers, unless the connection names another host; empty for files.
        parallel_tasks: how many streams may be read at once within the vendor's limits.
        manners: how the vendor wants to be spoken to; None of files.
    """

    name: str
    streams: tuple[Stream, ...]
    description: str = ""
    base_url: str = ""
    parallel_tasks: int = 1
    manners: "Manners | None" = None

    def stream(self, name: str) -> Stream:
        """The stream of that name; KeyError names those that exist."""
        for stream in self.streams:
            if stream.name == name:
                return stream
        raise KeyError(f"source {self.name} has no stream {name}: it has {', '.join(s.name for s in self.streams)}")


@dataclass(frozen=True, order=True)
class Window:
    """A half-open span of time [start, end), kept as plain datetimes in UTC, whatever kind and zone they come in."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window's start and end need a time zone: write them as 2026-01-01T00:00:00Z")
        for name in ("start", "end"):
            at = getattr(self, name).astimezone(UTC)
            plain = datetime(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, tzinfo=UTC)
            object.__setattr__(self, name, plain)  # Airflow's own kind of datetime loses its zone when it is copied
        if self.end <= self.start:
            raise ValueError(f"window_end {self.end.isoformat()} must be later than window_start {self.start.isoformat()}")

    @property
    def batch(self) -> str:
        """The window as a folder name, e.g. 20260101T000000Z--20260102T000000Z."""
        return f"{self.start:%Y%m%dT%H%M%SZ}--{self.end:%Y%m%dT%H%M%SZ}"


def _tell_nobody(secret: str) -> None:
    """Where nobody keeps logs."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Where a source answers and what it asks for, taken from an Airflow connection. The secret is never printed.

    `on_secret` is called with every secret that is made of them, such as a token that lasts an hour, before it is used.
    `extra` may hold `pace`: how many times the vendor's usual request rate this account has bought, e.g. 1.3.
    """

    base_url: str
    secret: str = field(default="", repr=False)
    login: str = ""
    extra: dict[str, str] = field(default_factory=dict, repr=False)
    on_secret: "Callable[[str], None]" = field(default=_tell_nobody, repr=False, compare=False)

    @property
    def pace(self) -> float:
        """The multiple of the vendor's usual request rate; ValueError where it is no positive number."""
        pace = float(self.extra.get("pace", "1"))
        if not pace > 0:
            raise ValueError("the connection's extra `pace` must be a positive number")
        return pace
