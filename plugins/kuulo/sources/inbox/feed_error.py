"""What is wrong with a feed or a file of the inbox, and how its messages show names."""

import os
from collections.abc import Iterable

from kuulo.errors import KuuloError


class FeedError(KuuloError):
    """A feed.yml or a data file cannot be taken in: one line that names the file, the thing and the remedy, and no cell's value."""


def shown(name: str) -> str:
    """A file's name as a message shows it: on one line, whatever its bytes are."""
    text = os.fsencode(name).decode("utf-8", errors="replace")
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def listed(names: Iterable[object]) -> str:
    """Names as a message lists them."""
    return ", ".join(str(name) for name in names) or "none"
