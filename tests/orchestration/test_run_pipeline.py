"""What `make run` says on the screen of what it has done."""

from datetime import UTC, datetime

import pytest

from kuulo.landing.receipt import RunReceipt, write_run_receipt
from kuulo.orchestration.run_pipeline import _what_entered
from kuulo.settings import Settings


@pytest.mark.parametrize(
    ("stopped", "told"),
    [
        (0, "12 rows received, 9 validated, 2 quarantined, 1 exact duplicates"),
        (5, "17 rows received, 9 validated, 2 quarantined, 1 exact duplicates, 5 held back"),
    ],
)
def test_rows_of_a_stopped_batch_are_told_as_held_back(settings: Settings, stopped: int, told: str) -> None:
    """They are neither refused nor lost."""
    receipt = RunReceipt(
        run="today", source="files", stream="orders", finished_at=datetime(2026, 1, 6, tzinfo=UTC), status="stopped",
        received=12 + stopped, validated=9, quarantined={"typed:amount": 2}, duplicates=1,
    )  # fmt: skip
    write_run_receipt(settings, receipt)
    assert _what_entered(settings, "today") == told
    assert _what_entered(settings, "yesterday") == "nothing new"
