"""What is made from the lake and holds people too: removed whole, since it is made again. A database file keeps old blocks."""

import shutil
from pathlib import Path

from kuulo.landing.whole_files import sync
from kuulo.settings import Settings


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_derived(settings: Settings) -> None:
    """Remove warehouse, built marts, frozen inputs, dbt's artifacts and logs, spilled rows, and the copies of analysts and of Spark.

    No build may be under way.

    What is published stays until the next publication replaces it.
    """
    home = settings.home
    for path in (*home.glob("warehouse.*"), *(home / name for name in ("build", "dbt", "temp", "docs", "dev", "spark", "spill"))):
        _remove(path)
    sync(home)


def remove_older_publications(settings: Settings) -> int:
    """Remove every published copy but the one that readers are given; how many there were."""
    current = (settings.published / "parquet").resolve().name
    older = [path for path in settings.published.glob(".parquet-*") if path.name != current]
    older += [*settings.published.glob(".marts.duckdb.*"), *settings.published.glob(".comments.duckdb.*")]
    for path in older:
        _remove(path)
    return len(older)
