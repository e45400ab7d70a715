"""How far a stream has been read without a hole."""

from datetime import UTC, datetime

from kuulo.landing.coverage import covered_until
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.whole_files import write_json
from kuulo.orchestration.landing_task_group import without_hole
from kuulo.sources.source import Window


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def land(settings, *spans: tuple[int, int]) -> None:
    for start, end in spans:
        write_json(BatchPlace(settings, "hubspot", "tickets", Window(day(start), day(end)).batch).landing_receipt, {})


def test_nothing_landed_is_no_coverage(settings):
    assert covered_until(settings, "hubspot", "tickets") is None


def test_windows_that_meet_or_overlap_are_one(settings):
    land(settings, (1, 3), (3, 4), (2, 6))
    assert covered_until(settings, "hubspot", "tickets") == day(6)


def test_a_window_behind_a_hole_does_not_count_until_the_hole_is_filled(settings):
    land(settings, (1, 3), (20, 21))
    assert covered_until(settings, "hubspot", "tickets") == day(3)
    land(settings, (3, 20))
    assert covered_until(settings, "hubspot", "tickets") == day(21)


def test_a_scheduled_window_begins_where_the_reading_stopped():
    window = Window(day(20), day(21))
    assert without_hole(window, day(3), None) == Window(day(3), day(21))
    assert without_hole(window, day(20), None) == window
    assert without_hole(window, day(21), None) == window
    assert without_hole(window, None, None) == window
    assert without_hole(window, None, day(1)) == Window(day(1), day(21))
