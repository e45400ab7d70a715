"""The list of those who shall not come back: keyed hashes of their ids and e-mails, and nothing else about them.

`$KUULO_HOME/suppression/list.jsonl` is only ever appended to, a line a hash; the key is `secrets/suppression_key`. Without the key
the list says nothing, and with another key it holds nobody: keep both, and back them up together.
"""

import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from kuulo.kept_keys import kept_key
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.landing.whole_files import private_folder, sync
from kuulo.settings import Settings

_REMEMBERED = 1_000_000


def list_path(settings: Settings) -> Path:
    """Where the list lies."""
    return settings.home / "suppression" / "list.jsonl"


def suppression_key(settings: Settings) -> bytes:
    """The key of the hashes."""
    return kept_key(settings.home / "secrets" / "suppression_key")


def hashed(key: bytes, node: str) -> str:
    """HMAC-SHA256 of an id (`kind:id`) in hex."""
    return hmac.digest(key, node.encode("utf-8", "surrogatepass"), "sha256").hex()


@dataclass
class SuppressionList:
    """The list as it was when it was read.

    Attributes:
        hashes: of all ids that are suppressed.
    """

    settings: Settings
    key: bytes = field(repr=False)
    hashes: set[str]
    _known: dict[str, bool] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, settings: Settings) -> Self | None:
        """The list, or None where it is empty: then nothing has to be held against it."""
        path = list_path(settings)
        if not path.exists():
            return None
        hashes = {json.loads(line)["hmac"] for line in path.read_bytes().splitlines() if line.endswith(b"}")}
        return cls(settings, suppression_key(settings), hashes) if hashes else None

    def holds(self, node: str) -> bool:
        """Whether the id is suppressed."""
        known = self._known.get(node)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[node] = hashed(self.key, node) in self.hashes
        return known

    def learn(self, nodes: Iterable[str], erasure: str = "learned") -> int:
        """Suppress more ids, on disk first; the number of those that are new."""
        added = suppress(self.settings, [hashed(self.key, node) for node in nodes if not self.holds(node)], erasure)
        if added:
            self.hashes.update(added)
            self._known.clear()
        return len(added)


def suppress(settings: Settings, hashes: Iterable[str], erasure: str) -> set[str]:
    """Append hashes to the list and have them on the disk; those that were not there before."""
    wanted = set(hashes)
    if not wanted:
        return set()
    path = list_path(settings)
    with one_at_a_time(private_folder(path.parent) / ".list.lock"):
        before = path.read_bytes() if path.exists() else b""
        torn = before[before.rfind(b"\n") + 1 :]
        wanted -= {json.loads(line)["hmac"] for line in before.splitlines() if line.endswith(b"}")}
        lines = "".join(json.dumps({"erasure": erasure, "hmac": each}) + "\n" for each in sorted(wanted))
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(("\n" if torn else "") + lines)
        sync(path)
        sync(path.parent)
    return wanted
