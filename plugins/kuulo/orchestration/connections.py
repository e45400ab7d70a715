"""From an Airflow connection to plain credentials."""

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from kuulo.errors import KuuloError
from kuulo.orchestration.masking import mask, mask_connection
from kuulo.sources.source import Credentials, Source


class UnknownConnection(KuuloError):
    """No connection of the source's name exists."""


def credentials_of(source: Source, connection_id: str = "") -> Credentials:
    """The credentials in the Airflow connection whose id is the source's name, or in one that is only tested.

    The host may be a whole URL, a host name (then https), or empty (then the vendor's own address).

    Raises:
        UnknownConnection: there is none; the message says how to make one.
    """
    try:
        connection = Connection.get(connection_id or source.name)
    except AirflowNotFoundException:
        raise UnknownConnection(
            f"there is no Airflow connection {source.name!r}: set AIRFLOW_CONN_{source.name.upper()}, add it under Admin, "
            f"Connections, or set KUULO_SANDBOX=1 for the sandbox company"
        ) from None
    mask_connection(connection)
    credentials = Credentials(
        base_url=_base_url(source, connection),
        secret=connection.password or "",
        login=connection.login or "",
        extra={str(key): str(value) for key, value in (connection.extra_dejson or {}).items()},
        on_secret=mask,
    )
    _check_pace(source, credentials)
    return credentials


def _check_pace(source: Source, credentials: Credentials) -> None:
    try:
        credentials.pace  # noqa: B018  the property raises
    except ValueError:
        raise KuuloError(f"connection {source.name!r}: extra `pace` must be a positive number, 1 is the vendor's usual rate") from None


def _base_url(source: Source, connection: Connection) -> str:
    host = (connection.host or "").rstrip("/")
    if not host:
        return source.base_url
    if "://" in host:
        return host
    scheme = "http" if connection.conn_type == "http" and connection.schema != "https" else "https"
    return f"{scheme}://{host}" + (f":{connection.port}" if connection.port else "")
