"""What a vendor does on a bad day: faults drawn at random, request by request, from the sandbox's own list of them."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Any

from kuulo.sandbox.dialects import DIALECTS
from kuulo.sandbox.exchange import Answer, Request
from kuulo.sandbox.fault import Fault, Occasion
from kuulo.sandbox.faults_on_request import KINDS, FaultScript
from kuulo.sandbox.page_shape import PageShape, value_at
from kuulo.sources.catalog import SOURCES
from kuulo.sources.proof import ClientCredentials


@dataclass(frozen=True)
class Misfortune:
    """One kind of mishap.

    Attributes:
        per_thousand: of a thousand requests that it fits, how many it begins at.
        faults: one of them is drawn.
        shortest, longest: how many requests in a row it strikes.
        fits: any request, those of `lists` that are declared, `continued` ones (the next page of such a list), or those that show
            a `token` which can be bought anew.
    """

    name: str
    per_thousand: float
    faults: tuple[Fault, ...]
    shortest: int = 1
    longest: int = 1
    fits: str = "any"


def _each(kind: str, **fields: tuple[Any, ...]) -> tuple[Fault, ...]:
    [(name, values)] = fields.items()
    return tuple(Fault(kind=kind, **{name: value}) for value in values)


# An empty page, records that come and go and a total that is wrong are not here: what is lost by them the vendor never told.
RATES = (
    Misfortune("429 burst", 15, _each("rate_limited", retry_after=("1", "7", "30", "", "abc")), longest=4),
    Misfortune("5xx burst", 15, _each("server_error", status=(500, 502, 503, 504)), longest=3),
    Misfortune("outage of 6 to 20 requests", 2.5, _each("server_error", status=(500, 503)), shortest=6, longest=20),
    Misfortune("connection reset", 10, (Fault(kind="reset"),), longest=2),
    Misfortune("body cut", 8, (Fault(kind="cut_body"), Fault(kind="cut_chunks"))),
    Misfortune("truncated JSON", 8, (Fault(kind="torn_json"),)),
    Misfortune("login page with 200", 4, (Fault(kind="login_page"),)),
    Misfortune("silence until we hang up", 2, (Fault(kind="silence"),)),
    Misfortune("a letter at a time, then cut", 2, (Fault(kind="drip"),)),
    Misfortune("token expired", 15, (Fault(kind="refused", status=401),), fits="token"),
    Misfortune("error with 200", 4, (Fault(kind="error_with_200"),), fits="lists"),
    Misfortune("records repeated", 15, (Fault(kind="repeated_records"),), fits="lists"),
    Misfortune("page repeated", 30, (Fault(kind="same_page"),), fits="continued"),
)


@dataclass
class _Vendor:
    """What one vendor is doing to us.

    Attributes:
        burst: the misfortune that lasts, its fault, and for how many requests more.
        pages: by path, the last good page that left, since the last task began.
    """

    luck: Random
    token_path: str
    renews: bool
    burst: tuple[Misfortune, Fault, int] | None = None
    pages: dict[str, Answer] = field(default_factory=dict)


class BadDay(FaultScript):
    """Stands where a sandbox's faults stand; the same seed draws the same for the same requests.

    Attributes:
        is_on: whether anything goes wrong.
        committed: answers spoilt, by the misfortune's name.
        chances: how often each was to begin by its rate, of the requests that it fits.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.is_on = True
        self.committed: Counter[str] = Counter()
        self.chances: defaultdict[str, float] = defaultdict(float)
        self._drawing = Lock()
        self._vendors = {}
        for spoken in DIALECTS:
            manners = SOURCES[spoken.source].manners
            renews = manners is not None and isinstance(manners.proof, ClientCredentials)
            vendor = _Vendor(Random(f"{seed} {spoken.source}"), "".join(spoken.also[:1]), renews)
            self._vendors[spoken.source] = vendor

    def begin_task(self, source: str) -> None:
        """A new reading begins: no page of another window may be repeated into it, which would be a record that nobody asked for."""
        if vendor := self._vendors.get(source):
            vendor.pages.clear()

    def spoil(self, request: Request, good: Answer, shape: PageShape | None, elsewhere: Callable[[], Answer]) -> Answer:
        """The answer as it leaves the house."""
        if not self.is_on:
            return good
        source = next(each.source for each in DIALECTS for start in (each.prefix, *each.also) if request.path.startswith(f"{start}/"))
        vendor = self._vendors[source]
        with self._drawing:
            before = _page_before(vendor, request, shape)
            drawn = self._drawn(vendor, request, shape, before)
            seen = [(request.path, before or good), (request.path, good)]
            if drawn is None or drawn[1].kind == "repeated_records":
                vendor.pages[request.path] = good
        if drawn is None:
            return good
        answer = KINDS[drawn[1].kind](Occasion(fault=drawn[1], request=request, good=good, shape=shape, seen=seen, elsewhere=elsewhere))
        if answer != good:
            with self._drawing:
                self.committed[drawn[0].name] += 1
        return answer

    def _drawn(self, vendor: _Vendor, request: Request, shape: PageShape | None, before: Answer | None) -> tuple[Misfortune, Fault] | None:
        if vendor.burst:
            misfortune, fault, left = vendor.burst
            vendor.burst = (misfortune, fault, left - 1) if left > 1 else None
            return misfortune, fault
        for_token = bool(vendor.token_path) and request.path.startswith(vendor.token_path)
        kinds = {"any"} | ({"token"} if vendor.renews and not for_token else set())
        kinds |= ({"lists"} if shape else set()) | ({"continued"} if before else set())
        for misfortune in RATES:
            if misfortune.fits not in kinds:
                continue
            self.chances[misfortune.name] += misfortune.per_thousand / 1000
            if vendor.luck.random() < misfortune.per_thousand / 1000:
                fault, times = vendor.luck.choice(misfortune.faults), vendor.luck.randint(misfortune.shortest, misfortune.longest)
                vendor.burst = (misfortune, fault, times - 1) if times > 1 else None
                return misfortune, fault
        return None


def _page_before(vendor: _Vendor, request: Request, shape: PageShape | None) -> Answer | None:
    """The page that this request is the continuation of: it sends back what that page ended with."""
    answer = vendor.pages.get(request.path)
    if shape is None or answer is None or answer.status != 200:
        return None
    page = json.loads(answer.body)
    marks = [value_at(page, keys) for keys in shape.cursors_at]
    if shape.last_id and (records := shape.records(page)):
        marks.append(records[-1][shape.last_id])
    asked = {value for _, value in request.query} | {text for text in request.body.decode().split('"') if text}
    return answer if any(mark is not None and str(mark) in asked for mark in marks) else None
