"""What a driver says went wrong, named by its remedy. Its own text is never repeated: it may quote a row or a password."""

from kuulo.errors import KuuloError
from kuulo.sources.api_errors import BadCredentials, RetryLater, SourceContractBroken
from kuulo.sources.database.declaration import Declaration

_COLUMN = "a column that it names is not there: check `columns` and the query"
_TABLE = "the table is not there, or the connection's user may not see it: check `table` (schema.table), or the query"
_WRITES = "it writes, and only reading is allowed: write a select"
_SYNTAX = "the database does not understand the query: run it by hand, and mend it"
_TIMEOUT = "the database took longer than `timeout`: index the watermark column, read a smaller window, or raise `timeout`"
_PERMISSION = "the connection's user may not read it: grant select on what it reads"
_REFUSED = "the database refuses the connection's login: check user, password and database name of the connection"
_AWAY = "the database is out of reach or busy: run it again later, what was read is kept"
_COMPARED = "the watermark column cannot be compared with times: declare its `format`"
_UNKNOWN = "the database refuses what is asked: run the query by hand, and mend the declaration"
_VALUE = "the database holds a value that cannot be read, such as a time outside the years 1 to 9999: leave it out by a query"

# By the beginning of the SQLSTATE, the longest that fits.
_BY_STATE: dict[str, tuple[type[KuuloError], str]] = {
    "08": (RetryLater, _AWAY),
    "53": (RetryLater, _AWAY),
    "57P": (RetryLater, _AWAY),
    "25P": (RetryLater, _AWAY),  # the server ended a transaction that waited for us
    "40": (RetryLater, _AWAY),
    "55P03": (RetryLater, _AWAY),
    "28": (BadCredentials, _REFUSED),
    "3D": (BadCredentials, _REFUSED),
    "42501": (BadCredentials, _PERMISSION),
    "42P01": (SourceContractBroken, _TABLE),
    "3F": (SourceContractBroken, _TABLE),
    "42703": (SourceContractBroken, _COLUMN),
    "42883": (SourceContractBroken, _COMPARED),
    "42804": (SourceContractBroken, _COMPARED),
    "42": (SourceContractBroken, _SYNTAX),
    "25006": (SourceContractBroken, _WRITES),
    "0A000": (SourceContractBroken, _WRITES),
    "57014": (SourceContractBroken, _TIMEOUT),
    "22": (SourceContractBroken, _VALUE),
}
# By what stands in the text, for drivers without a SQLSTATE, and for connections that did not come about.
_BY_TEXT: tuple[tuple[str, type[KuuloError], str], ...] = (
    ("authentication failed", BadCredentials, _REFUSED),
    ("no password supplied", BadCredentials, _REFUSED),
    ("pg_hba.conf", BadCredentials, _REFUSED),
    ("role .. does not exist", BadCredentials, _REFUSED),
    ("database .. does not exist", BadCredentials, _REFUSED),
    ("no such table", SourceContractBroken, _TABLE),
    ("no such column", SourceContractBroken, _COLUMN),
    ("readonly", SourceContractBroken, _WRITES),
    ("syntax error", SourceContractBroken, _SYNTAX),
    ("interrupted", SourceContractBroken, _TIMEOUT),
    ("unable to open", BadCredentials, "the database's file is not there or may not be read: check the path in the connection"),
    ("not a database", BadCredentials, "the file is no SQLite database: check the path in the connection"),
    ("malformed", BadCredentials, "the database's file is damaged: let its owner mend it"),
)
_DRIVERS_NAMES = {"Error", "DatabaseError", "InterfaceError"}


def is_of_driver(error: Exception) -> bool:
    """Whether a driver raised it: DB-API 2 names the roots of its errors."""
    return any(kind.__name__ in _DRIVERS_NAMES for kind in type(error).__mro__)


def told(error: Exception, declaration: Declaration) -> KuuloError:
    """The error as Kuulo says it: declaration, connection, remedy, and the SQLSTATE for those who know it."""
    state = str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")
    kind, remedy = _by_state(state) if state else _by_text(error)
    return kind(f"{declaration.label}: {remedy} ({state or type(error).__name__})")


def _by_state(state: str) -> tuple[type[KuuloError], str]:
    for length in range(len(state), 1, -1):
        if found := _BY_STATE.get(state[:length]):
            return found
    return SourceContractBroken, _UNKNOWN


def _by_text(error: Exception) -> tuple[type[KuuloError], str]:
    text = str(error)
    for words, kind, remedy in _BY_TEXT:
        if all(word in text for word in words.split(" .. ")):
            return kind, remedy
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & {"OperationalError", "InterfaceError"}:
        return RetryLater, _AWAY
    return SourceContractBroken, _VALUE if "DataError" in kinds else _UNKNOWN
