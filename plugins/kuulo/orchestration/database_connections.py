"""From an Airflow connection of whatever SQL provider to a database that can be read."""

import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from kuulo.errors import KuuloError
from kuulo.orchestration.connections import UnknownConnection
from kuulo.orchestration.masking import mask_connection
from kuulo.sources.database.database_errors import is_of_driver
from kuulo.sources.database.declaration import Declaration
from kuulo.sources.database.engines import Connect, Database, engine_of


def database_of(declared: Declaration) -> Database:
    """The database that a declaration's connection leads to; nothing is connected to yet.

    Raises:
        UnknownConnection: there is no connection of that id.
        KuuloError: it is no connection to an SQL database, or its provider is not installed.
    """
    try:
        connection = Connection.get(declared.connection)
        mask_connection(connection)
        hook = connection.get_hook()
    except AirflowNotFoundException:
        raise UnknownConnection(
            f"{declared.label}: there is no such Airflow connection: set AIRFLOW_CONN_{declared.connection.upper()}, "
            "or add it under Admin, Connections"
        ) from None
    except Exception as error:  # its text may quote the connection
        raise KuuloError(
            f"{declared.label}: the connection cannot be used ({type(error).__name__}): check its type, and that the provider of "
            "this type is installed"
        ) from None
    if not isinstance(hook, DbApiHook):
        raise KuuloError(f"{declared.label}: type {hook.conn_type!r} is no SQL database: name another connection")
    dialect = "sqlite" if hook.conn_type == "sqlite" else hook.dialect_name
    connect = _read_only_file(hook) if dialect == "sqlite" else hook.get_conn
    return Database(_guarded(connect, declared), engine_of(dialect), hook.placeholder)


def _read_only_file(hook: Any) -> Connect:
    """SQLite's hook would make an empty file where there is none, and could write."""
    path = hook.get_uri().removeprefix("sqlite:///").split("?")[0].rstrip("/")
    return lambda: sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)


def _guarded(connect: Connect, declared: Declaration) -> Callable[[], Any]:
    """Errors of a driver go on to whoever reads; of others only the kind is told."""

    def guarded() -> Any:
        try:
            return connect()
        except Exception as error:
            if is_of_driver(error):
                raise
            raise KuuloError(
                f"{declared.label}: no connection ({type(error).__name__}): check host, port and extra of the connection"
            ) from None

    return guarded
