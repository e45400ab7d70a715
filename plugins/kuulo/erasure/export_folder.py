"""One export on disk: whose it is, by keyed hashes alone, so that an erasure finds it."""

import json
from pathlib import Path

_ABOUT = "about.json"


def about(folder: Path) -> Path:
    """The file that says what an export is."""
    return folder / _ABOUT


def hmacs_of(folder: Path) -> set[str]:
    """Keyed hashes of the ids and e-mails of whom an export is about; an export that does not say so is of nobody."""
    try:
        return set(json.loads(about(folder).read_text())["hmacs"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()
