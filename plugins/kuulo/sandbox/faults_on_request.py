"""Faults that the sandbox commits when it is told to: which there are, and which waits for which request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from kuulo.sandbox.exchange import Answer, Request
from kuulo.sandbox.fault import Fault, Kind, Occasion
from kuulo.sandbox.network_faults import NETWORK_FAULTS
from kuulo.sandbox.page_shape import PageShape
from kuulo.sandbox.paging_faults import PAGING_FAULTS

KINDS: dict[str, Kind] = {**NETWORK_FAULTS, **PAGING_FAULTS}


@dataclass
class _Planned:
    fault: Fault
    met: int = 0
    seen: list[tuple[str, Answer]] = field(default_factory=list)

    def strikes(self) -> bool:
        self.met += 1
        return self.fault.skip < self.met <= self.fault.skip + self.fault.times


class FaultScript:
    """The faults that wait to be committed; safe to use from several threads.

    Attributes:
        spoilt: how many answers left otherwise than they should have, since it was last told to behave.
    """

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self._lock = Lock()
        self._planned: list[_Planned] = []
        self.spoilt = 0
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Commit this one as well, after those that wait already; ValueError where it is not known."""
        if fault.kind not in KINDS:
            raise ValueError(f"fault {fault.kind!r} is not known: use one of {', '.join(sorted(KINDS))}")
        with self._lock:
            self._planned.append(_Planned(fault))

    def clear(self) -> None:
        """Behave from now on."""
        with self._lock:
            self._planned.clear()
            self.spoilt = 0

    def spoil(self, request: Request, good: Answer, shape: PageShape | None, elsewhere: Callable[[], Answer]) -> Answer:
        """The answer as it leaves the house: the good one, or what the first fitting fault makes of it."""
        with self._lock:
            planned = next((each for each in self._planned if each.fault.fits(request, shape) and each.strikes()), None)
            if planned is None:
                return good
            planned.seen.append((request.path, good))
            seen = list(planned.seen)
        occasion = Occasion(fault=planned.fault, request=request, good=good, shape=shape, seen=seen, elsewhere=elsewhere)
        answer = KINDS[planned.fault.kind](occasion)
        if answer != good:
            with self._lock:
                self.spoilt += 1
        return answer
