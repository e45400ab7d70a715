"""Going through everything that lies in the lake, until nobody of the list is in it and nothing new is learned."""

from collections.abc import Iterable
from itertools import groupby

from kuulo.crash_points import crash_point
from kuulo.erasure.batches import Batch, all_batches, batches_of
from kuulo.erasure.erased import Erased
from kuulo.erasure.judged_batch import JudgedBatch
from kuulo.erasure.landed_batch import LandedBatch
from kuulo.erasure.row_cut import RowCut
from kuulo.landing.land_file import clear_aside
from kuulo.landing.one_at_a_time import one_at_a_time, source_lock
from kuulo.landing.whole_files import whole_file
from kuulo.settings import Settings
from kuulo.sources.canonical import FILES
from kuulo.sources.source import Source
from kuulo.suppression.suppression_list import SuppressionList

_MOST_ROUNDS = 10  # a conversation, its ticket, that one's events: chains of records are short


def _find(batches: Iterable[Batch], suppression: SuppressionList) -> int:
    """Learn what the typed rows of suppressed people are called, so that what names only those is found too."""
    import pyarrow.parquet as pq

    names: set[str] = set()
    for batch in batches:
        for stream in batch.streams:
            rows = RowCut(suppression, batch.source.name, stream)
            for path in (batch.place(stream).typed, batch.place(stream).validated):
                if path.exists():
                    with pq.ParquetFile(path) as file:
                        for group in range(file.num_row_groups):
                            rows.theirs(file.read_row_group(group))
            names |= rows.names
    return suppression.learn(names)


def _erase(batch: Batch, suppression: SuppressionList, erased: Erased) -> None:
    judged = [JudgedBatch(batch.settings, batch.source, stream, batch.name) for stream in batch.streams]
    LandedBatch(batch, suppression, erased).erase()
    crash_point("erasure.batch_landed_cut")
    for each in judged:
        each.erase(suppression, erased)


def keep_out(settings: Settings, source: Source) -> None:
    """Before a source is judged: what was learned while its streams were read counts for those that were read before, too.

    The caller holds the source's lock. Where nothing was learned, only batches that are not judged yet are looked at: landing has
    cut them already, but the requests that asked for them may name somebody.
    """
    suppression = SuppressionList.read(settings)
    if suppression is None:
        return
    marker = settings.home / "suppression" / f"{source.name}.swept"
    for _ in range(_MOST_ROUNDS):
        known, erased = str(len(suppression.hashes)), Erased.of(settings)
        is_swept = marker.exists() and marker.read_text() == known
        batches = list(batches_of(settings, source))
        for batch in batches if not is_swept else [each for each in batches if not each.place(each.base).validated_receipt.exists()]:
            _erase(batch, suppression, erased)
        with whole_file(marker) as aside:
            aside.write_text(known)
        if not suppression.learn(erased.learned):
            return


def sweep(settings: Settings, suppression: SuppressionList) -> Erased:
    """Take suppressed people out of landing, validated and quarantine of every source; how much went.

    While a batch is landed or judged elsewhere, this waits. It may be killed and repeated at any point.
    """
    erased = Erased.of(settings)
    for _ in range(_MOST_ROUNDS):
        if not _find(all_batches(settings), suppression):
            break
    for _ in range(_MOST_ROUNDS):
        for source, batches in groupby(list(all_batches(settings)), key=lambda batch: batch.source.name):
            with one_at_a_time(source_lock(settings, source)):
                if source == FILES.name:
                    clear_aside(settings)
                for batch in batches:
                    _erase(batch, suppression, erased)
        if not suppression.learn(erased.learned):
            break
    return erased
