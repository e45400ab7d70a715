"""The pipeline's steps over the whole sandbox company, each a call that a process of its own can be killed in."""

import json
import os
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kuulo.landing.cursors import cursor_for, moved_on
from kuulo.landing.land_inbox import land_inbox
from kuulo.landing.land_stream import land_stream
from kuulo.landing.land_table import land_table
from kuulo.publication.publish import publish_marts
from kuulo.sandbox.database_file import database_file
from kuulo.sandbox.dialects import DIALECTS
from kuulo.settings import Settings
from kuulo.sources.api_session import Time
from kuulo.sources.canonical import DATABASE
from kuulo.sources.catalog import SOURCES
from kuulo.sources.database.engines import Database, engine_of
from kuulo.sources.database.read_declaration import read_declaration
from kuulo.sources.manners import Limits
from kuulo.sources.source import Credentials, Window
from kuulo.validation.landing_gate import validate_source
from kuulo.warehouse.build import build_marts

# A vendor that says nothing is hung up on sooner than after a minute: nothing else differs from what Airflow's tasks are bound by.
LIMITS = Limits(read_seconds=3.0)
_SHORTER = 1000  # waits are a thousandth of what they would be


def _now() -> datetime:
    return datetime.now(UTC)


def _order() -> dict[str, Any]:
    order: dict[str, Any] = json.loads(os.environ["KUULO_SOAK_ORDER"])
    return order


def _window(order: dict[str, Any]) -> Window:
    return Window(datetime.fromisoformat(order["start"]), datetime.fromisoformat(order["end"]))


def _credentials(source: str, address: str) -> Credentials:
    spoken = next(each for each in DIALECTS if each.source == source)
    extra = {name: value.format(address=address) for name, value in spoken.extra.items()}
    return Credentials(
        base_url=f"{address}{spoken.prefix}", login=spoken.login, secret=spoken.secret, extra={"pace": "1000000", **extra}
    )  # fmt: skip


def read(home: Path, address: str) -> str:
    """Read a stream's window from its vendor; as JSON how long that would have waited, and the cursor to keep."""
    order, waited = _order(), 0.0

    def sleep(seconds: float) -> None:
        nonlocal waited
        waited += seconds
        time.sleep(seconds / _SHORTER)

    source, window = SOURCES[order["source"]], _window(order)
    receipts = land_stream(
        settings=Settings(home=home), source=source, stream=source.stream(order["stream"]), window=window, run=order["run"], clock=_now,
        credentials=_credentials(source.name, address), cursor=cursor_for(window, order["cursor"]), refresh=order["refresh"],
        limits=LIMITS, clocks=Time(sleep=sleep, now=_now),
    )  # fmt: skip
    return json.dumps({"waited": waited, "cursor": moved_on(receipts[-1], order["cursor"])})


def read_table(home: Path, _address: str) -> str:
    """Read a declaration's window from the company's database."""
    order, settings = _order(), Settings(home=home)
    path = database_file(home)
    land_table(
        settings=settings, source=DATABASE, declared=read_declaration(settings, order["stream"]), window=_window(order),
        database=Database(lambda: sqlite3.connect(f"file:{path}?mode=ro", uri=True), engine_of("sqlite")),
        run=order["run"], clock=_now, refresh=order["refresh"],
    )  # fmt: skip
    return "{}"


def take_in(home: Path, _address: str) -> str:
    """Take in the inbox; a file that cannot be is an error here."""
    outcome = land_inbox(settings=Settings(home=home), run=_order()["run"], clock=_now)
    assert not outcome.refused, outcome.lines
    return "{}"


def validate(home: Path, _address: str) -> str:
    """Judge what has landed of a source."""
    order = _order()
    validate_source(settings=Settings(home=home), source=SOURCES[order["source"]], run=order["run"], clock=_now)
    return "{}"


def build(home: Path, _address: str) -> str:
    """Build with dbt, in a process group of its own: a machine that goes down takes dbt with it."""
    os.setpgid(0, 0)
    build_marts(Settings(home=home), run=_order()["run"])
    return "{}"


def publish(home: Path, _address: str) -> str:
    """Publish what is built."""
    publish_marts(Settings(home=home), run=_order()["run"])
    return "{}"


STEPS: dict[str, Callable[[Path, str], object]] = {step.__name__: step for step in (read, read_table, take_in, validate, build, publish)}
