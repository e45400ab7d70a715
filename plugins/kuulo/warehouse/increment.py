"""Whether a build can take on from the one before it, and what is new since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kuulo.landing.whole_files import whole_file
from kuulo.settings import Settings

SCHEMA = pa.schema([("source", pa.string()), ("stream", pa.string()), ("batch", pa.string())])

# DuckDB keeps 8 bytes in memory for each row of a table out of which a few rows here and there were taken, until the file is
# closed; a dozen tables grow, so that from so many rows of history on it is half a gigabyte (measured with DuckDB 1.5)
_LET_GO_FROM_ROWS = 25_000_000


@dataclass(frozen=True)
class Increment:
    """What has come since the build before.

    Attributes:
        batches: the new ones, as `<source>/<stream>/<batch>`.
        as_of_before: the reporting instant of the build before, not after today's.
        is_of_large_history: whether DuckDB should close its files after each model, lest what it keeps of the models before leave too
            little memory for the next.
    """

    batches: tuple[str, ...]
    as_of_before: datetime
    is_of_large_history: bool = False

    def lay_out(self, settings: Settings) -> dict[str, Any]:
        """Write the new batches where dbt reads them, build/new_batches.parquet; returns the variables by which the project is told."""
        rows = [dict(zip(SCHEMA.names, place.split("/"), strict=True)) for place in self.batches]
        with whole_file(settings.marts.with_name("new_batches.parquet")) as aside:
            pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), aside)
        return {"increment": True}


def increment_since(settings: Settings, before: Mapping[str, Any], now: Mapping[str, Any]) -> Increment | None:
    """What is new since the last build, or None where everything must be built.

    That is so after a build that did not end well, after any other change than further batches and a later reporting instant, and
    where the history is so small that a whole build is as quick. `before` is what the last build says that it was made from
    (made_from.inputs), empty where it did not succeed; `now` is what this one is made from.
    """
    batches: Mapping[str, str] = now["batches"]
    if not before.get("batches") or now["rows"] < settings.increment_from_rows or not settings.warehouse.exists():
        return None
    as_of_before = datetime.fromisoformat(before["as_of"])
    is_further = all(batches.get(place) == receipt for place, receipt in before["batches"].items())
    if as_of_before > now["as_of"] or not is_further or before["project"] != now["project"]:
        return None
    return Increment(tuple(sorted(set(batches) - set(before["batches"]))), as_of_before, now["rows"] >= _LET_GO_FROM_ROWS)
