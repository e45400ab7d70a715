"""Airflow's own command line with this installation's configuration: `make airflow do="dags list"`."""

import os
import sys

from kuulo.orchestration.airflow_home import use_airflow_home
from kuulo.settings import load_settings


def main() -> None:
    """Become `airflow` with the words given."""
    use_airflow_home(load_settings())
    os.execv(sys.executable, [sys.executable, "-m", "airflow", *sys.argv[1:]])


if __name__ == "__main__":
    main()
