"""A soak: windows of several sources read at once on a bad day, processes killed, marts built and published, readers reading."""

import json
import re
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil

from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.sandbox.company import Company
from kuulo.sandbox.database_file import lay_database
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.server import SandboxServer
from kuulo.sandbox.spreadsheets import lay_inbox
from kuulo.sources.source import Window
from tests.crash.processes import Ended, Processes
from tests.soak.bad_day import BadDay
from tests.soak.plan import Job
from tests.soak.reader import Reader

MARTS = "marts"
_AT_ONCE = 3
_BUILD_EVERY = 25  # windows
_TRIES = 3  # of a task, as Airflow has them here
_MOST_TRIES = 15  # with those that somebody asks for who has read the message
_SMALL_PAGES = 10
_DBT_AT_WORK = "build.dbt_at_work"
# What a reading may end with on a bad day; anything else is a finding.
_TOLD = ("RetryLater", "SourceContractBroken")


@dataclass
class Told:
    """What a soak counted.

    Attributes:
        kills: by step; where: by the point that it was killed at, `any moment` where it was none.
        retries: tasks tried again by themselves; cleared: by hand, which Airflow leaves to people where the message says so.
        unexpected: endings that no fault explains.
        waited: seconds that vendors' refusals would have cost.
        by_step: milliseconds that tasks took.
    """

    windows: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    where: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    retries: int = 0
    cleared: int = 0
    tasks: int = 0
    builds: int = 0
    requests: int = 0
    waited: float = 0.0
    seconds: float = 0.0
    peak_megabytes: float = 0.0
    by_step: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Task:
    step: str
    source: str
    stream: str
    job: Job


class Soak:
    """One installation and what is done to it; `run` does it."""

    def __init__(self, home: Path, company: Company, *, jobs: list[Job], seed: int, is_bad: bool) -> None:
        self.home, self.jobs, self.told = home, list(jobs), Told()
        self.day = BadDay(seed)
        self.day.is_on = is_bad
        self.reader = Reader(home)
        self._is_bad, self._luck = is_bad, Random(f"{seed} kills")
        self._company = company
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._marts_due = 0
        self._owed = 0  # kills that came too late for their task
        self._cursors: dict[tuple[str, str], Any] = {}
        self._points: dict[tuple[str, str, str], list[str]] = {}
        self._lasted: dict[tuple[str, str, str], float] = {}
        self._all = threading.Event()

    def run(self) -> Told:
        """Everything, and a build and publication at the end; on a good day only what comes before them."""
        started = time.monotonic()
        lay_inbox(self._company, self.home / "inbox")
        lay_database(self._company, self.home)
        ticks = map(float, range(1_788_220_800, 2_000_000_000, 61))  # of the vendors: no limit of a minute outlives a request
        server = SandboxServer(self._company, now=ticks.__next__)
        server.reception.faults, server.reception.page_size = self.day, _SMALL_PAGES
        self._address = server.url
        with ExitStack() as ended:
            ended.callback(server.close)
            ended.callback(self._all.set)
            hands = [ended.enter_context(Processes(steps="tests.soak.steps")) for _ in range(_AT_ONCE)]
            watch = [threading.Thread(target=work) for work in (self._watch_memory, lambda: self.reader.read_until(self._all))]
            workers = [threading.Thread(target=self._work, args=(each,)) for each in hands]
            for thread in (*watch, *workers):
                thread.start()
            for thread in workers:
                thread.join()
            if self._is_bad:
                self._marts(hands[0])
            self._all.set()
            for thread in watch:
                thread.join()
            self.told.requests = len(server.reception.requests)
        self.told.seconds = time.monotonic() - started
        return self.told

    def _watch_memory(self) -> None:
        while not self._all.wait(1.0):
            found = 0
            for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
                try:
                    found += process.memory_full_info().pss  # what is shared after a fork counts once
                except psutil.Error:
                    continue
            self.told.peak_megabytes = max(self.told.peak_megabytes, found / 2**20)

    def _next(self) -> Job | str | None:
        """What to do next; empty text where all that is left is of sources that are being read."""
        with self._lock:
            if self._marts_due and MARTS not in self._busy:
                self._marts_due -= 1
                self._busy.add(MARTS)
                return MARTS
            for job in self.jobs:
                if job.source not in self._busy:
                    self.jobs.remove(job)
                    self._busy.add(job.source)
                    return job
            return "" if self.jobs else None

    def _work(self, processes: Processes) -> None:
        while (job := self._next()) is not None:
            if not job:
                time.sleep(0.02)
                continue
            try:
                self._marts(processes) if isinstance(job, str) else self._read(processes, job)
            except Exception as error:
                self.told.unexpected.append(f"the soak itself: {error!r}")
            with self._lock:
                self._busy.discard(job if isinstance(job, str) else job.source)

    def _read(self, processes: Processes, job: Job) -> None:
        tasks = [_Task(step, job.source, stream, job) for step, stream in job.tasks] + [_Task("validate", job.source, "", job)]
        victim = self._victim(tasks, wanted=job.is_killed)
        for task in tasks:
            self._until_done(processes, task, is_victim=task is victim)
        with self._lock:
            self.told.windows += 1
            if self._is_bad and self.told.windows % _BUILD_EVERY == 0:
                self._marts_due += 1

    def _marts(self, processes: Processes) -> None:
        number = self.told.builds = self.told.builds + 1
        job = Job(f"marts-{number}", MARTS, Window(HISTORY_START, AS_OF), ())
        for step in ("build", "publish"):
            task = _Task(step, MARTS, "", job)
            self._until_done(processes, task, is_victim=self._is_bad and number > 1)

    def _victim(self, tasks: list[_Task], *, wanted: bool) -> _Task | None:
        with self._lock:
            if not wanted and self._owed:
                self._owed, wanted = self._owed - 1, True
            # judging half of the time, since it is one task and the streams are many
            return (tasks[-1] if self._luck.random() < 0.4 else self._luck.choice(tasks)) if wanted else None

    def _until_done(self, processes: Processes, task: _Task, *, is_victim: bool) -> None:
        refresh, tries = task.job.refresh, 0
        for attempt in range(_MOST_TRIES):
            ended, killed_at = self._once(processes, task, refresh=refresh, is_victim=is_victim and attempt == 0)
            if ended.is_good:
                return
            if killed_at and task.step == "build":
                with one_at_a_time(self.home / "locks" / "build.lock"):
                    pass  # its dbt lives a moment longer, and keeps other builds out
            told, by_hand = ended.line.split(":")[0], False
            tries += 1
            with self._lock:
                if killed_at:
                    self.told.kills[task.step] += 1
                    self.told.where[killed_at] += 1
                elif told in _TOLD and task.step == "read" and self._is_bad:
                    self.told.errors[told] += 1
                    by_hand = told != "RetryLater"
                    refresh = refresh or "`refresh`" in ended.line
                else:
                    self.told.unexpected.append(f"{task.job.run} {task.source} {task.step} {task.stream}: {ended.said[-600:]}")
                if by_hand or tries == _TRIES:
                    self.told.cleared, tries = self.told.cleared + 1, 0
                else:
                    self.told.retries += 1
        self.told.unexpected.append(f"{task.job.run} {task.source} {task.step} {task.stream}: given up after {_MOST_TRIES} tries")

    def _once(self, processes: Processes, task: _Task, *, refresh: bool, is_victim: bool) -> tuple[Ended, str]:
        """One try of a task: how it ended, and where it was killed, if it was."""
        key = (task.step, task.source, task.stream)
        at, kill_after, listed = "", None, self.home.with_name(f"{self.home.name}-points-{'-'.join(key)}")
        if is_victim:
            at, kill_after = self._how_to_kill(key)
        elif self._is_bad and key not in self._points:
            at = f"list={listed}"
        self.day.begin_task(task.source)
        order = {
            "source": task.source, "stream": task.stream, "run": task.job.run, "refresh": refresh,
            "start": task.job.window.start.isoformat(), "end": task.job.window.end.isoformat(),
            "cursor": self._cursors.get((task.source, task.stream)),
        }  # fmt: skip
        started = time.monotonic()
        pid = processes.start(task.step, self.home, at=at, address=self._address, KUULO_SOAK_ORDER=json.dumps(order))
        ended = processes.wait(pid, kill_after=kill_after)
        if at.startswith("list=") and listed.exists():
            if ended.is_good:
                self._points[key] = _numbered(listed.read_text().splitlines())
            listed.unlink()
        if ended.is_good:
            self._lasted[key] = time.monotonic() - started
            self._note(task, json.loads(ended.line))
        name = _kind(at)
        was_killed = ended.was_killed or (name == _DBT_AT_WORK and ended.line.startswith("BuildFailed"))
        with self._lock:
            self.told.tasks += 1
            self.told.by_step[task.step] += round(1000 * (time.monotonic() - started))
            self._owed += is_victim and not was_killed and task.source != MARTS
        return ended, (name or "any moment") if was_killed else ""

    def _note(self, task: _Task, said: dict[str, Any]) -> None:
        with self._lock:
            self.told.waited += said.get("waited", 0.0)
        if said.get("cursor"):
            self._cursors[task.source, task.stream] = said["cursor"]

    def _how_to_kill(self, key: tuple[str, str, str]) -> tuple[str, float | None]:
        """The point to be killed at, or after how many seconds: each kind of point is as likely as any other."""
        with self._lock:
            points = self._points.get(key, [])
            if not points or self._luck.random() < 0.3:
                return "", self._luck.random() * self._lasted.get(key, 0.2)
            kinds = sorted({_kind(point) for point in points})
            kind = self._luck.choice(kinds)
            return self._luck.choice([point for point in points if _kind(point) == kind]), None


def _kind(point: str) -> str:
    return re.split("[: ]", point, maxsplit=1)[0]


def _numbered(passed: list[str]) -> list[str]:
    """Orders that kill at each passing: `name detail:nth`."""
    counts: Counter[str] = Counter()
    orders = []
    for point in passed:
        counts[point] += 1
        orders.append(f"{point}:{counts[point]}")
    return orders
