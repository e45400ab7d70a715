"""The right to be forgotten: requests are read, people put on the list, and everything gone through.

A person is on the list, and the audit begun, before anything is removed: whatever stops an erasure, the next one finishes it,
without the request, whose file is gone by then.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kuulo.crash_points import crash_point
from kuulo.erasure.audit import begin, done, erased, unfinished
from kuulo.erasure.derived import remove_derived, remove_older_publications
from kuulo.erasure.erased import records_of
from kuulo.erasure.export_folder import hmacs_of
from kuulo.erasure.find_person import join_ids_of_people, nodes_of
from kuulo.erasure.person_request import PersonRequest, erasures, exports, requests_in
from kuulo.erasure.sweep import sweep
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.settings import Settings
from kuulo.sources.inbox.inbox_files import data_files, feed_folders
from kuulo.suppression.file_mentions import names_somebody
from kuulo.suppression.mentions import Mentions
from kuulo.suppression.suppression_list import SuppressionList, hashed, suppress, suppression_key
from kuulo.suppression.ties import kinds_of


@dataclass(frozen=True)
class ErasureOutcome:
    """What an erasure did; no name, no id.

    Attributes:
        people: requests that were carried out, those of an interrupted erasure among them.
        records: rows that went in this run, by place.
        inbox_files: files of the inbox that still name somebody of the list: they are yours to change.
    """

    people: int
    records: dict[str, int]
    inbox_files: list[str]


def erase_requested(settings: Settings, *, run: str, clock: Callable[[], datetime], only: str | None = None) -> ErasureOutcome | None:
    """Carry out the requests that lie in erasures/ (or the one called `only`) and finish what was interrupted; None where there is nothing.

    No build may be under way. Afterwards the marts have to be built and published, and finish_erasures called.

    Raises:
        BadRequest: a request cannot be read, is not there, or names more than one person; nothing has been erased then.
        UnknownPeople: the marts cannot be built, and never were; nothing has been erased then.
    """
    with one_at_a_time(settings.home / "locks" / "erasure.lock"):
        requests = requests_in(erasures(settings), only)
        if not requests and not unfinished(settings, "begun"):
            return None
        if requests:
            join_ids_of_people(settings, run=run)
        known = [(request, nodes_of(settings, request)) for request in requests]
        for request, nodes in known:
            _put_on_the_list(settings, request, nodes, run, clock())
        return _go_through(settings, clock)


def _put_on_the_list(settings: Settings, request: PersonRequest, nodes: set[str], run: str, now: datetime) -> None:
    key = suppression_key(settings)
    hmacs = {hashed(key, node) for node in nodes}
    begin(settings, request, run, now, hmacs)
    crash_point("erasure.begun")
    suppress(settings, hmacs, request.name)
    crash_point("erasure.listed")
    request.path.unlink()
    crash_point("erasure.request_removed")


def _go_through(settings: Settings, clock: Callable[[], datetime]) -> ErasureOutcome:
    begun = unfinished(settings, "begun")
    for audit in begun:
        suppress(settings, audit.hmacs, audit.request)  # the process may have ended between the two
    suppression = SuppressionList.read(settings)
    assert suppression is not None
    records = {where: count for where, count in sweep(settings, suppression).counts.items() if count}
    crash_point("erasure.swept")
    _remove_exports(settings, suppression)
    remove_derived(settings)
    crash_point("erasure.derived_removed")
    files = inbox_files_that_name(settings, suppression)
    for audit in begun:
        erased(settings, audit, clock(), records_of(settings, audit), files)
    return ErasureOutcome(len(begun), records, files)


def _remove_exports(settings: Settings, suppression: SuppressionList) -> None:
    for folder in exports(settings).glob("*/"):
        if hmacs_of(folder) & suppression.hashes:
            shutil.rmtree(folder)


def inbox_files_that_name(settings: Settings, suppression: SuppressionList) -> list[str]:
    """The files of the inbox that name somebody of the list, as messages call them."""
    mentions = Mentions(suppression, "files", kinds_of("files"))
    files = [file for folder in feed_folders(settings.inbox) for file in data_files(folder)]
    return sorted(file.where for file in files if names_somebody(file.path, file.ending, mentions))


def finish_erasures(settings: Settings, *, clock: Callable[[], datetime]) -> int:
    """After a publication: remove the published copies of before, and close the audits; how many."""
    with one_at_a_time(settings.home / "locks" / "erasure.lock"):
        audits = unfinished(settings, "erased")
        if audits:
            remove_older_publications(settings)
            crash_point("erasure.publications_removed")
            done(settings, audits, clock())
        return len(audits)
