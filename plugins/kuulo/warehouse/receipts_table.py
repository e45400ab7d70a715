"""Run receipts as one Parquet file: the dbt source behind `pipeline_health`."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kuulo.landing.receipt import RunReceipt, read_run_receipts
from kuulo.landing.whole_files import whole_file
from kuulo.settings import Settings

SCHEMA = pa.schema(
    [
        ("run", pa.string()),
        ("source", pa.string()),
        ("stream", pa.string()),
        ("finished_at", pa.timestamp("us")),
        ("status", pa.string()),
        ("message", pa.string()),
        ("batches", pa.int64()),
        ("received", pa.int64()),
        ("validated", pa.int64()),
        ("quarantined", pa.int64()),
        ("quarantined_by_rule", pa.string()),
        ("duplicates", pa.int64()),
        ("bytes", pa.int64()),
        ("newest_at", pa.timestamp("us")),
        ("seconds", pa.float64()),
        ("fields_added", pa.string()),
        ("fields_missing", pa.string()),
    ]
)


def _row(receipt: RunReceipt) -> dict[str, object]:
    return {
        **{name: getattr(receipt, name) for name in SCHEMA.names if name not in ("quarantined", "quarantined_by_rule")},
        "quarantined": sum(receipt.quarantined.values()),
        "quarantined_by_rule": json.dumps(receipt.quarantined, sort_keys=True, ensure_ascii=False),
        "fields_added": ", ".join(receipt.fields_added) or None,
        "fields_missing": ", ".join(receipt.fields_missing) or None,
        "finished_at": receipt.finished_at.replace(tzinfo=None),
        "newest_at": receipt.newest_at.replace(tzinfo=None) if receipt.newest_at else None,
    }


def write_receipts_table(settings: Settings, folder: Path | None = None) -> Path:
    """Gather all run receipts into receipts/receipts.parquet, or into another folder, ordered by time; empty where there are none."""
    rows = sorted((_row(receipt) for receipt in read_run_receipts(settings)), key=lambda row: (str(row["finished_at"]), str(row["stream"])))
    target = (folder or settings.receipts) / "receipts.parquet"
    with whole_file(target) as aside:
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), aside)
    return target
