"""Rows that the contract lets in and nobody expects: every edge at once, in a seeded random mix; and a few written by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.dbt_project.validated_rows import Row

AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
ONE_TICK = timedelta(microseconds=1)
# names that the marts themselves use, differences of case and space, other scripts, what SQL or a path might read
NAMES = [
    None,
    "",
    "  ",
    "all",
    "none",
    "unknown",
    "mixed",
    "null",
    "ALL",
    "Billing",
    "billing",
    " billing ",
    "ünï ☎ 客户",
    "it's; --",
    "a/b",
    "=1+1",
    "x" * 3000,
]
CUSTOMERS = [
    None,
    "",
    "  ",
    "k1",
    "K1",
    " k1 ",
    "k2",
    "k3",
    "k4",
    "k5",
    "all",
    "unknown",
    "email:a@b.fi",
    "客户",
    "y" * 2000,
    "nobody told of",
]
EMAILS = [None, "", "n/a", "a@b.fi", " A@B.FI ", "shared@b.fi", "two words@b.fi", "ü@ö.fi", "only@e.mail"]
MOMENTS = [
    datetime(1990, 1, 1, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
    datetime(2026, 5, 31, 10, 59, 59, tzinfo=UTC),
    datetime(2026, 5, 31, 11, tzinfo=UTC),
    datetime(2026, 6, 1, tzinfo=UTC),
    datetime(2026, 8, 24, 12, tzinfo=UTC),
    AS_OF - timedelta(days=90),
    AS_OF - timedelta(days=30),
    AS_OF - ONE_TICK,
    AS_OF,
    AS_OF + timedelta(hours=3),
]
LATER = [timedelta(0), ONE_TICK, timedelta(seconds=20), timedelta(hours=24), timedelta(hours=168), timedelta(days=40), timedelta(days=400)]
SECONDS = [None, 0.0, 0.1, 20, 20.000001, 1e5, 3e9]
COUNTS = [None, 0, 1, 2, 100_000]
TRUTHS = [None, True, False]
WEIGHTS = [None, 0, 0.69, 1.38, 2.76, 1e-9, 1e12]
SCALES = {
    "0-10": range(11),
    "1-10": range(1, 11),
    "0-6": range(7),
    "0-5": range(6),
    "1-2": [1, 2],
    "thumbs": [0, 1],
    "1-3": [1, 2, 3],
    "1-4": range(1, 5),
    "1-5": range(1, 6),
    "stars": [0.5, 2.5, 4, 5],
    "1-6": range(1, 7),
    "1-7": range(1, 8),
    "0-100": [0, 33, 79, 80, 100],
    "ces1_1-5_low_good": range(1, 6),
    "cli_1-6_low_good": range(1, 7),
    "beamer_1-5": range(1, 6),
    "beamer_1-3": [1, 2, 3],
}
METRICS = ["nps", "csat", "ces", "cli_recommend", "cli_repurchase", "cli_try_other", "emotion", "expectation", "experience", "other"]
HEADLINE = [("nps", "0-10"), ("csat", "1-5"), ("ces", "1-7")]


def _moment(rng: Random) -> datetime:
    return rng.choice([*MOMENTS, AS_OF - timedelta(hours=rng.uniform(0, 24 * 300))])


def _later(rng: Random, moment: datetime) -> str | None:
    """Some time after, which is not told of the future: a day after the reporting instant at most."""
    told = rng.choice([None, *(moment + wait for wait in LATER)])
    return str(told) if told and told < AS_OF + timedelta(hours=24) else None


def _whom(rng: Random) -> dict[str, Any]:
    return {"customer_id": rng.choice(CUSTOMERS), "email": rng.choice(EMAILS)}


def _answers(rng: Random, many: int) -> Iterator[Row]:
    for number in range(many):
        metric, scale = rng.choice([*HEADLINE, (rng.choice(METRICS), rng.choice(list(SCALES)))])
        yield {
            "response_id": f"r{rng.randrange(many // 2)}",
            "question_id": f"q:{number}",
            "survey_id": rng.choice(["", "all", "s", "S", "s:1"]),
            "metric": metric,
            "scale": scale,
            "score": rng.choice([None, *SCALES[scale]]),
            "submitted_at": str(_moment(rng)),
            "touchpoint": rng.choice(NAMES),
            "journey_stage": rng.choice(NAMES),
            "channel": rng.choice(NAMES),
            "language": rng.choice(NAMES),
            "comment": rng.choice(NAMES),
            "weight": rng.choice(WEIGHTS),
            "is_finished": rng.choice(TRUTHS),
            **_whom(rng),
        }


def _invites(rng: Random, many: int) -> Iterator[Row]:
    for number in range(many):
        sent = _moment(rng)
        yield {
            "invite_id": f"i{number}",
            "survey_id": rng.choice(["", "all", "s", "S", "s:1"]),
            "sent_at": str(sent),
            "delivered": rng.choice(TRUTHS),
            "opened_at": rng.choice([_later(rng, sent), str(MOMENTS[0])]),
            "responded_at": rng.choice([_later(rng, sent), str(MOMENTS[0])]),
            "response_id": rng.choice([None, "", "  ", f"r{rng.randrange(many)}"]),
            "channel": rng.choice(NAMES),
            "status": rng.choice([None, "", " Bounced ", "failed", "sent", "all"]),
            **_whom(rng),
        }


def _customers(rng: Random) -> Iterator[Row]:
    for customer in CUSTOMERS:
        if customer and customer.strip():
            yield {
                "customer_id": customer,
                "email": rng.choice(EMAILS),
                "account_id": rng.choice(NAMES),
                "segment": rng.choice(NAMES),
                "country": rng.choice(NAMES),
                "language": rng.choice(NAMES),
                "created_at": rng.choice([None, str(_moment(rng))]),
                "archived_at": rng.choice([None, str(_moment(rng))]),
            }
    yield {"customer_id": "has nothing"}


def _contacts(rng: Random, many: int) -> Iterator[Row]:
    for number in range(many):
        opened = _moment(rng)
        yield {
            "contact_id": f"c{number}",
            "case_id": rng.choice(NAMES),
            "channel": rng.choice(NAMES),
            "topic": rng.choice(NAMES),
            "team": rng.choice(NAMES),
            "direction": rng.choice([None, "inbound", " Outbound ", "all"]),
            "opened_at": str(opened),
            "answered_at": _later(rng, opened),
            "ended_at": _later(rng, opened),
            "first_reply_at": _later(rng, opened),
            "resolved_at": _later(rng, opened),
            "is_resolved": rng.choice(TRUTHS),
            "is_abandoned": rng.choice(TRUTHS),
            "is_bot": rng.choice(TRUTHS),
            "agent_id": rng.choice(NAMES),
            **{name: rng.choice(SECONDS) for name in ("wait_seconds", "talk_seconds", "hold_seconds", "wrap_seconds")},
            **{name: rng.choice(COUNTS) for name in ("agent_replies", "customer_replies", "reopen_count", "transfer_count")},
            **_whom(rng),
        }


def _subscriptions(rng: Random, many: int) -> Iterator[Row]:
    ends = [None, datetime(2199, 1, 1, tzinfo=UTC), AS_OF + timedelta(days=300)]
    for number in range(many):
        started = _moment(rng)
        ended = rng.choice([*ends, *(started + wait for wait in LATER)])
        yield {
            "subscription_id": f"s{number}",
            "customer_id": rng.choice([customer for customer in CUSTOMERS if customer and customer.strip()]),
            "plan": rng.choice(NAMES),
            "mrr": rng.choice([0, 0.004, 0.1, 0.2, 19.99, 1e9]),
            "currency": rng.choice([None, "", "EUR", "eur ", "USD", "none"]),
            "started_at": str(started),
            "ended_at": str(ended) if ended else None,
            "cancel_kind": rng.choice([None, "", " Involuntary ", "all"]),
        }


def _usage_events(rng: Random, many: int) -> Iterator[Row]:
    for number in range(many):
        yield {
            "event_id": f"e{number}",
            "event_name": rng.choice(["", "open", "all"]),
            "occurred_at": str(_moment(rng)),
            "session_id": rng.choice(NAMES),
            "duration_seconds": rng.choice(SECONDS),
            "quantity": rng.choice([None, 0, -3, 1e12]),
            **_whom(rng),
        }


def _orders(rng: Random, many: int) -> Iterator[Row]:
    for number in range(many):
        yield {
            "order_id": f"o{number}",
            "ordered_at": str(_moment(rng)),
            "amount": rng.choice([None, 0, -5, 1e15]),
            "currency": rng.choice([None, "eur", "none"]),
            "status": rng.choice([None, "", "abandoned", " Abandoned ", "paid"]),
            **_whom(rng),
        }


def odd_rows(seed: int, many: int = 1500) -> dict[tuple[str, str], list[Row]]:
    """Rows of every canonical stream, by stream; the same ones for the same seed."""
    rng = Random(seed)
    return {
        ("files", "customers"): list(_customers(rng)),
        ("files", "survey_answers"): list(_answers(rng, many)),
        ("files", "survey_invites"): list(_invites(rng, many)),
        ("files", "contacts"): list(_contacts(rng, many)),
        ("files", "subscriptions"): list(_subscriptions(rng, many // 10)),
        ("files", "usage_events"): list(_usage_events(rng, many)),
        ("files", "orders"): list(_orders(rng, many // 3)),
    }
