"""How far a stream has been read without a hole: what the next window may start from."""

from datetime import UTC, datetime

from kuulo.settings import Settings

_INSTANT = "%Y%m%dT%H%M%SZ"


def covered_until(settings: Settings, source: str, stream: str, *, declared: str = "") -> datetime | None:
    """End of the unbroken run of landed windows that begins with the earliest, or None where nothing has landed.

    Where several declarations give rows to one stream, the windows of the `declared` one count.

    A window behind a hole does not count: whoever goes on from here fills the hole.
    """
    before = f"{declared}--" if declared else ""
    paths = (settings.landing / source / stream).glob(f"{before}*--*/receipt.json")
    names = [path.parent.name.removeprefix(before) for path in paths]
    windows = sorted(tuple(datetime.strptime(instant, _INSTANT).replace(tzinfo=UTC) for instant in name.split("--")) for name in names)
    until: datetime | None = None
    for start, end in windows:
        if until is None or start <= until:
            until = max(until or end, end)
    return until
