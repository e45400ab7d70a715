"""Runs odatapy, an OData 4 server that nobody here wrote, in place of Dataverse on the loopback address, for the proof environment.

    dataverse_server.py PORT TABLES

TABLES is a JSON file: {entity set: {"logical_name":, "key":, "columns": {name: Edm type}, "tracked": bool}}. The
entity model is made of it; what is asked is parsed, checked against the model and answered by odatapy. Around it stand a check of the
bearer token and the definitions of tables, which are Dataverse's own and no part of OData. It knows nothing of Kuulo.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from odatapy.data import Entity
from odatapy.edm.csdl import (
    CsdlAbstractEdmProvider,
    CsdlEntityContainer,
    CsdlEntitySet,
    CsdlEntityType,
    CsdlProperty,
    CsdlPropertyRef,
    CsdlSchema,
)
from odatapy.server import OData
from odatapy.server.adapters import ODataWSGIApp
from odatapy.server.inmemory import InMemoryDataStore, InMemoryProcessor

BASE, NAMESPACE, TOKEN = "/api/data/v9.2", "mscrm", "canary-77"
_DEFINITION = re.compile(rf"{BASE}/EntityDefinitions\(LogicalName='(\w+)'\)")
Tables = dict[str, dict[str, Any]]


class Model(CsdlAbstractEdmProvider):
    """The entity model of the tables."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def get_schemas(self) -> list[CsdlSchema]:
        """One schema with a type and a set for each table."""
        types = [
            CsdlEntityType(
                name=table["logical_name"],
                key=[CsdlPropertyRef(name=table["key"])],
                properties=[CsdlProperty(name=n, type=kind, nullable=n != table["key"]) for n, kind in table["columns"].items()],
            )
            for table in self._tables.values()
        ]
        sets = [CsdlEntitySet(name=name, type=f"{NAMESPACE}.{table['logical_name']}") for name, table in self._tables.items()]
        return [CsdlSchema(namespace=NAMESPACE, entity_types=types, entity_container=CsdlEntityContainer(name="System", entity_sets=sets))]


def _definition(table: dict[str, Any], name: str) -> dict[str, Any]:
    attributes = [{"LogicalName": re.sub(r"^_(.+)_value$", r"\1", column)} for column in table["columns"]]
    return {
        "LogicalName": table["logical_name"],
        "EntitySetName": name,
        "ChangeTrackingEnabled": table["tracked"],
        "Attributes": attributes,
    }


def _application(tables: Tables) -> Callable[..., Iterable[bytes]]:
    odata = OData.new_instance()
    handler = odata.create_handler(odata.create_service_metadata(Model(tables)))
    store = InMemoryDataStore()
    for name in tables:
        store.set_entities(name, list[Entity]())
    handler.register(InMemoryProcessor(store))
    service = ODataWSGIApp(handler, mount_path=BASE)
    definitions = {table["logical_name"]: _definition(table, name) for name, table in tables.items()}

    def answer(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        if environ.get("HTTP_AUTHORIZATION") != f"Bearer {TOKEN}":
            start("401 Unauthorized", [("Content-Type", "application/json"), ("Content-Length", "2")])
            return [b"{}"]
        if match := _DEFINITION.fullmatch(environ["PATH_INFO"]):
            found = definitions.get(match[1])
            body = json.dumps(found or {"error": {"code": "0x80060888"}}).encode()
            start("200 OK" if found else "404 Not Found", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            return [body]
        return service(environ, start)

    return answer


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    with make_server(
        "127.0.0.1", int(sys.argv[1]), _application(json.loads(Path(sys.argv[2]).read_text())), handler_class=_Quiet
    ) as server:
        server.serve_forever()
