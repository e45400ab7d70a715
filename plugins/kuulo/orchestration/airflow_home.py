"""The Airflow of one installation: its configuration, its metadata database, its pools."""

import base64
import os
import sys
from pathlib import Path

from kuulo.kept_keys import kept_key
from kuulo.landing.whole_files import private_folder
from kuulo.settings import PROJECT_ROOT, Settings

_LOOPBACK = "127.0.0.1"
SQLITE_PATIENCE = {"timeout": 60}  # seconds that one of Airflow's parts waits while another writes; sqlite3's own are 5


def airflow_configuration(settings: Settings) -> dict[str, str]:
    """Airflow's settings for this installation, as environment variables; what the user has set wins."""
    home = settings.home / "airflow"
    address = f"http://127.0.0.1:{os.environ.get('AIRFLOW__API__PORT', '8080')}"
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT_ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT_ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRIES": "2",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__TEST_CONNECTION": _test_button(),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__API__HOST": _LOOPBACK,
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "SCARF_NO_ANALYTICS": "true",
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "False",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
        "KUULO_HOME": str(settings.home),
        "PYTHONPATH": str(PROJECT_ROOT / "plugins"),
        **_patience_with_sqlite(),
    }


def _patience_with_sqlite() -> dict[str, str]:
    """Arguments of connections to the embedded metadata database; those of a server's are none of ours."""
    if not os.environ.get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "sqlite").startswith("sqlite"):
        return {}
    arguments = f"{__name__}.SQLITE_PATIENCE"
    return {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": arguments, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS_ASYNC": arguments}


def _test_button() -> str:
    """Whether the connection form has a `Test` button: it lets who may edit connections send requests from this machine.

    On the loopback address that is the machine's owner; elsewhere whoever answers for the users must say so.
    """
    return "Enabled" if os.environ.get("AIRFLOW__API__HOST", _LOOPBACK) == _LOOPBACK else "Disabled"


def _secrets_of_airflow(settings: Settings) -> dict[str, str]:
    """What Airflow's parts must share to trust one another; by itself each would make up its own."""
    folder = settings.home / "secrets"
    fernet = base64.urlsafe_b64encode(kept_key(folder / "airflow_fernet")).decode()
    return {
        "AIRFLOW__CORE__FERNET_KEY": fernet,
        "AIRFLOW__API__SECRET_KEY": kept_key(folder / "airflow_api").hex(),
        "AIRFLOW__API_AUTH__JWT_SECRET": kept_key(folder / "airflow_jwt").hex(),
    }


def use_airflow_home(settings: Settings, **overrides: str) -> None:
    """Point this process, and those it starts, at the installation's Airflow; call it before Airflow is imported."""
    os.umask(0o077)
    private_folder(settings.home / "airflow")
    for name, value in {**airflow_configuration(settings), **_secrets_of_airflow(settings), **overrides}.items():
        os.environ.setdefault(name, value)
    # `airflow standalone` starts its parts by name: they must be those of this environment.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def prepare_database() -> None:
    """Make or upgrade the metadata database and the pools; quick where both are as they should be."""
    from airflow.models.pool import Pool
    from airflow.utils import db
    from airflow.utils.session import create_session

    from kuulo.orchestration.dag_defaults import WAREHOUSE_POOL, source_pool
    from kuulo.sources.catalog import SOURCES

    if not _is_current():
        db.upgradedb()
    with create_session() as session:
        Pool.create_or_update_pool(WAREHOUSE_POOL, 1, "one writer of the warehouse at a time", False, session=session)
        for source in SOURCES.values():
            Pool.create_or_update_pool(
                source_pool(source.name), source.parallel_tasks, f"streams of {source.name} read at once", False, session=session
            )


def _is_current() -> bool:
    from airflow.utils.db import check_migrations

    try:
        check_migrations(0)
    except TimeoutError:  # what Airflow raises for "not migrated yet"
        return False
    return True
