"""Great Expectations on DuckDB: the adapter that GX itself does not have.

GX asks DuckDB through SQLAlchemy (duckdb-sqlalchemy) and needs three things more than its own SQL engine gives: results that
outlive the connection they came over, regular expressions as `regexp_matches` (PostgreSQL's `~` is a full match on DuckDB, so
that `not_match_regex` would pass wrongly), and UTC on every connection. Importing this module imports GX (3 to 6 s).
"""

import logging
import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # noqa: TID251  GX reads it while it is imported, so no setting of ours can say it later

import great_expectations as gx
import sqlalchemy as sa
from duckdb_sqlalchemy import Dialect as DuckDBDialect
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults, ProgressBarsConfig
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

from kuulo.landing.disk_room import is_told_in

if TYPE_CHECKING:
    import duckdb
    from great_expectations.data_context import EphemeralDataContext

# The name by which GX's `get_dialect_regex_expression` knows a dialect of `REGEXP_MATCHES`; it has no entry for DuckDB.
_REGEXP_MATCHES = SimpleNamespace(DremioDialect=DuckDBDialect)
# Beyond it DuckDB spills to the data volume: a batch of five million rows then takes a third of the memory and no more time.
_MEMORY_LIMIT = "160MB"
_NO_MEMORY = ("OutOfMemoryException", "Out of Memory Error", "MemoryError")
_MOST_THREADS = 4  # each needs its share of the limit


def lacks_room(detail: str) -> bool:
    """Whether an error, as text with its kind, says that memory or disk ran out."""
    return is_told_in(detail) or any(sign in detail for sign in _NO_MEMORY)


def _pin_connection(connection: Any, _record: Any) -> None:
    connection.execute("SET TimeZone = 'UTC'")


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    """GX's SQL engine, with what DuckDB needs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect_module = _REGEXP_MATCHES
        sa.event.listen(self.engine, "connect", _pin_connection)

    def execute_query(self, query: Any) -> Any:
        """Run the query and keep its rows: DuckDB's cursor is gone once the connection is given back."""
        with self.get_connection() as connection:
            return self._execute_query_with_recovery(connection, query).freeze()()

    def execute_query_in_transaction(self, query: Any) -> Any:
        """The same: views and reads need no transaction of their own."""
        return self.execute_query(query)


_EngineType = type[DuckDBExecutionEngine]


class DuckDBDatasource(SQLDatasource):  # type: ignore[misc]
    """What `context.data_sources.add_duckdb` adds."""

    type: Literal["duckdb"] = "duckdb"

    @property
    def execution_engine_type(self) -> "_EngineType":
        """The engine that runs this datasource's rules."""
        return DuckDBExecutionEngine


class DuckDBWorkshop:
    """One in-memory DuckDB that GX and Kuulo share: Kuulo makes views in it, GX judges them.

    Attributes:
        context: GX's context; nothing of it is stored.
        connection: Kuulo's own connection to the same database.
    """

    _opened: ClassVar[int] = 0

    def __init__(self, spill_folder: Path) -> None:
        type(self)._opened += 1
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        self.context: EphemeralDataContext = gx.get_context(
            mode="ephemeral",
            project_config=DataContextConfig(
                store_backend_defaults=InMemoryStoreBackendDefaults(),
                analytics_enabled=False,
                progress_bars=ProgressBarsConfig(globally=False),
            ),
        )
        self.datasource: DuckDBDatasource = self.context.data_sources.add_duckdb(
            "duckdb", connection_string=f"duckdb:///:memory:kuulo_validation_{os.getpid()}_{self._opened}"
        )
        self.engine: DuckDBExecutionEngine = self.datasource.get_execution_engine()
        self._lent = self.engine.engine.raw_connection()  # held open: the database lives as long as a connection to it
        self.connection: duckdb.DuckDBPyConnection = self._lent.driver_connection
        self.connection.execute("SET temp_directory = ?", [str(spill_folder)])
        self.connection.execute("SET memory_limit = ?", [_MEMORY_LIMIT])
        self.connection.execute("SET threads = ?", [min(_MOST_THREADS, os.cpu_count() or 1)])
        self.connection.execute("SET autoinstall_known_extensions = false")

    def close(self) -> None:
        """Give the database back."""
        self._lent.close()
        self.engine.close()
