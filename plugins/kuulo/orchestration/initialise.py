"""First start with PostgreSQL metadata: the schema, the pools, the roles and an administrator with a password of your own."""

import os
import subprocess
import sys

from kuulo.errors import KuuloError
from kuulo.orchestration.airflow_home import prepare_database, use_airflow_home
from kuulo.orchestration.exposure import SHORTEST_PASSWORD, is_weak, refuse_unsafe
from kuulo.orchestration.roles import make_roles
from kuulo.orchestration.sandbox_process import STANDS_IN_FOR
from kuulo.orchestration.sources_in_use import mark_as_sandbox
from kuulo.settings import load_settings


def _airflow(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "airflow", *words], check=False, capture_output=True, text=True)


def _make_administrator(password: str) -> None:
    made = _airflow(
        *("users", "create", "--username", "admin", "--role", "Admin", "--password", password),
        *("--firstname", "Kuulo", "--lastname", "Administrator", "--email", "admin@localhost"),
    )
    if made.returncode != 0:
        raise KuuloError("the administrator could not be made: is AIRFLOW__CORE__AUTH_MANAGER the FAB auth manager?")
    # `users create` leaves an existing user alone: a changed password in .env is meant to take effect.
    if _airflow("users", "reset-password", "--username", "admin", "--password", password).returncode != 0:
        raise KuuloError("the administrator's password could not be set")


def main() -> int:
    """Make the database, the pools, the roles and the administrator; safe to repeat."""
    password = os.environ.get("KUULO_ADMIN_PASSWORD", "")
    try:
        if is_weak(password, "admin"):
            raise KuuloError(
                f"KUULO_ADMIN_PASSWORD needs at least {SHORTEST_PASSWORD} characters, and none that is well known: there is no default"
            )
        settings = load_settings()
        use_airflow_home(settings)
        refuse_unsafe()
        prepare_database()
        _make_administrator(password)
        make_roles()
        for source in STANDS_IN_FOR if settings.sandbox else ():
            mark_as_sandbox(settings, source)
    except KuuloError as error:
        print(f"kuulo: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
