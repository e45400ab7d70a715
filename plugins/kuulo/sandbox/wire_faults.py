"""Lines that break: what a server does to its client's socket, below HTTP."""

import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress

from kuulo.sandbox.exchange import Answer

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_DRIP_SECONDS, _DRIPS = 0.02, 100
_PATIENCE = 20.0


def _reset(line: socket.socket, answer: Answer) -> None:
    """Hang up without a word: the client gets a reset instead of an end."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def _silence(line: socket.socket, answer: Answer) -> None:
    """Say nothing until the client has hung up."""
    line.settimeout(_PATIENCE)
    line.recv(1)


def _drip(line: socket.socket, answer: Answer) -> None:
    """A letter at a time, each well before any timeout between letters."""
    line.sendall(_HEAD + f"Content-Length: {len(answer.body)}\r\n\r\n".encode())
    for letter in answer.body[:_DRIPS]:
        line.sendall(bytes([letter]))
        time.sleep(_DRIP_SECONDS)


def _cut_chunks(line: socket.socket, answer: Answer) -> None:
    """One chunk, and then the end of the connection in place of the last one."""
    half = answer.body[: len(answer.body) // 2]
    line.sendall(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + f"{len(half):x}\r\n".encode() + half + b"\r\n")


_WAYS: dict[str, Callable[[socket.socket, Answer], None]] = {
    "reset": _reset, "silence": _silence, "drip": _drip, "cut_chunks": _cut_chunks,
}  # fmt: skip


def break_on_the_line(line: socket.socket, answer: Answer) -> None:
    """Break the answer as its `wire` says; a client that has gone is no error."""
    with suppress(OSError):
        _WAYS[answer.wire](line, answer)
