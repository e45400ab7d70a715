"""The judges of one source's streams, who share one DuckDB and one site of Data Docs. Importing this module imports GX."""

import logging
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Self

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt
from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings
from kuulo.sources.source import Source
from kuulo.validation.batch_rows import load_scales
from kuulo.validation.batch_verdict import BatchCourt, Verdict
from kuulo.validation.data_docs import KEPT_RESULTS, Page, build_data_docs
from kuulo.validation.duckdb_engine import DuckDBWorkshop
from kuulo.validation.suite import Suite

_LOG = logging.getLogger(__name__)


class Courthouse:
    """Judges any batch of one source. Use it in a `with`, and one at a time of a source."""

    def __init__(self, settings: Settings, source: Source, suites: dict[str, Suite]) -> None:
        self._settings, self._source, self._suites = settings, source, suites
        self._spill = _own_spill_folder(settings, source.name)
        self._workshop = DuckDBWorkshop(self._spill)
        load_scales(self._workshop.connection, settings, source.name)
        self._courts: dict[str, BatchCourt] = {}
        self._verdicts: dict[str, list[tuple[str, Verdict]]] = {}

    def judge(self, place: BatchPlace, landed: LandingReceipt) -> Verdict:
        """Judge one batch and write its files."""
        if place.stream not in self._courts:
            stream = self._source.stream(place.stream)
            self._courts[place.stream] = BatchCourt(self._workshop, self._source.name, stream, self._suites[place.stream])
        verdict = self._courts[place.stream].judge(place, landed)
        self._verdicts.setdefault(place.stream, []).append((place.batch, verdict))
        return verdict

    def build_data_docs(self, run: str, now: datetime) -> None:
        """Show what was found; of a stream with many batches those that matter most: stopped, then refused, then the newest."""
        pages = [
            Page(stream, batch, verdict.judgement.result)
            for stream, verdicts in self._verdicts.items()
            for batch, verdict in sorted(verdicts, key=_weight, reverse=True)[:KEPT_RESULTS]
            if verdict.judgement is not None
        ]
        try:
            build_data_docs(self._settings, self._source.name, self._suites, pages, run=run, now=now)
        except Exception as error:  # the rows are judged and their receipts written: pages about them must not fail the run
            _LOG.error("Data Docs of %s could not be built (%s: %s)", self._source.name, type(error).__name__, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._workshop.close()
        shutil.rmtree(self._spill, ignore_errors=True)


def _own_spill_folder(settings: Settings, source: str) -> Path:
    """A folder for this judge alone: DuckDB processes that share one remove each other's files. Killed judges' folders go."""
    folder = private_folder(settings.home / "spill")
    for left in folder.glob(f"{source}.*"):
        shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(dir=folder, prefix=f"{source}."))


def _weight(judged: tuple[str, Verdict]) -> tuple[bool, bool, str]:
    batch, verdict = judged
    return bool(verdict.stopped), bool(verdict.quarantined), batch
