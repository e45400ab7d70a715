"""What must not be together when Airflow starts: each unsafe combination is refused with one line that says the remedy."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from kuulo.errors import KuuloError

Get = Callable[[str, str], str]

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_WELL_KNOWN = {"", "admin", "airflow", "password", "postgres", "kuulo", "changeme", "secret", "test"}
SHORTEST_PASSWORD = 12


class UnsafeToStart(KuuloError):
    """Airflow's configuration would let in who should stay out."""


def refuse_unsafe(get: Get | None = None) -> None:
    """Raise UnsafeToStart with one line for each unsafe combination in Airflow's configuration; call it before anything listens."""
    if found := list(_unsafe(get or _configured)):
        raise UnsafeToStart("not started, since this would be unsafe:\n" + "\n".join(f"  - {line}" for line in found))


def is_weak(password: str, user: str = "") -> bool:
    """Whether a password is short, well known, or its user's name."""
    return len(password) < SHORTEST_PASSWORD or password.lower() in _WELL_KNOWN | {user.lower()} or len(set(password)) < 4


def _configured(section: str, key: str) -> str:
    from airflow.configuration import conf

    return str(conf.get(section, key, fallback="") or "")


def _is_on(get: Get, section: str, key: str) -> bool:
    return get(section, key).strip().lower() in ("true", "1", "t", "yes", "on")


def _unsafe(get: Get) -> Iterator[str]:
    simple = get("core", "auth_manager").endswith("SimpleAuthManager")
    if get("api", "host") not in _LOOPBACK:
        yield from _unsafe_where_others_reach_it(get, simple)
    if simple:
        yield from _weak_passwords(get)
    yield from _unsafe_anywhere(get)


def _unsafe_where_others_reach_it(get: Get, simple: bool) -> Iterator[str]:
    host = get("api", "host")
    if simple and _is_on(get, "core", "simple_auth_manager_all_admins"):
        yield f"everybody is administrator (simple_auth_manager_all_admins) and the API listens on {host}: unset it"
    if simple:
        yield (
            f"the API listens on {host} with the simple auth manager, which is for development: set AIRFLOW__API__HOST=127.0.0.1, "
            "or AIRFLOW__CORE__AUTH_MANAGER to the FAB auth manager as docker-compose.yml does"
        )
    for section, key, remedy in (
        ("api", "expose_config", "unset AIRFLOW__API__EXPOSE_CONFIG"),
        ("api", "expose_stacktrace", "unset AIRFLOW__API__EXPOSE_STACKTRACE"),
    ):
        if _is_on(get, section, key):
            yield f"{key} is on and the API listens on {host}: {remedy}"
    if get("core", "test_connection").lower() == "enabled":
        yield f"connections can be tested from the UI and the API listens on {host}: unset AIRFLOW__CORE__TEST_CONNECTION"


def _weak_passwords(get: Get) -> Iterator[str]:
    """Of the simple auth manager's users; the ones that Airflow makes up itself are long and random."""
    path = Path(get("core", "simple_auth_manager_passwords_file") or "")
    if not path.is_file():
        return
    try:
        kept = json.loads(path.read_text() or "{}")
    except ValueError:
        yield f"{path} is no JSON: delete it, and Airflow makes new passwords"
        return
    for user, password in kept.items():
        if is_weak(str(password), str(user)):
            yield f"the password of user {user} in {path} is short or well known: give it at least {SHORTEST_PASSWORD} characters"


def _takes_any_class(get: Get) -> bool:
    globs, patterns = (get("core", f"allowed_deserialization_classes{kind}").split() for kind in ("", "_regexp"))
    return any(word in ("*", "**", "*.*") for word in globs) or any(word.strip("^$()") in (".*", ".+") for word in patterns)


def _unsafe_anywhere(get: Get) -> Iterator[str]:
    if _is_on(get, "core", "load_examples"):
        yield "the example DAGs are on, which run what anybody sends them: set AIRFLOW__CORE__LOAD_EXAMPLES=False"
    if _takes_any_class(get):
        yield "any class may be deserialised, which runs code of whoever writes an XCom: unset allowed_deserialization_classes"
    if not _is_on(get, "core", "hide_sensitive_var_conn_fields"):
        yield "passwords of connections are shown and logged: unset AIRFLOW__CORE__HIDE_SENSITIVE_VAR_CONN_FIELDS"
    if "*" in get("api", "access_control_allow_origins").split():
        yield "any web site may call the API in a user's name: name the sites in AIRFLOW__API__ACCESS_CONTROL_ALLOW_ORIGINS"
    yield from _weak_keys(get)


def _weak_keys(get: Get) -> Iterator[str]:
    if not get("core", "fernet_key"):
        yield "connections would be kept unencrypted: set AIRFLOW__CORE__FERNET_KEY"
    for section, key in (("api", "secret_key"), ("api_auth", "jwt_secret")):
        if is_weak(get(section, key)):
            yield f"[{section}] {key} is short or well known, so that anybody could sign in as anybody: set 32 random bytes"
    database = urlsplit(get("database", "sql_alchemy_conn"))
    if not database.scheme.startswith("sqlite") and is_weak(database.password or "", database.username or ""):
        yield f"the metadata database's password is empty, short or well known: give it at least {SHORTEST_PASSWORD} characters"
