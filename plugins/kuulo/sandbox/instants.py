"""Instants as vendors write them: as text in UTC, or as Unix seconds. Of no instant there is none."""

from datetime import datetime
from typing import overload


@overload
def zulu(at: datetime, digits: str = ...) -> str: ...
@overload
def zulu(at: datetime | None, digits: str = ...) -> str | None: ...
def zulu(at: datetime | None, digits: str = "seconds") -> str | None:
    """An instant of UTC to the second, or to the `milliseconds` or `microseconds`; of one form, texts sort as instants do."""
    return None if at is None else at.isoformat(timespec=digits).removesuffix("+00:00") + "Z"


@overload
def unix(at: datetime) -> int: ...
@overload
def unix(at: datetime | None) -> int | None: ...
def unix(at: datetime | None) -> int | None:
    """Whole Unix seconds."""
    return None if at is None else int(at.timestamp())
