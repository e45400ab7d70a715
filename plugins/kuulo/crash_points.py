"""Points at which a test may stop the process dead, as a kill, a crash or a power cut would; without an order they do nothing.

An order stands in `KUULO_CRASH_AT`, which only tests set: a point's name, with its detail where it has one, and after a colon
which passing of it is meant (`file.written receipt.json:2`; the first if it says nothing). `stop=` before it stops the process
(SIGSTOP) instead of killing it, and `list=<file>` writes down every point that is passed, one a line, so that a test walks
those that there are and not those that it knows of.
"""

import os
import signal
from collections import Counter
from pathlib import Path

from kuulo.settings import crash_order

_passed: Counter[str] = Counter()


def crash_point(name: str, detail: str = "") -> None:
    """Pass a point; never returns where the order is to be killed here."""
    if order := crash_order():
        _obey(order, name, f"{name} {detail}".rstrip())


def _obey(order: str, name: str, whole_name: str) -> None:
    action, _, wanted = order.rpartition("=")
    if action == "list":
        with Path(wanted).open("a") as passed:
            passed.write(f"{whole_name}\n")
        return
    point, _, passing = wanted.rpartition(":")
    if (point or wanted) in (name, whole_name):
        _passed[order] += 1
        if _passed[order] == (int(passing) if point else 1):
            os.kill(os.getpid(), signal.SIGSTOP if action == "stop" else signal.SIGKILL)
