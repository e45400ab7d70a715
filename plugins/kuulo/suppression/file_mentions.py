"""Whether a data file of the inbox, of any kind, names somebody of the list: its texts are looked through, not its rows."""

import gzip
import zipfile
from collections.abc import Iterator
from pathlib import Path

from kuulo.suppression.mentions import Mentions


def _texts(path: Path, ending: str) -> Iterator[bytes]:
    if ending == ".xlsx":
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                yield from book.open(name)
    elif ending == ".parquet":
        yield from _cells(path)
    else:
        with gzip.open(path) if ending.endswith(".gz") else path.open("rb") as file:
            yield from file


def _cells(path: Path) -> Iterator[bytes]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            for column in file.read_row_group(group).columns:
                yield from (str(value).encode("utf-8", "replace") for value in pc.unique(column).to_pylist() if value is not None)


def names_somebody(path: Path, ending: str, mentions: Mentions) -> bool:
    """Whether somebody of the list is named in the file; what cannot be read as its kind names nobody."""
    try:
        return any(mentions.redacted(text) != text for text in _texts(path, ending))
    except (OSError, EOFError, ValueError, zipfile.BadZipFile):
        return False
