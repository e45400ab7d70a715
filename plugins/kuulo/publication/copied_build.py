"""Nothing holds a build still while it is copied: whoever copies it asks in the end whether another has begun, and so whenever it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from kuulo.errors import KuuloError
from kuulo.landing.disk_room import disk_room
from kuulo.settings import Settings
from kuulo.warehouse.made_from import built_from


@dataclass(frozen=True, kw_only=True)
class CopiedBuild:
    """What is copied of one build.

    Attributes:
        built: the note of the build.
        what: what is copied, as messages name it.
        file: the database file that it is copied from.
        failure: what is raised where that cannot be.
    """

    settings: Settings
    built: dict[str, Any]
    what: str
    file: Path
    failure: type[KuuloError]

    def refuse_another(self) -> None:
        """Raise `failure` where a build has begun since, or has ended."""
        if built_from(self.settings) != self.built:
            raise self.failure(f"a build began while its {self.what} were copied: publish again when it has ended")

    @contextmanager
    def told_of(self) -> Iterator[None]:
        """Raise `failure` for what DuckDB says of a file that another process changes or has open, or that is damaged.

        Raises:
            DiskRefuses: the disk is full or read-only, which DuckDB tells as it tells damage.
        """
        try:
            with disk_room(self.settings.published):
                yield
        except (duckdb.Error, FileNotFoundError):
            self.refuse_another()
            raise self.failure(
                f"{self.file} is open elsewhere or damaged: end the process that has it open, or run build_marts, and publish again"
            ) from None
