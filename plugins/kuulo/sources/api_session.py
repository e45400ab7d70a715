"""One source's HTTP: asks politely, waits as told, and gives back whole answers or an error named by its remedy.

Nothing here is without an end (`Limits`), the secret goes to the source's own origin only, and no message or log line holds it.
"""

import random
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import requests
from urllib3.exceptions import HTTPError

from kuulo.sources.api_errors import BadCredentials, NotFound, RetryLater, SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.manners import DEFAULT_LIMITS, Limits, Manners, Rate
from kuulo.sources.page_json import MISSING, decode_page, value_at
from kuulo.sources.retry_wait import asked_wait, wait_seconds, wait_until
from kuulo.sources.same_origin import absolute
from kuulo.sources.source import Credentials

_CHUNK = 1 << 18


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _surroundings(url: str) -> tuple[bool | str, Any]:
    """The CA bundle and the proxies that the environment names for a URL."""
    found = requests.Session().merge_environment_settings(url, {}, True, None, None)
    return cast(bool | str, found["verify"]), found["proxies"]


@dataclass(frozen=True)
class Time:
    """The clocks and the sleep that a session lives by; tests give their own."""

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _utc_now
    luck: Callable[[], float] = field(default=random.random)


class _Again(Exception):
    """The same request may succeed later."""

    def __init__(self, why: str, asked: float | None = None, *, unreadable: bool = False) -> None:
        super().__init__(why)
        self.asked, self.unreadable = asked, unreadable


class _Pace:
    """Keeps the client-side rate limits: at most `requests` in any `seconds`."""

    def __init__(self, rates: tuple[Rate, ...], clocks: Time) -> None:
        self._clocks, self._sent = clocks, [(rate, deque[float](maxlen=rate.requests)) for rate in rates]

    def wait(self, path: str) -> None:
        limits = [(rate, sent) for rate, sent in self._sent if rate.path_holds in path]
        for rate, sent in limits:
            if len(sent) == rate.requests and (early := sent[0] + rate.seconds - self._clocks.monotonic()) > 0:
                self._clocks.sleep(early)
        for _, sent in limits:
            sent.append(self._clocks.monotonic())


class ApiSession:
    """A keep-alive session with one source, for one stream's window."""

    def __init__(
        self, *, source: str, credentials: Credentials, manners: Manners, limits: Limits = DEFAULT_LIMITS, clocks: Time | None = None
    ) -> None:
        self.source, self.base_url, self.limits = source, credentials.base_url.rstrip("/"), limits
        self._manners, self._clocks = manners, clocks or Time()
        self._pace = _Pace(manners.rates_at(credentials.pace), self._clocks)
        self._patience = limits.waiting_budget_seconds
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "kuulo", **dict(manners.headers)}
        try:
            self._standing = manners.proof.begin(credentials, self._ask_token)
        except BadCredentials as error:
            raise BadCredentials(f"connection {source}: {error}") from None
        # An adapter and no session, whose cookies, netrc and environment would be looked up at each request: proxies and the
        # CA bundle are looked up once, since all requests go to one origin.
        self._adapter = requests.adapters.HTTPAdapter()
        self._verify, self._proxies = _surroundings(self.base_url)

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()

    def ask(self, ask: Ask, *, label: str, records_at: str = "", quick: bool = False) -> Answer:
        """A whole, readable answer that holds a list at `records_at`, after as many tries as the limits allow.

        Args:
            ask: what to ask.
            label: the stream and page, for messages.
            records_at: dotted path of the records; a page without it is an error, never an empty page.
            quick: look at the envelope only; the records are read by whoever types them.

        Raises:
            RetryLater: busy, limiting or out of reach for longer than the limits allow.
            BadCredentials: the secret is refused or lacks a permission.
            SourceContractBroken: the answer is not what the vendor's documentation says.
        """
        for attempt in range(1, self.limits.attempts + 1):
            try:
                answer = self._readable(self._send(ask), records_at, quick)
                self._standing.accepted()
                return answer
            except _Again as why:
                self._before_next(attempt, why, label)
            except (BadCredentials, RetryLater, SourceContractBroken) as error:
                raise type(error)(f"{label}: {error}") from None
        raise RetryLater(f"{label}: still no answer after {self.limits.attempts} tries; run it again later, what was read is kept")

    def _before_next(self, attempt: int, why: _Again, label: str) -> None:
        if why.unreadable and attempt >= self.limits.unreadable_attempts:
            raise SourceContractBroken(f"{label}: {why}, {attempt} times; look at what the address of connection {self.source} answers")
        try:
            wait = wait_seconds(attempt=attempt, asked=why.asked, limits=self.limits, luck=self._clocks.luck())
        except RetryLater as longer:
            raise RetryLater(f"{label}: {why}; the vendor {longer}") from None
        if attempt == self.limits.attempts or wait > self._patience:
            raise RetryLater(f"{label}: {why}, {attempt} times; run it again later, what was read is kept")
        self._patience -= wait
        self._clocks.sleep(wait)

    def _readable(self, answer: Answer, records_at: str, quick: bool) -> Answer:
        if quick and (looked := Answer(answer.body, answer.status, records_at)).envelope is not None:
            return looked
        try:
            document = answer.document
        except ValueError:
            raise _Again("answered 200 with something that is no JSON (a login page, or a cut text)", unreadable=True) from None
        records = value_at(document, records_at) if records_at else []
        if not isinstance(records, list):
            found = "nothing" if records is MISSING else "no list"
            raise SourceContractBroken(
                f"the answer has {found} at `{records_at}`: the vendor's format has changed, or this is not its API: check the host of "
                f"connection {self.source}"
            )
        return answer

    def _send(self, ask: Ask) -> Answer:
        if any(len(value) > self.limits.link_characters for _, value in ask.params):
            raise SourceContractBroken(f"a cursor of more than {self.limits.link_characters:,} characters: it was not sent")
        self._pace.wait(ask.path)
        url = self.base_url + ask.path
        headers = {**self._headers, **dict(ask.headers), **self._standing.headers(self._clocks.monotonic())}
        for _hop in range(self.limits.redirects + 1):
            params = ask.params if url == self.base_url + ask.path else None
            request = requests.Request(ask.method, url, headers=headers, params=params, json=ask.body)
            with closing(self._request(request, self._verify, self._proxies)) as response:
                if response.status_code not in (301, 302, 303, 307, 308):
                    return self._judged(ask, response)
                if ask.method == "POST":
                    raise SourceContractBroken(f"a redirect ({response.status_code}) of a POST: check the host of connection {self.source}")
                url = absolute(url, response.headers.get("Location", ""), longest=self.limits.link_characters)
        raise SourceContractBroken(f"more than {self.limits.redirects} redirects: check the host of connection {self.source}")

    def _request(self, request: requests.Request, verify: bool | str, proxies: Any) -> requests.Response:
        try:
            return self._adapter.send(
                request.prepare(), stream=True, timeout=(self.limits.connect_seconds, self.limits.read_seconds),
                verify=verify, proxies=proxies,
            )  # fmt: skip
        except requests.exceptions.SSLError:
            raise SourceContractBroken(
                f"the certificate of connection {self.source}'s host is not trusted: check the host, or name your CA in REQUESTS_CA_BUNDLE"
            ) from None
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
            raise SourceContractBroken(f"the host of connection {self.source} is no address: write it as https://...") from None
        except requests.exceptions.RequestException as error:
            raise _Again(f"no answer ({type(error).__name__})") from None  # its text may name a proxy's password

    def _ask_token(self, url: str, form: dict[str, str]) -> dict[str, Any]:
        """A token endpoint's answer. It is at another host than the API, which the connection or the vendor's manners name."""
        verify, proxies = _surroundings(url)
        request = requests.Request("POST", url, headers={"Accept": "application/json", "User-Agent": "kuulo"}, data=form)
        with closing(self._request(request, verify, proxies)) as response:
            if response.status_code in self._manners.busy_statuses:
                raise self._busy(response)
            if not 200 <= response.status_code < 300:
                raise BadCredentials(
                    f"the token endpoint refuses the login and password of connection {self.source} ({response.status_code}): "
                    f"check client id, client secret and the extra `tenant_id`; or check the host of connection {self.source}, which the "
                    f"token is for"
                )
            try:
                answer = decode_page(self._whole_body(response))
            except ValueError:
                raise _Again("the token endpoint answered with something that is no JSON", unreadable=True) from None
        if not isinstance(answer, dict):
            raise SourceContractBroken("the token endpoint's answer is no object: check the connection's extra `token_url`")
        return answer

    def _judged(self, ask: Ask, response: requests.Response) -> Answer:
        status = response.status_code
        if status in self._manners.bad_secret_statuses and self._standing.renew():
            raise _Again(f"the token is refused ({status})", 0.0)
        if status in self._manners.bad_secret_statuses:
            raise BadCredentials(f"the secret is refused ({status}): put a valid key into the password of connection {self.source}")
        if status == 403:
            missing = self._manners.missing_permission(ask.path)
            raise BadCredentials(f"forbidden (403): the key of connection {self.source} lacks {missing}; grant it, then run again")
        if status in self._manners.busy_statuses:
            raise self._busy(response)
        if status == 404:
            raise NotFound(f"{ask.place} is not there (404): check the host of connection {self.source}, or the record is gone")
        if not 200 <= status < 300:
            raise SourceContractBroken(f"refused with status {status} on {ask.place}: what is asked no longer fits the vendor's API")
        return Answer(self._whole_body(response), status)

    def _busy(self, response: requests.Response) -> Exception:
        body = self._whole_body(response)[:10_000].decode(errors="replace")
        for policy in self._manners.hopeless_policies:
            if response.status_code == 429 and policy in body:
                return RetryLater(f"the vendor's {policy} limit is used up; run it again when it is renewed")
        headers = response.headers
        asked = asked_wait(headers.get("Retry-After", ""), headers.get("Date", ""), self._clocks.now())
        if asked is None and self._manners.reset_header:
            asked = wait_until(headers.get(self._manners.reset_header, ""), headers.get("Date", ""), self._clocks.now())
        return _Again("rate limited (429)" if response.status_code == 429 else f"busy ({response.status_code})", asked)

    def _whole_body(self, response: requests.Response) -> bytes:
        raw: Any = response.raw
        chunks, size, latest = [], 0, self._clocks.monotonic() + self.limits.body_seconds
        try:
            while chunk := raw.read1(_CHUNK, decode_content=True):  # what has come, so that the clock is looked at however slowly it comes
                chunks.append(chunk)
                size += len(chunk)
                if size > self.limits.body_bytes or raw.tell() > self.limits.wire_bytes:
                    raise SourceContractBroken(f"an answer of more than {self.limits.body_bytes:,} bytes: ask for smaller pages")
                if self._clocks.monotonic() > latest:
                    raise _Again("the answer came too slowly")
        except (HTTPError, OSError) as error:
            raise _Again(f"the answer was cut ({type(error).__name__})") from None
        return b"".join(chunks)
