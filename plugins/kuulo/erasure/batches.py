"""Every batch that lies anywhere: landed, half read, read again aside, or judged."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kuulo.landing.landing_path import BatchPlace
from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES
from kuulo.sources.source import Source, Stream

REFRESHED = ".refresh"


@dataclass(frozen=True)
class Batch:
    """A batch of a stream that is read, with those made of its pages."""

    settings: Settings
    source: Source
    base: Stream
    name: str

    @property
    def streams(self) -> list[Stream]:
        """The made streams, then the read one, whose folder says that the batch is there."""
        return [*(stream for stream in self.source.streams if stream.pages_of == self.base.name), self.base]

    def place(self, stream: Stream) -> BatchPlace:
        """Where a stream's part lies."""
        return BatchPlace(self.settings, self.source.name, stream.name, self.name)

    def below(self, name: str) -> "Batch":
        """The same batch in a tree of folders below landing/."""
        return replace(self, settings=replace(self.settings, landing_root=self.settings.landing / name))

    @property
    def lock(self) -> Path:
        """What whoever lands the batch holds."""
        folder = self.place(self.base).landing
        return folder.parent / f".{folder.name}.lock"


def _names(settings: Settings, source: str, stream: str) -> set[str]:
    trees = (settings.landing, settings.landing / REFRESHED / "landing", settings.landing / ".erasing" / "landing")
    folders = [tree / source / stream for tree in (*trees, settings.validated, settings.quarantine)]
    names = {path.name for folder in folders for path in folder.glob("*") if path.is_dir() and not path.name.startswith(".")}
    locked = {path.name[1:].removesuffix(".lock") for path in (settings.landing / source / stream).glob(".*.lock")}
    return (names | locked) - {"empty"}


def batches_of(settings: Settings, source: Source) -> Iterator[Batch]:
    """The source's batches, in the order of their streams and names."""
    for base in source.streams:
        if base.pages_of is None:
            made = [stream.name for stream in source.streams if stream.pages_of == base.name]
            names = set[str]().union(*(_names(settings, source.name, stream) for stream in (*made, base.name)))
            for name in sorted(names):
                yield Batch(settings, source, base, name)


def all_batches(settings: Settings) -> Iterator[Batch]:
    """Every source's batches."""
    for source in SOURCES.values():
        yield from batches_of(settings, source)
