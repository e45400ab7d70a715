"""What every Dataverse table's declaration has in common."""

from collections.abc import Callable
from typing import Any

from kuulo.sources.dynamics365_reading import TableReading
from kuulo.sources.dynamics365_rows import table_rows
from kuulo.sources.source import Column, ColumnType, Personal, Stream


def column(
    name: str, at: str, type: ColumnType = "string", *, required: bool = False, personal: Personal = "none", why: str = ""
) -> Column:
    """A column of a table by its logical name; `required` is a matter of living rows, tombstones have a key and a time only."""
    return Column(name=name, at=at, type=type, required=required, personal=personal, description=why)


def points_into(name: str, at: str) -> Column:
    """Which table a polymorphic lookup points into."""
    return Column(name=name, at=rf"{at}@Microsoft\.Dynamics\.CRM\.lookuplogicalname", description="logical name of the table")


def table(
    name: str, *columns: Column, logical_name: str, entity_set: str, key: Column, rows_of: Callable[..., Any] = table_rows, **more: Any
) -> Stream:
    """The stream of a table: its key, its columns, and the life of a row."""
    return Stream(
        name=name,
        reading=TableReading(logical_name=logical_name, entity_set=entity_set, key=key.at),
        rows_of=rows_of,
        primary_key=(key.name,),
        version_column="modified_at",
        columns=(
            key,
            *columns,
            Column(name="state_code", at="statecode", type="int64"),
            Column(name="created_at", at="createdon", type="timestamp", required=True),
            Column(name="modified_at", at="modifiedon", type="timestamp", required=True),
            Column(name="version_number", at="versionnumber", type="int64"),
            Column(name="is_deleted", type="boolean", description="true of a tombstone, else null"),
            Column(
                name="full_read_at",
                type="timestamp",
                description="of rows that came with all others of the table: when that reading's window ended",
            ),
        ),
        **more,
    )
