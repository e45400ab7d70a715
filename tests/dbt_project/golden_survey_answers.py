"""The worked examples of survey metrics as the answers and invitations that a survey would have had, one survey an example."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tests.conftest import SHARED

Answers = Iterator[dict[str, Any]]


def answers_of(survey: str, metric: str, scale: str, scores: Iterable[float | None], **more: Any) -> Answers:
    """One response a score to one question of a survey."""
    for number, score in enumerate(scores):
        yield {
            "survey_id": survey, "response_id": f"{survey}-{number}", "question_id": metric, "metric": metric, "scale": scale,
            "score": score, "submitted_at": "2026-05-04T10:00:00", **more,
        }  # fmt: skip


def _boxes(promoters: int, passives: int, detractors: int) -> list[int]:
    return [10] * promoters + [8] * passives + [3] * detractors


def _counted(counts: Iterable[int], first: int = 1) -> list[int]:
    return [score for score, count in enumerate(counts, first) for _ in range(count)]


def golden() -> dict[str, list[dict[str, Any]]]:
    """The worked examples by their metric."""
    given: dict[str, list[dict[str, Any]]] = json.loads((SHARED / "data" / "golden_metrics.json").read_text())
    return given


def golden_answers() -> Answers:
    """The answers behind every example of both files that is of a survey metric; the survey is named after the example."""
    examples = golden()
    for place, example in enumerate(examples["nps"]):
        if "p" in example:
            scores = _boxes(example["p"], example["n"], example["d"])
        elif "p_pct" in example:
            scores = _boxes(example["p_pct"], 100 - example["p_pct"] - example["d_pct"], example["d_pct"])
        else:
            scores = example.get("scores", _boxes(3, 2, 1))  # a half, a third and a sixth
        yield from answers_of(f"nps-{place}", "nps", "0-10", scores)
    for place, example in enumerate(examples["wilson95"]):
        good = [1] * example["x"] + [0] * (example["n"] - example["x"])
        yield from answers_of(f"wilson95-{place}", "csat", "thumbs", good)
    for place, example in enumerate(examples["csat_top2"][:2]):
        yield from answers_of(f"csat_top2-{place}", "csat", "1-5", _counted(example["counts_1_5"]))
    # good, bad, and two who were asked and said nothing
    yield from answers_of("csat_top2-2", "csat", "thumbs", [1] * 8 + [0] * 2 + [None] * 2)
    yield from answers_of("ces-0", "ces", "1-7", _counted(examples["ces"][0]["counts_1_7"]))
    for place, example in enumerate(examples["cli"]):
        scale = "0-10" if example["scale"] == "0-10" else "cli_1-6_low_good"
        yield from _items(f"cli-{place}", scale, example["q"])
    yield from _items("cli-cannot-answer", "cli_1-6_low_good", (2, None, 1))
    yield from _published()


def _items(survey: str, scale: str, scores: Iterable[float | None]) -> Answers:
    for metric, score in zip(("cli_recommend", "cli_repurchase", "cli_try_other"), scores, strict=True):
        yield from answers_of(survey, metric, scale, [score])


def _published() -> Answers:
    yield from answers_of("P01", "nps", "0-10", _boxes(32, 13, 6))
    yield from answers_of("P02", "nps", "0-10", (10, 10, 9, 9, 9, 8, 7, 4, 2, 1))
    yield from answers_of("P03", "nps", "0-10", (9, 10, 6, 8))
    yield from answers_of("P04", "nps", "0-10", (0, 7, 7, 9, 9, 9))
    for score in (0, 10, 7):
        yield from answers_of(f"P07-{score}", "nps", "0-10", [score])
    yield from answers_of("P08", "nps", "0-10", (-1, 11, 10, 7))
    yield from answers_of("P10", "ces", "1-7", (5, 6, 7, 5, 6, 7, 5, 6, 4, 1))
    yield from answers_of("P13", "csat", "1-10", (6, 7, 5, 3, 8, 9, 4, 10, 7, 1))
    for scale, greatest in P14_BOXES:
        yield from answers_of(f"P14-{greatest}", "csat", scale, range(1, greatest + 1))
    yield from answers_of("P15", "csat", "thumbs", [1] * 45 + [0] * 5)
    for greatest in P16_BOXES:
        yield from answers_of(f"P16-{greatest}", "nps", f"vendor_1-{greatest}", range(1, greatest + 1))


P14_BOXES = [("1-3", 3), ("1-4", 4), ("1-5", 5), ("1-6", 6), ("1-7", 7), ("1-10", 10)]
P16_BOXES = {3: (1, 1, 3), 5: (1, 3, 5), 7: (1, 4, 7), 10: (1, 6, 9)}


def _invite(survey: str, number: int, **more: Any) -> dict[str, Any]:
    return {"survey_id": survey, "invite_id": f"{survey}-{number}", "sent_at": "2026-05-02T10:00:00", "delivered": True, **more}


def aapor_invites() -> Answers:
    """The thousand invitations of the standard definitions' example; of the unknown ones nothing came back."""
    example = golden()["aapor"][0]
    kinds = [("complete", example["I"]), ("partial", example["P"]), ("silent", example["R"] + example["NC"]), ("unknown", example["U"])]
    for number, kind in enumerate(kind for kind, count in kinds for _ in range(count)):
        response = (
            {"responded_at": "2026-05-03T10:00:00", "response_id": f"aapor-{kind}-{number}"} if kind in ("complete", "partial") else {}
        )
        yield _invite("aapor", number, channel="email", **{"delivered": kind != "unknown", **response})


def trengo_invites() -> Answers:
    """Three invitations, one answered in time and one after it."""
    yield _invite("P20", 1, responded_at="2026-05-03T10:00:00")
    yield _invite("P20", 2, responded_at="2026-06-03T10:00:00")
    yield _invite("P20", 3)
