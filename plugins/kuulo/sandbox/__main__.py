"""`python -m kuulo.sandbox --port N`: serve the fictional company until interrupted; `--lay-inbox` and `--lay-database` write its data."""

import argparse
import sys
from pathlib import Path

from kuulo.sandbox import BANNER
from kuulo.sandbox.company import DEFAULT_CUSTOMERS, DEFAULT_SEED, generate_company
from kuulo.sandbox.dialects import DIALECTS
from kuulo.sandbox.server import serve


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m kuulo.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, help="port on 127.0.0.1 to serve at; 0 takes a free one")
    parser.add_argument("--lay-inbox", type=Path, metavar="DIR", help="write the exports into this inbox folder")
    parser.add_argument("--lay-database", type=Path, metavar="HOME", help="write the database and its declarations into this KUULO_HOME")
    parser.add_argument("--customers", type=int, default=DEFAULT_CUSTOMERS, help="size of the company")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed is another company")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    """Do what the command line asks for; the address of the server is the first line of the output."""
    asked = _arguments(words)
    company = generate_company(asked.seed, asked.customers)
    if asked.lay_inbox:
        from kuulo.sandbox.spreadsheets import lay_inbox

        lay_inbox(company, asked.lay_inbox)
    if asked.lay_database:
        from kuulo.sandbox.database_file import lay_database

        lay_database(company, asked.lay_database)
    if asked.port is None:
        return 0
    with serve(company, asked.port) as server:
        spoken = ", ".join(server.url_of(spoken.source) for spoken in DIALECTS)
        sys.stdout.write(f"{server.url}\nKuulo sandbox ({BANNER}): {spoken}\n")
        sys.stdout.flush()
        try:
            server.wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
