"""Intercom's published OpenAPI specification, and where it is known to say otherwise than the live API.

Each deviation is a change to a copy in memory, with its reason; nothing else of the specification is changed.
"""

from collections.abc import Iterator
from copy import deepcopy
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


def _references_may_be_null(specification: Specification) -> None:
    for schema in _schemas(specification["components"]["schemas"]):
        if schema.get("nullable") and "$ref" in schema:
            schema["anyOf"] = [{"$ref": schema.pop("$ref")}, {"nullable": True, "enum": [None]}]


_NULL_UNTIL_THERE_IS_SOMETHING_TO_TELL = {
    "conversation_statistics": None,  # all of its fields
    "conversation_rating": ("rating", "remark"),
    "ticket": ("snoozed_until",),
    "contact": ("email",),
    "conversation_part_author": ("email",),
}


def _fields_may_be_null(specification: Specification) -> None:
    for name, fields in _NULL_UNTIL_THERE_IS_SOMETHING_TO_TELL.items():
        properties = specification["components"]["schemas"][name]["properties"]
        for field in fields or properties:
            if "$ref" not in properties[field]:
                properties[field]["nullable"] = True


def _teammates_have_numbers(specification: Specification) -> None:
    schemas = specification["components"]["schemas"]
    teammate = deepcopy(schemas["reference"])
    teammate["properties"]["id"] = {"oneOf": [teammate["properties"]["id"], {"type": "integer"}]}
    schemas["conversation_rating"]["properties"]["teammate"] = teammate


DEVIATIONS = (
    Deviation(
        "links and `type` of lists are said to be URIs, but the specification's own examples are paths and words", _links_are_any_text
    ),
    Deviation(
        "custom attributes are said to be texts, but the specification's own example has numbers and truth values",
        _custom_attributes_are_of_any_type,
    ),
    Deviation(
        "`nullable` beside a `$ref` counts for nothing in OpenAPI 3.0, but the specification's own examples have null there",
        _references_may_be_null,
    ),
    Deviation(
        "statistics are null until it happens, a rating until it is given, `snoozed_until` where nothing is snoozed (so its description), "
        "an address where none is known",
        _fields_may_be_null,
    ),
    Deviation(
        "the id of a rated teammate is said to be a text; Intercom's guides show a number, as everywhere else", _teammates_have_numbers
    ),
)


def as_published() -> Specification:
    """The specification as Intercom publishes it, version 2.14."""
    text = specification_path("intercom-2.14.yaml").read_text()
    return cast(Specification, yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def as_lived() -> Specification:
    """The same, with the known deviations put right."""
    return put_right(as_published(), DEVIATIONS)
