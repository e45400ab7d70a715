"""The verdict on one landed batch: judged, parted and written, or stopped with nothing of it entered. Importing this imports GX."""

from dataclasses import dataclass, field

import duckdb
from sqlalchemy.exc import DBAPIError

from kuulo.crash_points import crash_point
from kuulo.landing.disk_room import refuse_where_told
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt
from kuulo.sources.source import Stream
from kuulo.validation.batch_rows import BatchRows, open_batch
from kuulo.validation.duckdb_engine import DuckDBWorkshop, lacks_room
from kuulo.validation.judgement import Judgement, NoRoom, SuiteJudge
from kuulo.validation.split import accepted_count, name_refusals, write_quarantined, write_validated
from kuulo.validation.suite import Suite

_FEW_ROWS = 20  # below this a share says nothing
_NO_MEMORY = "memory ran out while the batch was judged: free some, and run again"


@dataclass(frozen=True)
class Verdict:
    """What became of a batch; `stopped` is empty where it entered.

    Attributes:
        quarantined: refused rows that are kept, by their first rule; of a stopped batch those that were laid out to be looked at.
        duplicates: exact repeats that were dropped; none of a stopped batch.
        warnings: rows by broken rule of severity warning.
        stopped: why nothing of it entered, in one line without values.
        filled: typed rows that hold a value, by declared column.
    """

    validated: int = 0
    quarantined: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    warnings: dict[str, int] = field(default_factory=dict)
    stopped: str = ""
    judgement: Judgement | None = None
    filled: dict[str, int] = field(default_factory=dict)

    @property
    def warning(self) -> str:
        """The broken warnings in one line, empty where there are none."""
        return "warnings: " + ", ".join(f"{name} {rows}" for name, rows in self.warnings.items()) if self.warnings else ""


class _Stopped(Exception):
    """Nothing of a batch enters; the message is for the receipt, `kept` counts what was written to quarantine all the same."""

    def __init__(self, message: str, kept: dict[str, int] | None = None) -> None:
        super().__init__(message)
        self.kept = kept or {}


class BatchCourt:
    """Judges batches of one stream, one after the other, in one workshop."""

    def __init__(self, workshop: DuckDBWorkshop, source: str, stream: Stream, suite: Suite) -> None:
        self._connection, self._source = workshop.connection, source
        self._stream, self._suite = stream, suite
        self._judge = SuiteJudge(workshop, suite)
        self._rules = {rule.name: rule for rule in suite.rules}

    def judge(self, place: BatchPlace, landed: LandingReceipt) -> Verdict:
        """Judge the batch and write its files; a stopped batch leaves the files of an earlier verdict as they were.

        Raises:
            DiskRefuses: the disk is full or read-only; no fault of the batch, and the others fare no better.
        """
        if not place.typed.exists():
            return Verdict(stopped="the typed rows are missing (typed.parquet): land the window again")
        try:
            return self._judged(place, landed)
        except (NoRoom, MemoryError, OSError, duckdb.Error, DBAPIError) as error:
            said = f"{type(error).__name__}: {error}"
            if not isinstance(error, NoRoom) and not lacks_room(said):
                raise
            refuse_where_told(place.settings.home, said)
            return Verdict(stopped=_NO_MEMORY)

    def _judged(self, place: BatchPlace, landed: LandingReceipt) -> Verdict:
        try:
            counts = open_batch(self._connection, place, self._stream)
        except duckdb.Error as error:
            if lacks_room(f"{type(error).__name__}: {error}"):
                raise NoRoom(str(error)) from error
            return Verdict(stopped=f"the typed rows cannot be read ({type(error).__name__}): land the window again")
        judgement = self._judge.judge(counts.typed - counts.repeats)
        warnings = {name: rows for name, rows in judgement.broken.items() if not self._rules[name].is_critical}
        quarantined = name_refusals(self._connection, place, self._suite)
        try:
            self._check_asked(judgement)
            self._check_batch_rules(place, judgement)
            self._check_share(place, landed, quarantined)
            validated = self._write(place, landed, counts, quarantined)
        except _Stopped as stop:
            return Verdict(0, stop.kept, 0, warnings, str(stop), judgement, counts.filled)
        return Verdict(validated, quarantined, counts.repeats, warnings, "", judgement, counts.filled)

    def _check_asked(self, judgement: Judgement) -> None:
        if judgement.failed:
            names = ", ".join(f"{name} ({kind})" for name, kind in judgement.failed.items())
            raise _Stopped(f"rules could not be asked: {names}; compare the columns with the declaration, then land the window again")

    def _check_batch_rules(self, place: BatchPlace, judgement: Judgement) -> None:
        broken = [name for name in judgement.broken if self._rules[name].is_critical and not self._rules[name].is_row_rule]
        if broken:
            whys = "; ".join(f"{name} ({self._rules[name].why})" for name in broken)
            colliding = "; ".join(judgement.colliding[name] for name in broken if name in judgement.colliding)
            where = f": {colliding} (by _position in {place.typed})" if colliding else ""
            raise _Stopped(
                f"batch rule broken: {whys}{where}; mend it at the source, or the rule in expectations/{self._source}, and run again"
            )

    def _check_share(self, place: BatchPlace, landed: LandingReceipt, quarantined: dict[str, int]) -> None:
        refused, most = sum(quarantined.values()), self._suite.max_quarantined_share
        if landed.received < _FEW_ROWS or refused <= most * landed.received:
            return
        write_quarantined(self._connection, place, self._stream, landed)
        worst = max(quarantined, key=lambda name: quarantined[name])
        raise _Stopped(
            f"{refused} of {landed.received} rows are refused (most by {worst}), more than max_quarantined_share {most:g}: look at "
            f"{place.quarantined}; if they are rightly refused, raise the share in the meta of {self._suite.path.parent.name}/"
            f"{self._suite.path.name} and run again",
            kept=quarantined,
        )

    def _write(self, place: BatchPlace, landed: LandingReceipt, counts: BatchRows, quarantined: dict[str, int]) -> int:
        refused, validated = sum(quarantined.values()), accepted_count(self._connection)
        if landed.received != validated + refused + counts.repeats:
            raise _Stopped(
                f"accounts do not balance: received {landed.received}, validated {validated}, quarantined {refused}, "
                f"duplicates {counts.repeats}: land the window again"
            )
        if refused:
            write_quarantined(self._connection, place, self._stream, landed)
            crash_point("validation.quarantined")
        write_validated(self._connection, place)
        if not refused:
            place.quarantined.unlink(missing_ok=True)
        return validated
