"""A workspace of Intercom as the tests script it: conversations behind search, and their parts one by one."""

from typing import Any

from tests.landing.landings import WINDOW
from tests.loopback_server import Asked, Reply

Record = dict[str, Any]

START, END = int(WINDOW.start.timestamp()), int(WINDOW.end.timestamp())  # 2026-01-10 and 2026-01-11, UTC
DAY, HOUR = 86_400, 3_600
ERROR = {"type": "error.list", "request_id": "r", "errors": [{"code": "unauthorized", "message": "Access Token Invalid"}]}


def conversation(identity: int, changed: int, **more: Any) -> Record:
    return {"type": "conversation", "id": str(identity), "created_at": changed - 60, "updated_at": changed, "state": "closed", **more}


def part(identity: int, **more: Any) -> Record:
    author = {"type": "admin", "id": "7", "name": "Never Kept", "email": "never@kept.example", "from_ai_agent": False}
    kept = {"id": str(identity), "part_type": "comment", "created_at": START, "updated_at": START, "author": author}
    return {**kept, "assigned_to": None, "redacted": False, "state": "open", "attachments": [], **more}


class Workspace:
    """Conversations behind search and one by one; `size` a page, `pages.next` as an object or as a link."""

    def __init__(self, conversations: list[Record], *, size: int = 2, link: str = "", parts: dict[str, list[Record]] | None = None) -> None:
        self.conversations, self.size, self.link, self.parts = conversations, size, link, parts or {}
        self.gone: set[str] = set()

    def __call__(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            identity = asked.path.rsplit("/", 1)[1]
            if identity in self.gone:
                return Reply({"type": "error.list", "errors": [{"code": "not_found", "message": "Resource Not Found"}]}, 404)
            parts = self.parts.get(identity, [])
            listed = {"type": "conversation_part.list", "conversation_parts": parts[-500:], "total_count": len(parts)}
            return Reply({"type": "conversation", "id": identity, "conversation_parts": listed})
        start = int(asked.body["pagination"].get("starting_after", 0))
        end = start + self.size
        cursor: Any = {"per_page": self.size, "starting_after": str(end)} if not self.link else self.link.format(end)
        pages = {"type": "pages", "page": 1, "per_page": self.size, "next": cursor if end < len(self.conversations) else None}
        return Reply({"type": "conversation.list", "conversations": self.conversations[start:end], "pages": pages, "total_count": 9})
