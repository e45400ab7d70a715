"""A process that has imported everything once and forks a child for each step, so that a kill costs milliseconds.

It reads one JSON order a line: `{"step", "home", "address", "environment", "log"}` to start a child, `{"wait": pid}` to learn how
it ended or stopped (with `kill_after` seconds, after which it and its group are killed); and answers each with a line.
Which steps there are says the module that it is started with. A child's own error goes to its log, the message of a Kuulo error as
one line.
"""

import importlib
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

from kuulo.errors import KuuloError


def _run(steps: Any, order: dict[str, Any]) -> NoReturn:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["environment"])
    status = 0
    try:
        sys.stdout.write(f"{steps[order['step']](Path(order['home']), order['address'])}\n")
    except KuuloError as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
        status = 1
    except BaseException:
        traceback.print_exc()
        status = 2
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _kill_unless_ended(pid: int, seconds: float) -> None:
    latest = time.monotonic() + seconds
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() >= latest:
            (os.killpg if os.getpgid(pid) == pid else os.kill)(pid, signal.SIGKILL)
            return
        time.sleep(0.002)


def _ended(pid: int, kill_after: float | None) -> dict[str, int]:
    if kill_after is not None:
        _kill_unless_ended(pid, kill_after)
    _, status = os.waitpid(pid, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        return {"stopped": os.WSTOPSIG(status)}
    return {"signal": os.WTERMSIG(status)} if os.WIFSIGNALED(status) else {"status": os.WEXITSTATUS(status)}


def main() -> None:
    """Serve until the orders end."""
    steps = importlib.import_module(sys.argv[1]).STEPS
    if "judging" in sys.argv:
        importlib.import_module("kuulo.validation.courthouse")  # Great Expectations, seconds

    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer = _ended(order["wait"], order.get("kill_after"))
        elif pid := os.fork():
            answer = {"pid": pid}
        else:
            _run(steps, order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
