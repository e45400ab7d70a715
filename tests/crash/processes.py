"""Processes that run a step and may be killed or stopped in it: started by the fork server, watched by the test."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.conftest import CHECKOUT


@dataclass(frozen=True)
class Ended:
    """How a child ended (or stopped), and what it said."""

    how: dict[str, int]
    said: str

    @property
    def was_killed(self) -> bool:
        return self.how == {"signal": signal.SIGKILL}

    @property
    def is_good(self) -> bool:
        return self.how == {"status": 0}

    @property
    def line(self) -> str:
        """The last thing it said."""
        return (self.said.splitlines() or [""])[-1]


class Processes:
    """A fork server and its children; use it in a `with`.

    Without `judging`, whoever validates imports Great Expectations himself. `steps` names the module of the steps.
    """

    def __init__(self, *, judging: bool = True, steps: str = "tests.crash.steps") -> None:
        self._words = [steps, *(["judging"] if judging else [])]
        self._logs = Path(tempfile.mkdtemp(prefix="kuulo-crash-logs-"))
        self._log_of: dict[int, Path] = {}

    def __enter__(self) -> Self:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KUULO_", "AIRFLOW"))}
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.fork_server", *self._words],
            env={**kept, "PYTHONPATH": f"{CHECKOUT / 'plugins'}:{CHECKOUT}", "TZ": "UTC"},
            cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._server.communicate(timeout=60)
        for log in self._logs.iterdir():
            log.unlink()
        self._logs.rmdir()

    def _ask(self, order: dict[str, Any]) -> dict[str, int]:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        answer: dict[str, int] = json.loads(self._server.stdout.readline())
        return answer

    def start(self, step: str, home: Path, *, at: str = "", address: str = "", **environment: str) -> int:
        """Begin a step in a process of its own; its pid."""
        log = self._logs / f"{len(self._log_of)}.log"
        told = {"step": step, "home": str(home), "address": address, "log": str(log)}
        pid = self._ask({**told, "environment": {**environment, "KUULO_CRASH_AT": at}})["pid"]
        self._log_of[pid] = log
        return pid

    def wait(self, pid: int, *, kill_after: float | None = None) -> Ended:
        """Until it ends or stops; `kill_after` so many seconds it and its group are killed, if they are given."""
        how = self._ask({"wait": pid, "kill_after": kill_after})
        return Ended(how, self._log_of[pid].read_text() if self._log_of[pid].exists() else "")

    def run(self, step: str, home: Path, *, at: str = "", address: str = "", **environment: str) -> Ended:
        """A step from beginning to end, or to the point `at`."""
        return self.wait(self.start(step, home, at=at, address=address, **environment))

    def passed(self, step: str, home: Path, *, address: str = "", **environment: str) -> list[str]:
        """Run a step undisturbed; every passing of a point, as orders that stop it there: `name detail:nth`."""
        listed = self._logs / "points"
        listed.unlink(missing_ok=True)
        ended = self.run(step, home, at=f"list={listed}", address=address, **environment)
        assert ended.is_good, ended.said
        counts: Counter[str] = Counter()
        orders = []
        for point in listed.read_text().splitlines() if listed.exists() else []:
            counts[point] += 1
            orders.append(f"{point}:{counts[point]}")
        return orders
