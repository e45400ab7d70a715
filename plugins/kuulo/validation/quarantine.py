"""What was refused, to be looked at without personal data: reasons with their counts, and rows with every personal value masked."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import ValidationReceipt, read_validation_receipt
from kuulo.settings import Settings
from kuulo.sources.source import Column, Stream
from kuulo.validation.declared_texts import declared_texts

_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]{1,15}(Z|[+-]\d\d:?\d\d)?)?")
_MOST_DIGITS = 6  # more may be a phone number, whatever column it stands in


@dataclass(frozen=True)
class RefusedBatch:
    """A batch of which rows were refused, or of which nothing entered."""

    receipt: ValidationReceipt

    @property
    def lines(self) -> list[str]:
        """The batch with its window, then a line a reason, then why it was stopped."""
        each = self.receipt
        told = [
            f"{each.source}/{each.stream}/{each.batch}: {self._verdict} ({_minute(each.window_start)} to {_minute(each.window_end)} UTC)"
        ]
        told += [f"    {rule}: {rows:,}" for rule, rows in sorted(each.quarantined.items(), key=lambda item: (-item[1], item[0]))]
        return told + ([f"    {each.message}"] if each.status == "stopped" else [])

    @property
    def _verdict(self) -> str:
        each = self.receipt
        refused = f"{sum(each.quarantined.values()):,} of {each.received:,} refused, " if each.quarantined else ""
        return f"{refused}{'stopped, all its rows stay in landing' if each.status == 'stopped' else each.status}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class RefusedRow:
    """One refused row: `shown` holds the key and the columns that the rules name, personal ones masked."""

    position: int
    rules: str
    reason: str
    shown: dict[str, str]

    @property
    def line(self) -> str:
        """The row on one line."""
        values = ", ".join(f"{name}={value}" for name, value in self.shown.items())
        return f"row {self.position}: {self.rules}: {self.reason} [{values}]"


def refused_batches(settings: Settings, source: str = "", stream: str = "") -> Iterator[RefusedBatch]:
    """Batches with refused rows and stopped ones, by source, stream and name; of one source or stream where that is given."""
    for path in sorted(settings.validated.glob(f"{source or '*'}/{stream or '*'}/*/receipt.json")):
        if batch := refused_batch(BatchPlace(settings, *path.parts[-4:-1])):
            yield batch


def refused_batch(place: BatchPlace) -> RefusedBatch | None:
    """The batch, if rows of it were refused or nothing of it entered."""
    receipt = read_validation_receipt(place)
    return RefusedBatch(receipt) if receipt and (receipt.quarantined or receipt.status == "stopped") else None


def refused_rows(place: BatchPlace, stream: Stream, most: int) -> list[RefusedRow]:
    """The first refused rows of a batch, at most so many of each first rule, so that every reason is seen.

    A row holds what was received, so of what it was read from only declared columns are shown: the key and those that the rules
    name. Values of personal columns are masked by kind and length; texts of others too unless a declaration or a seed itself gives
    them to the column: a wrong column may hold anything, and a name looks like any other word.
    """
    import pyarrow.parquet as pq

    if not place.quarantined.exists():
        return []
    table = pq.read_table(place.quarantined, columns=["_position", "rule", "rules", "reason", "record"])
    declared = declared_texts(place.settings, place.source, place.stream)
    seen: Counter[str] = Counter()
    found = []
    for row in (row for batch in table.to_batches(max_chunksize=1_000) for row in batch.to_pylist()):
        seen[row["rule"]] += 1
        if seen[row["rule"]] <= most:
            found.append(RefusedRow(row["_position"], row["rules"], row["reason"], _shown(row["record"], row["rules"], stream, declared)))
    return found


def _shown(record: str, rules: str, stream: Stream, declared: Mapping[str, set[str]]) -> dict[str, str]:
    try:
        values = json.loads(record)
    except (ValueError, RecursionError):
        values = None
    named = {rule.partition(":")[2].strip() for rule in rules.split(";")}
    columns = [column for column in stream.columns if column.name in named or column.name in stream.primary_key]
    if not isinstance(values, dict):
        return {"record": f"<{_kind(values)}>"}
    return {column.name: _value(column, values, declared.get(column.name, set())) for column in columns}


def _value(column: Column, record: Mapping[str, Any], declared: set[str]) -> str:
    """A typed row is keyed by column, a row as received by the vendor's path."""
    value: Any = record.get(column.name)
    if column.name not in record:
        value = record
        for key in column.path:
            if not isinstance(value, dict) or key not in value:
                return "<not there>"
            value = value[key]
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if column.personal == "none" and _is_nobodys(value, declared):
        return json.dumps(value, ensure_ascii=False)
    return f"<{column.name}: {_kind(value)}>"


def _is_nobodys(value: Any, declared: set[str]) -> bool:
    """Whether a value can be nobody's name, address or number: short numbers, times, and what was declared."""
    if isinstance(value, int | float):
        return sum(letter.isdigit() for letter in str(value)) <= _MOST_DIGITS
    return isinstance(value, str) and (value in declared or bool(_ISO_TIME.fullmatch(value)))


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return f"text of {len(value):,} characters" if value.strip() else f"blank text of {len(value):,} characters"
    if isinstance(value, int | float):
        return f"number of {sum(letter.isdigit() for letter in str(value))} digits"
    return "object" if isinstance(value, dict) else "list" if isinstance(value, list) else "nothing that can be shown"
