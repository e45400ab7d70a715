"""A home in which every mart has rows: the sandbox's vendors at sixty customers, and an inbox with some of everything."""

import csv
import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from kuulo.sandbox.company import generate_company
from kuulo.sandbox.dialects import DIALECTS
from kuulo.sandbox.server import serve
from tests.dbt_project.some_of_everything import some_of_everything, use_and_orders
from tests.dbt_project.validated_rows import Row
from tests.end_to_end.pipeline import run_pipeline

AS_OF = "2026-09-01T00:00:00Z"
TIMEZONE = "Europe/Helsinki"  # of UTC alone, what cuts days would not be asked


def _lay_feed(home: Path, stream: str, rows: Iterable[Row]) -> None:
    given = list(rows)
    folder = home / "inbox" / stream
    folder.mkdir(parents=True)
    names = list(dict.fromkeys(name for row in given for name in row))
    with (folder / "rows.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(given)
    (folder / "feed.yml").write_text(f"stream: {stream}\ncolumns:\n" + "".join(f"  {name}: {name}\n" for name in names))


def _connections(server) -> Mapping[str, str]:
    return {
        f"AIRFLOW_CONN_{dialect.source.upper()}": json.dumps(
            {
                "conn_type": "http",
                "host": server.url_of(dialect.source),
                "login": dialect.login,
                "password": dialect.secret,
                "extra": {"pace": 1000, **{name: value.format(address=server.url) for name, value in dialect.extra.items()}},
            }
        )
        for dialect in DIALECTS
    }


def run_small_company(home: Path) -> subprocess.CompletedProcess[str]:
    """The whole pipeline once, so that DuckDB has built and published; Airflow's clock ends the windows, AS_OF the marts."""
    for (_, stream), rows in some_of_everything().items():
        _lay_feed(home, stream, rows)
    for (_, stream), rows in use_and_orders().items():
        _lay_feed(home, stream, rows)
    with serve(generate_company(7, 60), 0) as server:
        return run_pipeline(home, KUULO_SANDBOX="0", KUULO_AS_OF=AS_OF, KUULO_TIMEZONE=TIMEZONE, **_connections(server))
