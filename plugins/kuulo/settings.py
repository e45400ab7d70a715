"""Where things are and what is switched on: the only reader of environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kuulo.errors import KuuloError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
KEPT_CLASSES = ("landing", "quarantine", "receipts", "logs")
_PATTERN_MARKS = "*?[{}"


class SettingsError(KuuloError):
    """A setting cannot be used; the message names the setting and the remedy."""


@dataclass(frozen=True)
class Settings:
    """The settings of one installation, as the README's table names them.

    Attributes:
        home: folder of all data and state (`KUULO_HOME`).
        target: dbt target, `duckdb` (`KUULO_TARGET`); `spark` only by kuulo.warehouse.spark_build, since publication is DuckDB's.
        landing_root: folder that holds landing/, validated/ and quarantine/ (`KUULO_LANDING`).
        timezone: IANA name of the zone that days and months are cut in (`KUULO_TIMEZONE`).
        as_of: reporting date in UTC, or None for the end of the newest window (`KUULO_AS_OF`).
        keep_days: for how many days a class of data is kept (`KUULO_KEEP_DAYS`); a class that is not named is kept for good.
        freshness_hours: how old a source's newest rows may be (`KUULO_FRESHNESS_HOURS`), by source; empty text is every other one.
        increment_from_rows: validated rows from which on a build only brings the marts up to date (`KUULO_INCREMENT_FROM_ROWS`).
        sandbox: whether sources without a connection of their own read the sandbox company (`KUULO_SANDBOX`).
        publish_comments: whether the comments are published too, in a file of their own (`KUULO_PUBLISH_COMMENTS`).
    """

    home: Path
    target: str = "duckdb"
    landing_root: Path | None = None
    timezone: str = "UTC"
    as_of: datetime | None = None
    sandbox: bool = True
    increment_from_rows: int = 2_000_000
    publish_comments: bool = False
    keep_days: Mapping[str, int] = field(default_factory=dict)
    freshness_hours: Mapping[str, int] = field(default_factory=dict)

    @property
    def _lake(self) -> Path:
        return self.landing_root or self.home

    @property
    def landing(self) -> Path:
        """Vendor pages and typed rows: landing/<source>/<stream>/<batch>/."""
        return self._lake / "landing"

    @property
    def validated(self) -> Path:
        """Rows that obey the contract: validated/<source>/<stream>/<batch>/validated.parquet."""
        return self._lake / "validated"

    @property
    def quarantine(self) -> Path:
        """Refused rows with their reasons: quarantine/<source>/<stream>/<batch>/quarantined.parquet."""
        return self._lake / "quarantine"

    @property
    def receipts(self) -> Path:
        """One receipt a run and stream: receipts/<run>/<source>__<stream>.json; the source of pipeline_health."""
        return self.home / "receipts"

    @property
    def inbox(self) -> Path:
        """Folders of files to take in: inbox/<feed>/feed.yml and data files."""
        return self.home / "inbox"

    @property
    def databases(self) -> Path:
        """Declarations of tables and queries to read: databases/<name>.yml."""
        return self.home / "databases"

    @property
    def data_docs(self) -> Path:
        """The pages in which Great Expectations tells what it found."""
        return self.home / "data_docs"

    @property
    def warehouse(self) -> Path:
        """dbt's working database: a cache that can be rebuilt from validated/."""
        return self.home / "warehouse.duckdb"

    @property
    def marts(self) -> Path:
        """The marts as dbt builds them, in a database file of their own; nothing personal is in it."""
        return self.home / "build" / "marts.duckdb"

    @property
    def dbt_target(self) -> Path:
        """What dbt writes of the project and of its last run: manifests, run_results.json, its parse."""
        return self.home / "dbt" / "target" / self.target

    @property
    def dbt_logs(self) -> Path:
        """The folder of dbt.log."""
        return self.home / "dbt" / "logs"

    @property
    def published(self) -> Path:
        """What BI tools read: published/marts.duckdb, published/parquet/<mart>.parquet, and, where it is asked for, comments.duckdb."""
        return self.home / "published"

    @property
    def dbt_project(self) -> Path:
        """The dbt project's folder in this checkout."""
        return PROJECT_ROOT / "dbt_project"

    @property
    def expectations(self) -> Path:
        """The Great Expectations suites: expectations/<source>/<stream>.json."""
        return PROJECT_ROOT / "expectations"


def _instant(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{name}={text!r} is not a date: write it as 2026-01-31 or 2026-01-31T00:00:00Z") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"KUULO_TIMEZONE={name!r} is not a time zone: write an IANA name such as Europe/Helsinki") from None
    return name


def _keep_days(text: str) -> dict[str, int]:
    """Days by class, of `landing=400 quarantine=90`."""
    kept: dict[str, int] = {}
    for word in text.replace(",", " ").split():
        name, _, days = word.partition("=")
        if name not in KEPT_CLASSES or not days.isdecimal() or int(days) < 1:
            raise SettingsError(f"KUULO_KEEP_DAYS={text!r}: write class=days, classes are {', '.join(KEPT_CLASSES)}, days at least 1")
        kept[name] = int(days)
    return kept


def _freshness_hours(text: str) -> dict[str, int]:
    """Hours by source, of `36 stripe=6`: 36 of every other source."""
    hours: dict[str, int] = {}
    for word in text.replace(",", " ").split():
        source, _, number = word.rpartition("=")
        if not number.isdecimal() or int(number) < 1:
            raise SettingsError(f"KUULO_FRESHNESS_HOURS={text!r}: write hours for all sources and source=hours for one: 36 stripe=6")
        hours[source] = int(number)
    return hours


def _folder(name: str, path: Path) -> Path:
    """The folder, absolute; Parquet files are read by patterns, in which these marks would not stand for themselves."""
    folder = path.resolve()
    if marks := sorted(set(_PATTERN_MARKS) & set(str(folder))):
        raise SettingsError(f"{name}: its path {str(folder)!r} has {' '.join(marks)}, which patterns of files have: name a folder without")
    return folder


def _switch(env: Mapping[str, str], name: str, default: str) -> bool:
    text = env.get(name, default)
    if text not in ("0", "1"):
        raise SettingsError(f"{name}={text!r} is not known: use 1 (on) or 0 (off)")
    return text == "1"


def load_settings(environment: dict[str, str] | None = None) -> Settings:
    """Read the settings from the environment; raises SettingsError that names the setting and the remedy."""
    env = dict(os.environ) if environment is None else environment
    target = env.get("KUULO_TARGET", "duckdb")
    if target == "spark":
        raise SettingsError("KUULO_TARGET=spark: what is published is built by DuckDB; leave it out, and build on Spark with `make spark`")
    if target != "duckdb":
        raise SettingsError(f"KUULO_TARGET={target!r} is not known: use duckdb")
    landing = env.get("KUULO_LANDING", "")
    if "://" in landing:
        raise SettingsError("KUULO_LANDING is a URL: object stores are not supported yet, name a folder")
    as_of = env.get("KUULO_AS_OF", "")
    from_rows = env.get("KUULO_INCREMENT_FROM_ROWS", "2000000")
    if not from_rows.isdecimal():
        raise SettingsError(f"KUULO_INCREMENT_FROM_ROWS={from_rows!r} is no whole number: write how many rows, 0 for always")
    return Settings(
        home=_folder("KUULO_HOME", Path(env.get("KUULO_HOME") or PROJECT_ROOT / ".kuulo")),
        target=target,
        landing_root=_folder("KUULO_LANDING", Path(landing)) if landing else None,
        timezone=_zone(env.get("KUULO_TIMEZONE") or "UTC"),
        as_of=_instant("KUULO_AS_OF", as_of) if as_of else None,
        increment_from_rows=int(from_rows),
        sandbox=_switch(env, "KUULO_SANDBOX", "1"),
        publish_comments=_switch(env, "KUULO_PUBLISH_COMMENTS", "0"),
        freshness_hours=_freshness_hours(env.get("KUULO_FRESHNESS_HOURS", "")),
        keep_days=_keep_days(env.get("KUULO_KEEP_DAYS", "")),
    )


def child_environment(**changes: str) -> dict[str, str]:
    """This process's environment with changes, for a process that it starts."""
    return {**os.environ, **changes}


def crash_order() -> str:
    """Where a test wants this process to end (`KUULO_CRASH_AT`, see crash_points.py), or empty text; read anew each time."""
    return os.environ.get("KUULO_CRASH_AT", "")
