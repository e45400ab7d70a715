"""Names of files and folders as messages and derived ids show them."""

import os


def shown(name: str) -> str:
    """A file's name as a message shows it: on one line, whatever its bytes are."""
    text = os.fsencode(name).decode("utf-8", errors="replace")
    return "".join(letter if letter.isprintable() else "?" for letter in text)
