"""Intercom's published OpenAPI specification, and where it is known to say otherwise than the live API.

Each deviation is a change to a copy in memory, with its reason; nothing else of the specification is changed.
"""

from collections.abc import Iterator
from typing import Any, cast

import yaml

from tests.proof.specifications import Deviation, Specification, put_right, specification_path


def _schemas(part: Any) -> Iterator[dict[str, Any]]:
    """Every object in a part of a specification, the part itself first."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from _schemas(inner)


def _links_are_any_text(specification: Specification) -> None:
    for schema in _schemas(specification["components"]["schemas"]):
        if schema.get("format") == "uri":
            del schema["format"]


def _custom_attributes_are_of_any_type(specification: Specification) -> None:
    for schema in _schemas(specification["components"]["schemas"]):
        attributes = schema.get("custom_attributes")
        if isinstance(attributes, dict) and isinstance(attributes.get("additionalProperties"), dict):
            attributes["additionalProperties"] = {"nullable": True}


DEVIATIONS = (
    Deviation(
        "links and `type` of lists are said to be URIs, but the specification's own examples are paths and words", _links_are_any_text
    ),
    Deviation(
        "custom attributes are said to be texts, but the specification's own example has numbers and truth values",
        _custom_attributes_are_of_any_type,
    ),
)


def as_published() -> Specification:
    """The specification as Intercom publishes it, version 2.14."""
    text = specification_path("intercom-2.14.yaml").read_text()
    return cast(Specification, yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def as_lived() -> Specification:
    """The same, with the known deviations put right."""
    return put_right(as_published(), DEVIATIONS)
