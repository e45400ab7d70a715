"""What a build leaves, without dbt: a marts file and the note of what it was made from."""

from datetime import UTC, datetime

import duckdb

from kuulo.landing.whole_files import private_folder, write_json
from kuulo.settings import Settings
from kuulo.sql_text import text


def build(settings: Settings, value: int, fingerprint: str) -> None:
    """Stand in for dbt: a marts file and the note of what it was made from."""
    private_folder(settings.marts.parent)
    with duckdb.connect() as connection:
        connection.execute(f"attach {text(settings.marts)} as built")
        connection.execute("create schema if not exists built.marts")
        connection.execute(f"create or replace table built.marts.nps_by_day as select {value} as nps, date '2026-01-01' as day")
        connection.execute("create or replace table built.marts.quiet as select 1 as a where false")
    write_json(
        settings.marts.with_name("built.json"),
        {
            "fingerprint": fingerprint,
            "run": "build-run",
            "as_of": datetime(2026, 9, 1, tzinfo=UTC),
            "built_at": datetime.now(UTC),
            "holds_sandbox_data": True,
        },
    )
