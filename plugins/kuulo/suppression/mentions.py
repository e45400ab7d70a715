"""Ids and e-mails of suppressed people inside what is somebody else's: a text, a list of participants, a request that was sent.

Only what cannot be mistaken is looked for: e-mails, ids with letters and digits, and numbers of eleven digits and more. Short
numbers mean something else in the next field; where they name a person, a declared tie says so.
"""

import re

from kuulo.suppression.suppression_list import SuppressionList

ERASED = b"erased"
_EMAIL = re.compile(rb"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WORD = re.compile(rb"[A-Za-z0-9_-]{6,}")
_LONG_NUMBER = re.compile(rb"(?<![A-Za-z0-9_.-])[1-9][0-9]{10,18}(?![A-Za-z0-9_.-])")
_ANY = re.compile(rb"[A-Za-z0-9_-]{2,64}")


class Mentions:
    """Takes mentions of suppressed people out of the texts of one source."""

    def __init__(self, suppression: SuppressionList, source: str, record_kinds: frozenset[str]) -> None:
        self._holds = suppression.holds
        self._people = ("company", source)
        self._kinds = tuple(record_kinds - {"email"}) or ("company",)

    def _emails(self, text: bytes) -> dict[bytes, bytes]:
        found = set(_EMAIL.findall(text)) if b"@" in text else set()
        return {each: ERASED for each in found if self._holds(f"email:{each.decode().lower().strip('.')}")}

    def _ids(self, text: bytes) -> dict[bytes, bytes]:
        words = [each for each in set(_WORD.findall(text)) if not each.isalpha() and not each.isdigit()]
        return {each: ERASED for each in words if self._names_somebody(each.decode())}

    def _numbers(self, text: bytes) -> dict[bytes, bytes]:
        return {each: b"0" for each in set(_LONG_NUMBER.findall(text)) if self._names_somebody(each.decode())}

    def _names_somebody(self, identity: str) -> bool:
        return any(self._holds(f"{kind}:{identity}") for kind in self._people)

    def _of_any_kind(self, match: re.Match[bytes]) -> bytes:
        text = match[0].decode()
        return ERASED if any(self._holds(f"{kind}:{text}") for kind in self._kinds) else match[0]

    def redacted(self, text: bytes) -> bytes:
        """The text, without the people in it."""
        for pattern, named in ((_EMAIL, self._emails(text)), (_WORD, self._ids(text)), (_LONG_NUMBER, self._numbers(text))):
            if named:
                text = pattern.sub(lambda match, named=named: named.get(match[0], match[0]), text)  # type: ignore[misc]
        return text

    def redacted_request(self, text: bytes) -> bytes:
        """A request that has been answered and is only remembered: ids of every kind go, short numbers too."""
        return _ANY.sub(self._of_any_kind, self.redacted(text))
