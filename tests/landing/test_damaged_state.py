"""X15: state that is damaged, empty or of a newer version is refused with the remedy, or is as good as lost."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kuulo.landing.cursors import cursor_for, moved_on
from kuulo.landing.receipt import UnreadableReceipt, read_landing_receipt
from kuulo.settings import Settings
from kuulo.sources.source import Window
from kuulo.sources.typeform import TYPEFORM
from tests.landing.landings import land, place_of, typed_rows
from tests.sources.test_typeform import Account, answer, response

START = datetime(2026, 1, 10, tzinfo=UTC)


def _newer(text: str) -> str:
    return json.dumps({**json.loads(text), "a_field_of_tomorrow": 1})


@pytest.mark.parametrize("damage", [lambda _: "", lambda text: text[:40], lambda _: "[]", _newer], ids=["empty", "torn", "other", "newer"])
def test_x15_a_receipt_that_cannot_be_read_is_named_with_the_remedy_which_works(settings: Settings, damage) -> None:
    account = Account({"f1": [response("t1", answer("q1", "number", 7)), response("t2", answer("q1", "number", 8))]}, page=1)
    receipts, _ = land(settings, TYPEFORM, "responses", account)
    place = place_of(settings, TYPEFORM, "responses")
    rows = typed_rows(settings, TYPEFORM, "responses")
    place.landing_receipt.write_text(damage(place.landing_receipt.read_text()))
    with pytest.raises(UnreadableReceipt, match=r"receipt\.json is damaged, or of a newer version of Kuulo: .* remove the file"):
        land(settings, TYPEFORM, "responses", account)
    place.landing_receipt.unlink()
    again, asked = land(settings, TYPEFORM, "responses", account)
    assert [request.path for request in asked] == []
    assert (again[0].received, again[0].sha256) == (receipts[0].received, receipts[0].sha256)
    assert typed_rows(settings, TYPEFORM, "responses") == rows
    assert read_landing_receipt(place) == again[0]


@pytest.mark.parametrize(
    "kept", [{}, {"cursor": "c"}, {"until": "2026-01-09"}, {"cursor": "c", "until": "soon"}, {"cursor": "c", "until": 7}]
)
def test_x15_a_cursor_that_cannot_be_read_is_as_good_as_lost(settings: Settings, kept: dict[str, object]) -> None:
    assert cursor_for(Window(START, START + timedelta(days=1)), kept) is None
    (receipt,), _ = land(settings, TYPEFORM, "responses", Account({"f1": []}))
    left = replace(receipt, cursor="c2")
    begun, ended = receipt.window_start.isoformat(), receipt.window_end.isoformat()
    assert moved_on(left, kept) == {"cursor": "c2", "since": begun, "until": ended}
