"""A data file's bytes, unpacked where it ends in .gz, never more than a bound."""

import gzip
import io
import zlib
from pathlib import Path
from typing import IO, Any

from kuulo.sources.inbox.feed_error import FeedError

MAX_FILE_BYTES = 2_000_000_000
MAX_UNPACKED_BYTES = 4_000_000_000


class BoundedBytes(io.RawIOBase):
    """Bytes of a file; FeedError where they are more than the bound, or the packed file is broken."""

    def __init__(self, inner: IO[bytes], where: str, bound: int) -> None:
        super().__init__()
        self._inner, self._where, self._bound, self._read = inner, where, bound, 0

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with the next bytes."""
        try:
            chunk = self._inner.read(len(buffer))
        except EOFError:
            raise FeedError(f"{self._where}: the packed file ends too early: copy it again, it was cut off") from None
        except (OSError, zlib.error):
            raise FeedError(f"{self._where}: not a .gz file, or a broken one: pack it again, or take .gz off its name") from None
        self._read += len(chunk)
        if self._read > self._bound:
            raise FeedError(f"{self._where}: more than {self._bound:,} bytes when unpacked: split it into several files")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Close the file too."""
        if not self.closed:
            self._inner.close()
        super().close()


def open_bytes(path: Path, where: str) -> io.BufferedReader:
    """Open a file, unpacking .gz."""
    inner: Any = gzip.GzipFile(path) if path.name.lower().endswith(".gz") else path.open("rb")  # BoundedBytes closes it
    return io.BufferedReader(BoundedBytes(inner, where, MAX_UNPACKED_BYTES), 1 << 16)
