"""A loopback server in its own process: a million flat survey answers, 1,000 a page, by cursor. It costs the reader as little as it can."""

import json
import random
import socket
import sys
import threading
import uuid
from datetime import UTC, datetime, timedelta

PAGE = 1000
DISTINCT_PAGES = 100
WORDS = (
    "the",
    "delivery",
    "was",
    "late",
    "but",
    "support",
    "answered",
    "quickly",
    "and",
    "the",
    "product",
    "works",
    "thank",
    "you",
    "much",
)


def _answer(rng: random.Random, number: int) -> dict[str, object]:
    when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.random() * 86_400 * 300)
    return {
        "response_id": str(uuid.UUID(int=rng.getrandbits(128))),
        "respondent_id": str(uuid.UUID(int=rng.getrandbits(128))),
        "survey_id": f"survey_{rng.randrange(12)}",
        "question_id": f"q{rng.randrange(8)}",
        "submitted_at": f"{when:%Y-%m-%dT%H:%M:%S.%f}Z",
        "score": rng.randrange(11),
        "label": rng.choice(["promoter", "passive", "detractor"]),
        "comment": " ".join(rng.choices(WORDS, k=12)),
        "channel": rng.choice(["email", "web", "sms"]),
        "language": rng.choice(["en", "fi", "de"]),
        "country": rng.choice(["FI", "SE", "DE", "GB"]),
        "duration_seconds": round(rng.random() * 300, 2),
        "is_finished": number % 9 != 0,
    }


def _pages() -> list[bytes]:
    rng = random.Random(7)
    return [json.dumps([_answer(rng, n) for n in range(PAGE)], separators=(",", ":")).encode() for _ in range(DISTINCT_PAGES)]


def _body(pages: list[bytes], number: int, last: int) -> bytes:
    following = f'"{number + 1}"' if number < last else "null"
    return b'{"next":%s,"data":%s}' % (following.encode(), pages[number % DISTINCT_PAGES])


def _serve(connection: socket.socket, pages: list[bytes]) -> None:
    """Answer GET /<records>/answers?cursor=<page> until the reader hangs up."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    waiting = b""
    while chunk := connection.recv(65_536):
        waiting += chunk
        while b"\r\n\r\n" in waiting:
            request, waiting = waiting.split(b"\r\n\r\n", 1)
            path, _, query = request.split(b" ", 2)[1].partition(b"?")
            last = int(path.split(b"/")[1]) // PAGE - 1
            number = int(query.partition(b"cursor=")[2].partition(b"&")[0] or 0)
            body = _body(pages, number, last)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def _listen(listener: socket.socket, pages: list[bytes]) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve, args=(connection, pages), daemon=True).start()


def main() -> None:
    """Listen on a free port of 127.0.0.1, print it, and serve until stdin closes."""
    pages = _pages()
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=_listen, args=(listener, pages), daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
