"""What Airflow is told of the sources: a type of connection each, so that its form has a `Test` button for them.

Airflow learns of types from installed distributions only. `plugins/kuulo-0.1.0.dist-info` makes one of the folder that is on
the path anyway: nothing is installed, and the locked environment stays what its hashes say.
"""

from typing import Any

from kuulo.sources.catalog import SOURCES
from kuulo.sources.source import Source


def connection_type(source: Source) -> str:
    """The type of the source's connections; the prefix keeps it apart from those of other providers."""
    return f"kuulo_{source.name}"


def hook_name(source: Source) -> str:
    """The name of the class behind the source's connections."""
    return f"{source.name.title().replace('_', '')}Connection"


def with_an_api() -> list[Source]:
    """The sources that are asked over HTTP."""
    return [source for source in SOURCES.values() if source.manners is not None]


def provider_info() -> dict[str, Any]:
    """The connection types, as Airflow's schema provider_info wants them."""
    return {
        "package-name": "kuulo",
        "name": "Kuulo",
        "description": "Connections of the voice-of-the-customer warehouse's sources.",
        "connection-types": [
            {
                "connection-type": connection_type(source),
                "hook-class-name": f"kuulo.orchestration.connection_hooks.{hook_name(source)}",
                "hook-name": f"Kuulo: {source.name}",
                "ui-field-behaviour": {
                    "hidden-fields": ["port", "schema"],
                    "relabeling": {"password": "Key, token or client secret"},
                    "placeholders": {"host": source.base_url, "conn_id": source.name},
                },
            }
            for source in with_an_api()
        ],
    }
