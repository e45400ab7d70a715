"""Airflow's own command line with this installation's configuration: `make airflow do="dags list"`."""

import os
import sys

from kuulo.errors import KuuloError
from kuulo.orchestration.airflow_home import use_airflow_home
from kuulo.orchestration.exposure import refuse_unsafe
from kuulo.settings import load_settings


def main() -> None:
    """Become `airflow` with the words given."""
    try:
        use_airflow_home(load_settings())
        if sys.argv[1:2] == ["api-server"]:
            refuse_unsafe()
    except KuuloError as error:
        sys.exit(f"kuulo: {error}")
    os.execv(sys.executable, [sys.executable, "-m", "airflow", *sys.argv[1:]])


if __name__ == "__main__":
    main()
