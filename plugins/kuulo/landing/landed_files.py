"""What of the inbox has landed: which file each batch of source `files` came from."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt, read_landing_receipt
from kuulo.landing.whole_files import whole_file
from kuulo.settings import Settings
from kuulo.sources.canonical import FILES

ORIGIN = "origin.json"


@dataclass(frozen=True)
class LandedFile:
    """A batch and the file it came from."""

    place: BatchPlace
    receipt: LandingReceipt
    feed: str
    name: str
    taken_in: bool

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes."""
        return self.receipt.sha256


def write_origin(place: BatchPlace, feed: str, name: str, *, taken_in: bool) -> None:
    """Note beside a batch's pages which file they are; taken_in is False where its rows are another batch's.

    Bytes of a name that are no UTF-8 are lone surrogates to Python; as JSON's ASCII escapes they are the same when they are read again.
    """
    with whole_file(place.landing / ORIGIN) as aside:
        aside.write_text(json.dumps({"feed": feed, "file": name, "taken_in": taken_in}, indent=2, sort_keys=True) + "\n")


def landed_files(settings: Settings) -> list[LandedFile]:
    """Every batch of source `files` that has landed whole."""
    return list(_landed(settings))


def _landed(settings: Settings) -> Iterator[LandedFile]:
    for stream in FILES.streams:
        folder = settings.landing / FILES.name / stream.name
        for path in sorted(folder.glob("*")):
            place = BatchPlace(settings, FILES.name, stream.name, path.name)
            receipt = read_landing_receipt(place)
            if receipt is None:
                continue
            origin: dict[str, Any] = json.loads((path / ORIGIN).read_text())
            yield LandedFile(place, receipt, origin["feed"], origin["file"], origin["taken_in"])


def same_name(landed: LandedFile, feed: str, name: str) -> bool:
    """Whether a batch came from the file of that feed and name."""
    return (landed.feed, landed.name) == (feed, name)
