"""The pipeline's steps over a small world, each a call that a process of its own can be killed in; clocks stand still."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kuulo.erasure import find_person
from kuulo.erasure.erase import erase_requested, finish_erasures
from kuulo.landing.land_inbox import land_inbox
from kuulo.landing.land_stream import land_stream
from kuulo.publication.publish import publish_marts
from kuulo.retention import enforce_retention
from kuulo.settings import Settings
from kuulo.sources.canonical import FILES
from kuulo.sources.source import Credentials, Window
from kuulo.sources.typeform import RESPONSES, TYPEFORM
from kuulo.validation.landing_gate import validate_source
from kuulo.warehouse.build import build_marts
from tests.still_time import StillTime

WINDOW = Window(datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC))


@dataclass(frozen=True)
class OtherProject(Settings):
    """Settings whose dbt project is not the checkout's."""

    project: Path = Path()

    @property
    def dbt_project(self) -> Path:
        return self.project


def now() -> datetime:
    """The clock of everything."""
    return datetime(2026, 2, 1, tzinfo=UTC)


def _land(home: Path, address: str, *, refresh: bool, window: Window = WINDOW) -> object:
    return land_stream(
        settings=Settings(home=home), source=TYPEFORM, stream=RESPONSES, window=window, run="run-2" if refresh else "run-1", clock=now,
        credentials=Credentials(base_url=address, secret="canary-77"), clocks=StillTime().clocks, refresh=refresh,
    )  # fmt: skip


def land(home: Path, address: str) -> object:
    """Ask the account at the address for a window."""
    return _land(home, address, refresh=False)


def land_earlier(home: Path, address: str) -> object:
    """Ask for the window of the day before, as a backfill does."""
    return _land(home, address, refresh=False, window=Window(WINDOW.start - timedelta(days=1), WINDOW.start))


def refresh(home: Path, address: str) -> object:
    """Ask again for what has landed."""
    return _land(home, address, refresh=True)


def take_in(home: Path, _address: str) -> object:
    """Take in the inbox; a file that cannot be is an error here."""
    outcome = land_inbox(settings=Settings(home=home), run="run-1", clock=now)
    assert not outcome.refused, outcome.lines
    return outcome.lines


def validate(home: Path, _address: str) -> object:
    """Judge both sources."""
    return [validate_source(settings=Settings(home=home), source=source, run="run-1", clock=now) for source in (TYPEFORM, FILES)]


def build(home: Path, _address: str) -> object:
    """Build with dbt; its project is another one where a test says so."""
    project = os.environ.get("KUULO_TEST_DBT_PROJECT")
    settings = OtherProject(home=home, project=Path(project)) if project else Settings(home=home)
    return build_marts(settings, run="run-1")


def build_increment(home: Path, _address: str) -> object:
    """Build, and take on from the build before wherever that may be, however small the history is."""
    return build_marts(Settings(home=home, increment_from_rows=0), run="run-1")


def publish(home: Path, _address: str) -> object:
    """Publish what is built."""
    return publish_marts(Settings(home=home), run="run-1")


def publish_with_comments(home: Path, _address: str) -> object:
    """Publish what is built, and what people wrote."""
    return publish_marts(Settings(home=home, publish_comments=True), run="run-1")


def retain(home: Path, _address: str) -> object:
    """Delete all that may be deleted."""
    days = dict.fromkeys(("landing", "quarantine", "receipts", "logs"), 1)
    return enforce_retention(replace(Settings(home=home), keep_days=days), now=datetime(2027, 1, 1, tzinfo=UTC)).lines()


def erase_person(home: Path, _address: str) -> object:
    """Carry out what lies in erasures/, without the build before it, which has tests of its own."""
    find_person.build_marts = lambda *_, **__: None  # in a process that does nothing else
    erase_requested(Settings(home=home), run="run-1", clock=now)
    return finish_erasures(Settings(home=home), clock=now)


STEPS: dict[str, Callable[[Path, str], object]] = {
    step.__name__: step
    for step in (
        *(land, land_earlier, refresh, take_in, validate, build, build_increment),
        *(publish, publish_with_comments, retain, erase_person),
    )
}
