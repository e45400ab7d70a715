"""Which windows a soak reads, in which order, and which of them are disturbed: drawn from the seed, before anything runs."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from random import Random

from kuulo.sandbox.database_file import DECLARATIONS
from kuulo.sandbox.dialects import DIALECTS
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sources.catalog import SOURCES
from kuulo.sources.source import Window

INBOX = "files"
_KILL_EVERY, _LATE, _REPEATED = 3, 0.1, 0.08


@dataclass(frozen=True)
class Job:
    """One window of one source, as one run of its DAG reads it.

    Attributes:
        tasks: step and stream of each task that reads.
        is_killed: whether one of its tasks is to be killed.
        refresh: whether the vendor is asked again for what has landed.
    """

    run: str
    source: str
    window: Window
    tasks: tuple[tuple[str, str], ...]
    is_killed: bool = False
    refresh: bool = False


def _tasks(source: str) -> tuple[tuple[str, str], ...]:
    if source == "database":
        return tuple(("read_table", name) for name in DECLARATIONS)
    if source == INBOX:
        return (("take_in", "inbox"),)
    return tuple(("read", stream.name) for stream in SOURCES[source].streams if stream.pages_of is None)


def _windows(count: int) -> list[Window]:
    """The company's history in so many spans of whole days."""
    days = (AS_OF - HISTORY_START).days
    cuts = [HISTORY_START + timedelta(days=round(place * days / count)) for place in range(count + 1)]
    return [Window(*ends) for ends in pairwise(cuts)]


def planned(windows: int) -> list[Job]:
    """Every window once, the sources taking turns; the inbox is one of them, since its files are taken in whole."""
    sources = [*(spoken.source for spoken in DIALECTS), "database"]
    jobs = [Job("", INBOX, Window(HISTORY_START, AS_OF), _tasks(INBOX))]
    for place, source in enumerate(sources):
        own = (windows - 1 - place + len(sources) - 1) // len(sources)
        jobs += [Job("", source, window, _tasks(source)) for window in _windows(own)]
    jobs.sort(key=lambda job: job.window.end if job.source != INBOX else HISTORY_START)
    return [replace(job, run=f"run-{number}") for number, job in enumerate(jobs, 1)]


def disturbed(jobs: list[Job], luck: Random) -> list[Job]:
    """The same windows with some read late, as a backfill does, some once more, and every third one killed."""
    order = [(float(place) + (luck.uniform(1, len(jobs) / 2) if luck.random() < _LATE else 0), job) for place, job in enumerate(jobs)]
    again = [job for job in jobs if job.source != INBOX and luck.random() < _REPEATED]
    for number, job in enumerate(again):
        place = luck.uniform(jobs.index(job) + len(jobs) / 2, 1.5 * len(jobs))
        order.append((place, replace(job, run=f"again-{number}", refresh=number % 2 == 0)))
    first_kill = luck.randrange(_KILL_EVERY)
    found = [job for _, job in sorted(order, key=lambda each: each[0])]
    return [replace(job, is_killed=number % _KILL_EVERY == first_kill) for number, job in enumerate(found)]
