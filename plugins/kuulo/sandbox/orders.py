"""Orders of the web shop, and the carts that were left behind in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from kuulo.sandbox.company_records import Person
from kuulo.sandbox.crowd import Crowd
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.people import as_typed, choose

_STATUSES = {"paid": 0.15, "shipped": 0.55, "returned": 0.06, "abandoned": 0.24}
_PRICES = (1490, 2990, 4900, 7900, 12_450, 24_900)
_REFUSED = 3


@dataclass(slots=True)
class Order:
    """An order or a cart, as the shop's database has it; `customer_id` and `email` are what the shop was told.

    Attributes:
        changed_at: when the row was last written.
        is_refused: its time is lost, so that quarantine must hold it.
    """

    order_id: str
    person: Person
    customer_id: str | None
    email: str | None
    ordered_at: datetime
    changed_at: datetime
    amount_cents: int
    status: str
    is_refused: bool = False


def generate_orders(seed: int, people: list[Person], wanted: int) -> list[Order]:
    """Orders in the order of their numbers. Who leaves a cart behind, or has no number, is known by e-mail only."""
    rng = Random(f"{seed}:orders")
    crowd = Crowd([person for person in people if person.emails])
    orders: list[Order] = []
    for number in range(wanted):
        person, at = crowd.meeting(rng)
        status = choose(rng, _STATUSES)
        knows_number = bool(person.customer_ids) and status != "abandoned" and rng.random() < 0.8
        orders.append(
            Order(
                order_id=str(700_001 + number),
                person=person,
                customer_id=rng.choice(person.customer_ids) if knows_number else None,
                email=as_typed(rng, person.emails[0]) if not knows_number or rng.random() < 0.5 else None,
                ordered_at=at,
                changed_at=min(at + timedelta(seconds=rng.randrange(0, 400_000)), AS_OF - timedelta(seconds=1)),
                amount_cents=rng.choice(_PRICES) * rng.randrange(1, 4),
                status=status,
            )
        )
    for order in [order for order in orders if order.customer_id][:_REFUSED]:
        order.is_refused = True
    return orders
