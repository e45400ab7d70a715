"""Proving whose a request is: each vendor's way, and tokens that end."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from kuulo.sources.api_errors import BadCredentials, RetryLater, SourceContractBroken
from kuulo.sources.api_session import ApiSession
from kuulo.sources.ask import Ask
from kuulo.sources.manners import Manners
from kuulo.sources.proof import BasicPair, ClientCredentials, KeyHeader, Proof
from kuulo.sources.source import Credentials
from tests.loopback_server import Asked, Reply, serving
from tests.still_time import StillTime

SECRET = "canary-5e1c"
ENTRA = ClientCredentials(token_url="http://nowhere.invalid/{tenant_id}/token", scope="{origin}/.default")


def ask_times(
    times: int, proof: Proof, script: Callable[[Asked], Reply], *, tenant: bool = True, pause: float = 0.0
) -> tuple[list[Any], list[Asked], StillTime]:
    """What so many asks of one session gave (documents or errors), what the server was asked, and the clock."""
    still, given = StillTime(), []
    with serving(script) as server:
        extra = {"token_url": f"{server.url}/{{tenant_id}}/token", **({"tenant_id": "contoso"} if tenant else {})}
        credentials = Credentials(base_url=f"{server.url}/api", secret=SECRET, login="the-app", extra=extra)
        for session in [ApiSession(source="crm", credentials=credentials, manners=Manners(proof=proof), clocks=still.clocks)]:
            for number in range(times):
                try:
                    given.append(session.ask(Ask(path=f"/things/{number}"), label="crm/things, page 1").document)
                except Exception as error:
                    given.append(error)
                still.slept.append(pause)
        return given, server.asked, still


def with_tokens(*, lasts: float = 3600, refuse: tuple[str, ...] = ()) -> Callable[[Asked], Reply]:
    """A token endpoint that numbers its tokens, and an API that refuses some of them."""
    given: list[str] = []

    def script(asked: Asked) -> Reply:
        if asked.path.endswith("/token"):
            given.append(f"token-{len(given) + 1}")
            return Reply({"access_token": given[-1], "expires_in": lasts, "token_type": "Bearer"})
        return (
            Reply({"error": {}}, 401)
            if asked.headers["Authorization"].split()[-1] in refuse
            else Reply({"of": asked.headers["Authorization"]})
        )

    return script


@pytest.mark.parametrize(
    ("proof", "header", "value"),
    [
        (KeyHeader("Bearer"), "Authorization", f"Bearer {SECRET}"),
        (KeyHeader("Basic"), "Authorization", f"Basic {SECRET}"),
        (KeyHeader("", header="X-API-TOKEN"), "X-API-TOKEN", SECRET),
        (BasicPair(login_suffix="/token"), "Authorization", "Basic " + base64.b64encode(f"the-app/token:{SECRET}".encode()).decode()),
        (BasicPair(secret_is_user=True), "Authorization", "Basic " + base64.b64encode(f"{SECRET}:".encode()).decode()),
    ],
)
def test_each_way_sends_its_header(proof: Proof, header: str, value: str) -> None:
    _, asked, _ = ask_times(1, proof, lambda _: Reply({}))
    assert [a.headers[header] for a in asked] == [value]


def test_one_token_serves_many_requests_and_the_secret_goes_to_the_token_endpoint_alone() -> None:
    given, asked, _ = ask_times(3, ENTRA, with_tokens())
    assert given == [{"of": "Bearer token-1"}] * 3
    assert [a.path for a in asked] == ["/contoso/token", "/api/things/0", "/api/things/1", "/api/things/2"]
    form = dict(parse_qsl(asked[0].body))
    assert form == {
        "grant_type": "client_credentials",
        "client_id": "the-app",
        "client_secret": SECRET,
        "scope": form["scope"],
    }
    assert form["scope"].startswith("http://127.0.0.1:")
    assert form["scope"].endswith("/.default")
    assert not [a for a in asked[1:] if SECRET in str(a)]


def test_n11_a_token_is_renewed_before_it_ends() -> None:
    given, _, _ = ask_times(3, ENTRA, with_tokens(lasts=3600), pause=1700.0)
    assert given == [{"of": "Bearer token-1"}, {"of": "Bearer token-1"}, {"of": "Bearer token-2"}]


def test_n11_a_token_that_is_refused_midway_is_renewed_once_and_the_same_page_asked_again() -> None:
    given, asked, _ = ask_times(1, ENTRA, with_tokens(refuse=("token-1",)))
    assert given == [{"of": "Bearer token-2"}]
    assert [a.path for a in asked] == ["/contoso/token", "/api/things/0", "/contoso/token", "/api/things/0"]


def test_n11_a_fresh_token_that_is_refused_too_ends_it() -> None:
    given, asked, _ = ask_times(1, ENTRA, with_tokens(refuse=("token-1", "token-2", "token-3")))
    assert isinstance(given[0], BadCredentials)
    assert "put a valid key into the password of connection crm" in str(given[0])
    assert [a.path for a in asked].count("/contoso/token") == 2


@pytest.mark.parametrize(("status", "kind"), [(400, BadCredentials), (401, BadCredentials), (503, RetryLater), (429, RetryLater)])
def test_n13_the_token_endpoint_refuses_or_is_busy(status: int, kind: type[Exception]) -> None:
    given, asked, _ = ask_times(1, ENTRA, lambda _: Reply({"error_description": SECRET}, status))
    assert type(given[0]) is kind
    assert SECRET not in str(given[0])
    assert str(given[0]).startswith("crm/things, page 1: ")
    assert len(asked) == (1 if kind is BadCredentials else 6)


def test_n13_a_token_endpoint_that_is_busy_for_a_moment_passes() -> None:
    tokens, busy = with_tokens(), [Reply({}, 503), Reply({}, 429)]
    given, _, _ = ask_times(1, ENTRA, lambda asked: busy.pop() if busy and asked.path.endswith("/token") else tokens(asked))
    assert given == [{"of": "Bearer token-1"}]


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": 7}, []])
def test_an_answer_without_a_token_names_what_to_look_at(body: Any) -> None:
    given, _, _ = ask_times(1, ENTRA, lambda _: Reply(body))
    assert isinstance(given[0], SourceContractBroken)
    assert "token_url" in str(given[0])


def test_an_extra_that_lacks_the_tenant_is_named() -> None:
    with pytest.raises(BadCredentials, match="connection crm: the extra of the connection lacks 'tenant_id'"):
        ask_times(1, ENTRA, with_tokens(), tenant=False)
