"""How far a stream has been read without a hole: what the next window may start from."""

from datetime import UTC, datetime

from kuulo.settings import Settings

_INSTANT = "%Y%m%dT%H%M%SZ"


def covered_until(settings: Settings, source: str, stream: str) -> datetime | None:
    """End of the unbroken run of landed windows that begins with the earliest, or None where nothing has landed.

    A window behind a hole does not count: whoever goes on from here fills the hole.
    """
    names = [path.parent.name for path in (settings.landing / source / stream).glob("*/receipt.json")]
    windows = sorted(
        tuple(datetime.strptime(instant, _INSTANT).replace(tzinfo=UTC) for instant in name.split("--")) for name in names if "--" in name
    )
    until: datetime | None = None
    for start, end in windows:
        if until is None or start <= until:
            until = max(until or end, end)
    return until
