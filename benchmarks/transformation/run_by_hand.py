"""Run by_hand.sql on a home's validated rows, in a database file of its own."""

import time
from pathlib import Path

import duckdb

from kuulo.kept_keys import kept_key
from kuulo.settings import PROJECT_ROOT, Settings
from kuulo.warehouse.made_from import reporting_date

SCRIPT = Path(__file__).with_name("by_hand.sql")
_BLOCK_BYTES = 64


def database_by_hand(settings: Settings) -> Path:
    """Where the script's tables are."""
    return settings.home / "by_hand.duckdb"


def _variables(settings: Settings) -> dict[str, object]:
    block = kept_key(settings.home / "secrets" / "customer_key").ljust(_BLOCK_BYTES, b"\0")
    return {
        "validated": str(settings.validated / "files"),
        "seeds": str(PROJECT_ROOT / "dbt_project" / "seeds"),
        "as_of": reporting_date(settings).replace(tzinfo=None),
        "customer_key_inner": bytes(byte ^ 0x36 for byte in block),
        "customer_key_outer": bytes(byte ^ 0x5C for byte in block),
    }


def run_by_hand(settings: Settings, memory_limit: str) -> list[tuple[str, float]]:
    """Make the tables anew; returns (what, seconds) of each statement."""
    path = database_by_hand(settings)
    path.unlink(missing_ok=True)
    taken = []
    config = {"memory_limit": memory_limit, "temp_directory": str(settings.home / "temp_by_hand"), "preserve_insertion_order": False}
    with duckdb.connect(str(path), config=config) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, value in _variables(settings).items():
            connection.execute(f"set variable {name} = ?", [value])
        for statement in SCRIPT.read_text().split(";\n"):
            lines = [line for line in statement.splitlines() if line and not line.startswith("--")]
            if lines:
                started = time.monotonic()
                connection.execute(statement)
                taken.append((lines[0].removesuffix(" as").split()[-1], time.monotonic() - started))
    return taken
