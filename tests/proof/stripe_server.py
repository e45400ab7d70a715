"""Runs localstripe, a Stripe that nobody here wrote, on the loopback address, for the proof environment's Python.

    stripe_server.py PORT CLOCK

The file CLOCK says how many seconds its clock is to be late, so that what happens may lie days back.

Its own program listens on every interface and keeps what it was told in one file under /tmp for all who run it: here it can
do neither. It is started as the program it is, by runpy, and knows nothing of Kuulo.
"""

import builtins
import os
import runpy
import socket
import sys
import time
from pathlib import Path
from typing import Any

_open = builtins.open


class LoopbackSocket(socket.socket):
    """A socket that can be bound to 127.0.0.1 only."""

    def __init__(self, family: int = -1, kind: int = -1, *more: Any, **named: Any) -> None:
        super().__init__(socket.AF_INET if family == socket.AF_INET6 else family, kind, *more, **named)

    def bind(self, address: Any) -> None:
        """Bind to the port that was asked for, whatever the host."""
        super().bind(("127.0.0.1", address[1]))


def _forgetful_open(path: Any, *more: Any, **named: Any) -> Any:
    return _open(os.devnull if str(path).endswith("localstripe.pickle") else path, *more, **named)


if __name__ == "__main__":
    socket.socket = LoopbackSocket  # type: ignore[misc]
    builtins.open = _forgetful_open
    port, clock, true_time = sys.argv[1], Path(sys.argv[2]), time.time
    time.time = lambda: true_time() - float(clock.read_text())
    sys.argv = ["localstripe", "--from-scratch", "--port", port]
    runpy.run_module("localstripe", run_name="__main__")
