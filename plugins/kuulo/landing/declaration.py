"""What a stream's declaration means for its typed rows: the Arrow schema, and a hash that changes when the rows would."""

import hashlib
import inspect
import json
import sys
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from kuulo.sources.source import Stream

_ARROW = {
    "string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"), "date": pa.date32(), "json": pa.string(),
}  # fmt: skip
LINEAGE = (
    ("_extra", pa.string()),
    ("_page", pa.int32()),
    ("_position", pa.int64()),
    ("_batch", pa.string()),
    ("_window_start", pa.timestamp("us")),
    ("_window_end", pa.timestamp("us")),
    ("_landed_at", pa.timestamp("us")),
)
# Part of the declaration's hash: raise it when the same pages shall give other typed rows than before though no declaration has
# changed, as after a mend of coercion.py, record_shape.py or arrow_pages.py; landed windows are then typed again without asking.
# What is made of the inbox's files has inbox/feed.py's MAPPING_VERSION: a mend of coercion.py raises both.
TYPING_VERSION = 1

UNTYPED = pa.schema([("_position", pa.int64()), ("rule", pa.string()), ("reason", pa.string()), ("record", pa.string())])


def typed_schema(stream: Stream) -> pa.Schema:
    """The columns of typed.parquet: the declared ones in declared order, then the lineage."""
    return pa.schema([*((column.name, _ARROW[column.type]) for column in stream.columns), *LINEAGE])


def _code_of(function: Any) -> str:
    """The source of the whole module, since a normaliser calls its neighbours."""
    return inspect.getsource(sys.modules[function.__module__])


def declaration_hash(stream: Stream) -> str:
    """A hash of all that decides the typed rows: columns, key, versions and the code of rows_of; descriptions do not count."""
    columns = [{**asdict(column), "description": ""} for column in stream.columns]
    parts = [TYPING_VERSION, stream.name, columns, stream.primary_key, stream.version_column, stream.pages_of]
    text = json.dumps(parts, sort_keys=True) + (_code_of(stream.rows_of) if stream.rows_of else "")
    return hashlib.sha256(text.encode()).hexdigest()
