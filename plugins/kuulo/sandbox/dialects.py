"""Every vendor that the company speaks like: under which prefix, with which secret."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from kuulo.sandbox import HUBSPOT_TOKEN, SURVICATE_KEY
from kuulo.sandbox.dynamics365_dialect import CLIENT_ID, CLIENT_SECRET, TENANT, TOKEN_PREFIX, Dynamics365Dialect
from kuulo.sandbox.dynamics365_dialect import PREFIX as DYNAMICS365_PREFIX
from kuulo.sandbox.exchange import Answer, Request
from kuulo.sandbox.hubspot_dialect import HubspotDialect
from kuulo.sandbox.intercom_dialect import INTERCOM_TOKEN, IntercomDialect
from kuulo.sandbox.stripe_dialect import STRIPE_KEY, StripeDialect
from kuulo.sandbox.survicate_dialect import SurvicateDialect
from kuulo.sandbox.zendesk_dialect import ZENDESK_LOGIN, ZENDESK_TOKEN, ZendeskDialect
from kuulo.sandbox.zendesk_records import TOPIC_FIELD, TOPIC_TAG


class Dialect(Protocol):
    """Answers what a vendor's host would, below the prefix."""

    def answer(self, request: Request) -> Answer:
        """The vendor's answer, refusals included."""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One vendor's dialect.

    Attributes:
        source: the source that it stands in for.
        dialect: makes it of a company.
        is_stateful: whether its answers depend on what was asked before and when, so that none may be kept and given again; it is made
            of a company and a clock, and one request at a time reaches it.
        prefix: the path below which it answers, the vendor's own base path at its end; `also` more prefixes of it, such as a
            token endpoint's.
        login, secret, extra: what a connection to it says; `{address}` in a value of extra is where the sandbox answers.
    """

    source: str
    prefix: str
    dialect: Callable[..., Dialect]
    secret: str = field(repr=False)
    login: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    is_stateful: bool = False


DIALECTS = (
    Spoken(source="survicate", prefix="/survicate/v2", dialect=SurvicateDialect, secret=SURVICATE_KEY),
    Spoken(source="hubspot", prefix="/hubspot", dialect=HubspotDialect, secret=HUBSPOT_TOKEN),
    Spoken(source="intercom", prefix="/intercom", dialect=IntercomDialect, secret=INTERCOM_TOKEN, is_stateful=True),
    Spoken(source="stripe", prefix="/stripe/v1", dialect=StripeDialect, secret=STRIPE_KEY),
    Spoken(
        source="zendesk",
        prefix="/zendesk",
        dialect=ZendeskDialect,
        secret=ZENDESK_TOKEN,
        login=ZENDESK_LOGIN,
        extra={"topic_field": TOPIC_FIELD, "topic_tag_prefix": TOPIC_TAG},
    ),
    Spoken(
        source="dynamics365",
        prefix=DYNAMICS365_PREFIX,
        dialect=Dynamics365Dialect,
        login=CLIENT_ID,
        secret=CLIENT_SECRET,
        extra={"tenant_id": TENANT, "token_url": f"{{address}}{TOKEN_PREFIX}/token"},
        also=(TOKEN_PREFIX,),
    ),
)
