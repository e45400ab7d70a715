"""What no model makes any more goes with the next build, from both database files; what a model makes stays, rows and all."""

import json

import duckdb

from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings
from kuulo.warehouse.tables_of_no_model import drop_tables_of_no_model


def _tables(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("select table_schema, table_name from information_schema.tables order by all").fetchall()


def _made(kind, database, schema, name):
    return {"resource_type": kind, "database": database, "schema": schema, "alias": name}


def test_removed_models_and_what_increments_needed_go_and_the_others_stay(settings: Settings) -> None:
    private_folder(settings.marts.parent)
    for path, schema, names in (
        (settings.warehouse, "intermediate", ("int_contacts", "int_contact_changes", "int_contacts_touched")),
        (settings.warehouse, "seeds", ("survey_scales",)),
        (settings.marts, "marts", ("nps_by_day", "nps_of_a_name_before")),
    ):
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"create schema {path.stem}.{schema}")
            for name in names:
                connection.execute(f"create table {path.stem}.{schema}.{name} as select 41 as nps")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema staging")
        for name in ("stg_files__contacts", "stg_old__contacts"):
            connection.execute(f"create view staging.{name} as from intermediate.int_contacts")
    target = private_folder(settings.dbt_target)
    nodes = [
        _made("model", "warehouse", "intermediate", "int_contacts"),
        _made("model", "warehouse", "staging", "stg_files__contacts"),
        _made("seed", "warehouse", "seeds", "survey_scales"),
        _made("model", "marts", "marts", "nps_by_day"),
        _made("test", "warehouse", "intermediate", "int_contacts_touched"),  # a test of that name makes no table
    ]
    (target / "manifest.json").write_text(json.dumps({"nodes": dict(enumerate(nodes))}))
    assert drop_tables_of_no_model(settings) == [
        "marts.nps_of_a_name_before",
        "intermediate.int_contact_changes",
        "intermediate.int_contacts_touched",
        "staging.stg_old__contacts",
    ]
    assert drop_tables_of_no_model(settings) == []
    assert _tables(settings.marts) == [("marts", "nps_by_day")]
    assert _tables(settings.warehouse) == [("intermediate", "int_contacts"), ("seeds", "survey_scales"), ("staging", "stg_files__contacts")]
    with duckdb.connect(str(settings.marts), read_only=True) as connection:
        assert connection.execute("from marts.marts.nps_by_day").fetchall() == [(41,)]
