"""A tiny HTTP server on 127.0.0.1 that answers as a test scripts it, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; the body as JSON, or as text where it is none. `target` is the request line's, byte for byte."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: Any
    target: str = ""

    def param(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return dict(self.params).get(name)


@dataclass(frozen=True)
class Reply:
    """What to answer.

    Attributes:
        body: JSON value, or bytes to be sent as they are.
        length: the Content-Length to claim instead of the true one; what is missing is never sent.
        chunks: send chunked, and end without the last chunk where `cut`.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    chunked: bool = False
    cut: bool = False

    @property
    def data(self) -> bytes:
        """The bytes of the body."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Loopback:
    """A running server: its address and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)


Script = Callable[[Asked], Reply]


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response_only(reply.status)  # no Date of its own: tests set it
    for name, value in {"Content-Type": "application/json", **reply.headers}.items():
        handler.send_header(name, value)
    if not reply.chunked:
        handler.send_header("Content-Length", str(len(reply.data) if reply.length is None else reply.length))
        handler.end_headers()
        handler.wfile.write(reply.data)
    else:
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(f"{len(reply.data):x}\r\n".encode() + reply.data + b"\r\n")
        handler.wfile.write(b"" if reply.cut else b"0\r\n\r\n")
    handler.close_connection = reply.cut or reply.length is not None


def _body(raw: bytes) -> Any:
    if not raw:
        return None
    return json.loads(raw) if raw[:1] in b'{["' else raw.decode()


@contextmanager
def serving(script: Script) -> Iterator[Loopback]:
    """Serve what the script answers, until the block ends."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Asked(
                method=self.command,
                path=parts.path,
                params=tuple(parse_qsl(parts.query, keep_blank_values=True)),
                headers=dict(self.headers),
                body=_body(raw),
                target=self.path,
            )
            asked.append(request)
            _send(self, script(request))

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield Loopback(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        server.server_close()


def in_order(*replies: Reply) -> Script:
    """Answer with the replies one after another; the last one for ever."""
    left = list(replies)
    return lambda _asked: left.pop(0) if len(left) > 1 else left[0]
