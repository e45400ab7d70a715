"""A batch without rows for every declared stream: dbt's sources exist, with all columns, before anything has entered."""

import pyarrow.parquet as pq

from kuulo.landing.declaration import typed_schema
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.whole_files import whole_file
from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES

EMPTY_BATCH = "empty"


def write_empty_batches(settings: Settings) -> None:
    """Write validated/<source>/<stream>/empty/validated.parquet where it is missing or of an older declaration."""
    for source in SOURCES.values():
        for stream in source.streams:
            schema = typed_schema(stream)
            target = BatchPlace(settings, source.name, stream.name, EMPTY_BATCH).validated
            if not target.exists() or not pq.read_schema(target).equals(schema):
                with whole_file(target) as aside:
                    pq.write_table(schema.empty_table(), aside)
