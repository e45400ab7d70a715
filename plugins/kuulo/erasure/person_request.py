"""A request about a person: a file that somebody lays down, so that the value is in no command line, run conf, XCom or log.

`$KUULO_HOME/erasures/<name>.json` asks for an erasure, `$KUULO_HOME/exports/<name>.json` for what is held:
`{"person": "ada@example.com", "requested_by": "case 4711"}`. The person is an e-mail, the company's own customer number, or a vendor's
id with its source before it (`zendesk:360000000777`). The file is removed as soon as it has been dealt with.
"""

import json
import pwd
import re
from dataclasses import dataclass, field
from pathlib import Path

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder, write_json
from kuulo.settings import Settings
from kuulo.suppression.ties import kinds_of_people, node

NAME = r"[a-z0-9][a-z0-9_-]{0,63}"
_LONGEST = 320  # letters of an e-mail address
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BadRequest(KuuloError):
    """A request that cannot be carried out; the message names the request and never the person."""


@dataclass(frozen=True)
class PersonRequest:
    """A request as it lies there.

    Attributes:
        node: the person as `kind:id`.
        requested_by: who asked, as the file says it, else the file's owner.
    """

    name: str
    path: Path
    node: str = field(repr=False)
    requested_by: str


def erasures(settings: Settings) -> Path:
    """Where requests for erasure lie, and in `audit/` what came of them."""
    return settings.home / "erasures"


def exports(settings: Settings) -> Path:
    """Where requests for an export lie, and what was written, a folder a request."""
    return settings.home / "exports"


def person_node(person: str) -> str | None:
    """An e-mail, customer number or `<source>:<id>` as `kind:id`; None where it is none of them."""
    text = person.strip()
    if not text or len(text) > _LONGEST or _CONTROL.search(text):
        return None
    kind, colon, identity = text.partition(":")
    if colon and kind in kinds_of_people():
        if kind == "email" and not _EMAIL.fullmatch(identity.strip()):
            return None
        return node(kind, identity)
    if "@" in text:
        return node("email", text) if _EMAIL.fullmatch(text) else None
    return node("company", text)


def lay_request(folder: Path, name: str, person: str, requested_by: str) -> Path:
    """Lay a request down; BadRequest where it says nobody."""
    if not re.fullmatch(NAME, name):
        raise BadRequest("a request's name is of a-z, 0-9, _ and -, up to 64 of them")
    if person_node(person) is None:
        raise BadRequest(f"request {name}: say an e-mail, a customer number, or <source>:<id>, in up to {_LONGEST} letters")
    path = private_folder(folder) / f"{name}.json"
    write_json(path, {"person": person.strip(), "requested_by": requested_by})
    return path


def _read(path: Path) -> PersonRequest:
    name = path.stem
    if not re.fullmatch(NAME, name):
        raise BadRequest("a request's file is called <name>.json, its name of a-z, 0-9, _ and -")
    try:
        document = json.loads(path.read_text())
        person, by = document["person"], document.get("requested_by") or pwd.getpwuid(path.stat().st_uid).pw_name
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BadRequest(f'request {name}: write it as {{"person": "...", "requested_by": "..."}}') from None
    found = person_node(person) if isinstance(person, str) else None
    if found is None or not isinstance(by, str) or "@" in by:
        raise BadRequest(
            f"request {name}: person is an e-mail, a customer number or <source>:<id>; requested_by is a name or case without @"
        )
    return PersonRequest(name, path, found, by[:80])


def requests_in(folder: Path, only: str | None = None) -> list[PersonRequest]:
    """The requests that lie in a folder, or the one of that name; BadRequest where one cannot be read or is not there."""
    paths = sorted(folder.glob("*.json")) if only is None else [folder / f"{only}.json"]
    if only is not None and not paths[0].exists():
        raise BadRequest(f"there is no request {only}: lay {folder.name}/{only}.json down first")
    return [_read(path) for path in paths]
