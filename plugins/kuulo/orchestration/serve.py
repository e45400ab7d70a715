"""`make up`: Airflow with its UI on 127.0.0.1, all DAGs scheduled, the sandbox company beside it where it is on."""

import contextlib
import os
import subprocess
import sys

from kuulo.errors import KuuloError
from kuulo.orchestration.airflow_home import prepare_database, use_airflow_home
from kuulo.orchestration.sandbox_process import sandbox_process
from kuulo.orchestration.sources_in_use import refuse_misspelt_connections, sources_in_use
from kuulo.settings import SettingsError, load_settings


def serve() -> int:
    """Run scheduler, DAG processor, triggerer and API server until interrupted."""
    settings = load_settings()
    refuse_misspelt_connections()
    use_airflow_home(settings)
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(sandbox_process(settings)) if settings.sandbox else ""
        prepare_database()
        sources_in_use(settings, address)
        port = os.environ.get("AIRFLOW__API__PORT", "8080")
        passwords = settings.home / "airflow" / "simple_auth_manager_passwords.json.generated"
        print(f"Airflow: http://127.0.0.1:{port}, user admin, password in {passwords}", flush=True)  # noqa: T201
        return subprocess.run([sys.executable, "-m", "airflow", "standalone"], check=False).returncode


def main() -> int:
    """Entry of `make up`."""
    try:
        return serve()
    except (KuuloError, SettingsError) as error:
        print(f"kuulo: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
