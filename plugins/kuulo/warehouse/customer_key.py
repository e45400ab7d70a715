"""The key that turns identities into customer keys, and the dbt-duckdb plugin that lends it, or another purpose's key, to a connection.

A key is a file; it reaches SQL as session variables of dbt's own cursors, already padded for HMAC, so that it stands in
no query, model or dbt artifact, and the hashing itself is DuckDB's (2.5 times as fast as a Python function).
"""

import hashlib
import hmac
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from kuulo.crash_points import crash_point
from kuulo.warehouse.padded_key import padded_keys


def keyed_hash(key: bytes, text: str) -> str:
    """HMAC-SHA256 of a text in hex, the same as the macro keyed_hmac gives in SQL."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Plugin(BasePlugin):  # type: ignore[misc]
    """Lends the key in the file `key_file` to every cursor that dbt opens, by the name of the plugin: this module's, or its alias."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Read the key, or make it on first use."""
        self._inner, self._outer = padded_keys(Path(plugin_config["key_file"]))

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Set the padded keys as variables of this cursor's session."""
        crash_point("build.dbt_at_work")  # before each model and test
        cursor.execute(f"set variable {self.name}_inner = ?", [self._inner])
        cursor.execute(f"set variable {self.name}_outer = ?", [self._outer])
