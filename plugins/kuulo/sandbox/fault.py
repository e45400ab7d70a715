"""A fault as a value, and the occasion on which it strikes."""

from collections.abc import Callable
from dataclasses import dataclass

from kuulo.sandbox.exchange import Answer, Request
from kuulo.sandbox.page_shape import PageShape


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind of misbehaviour, for the next `times` requests that it fits, behind the first `skip` of them.

    Attributes:
        kind: its name in faults_on_request.KINDS.
        path_contains: of the requests that it fits; `stream` limits it to the lists of one stream.
        status: of refusals.
        retry_after, date: what a refusal for rate says in the headers of these names; empty for no such header.
        text: what is put in the place of a cursor, a link, a redirect's target or the body.
    """

    kind: str
    path_contains: str = ""
    stream: str = ""
    skip: int = 0
    times: int = 1
    status: int = 500
    retry_after: str = "1"
    date: str = ""
    text: str = ""

    def fits(self, request: Request, shape: PageShape | None) -> bool:
        """Whether the request is one of those that it strikes."""
        return self.path_contains in request.path and (not self.stream or (shape is not None and shape.stream == self.stream))


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """One request that a fault strikes.

    Attributes:
        good: the answer as it should be.
        shape: how its list is paged, if it is one.
        seen: path and good answer of each occasion of this fault, this one last.
        elsewhere: what a company with some records fewer answers.
    """

    fault: Fault
    request: Request
    good: Answer
    shape: PageShape | None
    seen: list[tuple[str, Answer]]
    elsewhere: Callable[[], Answer]


Kind = Callable[[Occasion], Answer]
