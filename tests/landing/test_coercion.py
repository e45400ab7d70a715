"""One value into its declared type: lossless or refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from kuulo.landing.coercion import CannotType, coercer
from kuulo.sources.source import Column

BIG = 2**63
DEEP: Any = []
for _ in range(5000):
    DEEP = [DEEP]


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("kind", "value", "typed"),
    [
        ("string", "a\0b", "ab"), ("string", "", None), ("string", "\0", None),
        ("string", 7, "7"), ("string", 2**80, str(2**80)),
        ("string", 9.5, "9.5"), ("string", True, "true"),
        ("string", "\U0001f600\u202e e\u0301", "\U0001f600\u202e e\u0301"), ("string", "  ", "  "),
        ("float64", "9", 9.0), ("float64", " 9.50 ", 9.5), ("float64", "-1e3", -1000.0), ("float64", ".5", 0.5), ("float64", 9, 9.0),
        ("float64", "", None), ("float64", 2**53, 2.0**53),
        ("int64", 9.0, 9), ("int64", "9", 9), ("int64", "9.0", 9), ("int64", "-0", 0), ("int64", BIG - 1, BIG - 1), ("int64", -BIG, -BIG),
        ("int64", " ", None), ("int64", str(BIG - 1), BIG - 1),
        ("boolean", True, True), ("boolean", "true", True), ("boolean", "False", False), ("boolean", 0, False), ("boolean", "", None),
        ("json", {"a": [1, "ä"]}, '{"a":[1,"ä"]}'),
        ("json", "text", '"text"'), ("json", 2**70, str(2**70)),
        ("json", {"a": "x\0"}, '{"a":"x"}'),
        ("date", "2026-01-31", date(2026, 1, 31)), ("date", "2026-01-31T00:00:00Z", date(2026, 1, 31)),
        ("date", date(2026, 1, 31), date(2026, 1, 31)),
        ("timestamp", "2026-01-05T10:11:12Z", moment(2026, 1, 5, 10, 11, 12)),
        ("timestamp", "2026-01-05T10:11:12.123Z", moment(2026, 1, 5, 10, 11, 12, 123000)),
        ("timestamp", "2026-01-05T10:11:12.123456789+02:00", moment(2026, 1, 5, 8, 11, 12, 123456)),
        ("timestamp", "2026-01-05 10:11:12", moment(2026, 1, 5, 10, 11, 12)), ("timestamp", "2026-01-05", moment(2026, 1, 5)),
        ("timestamp", "", None), ("timestamp", datetime(2026, 1, 5, 1, tzinfo=timezone(timedelta(hours=2))), moment(2026, 1, 4, 23)),
    ],
)  # fmt: skip
def test_lossless(kind: Any, value: Any, typed: Any) -> None:
    got = coercer(Column(name="x", type=kind))(value)
    assert got == typed
    assert type(got) is type(typed)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", {"a": 1}), ("string", [1]), ("string", "\ud800"), ("string", "x" * 10_000_001), ("string", float("nan")),
        ("float64", "9/10"), ("float64", True), ("float64", "nan"), ("float64", "1e400"), ("float64", float("inf")), ("float64", 2**53 + 1),
        ("float64", "1_0"), ("float64", "9,5"), ("float64", "٩"), ("float64", [9]), ("float64", 10**400),
        ("int64", 9.5), ("int64", "9.5"), ("int64", BIG), ("int64", str(BIG)), ("int64", True), ("int64", "1e3"), ("int64", float("nan")),
        ("boolean", 2), ("boolean", "yes"), ("boolean", 1.0), ("boolean", []),
        ("json", float("nan")), ("json", {"a": [float("inf")]}), ("json", ["\ud800"]), ("json", DEEP),
        ("date", "2026-01-31T10:00:00Z"), ("date", "31.1.2026"),
        ("timestamp", "2026-02-30T00:00:00Z"), ("timestamp", 1767571872000), ("timestamp", "1767571872000"), ("timestamp", "yesterday"),
        ("timestamp", "0001-01-01T00:00:00+02:00"), ("timestamp", "20260105"), ("timestamp", True), ("timestamp", 1.5),
    ],
)  # fmt: skip
def test_refused(kind: Any, value: Any) -> None:
    with pytest.raises(CannotType) as refusal:
        coercer(Column(name="x", type=kind))(value)
    assert not isinstance(value, str) or len(value) < 4 or value not in str(refusal.value)


@pytest.mark.parametrize(
    ("unit", "value", "typed"),
    [
        ("epoch_milliseconds", "1767607872123", moment(2026, 1, 5, 10, 11, 12, 123000)),
        ("epoch_milliseconds", 1767607872123, moment(2026, 1, 5, 10, 11, 12, 123000)),
        ("epoch_milliseconds", "2026-01-05T10:11:12.123Z", moment(2026, 1, 5, 10, 11, 12, 123000)),
        ("epoch_milliseconds", "-1", moment(1969, 12, 31, 23, 59, 59, 999000)),
        ("epoch_seconds", 1767607872, moment(2026, 1, 5, 10, 11, 12)),
    ],
)
def test_numbers_are_times_only_by_declaration(unit: Any, value: Any, typed: datetime) -> None:
    assert coercer(Column(name="x", type="timestamp", unit=unit))(value) == typed


def test_an_epoch_beyond_all_calendars_is_refused() -> None:
    with pytest.raises(CannotType, match="years 1 to 9999"):
        coercer(Column(name="x", type="timestamp", unit="epoch_seconds"))(10**15)
