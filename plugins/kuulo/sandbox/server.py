"""The sandbox over real HTTP, on the loopback address only: each vendor under its own prefix."""

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from kuulo.sandbox import BANNER
from kuulo.sandbox.company import Company
from kuulo.sandbox.company_variants import with_fewer_records
from kuulo.sandbox.dialects import DIALECTS, Dialect, Spoken
from kuulo.sandbox.exchange import Answer, Request, json_answer
from kuulo.sandbox.fault import Fault
from kuulo.sandbox.faults_on_request import FaultScript
from kuulo.sandbox.vendor_lists import in_smaller_pages, list_at
from kuulo.sandbox.wire_faults import break_on_the_line

ADMIN_PREFIX = "/_sandbox"
_LARGEST_BODY = 4_000_000
# What an answer that is kept depends on, beside path, query and body: who asks, what is preferred, and where the vendor seems to be.
_HEADERS_THAT_COUNT = ("authorization", "prefer", "host", "x-forwarded-proto", "odata-version")


class Reception:
    """Hands each request to the dialect that its prefix names, and remembers what was asked.

    Attributes:
        requests: method and target of every request to a vendor, oldest first.
        faults: what goes wrong, and when.
        page_size: of the declared lists, whatever a request asks for; 0 leaves it to the request.
    """

    def __init__(self, company: Company, faults: tuple[Fault, ...] = (), now: Callable[[], float] = time.time) -> None:
        """`now` is the vendors' clock, in Unix seconds."""
        self._company, self._smaller_company = company, company
        self._dialects: dict[tuple[str, bool], Dialect] = {}
        self._rendered: dict[tuple[Any, ...], Answer] = {}
        self._lock, self._making, self._remembering = Lock(), Lock(), Lock()
        self.requests: list[str] = []
        self.faults = FaultScript(faults)
        self.page_size = 0
        self._now = now

    def answer(self, request: Request) -> Answer:
        """The answer to a request to a vendor or to the sandbox itself."""
        if request.path.startswith(ADMIN_PREFIX):
            return self._answer_for_sandbox(request)
        for spoken in DIALECTS:
            for prefix in (spoken.prefix, *spoken.also):
                if request.path.startswith(prefix + "/"):
                    with self._lock:
                        self.requests.append(f"{request.method} {request.path}")
                    return self._answer_for_vendor(spoken, request, request.below(prefix))
        known = ", ".join(spoken.prefix for spoken in DIALECTS)
        return json_answer({"message": f"This is the Kuulo sandbox ({BANNER}): ask under one of {known}"}, 404)

    def _answer_for_vendor(self, spoken: Spoken, request: Request, below: Request) -> Answer:
        shape = list_at(spoken.source, below.path)
        if self.page_size:
            below = in_smaller_pages(spoken.source, below, self.page_size)
        good = self._good(spoken, below)
        return self.faults.spoil(request, good, shape, lambda: self._good(spoken, below, fewer=True))

    def _dialect(self, spoken: Spoken, fewer: bool) -> Dialect:
        """The vendor's dialect, made when it is first spoken to: who reads one source need not wait for the others."""
        with self._making:
            if fewer and self._smaller_company is self._company:
                self._smaller_company = with_fewer_records(self._company)
            if (spoken.source, fewer) not in self._dialects:
                company = self._smaller_company if fewer else self._company
                made = spoken.dialect(company, self._now) if spoken.is_stateful else spoken.dialect(company)
                self._dialects[spoken.source, fewer] = made
            return self._dialects[spoken.source, fewer]

    def _good(self, spoken: Spoken, below: Request, *, fewer: bool = False) -> Answer:
        """What the vendor answers when nothing goes wrong."""
        if not spoken.is_stateful:
            return self._once(spoken, below, fewer=fewer)
        dialect = self._dialect(spoken, fewer)
        with self._remembering:
            return dialect.answer(below)

    def _once(self, spoken: Spoken, below: Request, *, fewer: bool) -> Answer:
        """A page is rendered when it is first asked for; nothing in the company changes afterwards."""
        told = tuple(below.headers.get(name) for name in _HEADERS_THAT_COUNT)
        key = (spoken.source, fewer, below.method, below.path, below.query, below.body, told)
        if key not in self._rendered:
            self._rendered[key] = self._dialect(spoken, fewer).answer(below)
        return self._rendered[key]

    def _answer_for_sandbox(self, request: Request) -> Answer:
        """GET /_sandbox/requests lists what was asked; POST /_sandbox/faults, with the fields of a Fault, plans one."""
        if (request.method, request.path) == ("GET", f"{ADMIN_PREFIX}/requests"):
            return json_answer({"requests": self.requests})
        if (request.method, request.path) != ("POST", f"{ADMIN_PREFIX}/faults"):
            return json_answer({"message": f"This is the Kuulo sandbox: {BANNER}"}, 200 if request.path == ADMIN_PREFIX else 404)
        try:
            self.faults.add(Fault(**json.loads(request.body)))
        except (TypeError, ValueError) as error:
            return json_answer({"message": str(error)}, 400)
        return json_answer({"planned": True})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "KuuloSandbox", ""
    wbufsize = -1  # one write for headers and body
    timeout = 60
    reception: Reception

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST_BODY:
            self.send_error(413)
            return
        headers = {**dict(self.headers.items()), "X-Forwarded-Proto": "https" if isinstance(self.connection, ssl.SSLSocket) else "http"}
        request = Request.from_target(self.command, self.path, headers, self.rfile.read(length))
        answer = self.reception.answer(request)
        if answer.wire:
            self.close_connection = True
            break_on_the_line(self.connection, answer)
            return
        announced = dict(answer.headers).get("Content-Length", str(len(answer.body)))
        self.send_response_only(answer.status)
        usual = {} if any(name == "Date" for name, _ in answer.headers) else {"Date": self.date_time_string()}
        for name, value in (
            *answer.headers,
            *usual.items(),
            ("Content-Type", "application/json;charset=utf-8"),
            ("X-Kuulo-Sandbox", BANNER),
        ):
            if name != "Content-Length":
                self.send_header(name, value)
        self.send_header("Content-Length", announced)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()
        self.close_connection = self.close_connection or announced != str(len(answer.body))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - names that http.server asks for

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what is asked is kept in the reception, without tokens."""


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is not worth a stack trace."""


class SandboxServer:
    """A running sandbox; close it when done, or use `serve`."""

    def __init__(
        self,
        company: Company,
        port: int = 0,
        faults: tuple[Fault, ...] = (),
        tls: ssl.SSLContext | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.reception = Reception(company, faults, now)
        handler = type("_BoundHandler", (_Handler,), {"reception": self.reception})
        self._server = _QuietServer(("127.0.0.1", port), handler)
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def url_of(self, source: str) -> str:
        """The base address of a source's API."""
        return self.url + next(spoken.prefix for spoken in DIALECTS if spoken.source == source)

    def wait(self) -> None:
        """Serve until interrupted."""
        self._thread.join()

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serve(
    company: Company,
    port: int = 0,
    faults: tuple[Fault, ...] = (),
    tls: ssl.SSLContext | None = None,
    now: Callable[[], float] = time.time,
) -> Iterator[SandboxServer]:
    """Serve the company for as long as the context lasts; port 0 takes a free one, `tls` makes it https, `now` is the vendors' clock."""
    server = SandboxServer(company, port, faults, tls, now)
    try:
        yield server
    finally:
        server.close()
