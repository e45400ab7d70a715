"""How a vendor wants to be spoken to, as a value: how to prove who we are, how often to ask, what its refusals mean."""

from dataclasses import dataclass, replace

from kuulo.sources.proof import KeyHeader, Proof

BEARER = KeyHeader("Bearer")
DEFAULT_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 521, 522, 523, 524})


@dataclass(frozen=True)
class Rate:
    """At most so many requests in so many seconds; `path_holds` limits it to paths that hold the text."""

    requests: int
    seconds: float
    path_holds: str = ""


@dataclass(frozen=True)
class Permission:
    """What a 403 on a path that holds the text says is missing."""

    path_holds: str
    missing: str


@dataclass(frozen=True, kw_only=True)
class Manners:
    """A vendor's dialect of HTTP.

    Attributes:
        proof: how a request proves whose it is.
        headers: sent with every request, such as the version of the API.
        rates: limits that the client keeps by itself.
        bad_secret_statuses: statuses that mean that the secret is refused.
        busy_statuses: statuses after which the same request may succeed.
        reset_header: of a 429 without Retry-After: the Unix second from which requests are answered again.
        hopeless_policies: `policyName` of a 429 that no wait inside a task can outlast.
        permissions: what a 403 means, by path; the first that fits.
    """

    proof: Proof = BEARER
    headers: tuple[tuple[str, str], ...] = ()
    rates: tuple[Rate, ...] = ()
    bad_secret_statuses: frozenset[int] = frozenset({401})
    busy_statuses: frozenset[int] = DEFAULT_BUSY
    reset_header: str = ""
    hopeless_policies: frozenset[str] = frozenset()
    permissions: tuple[Permission, ...] = ()

    def rates_at(self, pace: float) -> tuple[Rate, ...]:
        """The rates of an account that may ask `pace` times as often as the vendor's usual one."""
        return tuple(replace(rate, requests=max(1, int(rate.requests * pace))) for rate in self.rates)

    def missing_permission(self, path: str) -> str:
        """What to name when the path answers 403."""
        for permission in self.permissions:
            if permission.path_holds in path:
                return permission.missing
        return "a permission to read this"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Every bound of one source's requests, so that none is without end.

    Attributes:
        attempts: tries of one request.
        longest_wait_seconds: a Retry-After beyond it ends the task, since a task must not sleep for long.
        waiting_budget_seconds: all waits of one stream's window together.
        body_bytes: of one answer, decompressed; wire_bytes as it came.
        pages: of one stream's window.
        link_characters: of a next link or cursor.
    """

    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    body_seconds: float = 600.0
    attempts: int = 6
    unreadable_attempts: int = 3
    first_wait_seconds: float = 2.0
    longest_wait_seconds: float = 300.0
    waiting_budget_seconds: float = 900.0
    wire_bytes: int = 64 * 2**20
    body_bytes: int = 256 * 2**20
    redirects: int = 3
    pages: int = 100_000
    link_characters: int = 8_192


DEFAULT_LIMITS = Limits()
