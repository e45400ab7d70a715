"""What is made from the lake and holds people too: removed whole, since it is made again. A database file keeps old blocks."""

import shutil
from pathlib import Path

from kuulo.landing.one_at_a_time import one_at_a_time, source_lock
from kuulo.landing.whole_files import sync
from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_derived(settings: Settings) -> None:
    """Remove warehouse, built marts, frozen inputs, dbt's artifacts and logs, spilled rows, and the copies of analysts and of Spark.

    No build may be under way. While a source is judged, this waits: its rows are being spilled.

    What is published stays until the next publication replaces it.
    """
    home = settings.home
    for path in (*home.glob("warehouse.*"), *(home / name for name in ("build", "dbt", "temp", "docs", "dev", "spark"))):
        _remove(path)
    _remove_spilled(home / "spill", settings)
    sync(home)


def _remove_spilled(spill: Path, settings: Settings) -> None:
    """Each folder is named after the source whose lock its owner holds; what is named otherwise is nobody's any more."""
    for source in SOURCES:
        if any(spill.glob(f"{source}.*")):
            with one_at_a_time(source_lock(settings, source)):
                for folder in spill.glob(f"{source}.*"):
                    _remove(folder)
    for left in spill.glob("*"):
        if left.name.partition(".")[0] not in SOURCES:
            _remove(left)


def remove_older_publications(settings: Settings) -> int:
    """Remove every published copy but the one that readers are given; how many there were."""
    current = (settings.published / "parquet").resolve().name
    older = [path for path in settings.published.glob(".parquet-*") if path.name != current]
    older += [*settings.published.glob(".marts.duckdb.*"), *settings.published.glob(".comments.duckdb.*")]
    for path in older:
        _remove(path)
    return len(older)
