"""Where dbt reads validated rows: the location of every table of every source is SQL, whatever the home is called."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import yaml
from jinja2 import Environment

from kuulo.settings import PROJECT_ROOT
from tests.dbt_project.validated_rows import write_validated


def _locations(home: Path) -> Iterator[tuple[str, str, str]]:
    """Source, table and location as dbt-duckdb makes it: rendered, then formatted with the table's name."""

    def env_var(name: str, default: str | None = None) -> str | None:
        return {"KUULO_HOME": str(home)}.get(name, default)

    for path in sorted(PROJECT_ROOT.glob("dbt_project/models/**/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text())["sources"]:
            for table in source["tables"]:
                said = {**source["config"]["meta"], **table.get("config", {}).get("meta", {})}["external_location"]
                yield source["name"], table["name"], Environment().from_string(said).render(env_var=env_var).format(name=table["name"])


def test_every_location_is_read_in_a_home_whose_name_has_a_quote(tmp_path: Path) -> None:
    home = tmp_path / "Ann's"
    write_validated(home, {("files", "orders"): [{"order_id": "o1"}]})
    (home / "build").mkdir()
    with duckdb.connect() as connection:
        connection.execute("copy (select 'b1' as batch) to '" + str(home).replace("'", "''") + "/build/new_batches.parquet'")
        rows = {(source, table): connection.execute(f"select count(*) from {at}").fetchone() for source, table, at in _locations(home)}
    assert rows.pop(("files", "orders")) == (1,)
    assert rows.pop(("receipts", "new_batches")) == (1,)
    assert set(rows.values()) == {(0,)}
    assert len(rows) > 50
