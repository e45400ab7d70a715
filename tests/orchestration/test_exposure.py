"""S4: what is refused before Airflow listens, each with a line that says the remedy."""

import json

import pytest

from kuulo.orchestration.exposure import UnsafeToStart, is_weak, refuse_unsafe

FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
SAFE = {
    "core.auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
    "core.hide_sensitive_var_conn_fields": "True",
    "core.fernet_key": "f" * 43,
    "core.allowed_deserialization_classes": "airflow.*",
    "api.host": "127.0.0.1",
    "api.secret_key": "0123456789abcdef0123",
    "api_auth.jwt_secret": "fedcba98765432100123",
    "database.sql_alchemy_conn": "sqlite:////home/airflow.db",
}
OPEN = {**SAFE, "api.host": "0.0.0.0", "core.auth_manager": FAB}


def told_of(configured=None):
    """What is refused of a configuration, or of Airflow's own."""
    try:
        refuse_unsafe(*([] if configured is None else [lambda section, key: configured.get(f"{section}.{key}", "")]))
    except UnsafeToStart as error:
        return str(error).splitlines()[1:]
    return []


def test_the_default_and_compose_are_started():
    assert told_of(SAFE) == []
    compose = {**OPEN, "database.sql_alchemy_conn": "postgresql+psycopg2://kuulo:0aB1-long-random@postgres/kuulo"}
    assert told_of(compose) == []


def test_airflows_own_configuration_of_a_new_home_is_safe_until_it_is_changed(monkeypatch):
    assert told_of() == []
    monkeypatch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "True")
    [line] = told_of()
    assert "AIRFLOW__CORE__LOAD_EXAMPLES=False" in line


@pytest.mark.parametrize(
    ("base", "changed", "says"),
    [
        (SAFE, {"api.host": "0.0.0.0"}, "simple auth manager, which is for development"),
        (SAFE, {"api.host": "::"}, "simple auth manager, which is for development"),
        (OPEN, {"api.expose_config": "True"}, "expose_config is on"),
        (OPEN, {"api.expose_stacktrace": "true"}, "expose_stacktrace is on"),
        (OPEN, {"core.test_connection": "Enabled"}, "AIRFLOW__CORE__TEST_CONNECTION"),
        (SAFE, {"core.load_examples": "True"}, "AIRFLOW__CORE__LOAD_EXAMPLES=False"),
        (SAFE, {"core.allowed_deserialization_classes": "airflow.* *"}, "any class may be deserialised"),
        (SAFE, {"core.allowed_deserialization_classes_regexp": "^.*$"}, "any class may be deserialised"),
        (SAFE, {"core.hide_sensitive_var_conn_fields": "False"}, "passwords of connections are shown"),
        (SAFE, {"core.fernet_key": ""}, "AIRFLOW__CORE__FERNET_KEY"),
        (SAFE, {"api_auth.jwt_secret": "secret"}, "[api_auth] jwt_secret"),
        (SAFE, {"api.secret_key": "aaaaaaaaaaaaaaaaaaaaaaa"}, "[api] secret_key"),
        (SAFE, {"api.access_control_allow_origins": "*"}, "any web site"),
        (SAFE, {"database.sql_alchemy_conn": "postgresql://airflow:airflow@db/airflow"}, "metadata database's password"),
        (SAFE, {"database.sql_alchemy_conn": "postgresql://airflow@db/airflow"}, "metadata database's password"),
    ],
)
def test_each_unsafe_setting_is_one_line(base, changed, says):
    [line] = told_of({**base, **changed})
    assert says in line
    assert "airflow:airflow" not in line


def test_everybody_as_administrator_is_for_loopback_only():
    everybody = {"core.simple_auth_manager_all_admins": "True"}
    assert told_of({**SAFE, **everybody}) == []
    told = told_of({**SAFE, **everybody, "api.host": "192.0.2.1"})
    assert len(told) == 2
    assert "everybody is administrator" in told[0]


def test_a_weak_password_of_the_simple_auth_manager_names_the_user_and_not_the_password(tmp_path):
    kept = tmp_path / "passwords.json"
    kept.write_text(json.dumps({"admin": "hunter2", "eva": "xK8mPq2vW9zR4tYn", "bob": ""}))
    told = told_of({**SAFE, "core.simple_auth_manager_passwords_file": str(kept)})
    assert [line.split(" in ")[0] for line in told] == ["  - the password of user admin", "  - the password of user bob"]
    assert "hunter2" not in "".join(told)


@pytest.mark.parametrize("weak", ["", "short", "changeme", "aaaaaaaaaaaaaaaa", "administrator"])
def test_passwords_that_are_none(weak):
    assert is_weak(weak, "administrator")
