"""The classes behind the sources' connections: Airflow calls their `test_connection` for the `Test` button of its form."""

from typing import ClassVar

from airflow.sdk import BaseHook

from kuulo.errors import KuuloError
from kuulo.orchestration.connections import credentials_of
from kuulo.orchestration.provider import connection_type, hook_name, with_an_api
from kuulo.sources.connection_check import check_connection
from kuulo.sources.source import Credentials, Source


class SourceConnection(BaseHook):  # type: ignore[misc]  # Airflow is not typed for this
    """A connection to one source; `provider.py` names the subclasses, one a source."""

    conn_name_attr = "conn_id"
    conn_type = ""
    hook_name = ""
    source: ClassVar[Source]

    def __init__(self, conn_id: str) -> None:
        super().__init__()
        self._conn_id = conn_id

    def get_conn(self) -> Credentials:
        """What the connection says."""
        return credentials_of(self.source, self._conn_id)

    def test_connection(self) -> tuple[bool, str]:
        """Whether every stream can be read, and one line a stream that says what is missing; never the secret."""
        try:
            check = check_connection(self.source, self.get_conn())
        except KuuloError as error:
            return False, str(error)
        return check.is_good, check.text


def _of(source: Source) -> type[SourceConnection]:
    said = {"conn_type": connection_type(source), "default_conn_name": source.name, "hook_name": f"Kuulo: {source.name}", "source": source}
    return type(hook_name(source), (SourceConnection,), said)


globals().update({hook_name(source): _of(source) for source in with_an_api()})
