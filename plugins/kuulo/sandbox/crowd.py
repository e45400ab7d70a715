"""Who could be met at an instant: draws a person that the company knows by then."""

from bisect import bisect_right
from datetime import datetime, timedelta
from random import Random

from kuulo.sandbox.company_records import Person
from kuulo.sandbox.history import lively_instant

_STILL_HEARD_OF = timedelta(days=30)


class Crowd:
    """People in the order they came."""

    def __init__(self, people: list[Person]) -> None:
        self._people = sorted(people, key=lambda person: (person.created_at, person.number))
        self._arrivals = [person.created_at for person in self._people]

    def someone_at(self, rng: Random, at: datetime) -> Person:
        """A person who has come by then and, if others can be found, has not left long ago."""
        present = max(1, bisect_right(self._arrivals, at))
        for _ in range(5):
            person = self._people[rng.randrange(present)]
            if person.left_at is None or at < person.left_at + _STILL_HEARD_OF:
                break
        return person

    def meeting(self, rng: Random) -> tuple[Person, datetime]:
        """A person and an instant of the history."""
        at = lively_instant(rng)
        return self.someone_at(rng, at), at
