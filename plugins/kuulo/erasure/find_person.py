"""All ids and e-mails of a person: what the warehouse's identity resolution joins."""

import duckdb

from kuulo.erasure.person_request import BadRequest, PersonRequest
from kuulo.errors import KuuloError
from kuulo.settings import Settings
from kuulo.warehouse.build import BuildFailed, build_marts

_MOST_CUSTOMERS = 3  # as var identity_email_max_customers in dbt_project.yml
_SAME = """
    select node from intermediate.int_customer_identities
    where customer_key in (select customer_key from intermediate.int_customer_identities where node = ?)
"""


class UnknownPeople(KuuloError):
    """Nothing can tell now which ids are one person's; the requests stay."""


def join_ids_of_people(settings: Settings, *, run: str) -> None:
    """Build the marts, so that ids which came since the last build are joined too; if that fails, what was built before counts.

    Raises:
        UnknownPeople: the build failed, and there is none before it: a person would be known by the one id that is asked for.
    """
    try:
        build_marts(settings, run=run)
    except BuildFailed as error:
        if not _knows_people(settings):
            raise UnknownPeople(
                f"nobody can be found by all ids, since there is no warehouse: mend its build, then run again, the requests stay: {error}"
            ) from None


def _knows_people(settings: Settings) -> bool:
    if not settings.warehouse.exists():
        return False
    try:
        with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
            connection.execute("select 1 from intermediate.int_customer_identities limit 1")
    except duckdb.Error:
        return False
    return True


def _pairs(connection: duckdb.DuckDBPyConnection) -> str:
    names = connection.execute("""
        select table_name from information_schema.tables
        where table_schema = 'intermediate' and table_name like 'int\\_%\\_\\_identity\\_pairs' escape '\\'
    """).fetchall()
    return " union all ".join(
        f'select node, other_node from intermediate."{name}" union all select other_node, node from intermediate."{name}"'  # noqa: S608
        for (name,) in names
    )


def _customers_beside(connection: duckdb.DuckDBPyConnection, email: str) -> int:
    """How many of the company's customers an e-mail stands beside, itself or by a vendor's id."""
    pairs = _pairs(connection)
    if not pairs:
        return 0
    row = connection.execute(
        f"""
        with pairs (here, there) as ({pairs}),
        beside as (select there from pairs where here = $email union select $email)
        select count(distinct pairs.there) from pairs join beside on pairs.here = beside.there where pairs.there like 'company:%'
        """,  # noqa: S608  names of models
        {"email": email},
    ).fetchone()
    return int(row[0]) if row else 0


def nodes_of(settings: Settings, request: PersonRequest) -> set[str]:
    """Every node of the person's identity graph, the one asked for among them; that alone where the warehouse knows nobody by it.

    Raises:
        BadRequest: the e-mail is shared by too many customers to tell one from another.
    """
    if not settings.warehouse.exists():
        return {request.node}
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        try:
            found = {node for (node,) in connection.execute(_SAME, [request.node]).fetchall()}
            if not found and request.node.startswith("email:") and _customers_beside(connection, request.node) > _MOST_CUSTOMERS:
                raise BadRequest(
                    f"request {request.name}: more than {_MOST_CUSTOMERS} customers share this e-mail, so that it names nobody: "
                    "ask by a customer number"
                )
        except (duckdb.CatalogException, duckdb.BinderException):
            found = set()  # nothing has been built yet
    return found | {request.node}


def customer_keys(settings: Settings, nodes: set[str]) -> set[str]:
    """The keys that the marts know the person by."""
    if not settings.warehouse.exists():
        return set()
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        try:
            query = "select distinct customer_key from intermediate.int_customer_identities where list_contains(?, node)"
            return {key for (key,) in connection.execute(query, [sorted(nodes)]).fetchall()}
        except (duckdb.CatalogException, duckdb.BinderException):
            return set()
