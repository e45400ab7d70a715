"""Tables that no model makes any more: a removed model's, a source's that is not in use, what an increment needed before a whole build.

Nobody brings them up to date, so they would keep whom a source has deleted, and a mart among them would be published for ever.
"""

import json

import duckdb

from kuulo.settings import Settings
from kuulo.sql_text import quoted, text

_THERE = """
    select table_catalog, table_schema, table_name, table_type = 'VIEW'
    from information_schema.tables
    where table_catalog in ('warehouse', 'marts')
    order by all
"""


def drop_tables_of_no_model(settings: Settings) -> list[str]:
    """After a build, drop from both database files what is none of its models or seeds; the names, as schema.table.

    No build may be under way.
    """
    manifest = json.loads((settings.dbt_target / "manifest.json").read_text())
    made = {
        (node["database"], node["schema"], node["alias"])
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    dropped = []
    with duckdb.connect() as connection:
        connection.execute(f"attach {text(settings.warehouse)} as warehouse")
        connection.execute(f"attach {text(settings.marts)} as marts")
        for *place, is_view in connection.execute(_THERE).fetchall():
            if tuple(place) not in made:
                connection.execute(f"drop {'view' if is_view else 'table'} {'.'.join(map(quoted, place))}")
                dropped.append(".".join(place[1:]))
    return dropped
