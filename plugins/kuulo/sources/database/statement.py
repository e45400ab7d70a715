"""The SQL that reads a declaration's window: names quoted, values always parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kuulo.sources.database.declaration import Declaration
from kuulo.sources.database.engines import Database
from kuulo.sources.database.query_text import with_placeholders

_HOLE = "\0"  # stands where a value goes, until the statement is whole; no YAML and no name can hold it


@dataclass(frozen=True)
class Statement:
    """SQL and the values of its placeholders, in order."""

    sql: str
    values: tuple[Any, ...] = ()

    def run(self, cursor: Any) -> None:
        """Execute it."""
        if self.values:
            cursor.execute(self.sql, self.values)
        else:
            cursor.execute(self.sql)  # with no values, drivers read a percent sign as it is


@dataclass(frozen=True)
class Statements:
    """The statements of one declaration against one database.

    Attributes:
        given: the values of a query's own parameters by name.
    """

    declaration: Declaration
    database: Database
    given: dict[str, Any]

    def header(self) -> Statement:
        """No rows, for the names of the columns."""
        relation, values = self._relation()
        return self._statement(f"select * from {relation} where 1 = 0", values)  # noqa: S608  quoted names, or the user's query

    def span(self, watermark: str) -> Statement:
        """The least and the greatest watermark."""
        (relation, values), marked = self._relation(), self.database.engine.named(watermark)
        return self._statement(f"select min({marked}), max({marked}) from {relation}", values)  # noqa: S608  as above

    def rows(self, columns: Sequence[str], order: Sequence[str], between: tuple[str, Any, Any] | None) -> Statement:
        """The rows in order: those whose watermark, named first of `between`, is in its [lower, upper), or all."""
        named, (relation, values) = self.database.engine.named, self._relation()
        sql = f"select {', '.join(map(named, columns))} from {relation}"  # noqa: S608  as above
        if between:
            watermark, lower, upper = between
            sql += f" where {named(watermark)} >= {_HOLE} and {named(watermark)} < {_HOLE}"
            values = (*values, lower, upper)
        return self._statement(sql + (f" order by {', '.join(map(named, order))}" if order else ""), values)

    def _relation(self) -> tuple[str, tuple[Any, ...]]:
        """The table, or the query in brackets, where no statement that writes can stand."""
        if self.declaration.table:
            return ".".join(map(self.database.engine.named, self.declaration.table)), ()
        query, names = with_placeholders(self.declaration.query, _HOLE)
        return f"(\n{query}\n) kuulo_rows", tuple(self.given[name] for name in names)

    def _statement(self, sql: str, values: tuple[Any, ...]) -> Statement:
        if values and self.database.placeholder == "%s":
            sql = sql.replace("%", "%%")
        return Statement(sql.replace(_HOLE, self.database.placeholder), values)
