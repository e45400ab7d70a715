"""How a request proves whose it is: small values that a vendor's manners are made of."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from kuulo.sources.api_errors import BadCredentials, SourceContractBroken
from kuulo.sources.source import Credentials

Headers = dict[str, str]
TokenAsk = Callable[[str, dict[str, str]], dict[str, Any]]  # URL and form to the token endpoint's JSON answer

_EARLY_SECONDS = 300.0  # a token is renewed so long before it ends, since clocks differ and pages take time


class Standing(Protocol):
    """A proof in use by one session."""

    def headers(self, now: float) -> Headers:
        """The headers that prove it, at a monotonic time in seconds."""

    def renew(self) -> bool:
        """Forget what was refused; whether asking again can help."""

    def accepted(self) -> None:
        """Take note that a request was let in."""


class Proof(Protocol):
    """One way to prove whose a request is."""

    def begin(self, credentials: Credentials, ask_token: TokenAsk) -> Standing:
        """The proof for one session."""


@dataclass(frozen=True)
class _Fixed:
    """The same headers for good."""

    kept: Headers = field(repr=False)

    def headers(self, now: float) -> Headers:
        return self.kept

    def renew(self) -> bool:
        return False

    def accepted(self) -> None:
        pass


@dataclass(frozen=True)
class KeyHeader:
    """The raw secret in a header, behind a word such as Bearer if there is one."""

    word: str = "Bearer"
    header: str = "Authorization"

    def begin(self, credentials: Credentials, ask_token: TokenAsk) -> Standing:
        """The header with the connection's password."""
        return _Fixed({self.header: f"{self.word} {credentials.secret}".strip()})


@dataclass(frozen=True, kw_only=True)
class BasicPair:
    """HTTP Basic: the connection's login with a suffix, and its password; or the password as user with none (`secret_is_user`)."""

    login_suffix: str = ""
    secret_is_user: bool = False

    def begin(self, credentials: Credentials, ask_token: TokenAsk) -> Standing:
        """The header with both, in base64."""
        pair = f"{credentials.secret}:" if self.secret_is_user else f"{credentials.login}{self.login_suffix}:{credentials.secret}"
        return _Fixed({"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()})


@dataclass(frozen=True, kw_only=True)
class ClientCredentials:
    """OAuth 2.0 client credentials (RFC 6749, 4.4): the connection's login and password for a token that lasts about an hour.

    `token_url` may hold knobs of the connection's extra, such as {tenant_id}, and the extra may name another `token_url`;
    `scope` may hold {origin}, the scheme and host of the API.
    """

    token_url: str
    scope: str

    def begin(self, credentials: Credentials, ask_token: TokenAsk) -> Standing:
        """A token that is asked for when the first request is sent."""
        parts = urlsplit(credentials.base_url)
        try:
            url = (credentials.extra.get("token_url") or self.token_url).format(**credentials.extra)
        except KeyError as missing:
            raise BadCredentials(f"the extra of the connection lacks {missing}, which the token's address is made of") from None
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.login,
            "client_secret": credentials.secret,
            "scope": self.scope.format(origin=f"{parts.scheme}://{parts.netloc}"),
        }
        return _Token(lambda: ask_token(url, form), credentials.on_secret)


class _Token:
    def __init__(self, ask: Callable[[], dict[str, Any]], on_secret: Callable[[str], None]) -> None:
        self._ask, self._on_secret, self._token, self._good_until = ask, on_secret, "", 0.0
        self._renewed_for_refusal = False

    def headers(self, now: float) -> Headers:
        if not self._token or now >= self._good_until:
            answer = self._ask()
            token, seconds = answer.get("access_token"), answer.get("expires_in", 3600)
            try:
                lasts = float(seconds)
            except (TypeError, ValueError):
                lasts = 0.0
            if not isinstance(token, str) or not token:
                raise SourceContractBroken("the token endpoint's answer has no `access_token`: check the connection's extra `token_url`")
            self._on_secret(token)
            self._token, self._good_until = token, now + max(lasts - _EARLY_SECONDS, lasts / 2)
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """Once for each token that had worked: a fresh token that is refused too is a matter of the account."""
        if self._renewed_for_refusal:
            return False
        self._token, self._renewed_for_refusal = "", True
        return True

    def accepted(self) -> None:
        """A request was answered: the next refusal may again be the token's age."""
        self._renewed_for_refusal = False
