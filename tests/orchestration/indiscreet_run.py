"""A run of one DAG whose reading logs, prints and raises all it knows of its connection; for test_secrets_in_task_logs.py."""

import logging
import os
import sys
from typing import Any

from kuulo.orchestration.airflow_home import prepare_database, use_airflow_home
from kuulo.settings import load_settings

use_airflow_home(load_settings(), AIRFLOW__CORE__DEFAULT_TASK_RETRIES="0")

from airflow.dag_processing.dagbag import DagBag  # noqa: E402

from kuulo.landing.whole_files import private_folder  # noqa: E402
from kuulo.orchestration.connections import credentials_of  # noqa: E402
from kuulo.orchestration.progress import everything_else_to  # noqa: E402
from kuulo.sources.api_session import ApiSession  # noqa: E402
from kuulo.sources.catalog import SOURCES  # noqa: E402


def _indiscreet(self: ApiSession, ask: Any, response: Any) -> None:
    """What nobody should write."""
    credentials = credentials_of(SOURCES["dynamics365"])
    known = f"{response.request.headers} {response.url} {credentials.login} {credentials.secret} {credentials.extra} {sys.argv[2:]}"
    logging.getLogger("kuulo.indiscreet").warning("sent %s", known)
    print("printed", known)  # noqa: T201
    raise RuntimeError(f"raised {known}")


ApiSession._judged = _indiscreet  # type: ignore[assignment,method-assign]
window = {"window_start": "2026-01-01T00:00:00Z", "window_end": "2026-01-02T00:00:00Z"}
with everything_else_to(private_folder(load_settings().home / "logs") / "run.log"):  # as `make run` does
    prepare_database()
    run = DagBag(f"{os.environ['AIRFLOW__CORE__DAGS_FOLDER']}/{sys.argv[1]}.py").dags[sys.argv[1]].test(run_conf=window)
print("state", run.state)  # noqa: T201
