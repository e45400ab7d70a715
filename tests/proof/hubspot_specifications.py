"""HubSpot's published OpenAPI specifications, and where they are known to say otherwise than the live API.

Each deviation is a change to a copy in memory, with its reason; nothing else of a specification is changed.
"""

import json
from typing import Any

from tests.proof.specifications import Deviation, Specification, put_right, specification_path

NAMES = ("contacts-v3", "companies-v3", "deals-v3", "tickets-v3", "feedback_submissions-v3", "owners-v3", "pipelines-v3", "associations-v4")


def _schema(specification: Specification, name: str) -> dict[str, Any]:
    return specification["components"]["schemas"].get(name, {"properties": {}})  # type: ignore[no-any-return]


def _sorts_are_objects(specification: Specification) -> None:
    if sorts := _schema(specification, "PublicObjectSearchRequest")["properties"].get("sorts"):
        direction = {"type": "string", "enum": ["ASCENDING", "DESCENDING"]}
        fields = {"propertyName": {"type": "string"}, "direction": direction}
        sorts["items"] = {"type": "object", "required": [*fields], "properties": fields, "additionalProperties": False}


def _property_values_may_be_null(specification: Specification) -> None:
    for name in ("SimplePublicObject", "SimplePublicObjectWithAssociations"):
        if properties := _schema(specification, name)["properties"].get("properties"):
            properties["additionalProperties"] = {"type": "string", "nullable": True}


def _deals_by_name(specification: Specification) -> None:
    paths = specification["paths"]
    for path in [path for path in paths if "/objects/0-3" in path]:
        paths[path.replace("/objects/0-3", "/objects/deals")] = paths.pop(path)


def _owners_without_type(specification: Specification) -> None:
    owner = _schema(specification, "PublicOwner")
    if "type" in owner.get("required", ()):
        owner["required"].remove("type")


def _subcategories_are_texts(specification: Specification) -> None:
    if "subCategory" in (properties := _schema(specification, "StandardError")["properties"]):
        properties["subCategory"] = {"type": "string"}


def _contexts_without_an_example(specification: Specification) -> None:
    for name in ("Error", "ErrorDetail"):
        _schema(specification, name)["properties"].get("context", {}).pop("example", None)


DEVIATIONS = (
    Deviation(
        "sorts are objects of property and direction, as HubSpot's guide to search says; a text is one property's name", _sorts_are_objects
    ),
    Deviation("a property that was never set comes as null", _property_values_may_be_null),
    Deviation("an object type is named by its number here; the live API takes the name as well", _deals_by_name),
    Deviation("an owner's `type` is required, but the specification's own example of an owner has none", _owners_without_type),
    Deviation(
        "the subCategory of what failed in a batch is said to be an object; the live API gives a text, such as "
        "crm.associations.NO_ASSOCIATIONS_FOUND, and so does the specification for other errors",
        _subcategories_are_texts,
    ),
    Deviation("the example of an error's context is a text, where its schema has an object", _contexts_without_an_example),
)


def as_published(name: str) -> Specification:
    """A specification as HubSpot publishes it."""
    return json.loads(specification_path(f"hubspot-{name}.json").read_text())  # type: ignore[no-any-return]


def as_lived(name: str) -> Specification:
    """The same, with the known deviations put right."""
    return put_right(as_published(name), DEVIATIONS)
