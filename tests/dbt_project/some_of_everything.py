"""Rows at random, always alike: every metric of the scorecard in every month and cut, and what the headline must not count."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from tests.dbt_project.validated_rows import Row

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SCALES = {"nps": ("0-10", 0, 10), "csat": ("1-5", 1, 5), "ces": ("1-7", 1, 7)}
LOYALTY = ("cli_recommend", "cli_repurchase", "cli_try_other")


def _answers(rng: Random) -> Iterator[Row]:
    for number in range(900):
        about = {
            "response_id": f"r{number}", "survey_id": rng.choice("xyz"), "touchpoint": rng.choice(["visit", "delivery"]),
            "journey_stage": rng.choice(["buy", "use"]), "channel": rng.choice(["email", "chat"]), "customer_id": f"k{rng.randrange(150)}",
            "submitted_at": str(BEGIN + timedelta(hours=rng.uniform(0, 24 * 235))), "weight": rng.choice([None, 0.5, 2]),
            "is_finished": True,
        }  # fmt: skip
        metric = rng.choice(["nps", "csat", "ces", "cli"])
        if metric == "cli":
            for item in LOYALTY[: rng.choice([2, 3, 3])]:
                yield about | {"question_id": item, "metric": item, "scale": "0-10", "score": rng.randint(0, 10)}
        else:
            scale, low, high = SCALES[metric]
            yield about | {"question_id": metric, "metric": metric, "scale": scale, "score": rng.randint(low, high)}
        if number % 10 == 0:  # what the headline must not count
            yield about | {"question_id": "other_nps", "metric": "nps", "scale": "0-6", "score": rng.randint(0, 6)}
            yield about | {"question_id": "other_ces", "metric": "ces", "scale": "ces1_1-5_low_good", "score": rng.randint(1, 5)}


def _invites(rng: Random) -> Iterator[Row]:
    for number in range(400):
        sent, delivered, answered = BEGIN + timedelta(hours=rng.uniform(0, 24 * 235)), rng.random() < 0.9, rng.random() < 0.3
        yield {
            "invite_id": f"i{number}", "survey_id": rng.choice("xyz"), "sent_at": str(sent), "delivered": delivered,
            "channel": rng.choice(["email", "chat"]), "responded_at": str(sent + timedelta(hours=1)) if answered else None,
            "customer_id": f"k{rng.randrange(150)}",
        }  # fmt: skip


def _contacts(rng: Random) -> Iterator[Row]:
    for number in range(900):
        opened = BEGIN + timedelta(hours=rng.uniform(0, 24 * 240))
        yield {
            "contact_id": f"c{number}", "customer_id": f"k{rng.randrange(150)}", "channel": rng.choice(["phone", "chat"]),
            "topic": rng.choice(["billing", "lamp"]), "team": rng.choice(["north", "south"]), "opened_at": str(opened),
            "first_reply_at": str(opened + timedelta(minutes=rng.uniform(1, 90))) if rng.random() < 0.8 else None,
            "is_resolved": rng.random() < 0.8, "is_abandoned": rng.random() < 0.1, "is_bot": rng.random() < 0.05,
            "direction": "outbound" if rng.random() < 0.1 else "inbound", "wait_seconds": rng.randint(0, 300),
            "talk_seconds": rng.randint(10, 900), "reopen_count": rng.choice([None, 0, 0, 0, 1]),
        }  # fmt: skip


def _subscriptions(rng: Random) -> Iterator[Row]:
    for number in range(150):
        begin = BEGIN + timedelta(days=rng.uniform(-200, 100))
        end = begin + timedelta(days=rng.uniform(60, 300))
        change = begin + (end - begin) / 2
        plan, mrr = rng.choice([("basic", 10), ("plus", 25)])
        yield {
            "subscription_id": f"s{number}",
            "customer_id": f"k{number}",
            "plan": plan,
            "mrr": mrr,
            "started_at": str(begin),
            "ended_at": str(change),
        }
        if rng.random() < 0.9:
            again = change + timedelta(days=rng.choice([0, 0, 70]))
            more = {
                "plan": plan,
                "mrr": mrr + rng.choice([-5, 0, 5]),
                "started_at": str(again),
                "ended_at": rng.choice([None, str(end + (again - change))]),
            }
            yield {"subscription_id": f"t{number}", "customer_id": f"k{number}"} | more


def _customers() -> Iterator[Row]:
    for number in range(150):
        yield {"customer_id": f"k{number}", "segment": "ab"[number % 2], "country": ["FI", "DE"][number % 3 % 2]}


def some_of_everything() -> dict[tuple[str, str], list[Row]]:
    """January to August 2026 of a small company, by stream."""
    rng = Random(20)
    return {
        ("files", "customers"): list(_customers()),
        ("files", "survey_answers"): list(_answers(rng)),
        ("files", "survey_invites"): list(_invites(rng)),
        ("files", "contacts"): list(_contacts(rng)),
        ("files", "subscriptions"): list(_subscriptions(rng)),
    }


def use_and_orders() -> dict[tuple[str, str], list[Row]]:
    """Use and orders of the customers of some_of_everything, which has none, by stream."""
    rng = Random(21)

    def somebody_at(last_day: int, column: str) -> Row:
        return {"customer_id": f"k{rng.randrange(150)}", column: str(BEGIN + timedelta(hours=rng.uniform(0, 24 * last_day)))}

    used = [
        {"event_id": f"u{number}", "event_name": rng.choice(["login", "export"]), "quantity": rng.randint(1, 9)}
        | somebody_at(242, "occurred_at")
        for number in range(1500)
    ]
    ordered = [
        {"order_id": f"o{number}", "amount": rng.randint(100, 9000) / 100, "currency": "EUR", "status": rng.choice(["paid", "abandoned"])}
        | somebody_at(240, "ordered_at")
        for number in range(200)
    ]
    return {("files", "usage_events"): used, ("files", "orders"): ordered}
