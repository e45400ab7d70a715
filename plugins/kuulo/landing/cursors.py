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
    """The cursor that a window goes on from: one left by a window that ended before this one does.

    A window that lies before it (a backfill, a repetition) is read by its times instead, and moves nothing.
    """
    until = _until(kept)
    if not kept or until is None or until >= window.end:
        return None
    return str(kept["cursor"])


def moved_on(receipt: LandingReceipt, kept: Kept | None) -> Kept | None:
    """What to keep after a window has landed, or None where what is kept is as new or newer."""
    if receipt.cursor is None:
        return None
    until = _until(kept)
    if until is not None and until >= receipt.window_end:
        return None
    return {"cursor": receipt.cursor, "until": receipt.window_end.isoformat()}


def _until(kept: Kept | None) -> datetime | None:
    """The end of the window that left it; None where there is none, or where it cannot be read: then it is as good as lost."""
    try:
        until = datetime.fromisoformat(kept["until"]) if kept and kept["cursor"] else None
    except (KeyError, TypeError, ValueError):
        return None
    return until if until and until.tzinfo else None
