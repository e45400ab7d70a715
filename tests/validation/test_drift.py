"""Names of fields as receipts and the mart pipeline_health tell them: a field's, never a person's."""

import pytest

from kuulo.sources.canonical import FILES
from kuulo.sources.hubspot import HUBSPOT
from kuulo.sources.survicate import SURVICATE
from kuulo.validation.drift import field_names

PEOPLE = [
    "Anna.Virtanen",
    "anna.virtanen",
    "Anna",
    "Virtanen, Anna",
    "Anna-Liisa",
    "anna@post.example",
    "+358 40 1234567",
    "properties.Anna",
]


def test_names_of_people_are_counted_and_fields_of_a_file_told() -> None:
    """A wide export may have a column an agent."""
    told = field_names([*PEOPLE, "mood", "net_promoter_score", "custom_field_7", "createdAt"], FILES, FILES.stream("contacts"))
    assert told == ("custom_field_7", "mood", "net_promoter_score", f"and {len(PEOPLE) + 1} others")


def test_a_vendors_fields_are_told_as_vendors_write_them() -> None:
    names = ["createdAt", "hs_object_id", "properties.hs_mood", "_ownerid_value", *PEOPLE]
    told = field_names(names, HUBSPOT, HUBSPOT.stream("contacts"))
    assert told == ("_ownerid_value", "createdAt", "hs_object_id", "properties.hs_mood", f"and {len(PEOPLE)} others")


@pytest.mark.parametrize("name", ["response.mood", "answers.mood"])
def test_what_survicates_rows_keep_is_told_below_what_it_belongs_to(name: str) -> None:
    assert field_names([name], SURVICATE, SURVICATE.stream("responses")) == (name,)
