"""`make up`: Airflow with its UI on 127.0.0.1, all DAGs scheduled, the sandbox company beside it where it is on."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder
from kuulo.orchestration.airflow_home import prepare_database, use_airflow_home
from kuulo.orchestration.exposure import refuse_unsafe
from kuulo.orchestration.progress import everything_else_to, say
from kuulo.orchestration.sandbox_process import sandbox_process
from kuulo.orchestration.sources_in_use import refuse_misspelt_connections, refuse_mixture, sources_in_use
from kuulo.settings import load_settings
from kuulo.sources.database.read_declaration import connections_named

_PATIENCE_SECONDS = 30
# `airflow standalone` would start log servers on every interface; here logs are read from the folder they lie in.
_PARTS = (
    ("api-server",),  # where AIRFLOW__API__HOST says: 127.0.0.1, unless told otherwise
    ("scheduler", "--skip-serve-logs"),
    ("dag-processor",),
    ("triggerer", "--skip-serve-logs"),
)


@contextlib.contextmanager
def _airflow_parts(log: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes of Airflow, writing to one log; all of them ended on leaving."""
    parts: list[subprocess.Popen[bytes]] = []
    with log.open("ab") as output:
        try:
            for words in _PARTS:
                parts.append(subprocess.Popen([sys.executable, "-m", "airflow", *words], stdout=output, stderr=output))
            yield parts
        finally:
            _end(parts)


def _end(parts: list[subprocess.Popen[bytes]]) -> None:
    """Tell all parts to end. What is still there after a while, such as a scheduler in the middle of a task, is ended with its children."""
    family: list[psutil.Process] = []
    for part in parts:
        with contextlib.suppress(psutil.NoSuchProcess):
            mother = psutil.Process(part.pid)
            family += [mother, *mother.children(recursive=True)]
    for part in reversed(parts):
        part.terminate()
    _, left = psutil.wait_procs(family, timeout=_PATIENCE_SECONDS)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=_PATIENCE_SECONDS)


def _wait_for_the_first_to_end(parts: list[subprocess.Popen[bytes]]) -> int:
    while all(part.poll() is None for part in parts):
        with contextlib.suppress(subprocess.TimeoutExpired):
            parts[0].wait(timeout=1)
    return 1


def _be_interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def serve() -> int:
    """Run API server, scheduler, DAG processor and triggerer until interrupted; 1 where one of them ends by itself."""
    settings = load_settings()
    refuse_mixture(settings)
    refuse_misspelt_connections(connections_named(settings))
    use_airflow_home(settings)
    refuse_unsafe()
    signal.signal(signal.SIGTERM, _be_interrupted)
    log = private_folder(settings.home / "logs") / "airflow.log"
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(sandbox_process(settings)) if settings.sandbox else ""
        with everything_else_to(log):
            prepare_database()
            sources_in_use(settings, address)
        parts = stack.enter_context(_airflow_parts(log))
        port = os.environ.get("AIRFLOW__API__PORT", "8080")
        passwords = settings.home / "airflow" / "simple_auth_manager_passwords.json.generated"
        say(f"Airflow: http://127.0.0.1:{port}, user admin, password in {passwords}")
        say(f"log: {log}; Ctrl-C ends it")
        return _wait_for_the_first_to_end(parts)


def main() -> int:
    """Entry of `make up`."""
    try:
        return serve()
    except KuuloError as error:
        say(f"kuulo: {error}", sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
