"""What is unlike before in the batches of a stream: fields that came or went, far more or fewer rows. It is told, and refuses nothing.

Names of fields are told, never values. What refuses rows is written in the stream's suite.
"""

import re
from collections.abc import Iterable
from statistics import median

from kuulo.landing.receipt import LandingReceipt, ValidationReceipt
from kuulo.sources.source import Source, Stream

_MOST_NAMES = 30
# anything else may be a person's: of a column an agent in a wide file, of an object that a vendor keys by people
_NAME = re.compile(r"[a-z_$][a-z0-9_$]{0,63}")
_NAME_IN_AN_API = re.compile(r"[a-z_$][A-Za-z0-9_$]{0,63}")
_COMPARED = 7  # batches before: a week of days
_FEWEST_COMPARED = 5
_CHANCE = 1e-6  # thirty columns of five hundred windows: no false alarm in sixty histories
_TIMES, _FEW_ROWS, _SOME_ROWS = 10, 20, 200


def field_names(names: Iterable[str], source: Source, stream: Stream) -> tuple[str, ...]:
    """Names as a receipt may tell them: those that are written as fields are, the first thirty, and how many more there are.

    Fields are written snake_case, a vendor's camelCase too, and below a declared one behind a dot. One lower-case word cannot be told
    from a person's first name: a file that has a column an agent should be declared long, a row an agent.
    """
    objects = {".".join(column.path[:depth]) for column in stream.columns for depth in range(1, len(column.path))}
    form = _NAME_IN_AN_API if source.base_url else _NAME
    found = set(names)
    told = sorted(name for name in found if _is_field(name, form, objects.union(stream.kept_under)))[:_MOST_NAMES]
    return (*told, f"and {len(found) - len(told)} others") if len(told) < len(found) else tuple(told)


def _is_field(name: str, form: re.Pattern[str], under: set[str]) -> bool:
    above, dot, last = name.rpartition(".")
    digits = sum(letter.isdigit() for letter in name)
    return bool(form.fullmatch(last)) and (not dot or above in under) and 2 * digits <= len(name)


def fields_added(judged: Iterable[LandingReceipt], landed: Iterable[LandingReceipt]) -> set[str]:
    """Undeclared fields that no batch landed earlier than the judged one had; `landed` is every batch of the stream."""
    mine, seen, added = {receipt.batch for receipt in judged}, set[str](), set[str]()
    for receipt in sorted(landed, key=lambda receipt: (receipt.landed_at, receipt.batch)):
        if receipt.batch in mine:
            added |= set(receipt.undeclared) - seen
        seen |= set(receipt.undeclared)
    return added


class StreamHistory:
    """The batches of one stream, to compare those of a run with the ones before them."""

    def __init__(self, source: Source, stream: Stream, landed: Iterable[LandingReceipt], judged: Iterable[ValidationReceipt]) -> None:
        self._source, self._stream = source, stream
        self._landed = sorted(landed, key=lambda receipt: (receipt.window_start, receipt.batch))
        self._filled = {receipt.batch: receipt.filled for receipt in judged}

    def fields_missing(self, receipt: LandingReceipt) -> set[str]:
        """Declared columns without one value in the batch: required ones, and those that the batches before had too often for chance."""
        filled, rows = self._filled.get(receipt.batch, {}), receipt.received - receipt.untyped
        empty = [column for column in self._stream.columns if rows and filled.get(column.name) == 0]
        missing = {column.name for column in empty if column.required}
        if not self._source.base_url:  # a file or a table that lacks a column is refused when it is read
            return missing
        before = self._before(receipt)
        total = sum(other.received for other in before)
        for column in empty:
            share = sum(self._filled.get(other.batch, {}).get(column.name, 0) for other in before) / (total + 1)
            if share and (1 - share) ** rows <= _CHANCE:
                missing.add(column.name)
        return missing

    def volume(self, receipt: LandingReceipt) -> str:
        """One line where an API's window holds ten times the rows of the windows before it or a tenth, else the empty text."""
        if not self._source.base_url:
            return ""
        span = receipt.window_end - receipt.window_start
        alike = [other.received for other in self._before(receipt) if abs(other.window_end - other.window_start - span) <= span / 10]
        if len(alike) < _FEWEST_COMPARED:
            return ""
        usual, rows = median(alike), receipt.received
        is_little = usual >= _FEW_ROWS and rows * _TIMES < usual
        is_much = rows >= _SOME_ROWS and rows > usual * _TIMES
        return f"volume: {rows:,} rows where the {len(alike)} windows before had {usual:,.0f} (median)" if is_little or is_much else ""

    def _before(self, receipt: LandingReceipt) -> list[LandingReceipt]:
        return [other for other in self._landed if other.window_end <= receipt.window_start][-_COMPARED:]
