"""How long to wait before asking again; pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from kuulo.sources.api_errors import RetryLater
from kuulo.sources.manners import Limits


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def asked_wait(retry_after: str, server_date: str, now: datetime) -> float | None:
    """The seconds that Retry-After asks for, as a number or as a date by the server's own clock; None where it is no wait."""
    text = retry_after.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    until = _date(text) if text else None
    if until is None:
        return None
    seconds = (until - (_date(server_date) or now)).total_seconds()
    return seconds if seconds >= 0 else None


def wait_until(reset: str, server_date: str, now: datetime) -> float | None:
    """The seconds until a Unix second, by the server's own clock where it tells it; at least one, None where it is no number."""
    text = reset.strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return max(1.0, int(text) - (_date(server_date) or now).timestamp())


def wait_seconds(*, attempt: int, asked: float | None, limits: Limits, luck: float) -> float:
    """Exponential backoff with jitter (`luck` in 0..1), and never less than the vendor asked for.

    Raises:
        RetryLater: the vendor asks for longer than a task may sleep.
    """
    if asked is not None and asked > limits.longest_wait_seconds:
        raise RetryLater(f"asks to be left alone for {asked:,.0f} s")
    backoff = min(limits.first_wait_seconds * 2.0 ** (attempt - 1), limits.longest_wait_seconds / 2)
    wait = max(asked or 0.0, backoff)
    return float(wait * (1 + luck / 4))
