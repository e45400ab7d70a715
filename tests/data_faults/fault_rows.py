"""The faulty rows themselves, by fault: as lines of a file of answers, and as a vendor's answers.

Expected are the accounts (rows received, refused by rule; the others enter); the mart of the metric counts those that enter.
"""

from dataclasses import dataclass, field
from typing import Any

TEN_MB = "x" * 10_000_000
RAW = "<raw>"
"""A score that Python cannot write as JSON stands in the line as `"<raw>1e400"`, and without quotes when it is sent."""


@dataclass(frozen=True)
class Fault:
    """Rows that differ from a good one in what they name, and what becomes of them.

    Attributes:
        rows: of each row what is not as in a good one.
        refused: how many are refused, by rule.
        touchpoint: what the rows of a file are known by in `nps_by_day` where it is not their survey.
    """

    rows: list[dict[str, Any]]
    refused: dict[str, int] = field(default_factory=dict)
    touchpoint: str = ""

    @property
    def entering(self) -> int:
        return len(self.rows) - sum(self.refused.values())


def _scores(*scores: Any) -> list[dict[str, Any]]:
    return [{"score": score} for score in scores]


def _times(*times: Any) -> list[dict[str, Any]]:
    return [{"at": at} for at in times]


def _comments(*comments: Any) -> list[dict[str, Any]]:
    return [{"comment": comment} for comment in comments]


NOT_FINITE = _scores(9, f"{RAW}NaN", f"{RAW}Infinity", f"{RAW}-Infinity", f"{RAW}1e400", 9007199254740993)
WRONG_TIMES = _times(
    "2026-01-05T10:00:00Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2076-01-05T10:00:00Z",
    1767607872, 1767607872000, "2026-02-30T10:00:00Z",
)  # fmt: skip
ODD_TEXTS = _comments("\U0001f600", "\u202eright to left", "e\u0301", "a\0b", "\ufeffmark", "one\r\ntwo", "\ud83d half")
FORMULAS = _comments("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1")
SQL = [
    {"touchpoint": "'; drop table answers; --"}, {"touchpoint": '"x"'}, {"touchpoint": "{{ 7*7 }}"}, {"touchpoint": "{% raw %}"},
]  # fmt: skip

IN_A_FILE = {
    "D1": Fault([{"mood": "calm"}, {"mood": {"a": 1}}, {}]),
    "D3": Fault(_scores("9", 9.0, "9/10", True), {"typed:score": 2}),
    "D4": Fault([{"id": None}, {"id": "", "comment": "a"}, {"id": "  ", "comment": "b"}, {}], {"required:response_id": 3}),
    "D5": Fault([*NOT_FINITE, {"customer": 9007199254740993}], {"typed:record": 4, "typed:score": 1}),
    "D6": Fault(_scores(9, 11, -1, 6.5), {"on_scale:score": 3}),
    "D7": Fault(WRONG_TIMES, {"since_1990:submitted_at": 2, "not_future:submitted_at": 2, "typed:submitted_at": 3}),
    "D8": Fault(_times("2026-01-05T23:30:00Z", "2026-01-06T01:30:00+02:00", "2026-01-05T23:30:00")),
    "D9": Fault(ODD_TEXTS, {"typed:record": 1}),
    "D10": Fault(_comments(TEN_MB, TEN_MB + "x"), {"typed:comment": 1}),
    "D11": Fault(FORMULAS),
    "D12": Fault(SQL),
    "D13": Fault([{"survey": survey, "touchpoint": "D13"} for survey in ("../../x", "CON", "x" * 300, "a\0b")], touchpoint="D13"),
    "D14": Fault(_times("2025-12-19T10:00:00Z")),
    "D20": Fault([{"score": 5}, {"score": 5, "scale": "1-5"}, {"score": 9, "scale": "1-5"}], {"on_scale:score": 1}),
    "D21": Fault([{"id": "same-id"}]),
    "D22": Fault([{"email": "Ada.Kind@Example.COM"}, {"email": " ada.kind@example.com "}, {"email": "ada.kind@example.com"}]),
}
FROM_A_VENDOR = {
    "D1": Fault([{"mood": "calm"}, {"mood": {"a": 1}}, {}]),
    "D3": Fault(_scores("9", 9.0, "9/10", True), {"typed:score": 2}),
    "D4": Fault([{"id": None}, {"id": ""}, {"id": "  "}, {}], {"required:response_uuid": 2, "not_blank:response_uuid": 1}),
    "D5": Fault([*NOT_FINITE, {"user_id": 9007199254740993}], {"typed:score": 5}),
    "D6": Fault(_scores(9, 11, -1, 6.5), {"on_scale:score": 3}),
    "D7": Fault(WRONG_TIMES, {"since_1990:collected_at": 2, "not_future:collected_at": 2, "typed:collected_at": 3}),
    "D8": Fault(_times("2026-01-05T23:30:00Z", "2026-01-06T01:30:00+02:00", "2026-01-05T23:30:00")),
    "D9": Fault(ODD_TEXTS, {"typed:comment": 1}),
    "D10": Fault(_comments(TEN_MB[:-1000], TEN_MB + "x"), {"typed:comment": 1}),
    "D11": Fault(FORMULAS),
    "D12": Fault([{"language": row["touchpoint"]} for row in SQL]),
    "D13": Fault([{"language": "../../x"}, {"id": "../../x"}, {"id": "x" * 300}, {"id": "a\0b"}]),
    "D14": Fault(_times("2025-12-19T10:00:00Z")),
    "D15": Fault([{"at": "2026-01-06T10:00:00Z"}]),
    "D18": Fault(_times("2099-01-01T00:00:00Z", None, "2026-01-05T10:00:00Z"), {"not_future:collected_at": 1, "required:collected_at": 1}),
    "D21": Fault([{"id": "same-id"}]),
    "D22": Fault([{"email": "Ada.Kind@Example.COM"}, {"email": " ada.kind@example.com "}, {"email": "ada.kind@example.com"}]),
}
