"""`make erase` and `make export`: ask whom, lay the request down, and run its DAG here. Under `make up`, start the DAG there instead."""

import getpass
import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from kuulo.erasure.person_request import erasures, exports, lay_request
from kuulo.errors import KuuloError
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.landing.whole_files import private_folder
from kuulo.orchestration.airflow_home import prepare_database, use_airflow_home
from kuulo.orchestration.progress import everything_else_to, say
from kuulo.settings import Settings, load_settings

_DAGS = {"erase": "erase_customer", "export": "export_customer"}


def _asked_for() -> str:
    """The person, from the keyboard (not shown) or from a pipe; never from the command line, which others can read."""
    if sys.stdin.isatty():
        return getpass.getpass("E-mail, customer number or <source>:<id> (not shown): ")
    return sys.stdin.readline()


def _run_dag(settings: Settings, dag_id: str, name: str) -> str:
    use_airflow_home(settings, AIRFLOW__CORE__DEFAULT_TASK_RETRIES="0")
    log = private_folder(settings.home / "logs") / f"{dag_id}-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    busy = KuuloError(f"another run is using {settings.home}: the request {name} lies there; run again when that has ended")
    with one_at_a_time(settings.home / "locks" / "run.lock", busy=busy), everything_else_to(log):
        prepare_database()
        from airflow.dag_processing.dagbag import DagBag

        dag_run = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]).dags[dag_id].test(run_conf={"request": name})
    if str(dag_run.state) != "success":
        raise KuuloError(f"{dag_id} failed: {settings.home / 'logs' / 'failures.jsonl'} and {log} say why")
    return str(log)


def _tell(settings: Settings, what: str, name: str, folder: Path) -> None:
    if what == "export":
        say(f"written to {folder / name}: begin with index.md; delete it when it has been handed over")
    else:
        say(f"erased; the record without personal data is in {folder / 'audit'}, files of yours that still name somebody are listed in it")


def main() -> int:
    """Entry of `make erase` and `make export`."""
    try:
        what, settings = sys.argv[1], load_settings()
        folder = erasures(settings) if what == "erase" else exports(settings)
        name = f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}"
        lay_request(folder, name, _asked_for(), getpass.getuser())
        _run_dag(settings, _DAGS[what], name)
        _tell(settings, what, name, folder)
    except KuuloError as error:
        say(f"kuulo: {error}", sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
