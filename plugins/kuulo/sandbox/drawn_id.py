"""Ids that are drawn: of the generator's own stream, so that the same seed gives the same company."""

from random import Random
from uuid import UUID


def drawn_id(rng: Random) -> str:
    """The id of one more record, a random UUID."""
    return str(UUID(int=rng.getrandbits(128), version=4))
