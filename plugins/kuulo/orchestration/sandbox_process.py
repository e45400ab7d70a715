"""The sandbox company as a process of its own, standing in for every source without a connection."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder
from kuulo.sandbox.database_file import CONNECTION, database_file
from kuulo.sandbox.dialects import DIALECTS
from kuulo.settings import Settings

_NO_NEED_TO_WAIT = 1000  # the sandbox is nobody's shared account
STANDS_IN_FOR = {spoken.source: spoken for spoken in DIALECTS}


class SandboxNotStarted(KuuloError):
    """The sandbox company's server did not come up."""


@contextmanager
def sandbox_process(settings: Settings, port: int = 0) -> Iterator[str]:
    """Serve the sandbox company on 127.0.0.1, lay its files and its database, yield its address; ended on leaving."""
    errors = private_folder(settings.home / "logs") / "sandbox.log"
    with errors.open("w") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "kuulo.sandbox", "--port", str(port)),
                *("--lay-inbox", str(private_folder(settings.inbox)), "--lay-database", str(settings.home)),
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        if not address.startswith("http://127.0.0.1:"):
            raise SandboxNotStarted(f"the sandbox company did not start: see {errors}")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


def connect_to_sandbox(source: str, address: str) -> None:
    """Give the source a connection to the sandbox, in this process's environment and its children's."""
    spoken = STANDS_IN_FOR[source]
    extra = {name: value.format(address=address) for name, value in spoken.extra.items()}
    connection = {
        "conn_type": "http",
        "host": f"{address}{spoken.prefix}",
        "login": spoken.login,
        "password": spoken.secret,
        "extra": {"pace": _NO_NEED_TO_WAIT, **extra},
    }
    os.environ[f"AIRFLOW_CONN_{source.upper()}"] = json.dumps(connection)


def connect_to_sandbox_database(settings: Settings) -> None:
    """Give the sandbox's declarations their connection, as above."""
    connection = {"conn_type": "sqlite", "host": str(database_file(settings.home))}
    os.environ[f"AIRFLOW_CONN_{CONNECTION.upper()}"] = json.dumps(connection)
