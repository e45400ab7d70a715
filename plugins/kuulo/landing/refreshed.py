"""A landed batch is asked for again aside, and its folders change places when all is there: what has landed is never lost.

The folder aside is whole when the read stream's receipt is in it. From then on the exchange can only be finished, by
whoever comes to the batch next, however often it is interrupted.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from kuulo.crash_points import crash_point
from kuulo.landing.receipt import read_landing_receipt
from kuulo.landing.typed_family import Family
from kuulo.landing.whole_files import private_folder, sync

_Kind = TypeVar("_Kind", bound=Family)
_WHOSE = ".run"
_ASIDE, _BEFORE = ".refresh", ".before"  # beside the sources' folders, where nobody looks for batches


def _below(family: _Kind, name: str) -> _Kind:
    return replace(family, settings=replace(family.settings, landing_root=family.settings.landing / name))


def aside_for(family: _Kind, run: str) -> _Kind:
    """The same family in a folder aside, with the pages that an earlier try of the same run has read; another run's are old."""
    aside = _below(family, _ASIDE)
    whose = private_folder(aside.place(family.base).landing) / _WHOSE
    if not whose.exists() or whose.read_text() != run:
        _remove(aside)
        private_folder(whose.parent)
        whose.write_text(run)
        whose.chmod(0o600)
    return aside


def drop_aside(aside: Family) -> None:
    """Forget what a refresh has read: pages that lead nowhere would lead there again, in every further try of its run."""
    _remove(aside)


def bring_in(family: Family) -> bool:
    """Put a batch that was read aside in its place, if it is whole; the read stream's folder goes last, since it says so."""
    aside, before = _below(family, _ASIDE), _below(family, _BEFORE)
    is_whole = read_landing_receipt(aside.place(family.base)) is not None
    if is_whole:
        (aside.place(family.base).landing / _WHOSE).unlink(missing_ok=True)
    for stream in family.streams if is_whole else ():
        if aside.place(stream).landing.exists():  # else it went over before an interruption
            _exchange(aside.place(stream).landing, family.place(stream).landing, before.place(stream).landing)
    _remove(before)
    return is_whole


def _exchange(new: Path, place: Path, old: Path) -> None:
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)
        place.rename(private_folder(old.parent) / old.name)
        crash_point("landing.refresh_old_left")
    new.rename(private_folder(place.parent) / place.name)
    crash_point("landing.refresh_brought_in")
    sync(place.parent)


def _remove(family: Family) -> None:
    for stream in family.streams:
        shutil.rmtree(family.place(stream).landing, ignore_errors=True)
