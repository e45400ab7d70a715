"""Every fault, what must then be true of any source, and where a source differs, each with its reason.

The ids are those of the list of faults that DECISIONS.md names: N of the network, P of paging.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kuulo.sandbox.fault import Fault
from kuulo.sandbox.page_shape import PageShape
from kuulo.sources.api_errors import BadCredentials, NotFound, RetryLater, SourceContractBroken
from kuulo.sources.catalog import SOURCES
from kuulo.sources.manners import DEFAULT_LIMITS, Limits
from kuulo.sources.proof import ClientCredentials
from kuulo.sources.source import Source

FOR_EVER = 10**6


@dataclass(frozen=True)
class Same:
    """The rows are those of a reading without the fault; `after` the sleeps, where the vendor says how long."""

    after: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Stops:
    """The stream fails closed: this error, whose message says this; when the fault has passed, the same rows."""

    error: type[Exception]
    says: str


@dataclass(frozen=True)
class SameTwice:
    """The rows are those of a reading without the fault, some of them more than once: exact duplicates, which validation counts."""


@dataclass(frozen=True)
class WithoutThePage:
    """The second page's records are not told by the vendor; those of all other pages land."""


@dataclass(frozen=True)
class Between:
    """What stood in the list all the while lands; what came or went meanwhile may."""


@dataclass(frozen=True)
class GoesOn:
    """What the vendor says has gone is left out, and the receipt's note says so."""

    says: str


@dataclass(frozen=True)
class CannotBe:
    """The fault cannot come to this source."""

    reason: str


Outcome = Same | SameTwice | WithoutThePage | Between | GoesOn | Stops | CannotBe


@dataclass(frozen=True)
class Place:
    """Where a fault strikes: one kind of list of one source."""

    source: Source
    shape: PageShape

    @property
    def has_token(self) -> bool:
        """Whether its secret buys a token that ends."""
        return self.source.manners is not None and isinstance(self.source.manners.proof, ClientCredentials)

    @property
    def is_posted(self) -> bool:
        """Whether its pages are asked for by POST."""
        return self.shape.size_in == "body"

    @property
    def follows_links(self) -> bool:
        """Whether a link of the vendor's is followed, and not a cursor sent back."""
        return not self.shape.cursors_at and not self.shape.last_id


@dataclass(frozen=True)
class Case:
    """One fault.

    Attributes:
        faults: what the sandbox is told to do; each is limited to the list.
        outcome: what must be true then, of most sources; `outcomes_of` differs by place.
        limits: of the reading.
        really_waits: whether the clock of the machine is read, since a line that drips cannot be told from one that does not otherwise.
    """

    id: str
    faults: tuple[Fault, ...]
    outcome: Outcome | Callable[[Place], Outcome]
    limits: Limits = DEFAULT_LIMITS
    really_waits: bool = False

    def outcome_at(self, place: Place) -> Outcome:
        """What must be true there."""
        special = DIFFERENT.get((place.source.name, place.shape.stream, self.id))
        return special or (self.outcome(place) if callable(self.outcome) else self.outcome)


def _case(
    identity: str, kind: str, outcome: Outcome | Callable[[Place], Outcome], *, limits: Limits = DEFAULT_LIMITS, **fault: object
) -> Case:
    """A case of one fault, which strikes at the second page unless it says otherwise."""
    return Case(identity, (Fault(kind=kind, **{"skip": 1, **fault}),), outcome, limits)  # type: ignore[arg-type]


_LATER = "run it again later, what was read is kept"
_CIRCLES = Stops(SourceContractBroken, "its paging goes in circles: run it again with `refresh`")
_UNREADABLE = Stops(SourceContractBroken, r"something that is no JSON .*, 3 times; look at what the address of connection")
_TOO_LONG_A_WAIT = Stops(RetryLater, "the vendor asks to be left alone for 1,000,000,000 s")
_NOT_AS_ASKED = Stops(SourceContractBroken, "refused with status 400 on .*: what is asked no longer fits the vendor's API")
_BAD_SECRET = Stops(BadCredentials, "put a valid key into the password of connection")
_QUICK = replace(DEFAULT_LIMITS, connect_seconds=0.1, read_seconds=0.1, attempts=2)


def _when_the_token_is_refused(place: Place) -> Outcome:
    return Same((2.0,)) if place.has_token else _BAD_SECRET


def _when_sent_elsewhere(place: Place) -> Outcome:
    if place.is_posted:
        return Stops(SourceContractBroken, r"a redirect \(302\) of a POST: check the host of connection")
    return Stops(SourceContractBroken, "a redirect that leads to another host: it was not followed")


def _when_sent_in_circles(place: Place) -> Outcome:
    return (
        _when_sent_elsewhere(place)
        if place.is_posted
        else Stops(SourceContractBroken, "more than 3 redirects: check the host of connection")
    )


def _when_the_total_is_wrong(place: Place) -> Outcome:
    return Same() if place.shape.total_at else CannotBe("its pages name no total")


def _when_linked_elsewhere(says: str) -> Callable[[Place], Outcome]:
    def outcome(place: Place) -> Outcome:
        if place.follows_links:
            return Stops(SourceContractBroken, says)
        return Same() if place.shape.links_at else CannotBe("its pages hold no link")

    return outcome


NETWORK = (
    _case("N1-429-seconds", "rate_limited", Same((7.0,)), retry_after="7"),
    _case(
        "N2-429-date",
        "rate_limited",
        Same((10.0,)),
        retry_after="Tue, 01 Sep 2026 09:00:30 GMT",
        date="Tue, 01 Sep 2026 09:00:20 GMT",
    ),
    _case("N2-429-negative", "rate_limited", Same((2.0,)), retry_after="-5"),
    _case("N2-429-garbage", "rate_limited", Same((2.0,)), retry_after="abc"),
    _case("N2-429-nothing", "rate_limited", Same((2.0,)), retry_after=""),
    _case("N2-429-a-billion", "rate_limited", _TOO_LONG_A_WAIT, retry_after="1000000000"),
    _case("N3-429-for-ever", "rate_limited", Stops(RetryLater, rf"rate limited \(429\), 6 times; {_LATER}"), times=FOR_EVER),
    *(_case(f"N4-{status}-burst", "server_error", Same((2.0, 4.0, 8.0)), status=status, times=3) for status in (500, 502, 503, 504)),
    _case("N4-500-for-ever", "server_error", Stops(RetryLater, rf"busy \(500\), 6 times; {_LATER}"), times=FOR_EVER),
    _case("N5-400", "refused", _NOT_AS_ASKED, status=400),
    _case("N5-401-for-ever", "refused", _BAD_SECRET, status=401, times=FOR_EVER),
    _case("N5-403", "refused", Stops(BadCredentials, "lacks .*; grant it, then run again"), status=403),
    _case("N5-404", "refused", Stops(NotFound, r"is not there \(404\): check the host of connection"), status=404),
    _case("N6-silence", "silence", Stops(RetryLater, rf"no answer \(ReadTimeout\), 2 times; {_LATER}"), times=FOR_EVER, limits=_QUICK),
    _case("N6-silence-once", "silence", Same((2.0,)), limits=_QUICK),
    _case("N7-cut-by-length", "cut_body", Same((2.0,))),
    _case("N7-cut-chunks", "cut_chunks", Same((2.0,))),
    _case("N7-cut-for-ever", "cut_body", Stops(RetryLater, rf"the answer was cut \(.*\), 6 times; {_LATER}"), times=FOR_EVER),
    _case("N8-torn-json-once", "torn_json", Same((2.0,))),
    _case("N8-torn-json-for-ever", "torn_json", _UNREADABLE, times=FOR_EVER),
    _case("N8-login-page-once", "login_page", Same((2.0,))),
    _case("N8-login-page-for-ever", "login_page", _UNREADABLE, times=FOR_EVER),
    _case("N9-error-with-200", "error_with_200", Stops(SourceContractBroken, "has nothing at `.*`: the vendor's format has changed")),
    _case("N10-reset", "reset", Same((2.0, 4.0)), times=2),
    _case("N10-reset-for-ever", "reset", Stops(RetryLater, rf"no answer \(ConnectionError\), 6 times; {_LATER}"), times=FOR_EVER),
    _case("N11-token-expires-midway", "refused", _when_the_token_is_refused, status=401),
    _case("N14-to-another-host", "redirect", _when_sent_elsewhere, text="https://elsewhere.example/page"),
    _case("N14-to-another-port", "redirect", _when_sent_elsewhere, text="http://127.0.0.1:1/page"),
    _case("N14-in-circles", "redirect", _when_sent_in_circles, times=FOR_EVER),
    _case("N16-gzip-bomb", "gzip_bomb", Stops(SourceContractBroken, "an answer of more than 1,000,000 bytes: ask for smaller pages"),
          limits=replace(DEFAULT_LIMITS, body_bytes=1_000_000)),
    Case("N16-drip", (Fault(kind="drip", skip=1, times=FOR_EVER),), Stops(RetryLater, "the answer came too slowly"),
         replace(DEFAULT_LIMITS, body_seconds=0.1, attempts=1), really_waits=True),
)  # fmt: skip

_ELSEWHERE = "a next link that leads to another host: it was not followed"
_TOO_MANY_PAGES = Stops(SourceContractBroken, "more than 30 pages: ask for a smaller window")
_TOO_LONG = Stops(
    SourceContractBroken,
    "more than 8,192 characters|no record whose `id` could be asked behind|no usable `meta.after_cursor`|no cursor that can be sent back",
)
PAGING = (
    _case("P1-same-page", "same_page", _CIRCLES, skip=0, times=FOR_EVER),
    _case("P2-two-pages-in-turn", "two_pages_in_turn", _CIRCLES, skip=0, times=FOR_EVER),
    _case("P3-never-ending", "never_ending", _TOO_MANY_PAGES, skip=0, times=FOR_EVER,
          limits=replace(DEFAULT_LIMITS, pages=30)),
    _case("P4-records-leave", "fewer_records", Between(), times=FOR_EVER),
    _case("P4-records-come", "fewer_records", Between(), skip=0, times=5),
    _case("P5-repeated-records", "repeated_records", SameTwice(), skip=0, times=FOR_EVER),
    _case("P6-empty-page", "empty_page", WithoutThePage()),
    _case("P7-refused-from-a-page-on", "refused", _NOT_AS_ASKED, status=400, skip=2, times=FOR_EVER),
    _case("P10-wrong-total", "wrong_total", _when_the_total_is_wrong, skip=0, times=FOR_EVER),
    _case("P11-another-host", "other_links", _when_linked_elsewhere(_ELSEWHERE), skip=0, text="https://elsewhere.example/v2/list?page=2"),
    _case("P11-file", "other_links", _when_linked_elsewhere("a link that is not plain http or https"), skip=0, text="file:///etc/passwd"),
    _case("P11-metadata-service", "other_links", _when_linked_elsewhere(_ELSEWHERE), skip=0, text="http://169.254.169.254/latest/meta-data/"),
    _case("P12-a-megabyte", "other_cursors", _TOO_LONG, skip=0,
          text="9" * 2**20),
)  # fmt: skip

# By source, stream and fault; the reasons are in DECISIONS.md too.
DIFFERENT: dict[tuple[str, str, str], Outcome] = {
    # A survey that was deleted after it was listed ends its own list and no other's.
    ("survicate", "responses", "N5-404"): GoesOn("survey_id svy_.* was gone when it was asked for"),
    # The search goes on behind the last id and not by the cursor: the same records lead back to the same question.
    ("hubspot", "feedback_submissions", "P3-never-ending"): _CIRCLES,
    # Each search tells how many records are left behind the id that it begins at, so that a lack can be seen.
    ("hubspot", "feedback_submissions", "P10-wrong-total"): Stops(
        RetryLater, f"says that 3 more records match the search, but gives none: {_LATER}"
    ),
    **dict.fromkeys(
        [("hubspot", "owners", "P4-records-leave"), ("hubspot", "owners", "P4-records-come")],
        CannotBe("who works there is the same in every sandbox company"),
    ),
    # Stripe's list goes on behind the last record: without one there is nothing to go on behind.
    ("stripe", "subscriptions", "P6-empty-page"): Stops(SourceContractBroken, "ends with no record whose `id` could be asked behind"),
}

# Streams that no fault of a list is committed on. First those that are read in the same way as one that is; then those with a way of
# their own, each with the reason; the tests named are in tests/sources/.
LIKE: dict[tuple[str, str], str] = {
    ("survicate", "surveys"): "responses",
    **dict.fromkeys([("hubspot", name) for name in ("contacts", "companies", "deals", "tickets")], "feedback_submissions"),
    **dict.fromkeys([("intercom", name) for name in ("contacts", "tickets")], "conversations"),
    **dict.fromkeys([("stripe", name) for name in ("customers", "invoices")], "subscriptions"),
    ("zendesk", "users"): "tickets",
    **dict.fromkeys([("zendesk", name) for name in ("groups", "csat_survey_responses")], "satisfaction_ratings"),
    **dict.fromkeys(
        [("dynamics365", stream.name) for stream in SOURCES["dynamics365"].streams if stream.reading and stream.name != "conversations"],
        "conversations",
    ),
}
_ONE_PAGE = "one page, so that nothing can go wrong between two"
_A_THOUSAND = "no request makes its pages smaller than a thousand; its traps are in test_zendesk_exports.py"
NOT_SPOILT: dict[tuple[str, str], str] = {
    **dict.fromkeys([("survicate", "questions"), ("hubspot", "pipelines"), ("intercom", "admins"), ("intercom", "teams")], _ONE_PAGE),
    (
        "hubspot",
        "associations",
    ): "asked for by ids that the spoilt search finds; no page of it leads to another",
    (
        "intercom",
        "companies",
    ): "a scroll moves on with each answer, a lost page cannot be had again: test_intercom_scroll.py",
    (
        "intercom",
        "conversation_parts",
    ): "a request a conversation that the spoilt search finds: test_intercom_parts.py",
    ("stripe", "events"): "a list a type, most of them of one page; going on behind each page is in test_stripe_changes.py",
    ("zendesk", "organizations"): _A_THOUSAND,
    ("zendesk", "ticket_metric_events"): _A_THOUSAND,
    ("zendesk", "user_identities"): "of users that the spoilt export finds, by the hundred: test_zendesk_exports.py",
}
