"""What a build is made from: verdicts count, not who came to them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import UnreadableReceipt, ValidationReceipt, write_receipt
from kuulo.settings import Settings
from kuulo.warehouse.made_from import inputs, reporting_date


def _judged(settings: Settings, batch: str, day: int, **changes: Any) -> Path:
    place = BatchPlace(settings, "files", "contacts", batch)
    told: dict[str, Any] = {
        "run": "run-1", "window_start": datetime(2026, 1, day, tzinfo=UTC), "window_end": datetime(2026, 1, day + 1, tzinfo=UTC),
        "received": 5, "validated": 4, "quarantined": {"required:contact_id": 1}, "duplicates": 0, "status": "validated", "message": "",
        "fingerprint": "f", "seconds": 0.1,
    }  # fmt: skip
    write_receipt(place.validated_receipt, ValidationReceipt(source="files", stream="contacts", batch=batch, **{**told, **changes}))
    return place.validated_receipt


def test_a_batch_that_is_judged_again_alike_is_the_same(tmp_path: Path) -> None:
    """A stopped batch is judged in every run: were its receipt another each time, no build could take on from the one before."""
    settings = Settings(home=tmp_path)
    _judged(settings, "good", 1)
    _judged(settings, "stopped", 2, status="stopped", validated=0, message="field contact_id is missing")
    before = inputs(settings)
    _judged(settings, "stopped", 2, status="stopped", validated=0, message="field contact_id is missing", run="run-2", seconds=7.0)
    after = inputs(settings)
    assert (after["batches"], after["fingerprint"], after["rows"]) == (before["batches"], before["fingerprint"], 4)
    assert after["as_of"] == reporting_date(settings) == datetime(2026, 1, 2, tzinfo=UTC)
    _judged(settings, "good", 1, validated=3, quarantined={"required:contact_id": 2})
    changed = inputs(settings)
    assert {place for place, verdict in changed["batches"].items() if verdict != before["batches"][place]} == {"files/contacts/good"}
    assert changed["fingerprint"] != before["fingerprint"]


def test_a_whole_table_that_is_read_again_alike_is_the_same_at_a_later_instant(tmp_path: Path) -> None:
    """Its one batch ends later each day: were it another for that, no day could be built as an increment."""
    settings = Settings(home=tmp_path)
    _judged(settings, "whole", 1)
    before = inputs(settings)
    _judged(settings, "whole", 2)
    after = inputs(settings)
    assert after["batches"] == before["batches"]
    assert after["as_of"] == datetime(2026, 1, 3, tzinfo=UTC)
    assert after["fingerprint"] != before["fingerprint"], "the marts tell of another instant"
    _judged(settings, "whole", 2, fingerprint="other rows")
    assert inputs(settings)["batches"] != before["batches"]


@pytest.mark.parametrize("damage", ["", "{}", '{"status": "validated"'])
def test_x15_a_damaged_receipt_is_named_with_the_remedy(tmp_path: Path, damage: str) -> None:
    settings = Settings(home=tmp_path)
    _judged(settings, "good", 1).write_text(damage)
    with pytest.raises(UnreadableReceipt, match=r"files/contacts/good/receipt\.json is damaged.*remove the file and run again"):
        inputs(settings)
