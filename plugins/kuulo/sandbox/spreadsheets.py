"""The exports of the company's other systems, laid into the inbox, each with the feed.yml that reads it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kuulo.landing.whole_files import whole_file, write_json
from kuulo.sandbox import spreadsheet_rows as rows
from kuulo.sandbox.company import Company
from kuulo.sandbox.exact_files import delimited, json_lines, workbook
from kuulo.sandbox.feed_declarations import FEEDS

_STAMP = ".kuulo_sandbox.json"


@dataclass(frozen=True, slots=True)
class Export:
    """One data file of a feed and how its bytes are made."""

    feed: str
    file: str
    write: Callable[[Company], bytes]


EXPORTS = (
    Export("sandbox_customers", "billing_customers.csv", lambda c: delimited(rows.CUSTOMER_COLUMNS, rows.customer_rows(c), ";")),
    Export("sandbox_phone_calls", "calls.xlsx", lambda c: workbook("Calls", rows.CALL_COLUMNS, rows.call_rows(c))),
    Export("sandbox_chats", "chats.jsonl.gz", lambda c: json_lines(rows.chat_records(c))),
    Export("sandbox_subscriptions", "subscriptions.csv", lambda c: delimited(rows.SUBSCRIPTION_COLUMNS, rows.subscription_rows(c), ";")),
    Export("sandbox_usage", "usage.jsonl.gz", lambda c: json_lines(rows.usage_records(c))),
    Export("sandbox_invites", "invites.tsv", lambda c: delimited(rows.INVITE_COLUMNS, rows.invite_rows(c), "\t")),
)


def made_from(company: Company) -> str:
    """A hash of all that the exports depend on: what the company was generated from, and this package's own code."""
    digest = hashlib.sha256(f"{company.seed} {company.customers}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _hashes(inbox: Path) -> dict[str, str]:
    files = [inbox / export.feed / name for export in EXPORTS for name in (export.file, "feed.yml")]
    return {str(file.relative_to(inbox)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()}


def _write_where_other(file: Path, content: bytes) -> None:
    if not file.is_file() or file.read_bytes() != content:
        with whole_file(file) as aside:
            aside.write_bytes(content)


def lay_inbox(company: Company, inbox: Path) -> list[Path]:
    """Lay the exports into the inbox and return their folders; a file that holds the same bytes already is not touched."""
    folders = [inbox / export.feed for export in EXPORTS]
    stamp = inbox / _STAMP
    made = made_from(company)
    if stamp.is_file() and json.loads(stamp.read_text()) == {"made_from": made, "files": _hashes(inbox)}:
        return folders
    for export, folder in zip(EXPORTS, folders, strict=True):
        _write_where_other(folder / export.file, export.write(company))
        _write_where_other(folder / "feed.yml", FEEDS[export.feed].encode())
    write_json(stamp, {"made_from": made, "files": _hashes(inbox)})
    return folders
