"""Somebody who reads what is published all the while, and holds it open: he sees whole marts of one build, never a mixture."""

import threading
from pathlib import Path

import duckdb

_HELD_SECONDS = 0.3


class Reader:
    """Reads a home's published marts.

    Attributes:
        looks: how often he looked, and saw something.
        seen: by the fingerprint of a build, the rows of each mart; the same at each look.
        wrong: what he should not have seen.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "published"
        self.looks = 0
        self.seen: dict[str, dict[str, int]] = {}
        self.wrong: list[str] = []

    def read_until(self, ended: threading.Event) -> None:
        """Look again and again."""
        while not ended.is_set():
            try:
                self._look(ended)
            except Exception as error:
                self.wrong.append(repr(error))
            ended.wait(_HELD_SECONDS)

    def _look(self, ended: threading.Event) -> None:
        if not (self._folder / "marts.duckdb").exists():
            return
        with duckdb.connect(str(self._folder / "marts.duckdb"), read_only=True) as connection:
            connection.execute("use marts.marts")
            tables = "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
            names = [name for (name,) in connection.execute(tables).fetchall()]
            first = self._counted(connection, {name: f'"{name}"' for name in names})
            ended.wait(_HELD_SECONDS)  # whoever publishes now does not wait for him
            if self._counted(connection, {name: f'"{name}"' for name in names}) != first:
                self.wrong.append("a file that was held open has changed")
        folder = (self._folder / "parquet").resolve()
        if folder.is_dir():
            self._counted(duckdb, {path.stem: f"'{path}'" for path in sorted(folder.iterdir())})
        self.looks += 1

    def _counted(self, connection: "duckdb.DuckDBPyConnection", tables: dict[str, str]) -> dict[str, int]:
        rows = {name: connection.execute(f"select count(*) from {place}").fetchone()[0] for name, place in tables.items()}
        (fingerprint,) = connection.execute(f"select fingerprint from {tables['publication']}").fetchone()
        if self.seen.setdefault(fingerprint, rows) != rows:
            self.wrong.append(f"of build {fingerprint[:12]} once {self.seen[fingerprint]}, then {rows}")
        return rows
