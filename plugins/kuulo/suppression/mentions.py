"""Ids and e-mails of suppressed people inside what is somebody else's: a text, a list of participants, a request that was sent.

Only what cannot be mistaken is looked for: e-mails, ids with letters and digits, and numbers of eleven digits and more. Short
numbers mean something else in the next field; where they name a person, a declared tie says so.
"""

import re

from kuulo.suppression.suppression_list import SuppressionList

ERASED = b"erased"
_EMAIL = re.compile(rb"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ID = re.compile(rb"(?<![A-Za-z0-9_.-])(?=[A-Za-z_-]*[0-9])(?=[0-9_-]*[A-Za-z])(?!\d{4}-\d\d-\d\d)[A-Za-z0-9_-]{6,64}(?![A-Za-z0-9_-])")
_LONG_NUMBER = re.compile(rb"(?<![A-Za-z0-9_.-])[1-9][0-9]{10,18}(?![A-Za-z0-9_.-])")
_ANY = re.compile(rb"[A-Za-z0-9_-]{2,64}")


class Mentions:
    """Takes mentions of suppressed people out of the texts of one source."""

    def __init__(self, suppression: SuppressionList, source: str, record_kinds: frozenset[str]) -> None:
        self._holds = suppression.holds
        self._people = ("company", source)
        self._kinds = tuple(record_kinds - {"email"}) or ("company",)

    def _email(self, match: re.Match[bytes]) -> bytes:
        return ERASED if self._holds(f"email:{match[0].decode().lower().strip('.')}") else match[0]

    def _named(self, match: re.Match[bytes]) -> bytes:
        text = match[0].decode()
        return ERASED if any(self._holds(f"{kind}:{text}") for kind in self._people) else match[0]

    def _number(self, match: re.Match[bytes]) -> bytes:
        text = match[0].decode()
        return b"0" if any(self._holds(f"{kind}:{text}") for kind in self._people) else match[0]

    def _of_any_kind(self, match: re.Match[bytes]) -> bytes:
        text = match[0].decode()
        return ERASED if any(self._holds(f"{kind}:{text}") for kind in self._kinds) else match[0]

    def redacted(self, text: bytes) -> bytes:
        """The text, without the people in it."""
        if b"@" in text:
            text = _EMAIL.sub(self._email, text)
        return _LONG_NUMBER.sub(self._number, _ID.sub(self._named, text))

    def redacted_request(self, text: bytes) -> bytes:
        """A request that has been answered and is only remembered: ids of every kind go, short numbers too."""
        return _ANY.sub(self._of_any_kind, _EMAIL.sub(self._email, text))
