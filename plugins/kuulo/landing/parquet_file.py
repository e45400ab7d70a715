"""A Parquet file that appears whole, and is written by a thread of its own while the next rows are made."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kuulo.landing.whole_files import whole_file

_DICTIONARY_BYTES = 32_768  # ids and comments give up on a dictionary early: half the time, smaller files


class ParquetFile:
    """Opens with the stack and appears when the stack closes well; one row group a table, one table waiting at most."""

    def __init__(self, target: Path, schema: pa.Schema, stack: ExitStack) -> None:
        with ExitStack() as opening:  # what fails while it opens leaves nothing aside
            aside = opening.enter_context(whole_file(target))
            writer = pq.ParquetWriter(aside, schema, compression="lz4", write_statistics=False, dictionary_pagesize_limit=_DICTIONARY_BYTES)
            self._writer = opening.enter_context(writer)
            self._thread = opening.enter_context(ThreadPoolExecutor(1))
            stack.enter_context(opening.pop_all())
        self._writing: Future[None] | None = None

    def write(self, table: pa.Table) -> None:
        """Write behind; raises what the write before this one raised."""
        self.finish()
        self._writing = self._thread.submit(self._writer.write_table, table)

    def finish(self) -> None:
        """Wait until everything is written; raises what went wrong."""
        if self._writing:
            self._writing.result()
            self._writing = None
