"""Vendors' cursors that outlive a window: which one a window goes on from, and when a newer one takes its place; pure.

They are kept where the caller wants (Airflow's asset state store), and always with the landing receipt, which is written
before: what is kept never runs ahead of the data. One that is lost costs a longer reading, never a row.
"""

from datetime import datetime
from typing import Any

from kuulo.landing.receipt import LandingReceipt
from kuulo.sources.source import Window

Kept = dict[str, Any]


def cursor_for(window: Window, kept: Kept | None) -> str | None:
    """The cursor that a window goes on from: of readings that have seen all from before its start on, and ended before it does.

    Any other window (a backfill, a repetition, one that begins before the first reading did) is read by its times instead: behind
    the cursor is only what changed after those readings.
    """
    seen = _seen(kept)
    if not kept or seen is None or window.start < seen.start or window.end <= seen.end:
        return None
    return str(kept["cursor"])


def moved_on(receipt: LandingReceipt, kept: Kept | None) -> Kept | None:
    """What to keep after a window has landed, or None where what is kept is as new or newer."""
    if receipt.cursor is None:
        return None
    seen, since = _seen(kept), receipt.window_start
    if seen and seen.end >= receipt.window_end:
        return None
    if seen and seen.start <= since <= seen.end:
        since = seen.start
    return {"cursor": receipt.cursor, "since": since.isoformat(), "until": receipt.window_end.isoformat()}


def _seen(kept: Kept | None) -> Window | None:
    """The unbroken span of the windows that led to the cursor; None where there is none, or where it cannot be read: as good as lost."""
    try:
        return Window(datetime.fromisoformat(kept["since"]), datetime.fromisoformat(kept["until"])) if kept and kept["cursor"] else None
    except (KeyError, TypeError, ValueError):
        return None
