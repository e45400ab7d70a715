"""localstripe answers what we ask of Stripe: every request is accepted, lists are walked, changes come by events."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from pyarrow import parquet

from kuulo.landing.land_stream import land_stream
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt
from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials
from kuulo.sources.source import Credentials, Window
from kuulo.sources.stripe import STRIPE
from kuulo.validation.landing_gate import validate_source
from tests.conftest import CHECKOUT

pytestmark = pytest.mark.proof

_PYTHON = Path(os.environ.get("KUULO_PROOF_PYTHON") or CHECKOUT / ".venv-proof" / "bin" / "python")
_KEY = "sk_test_12345"
_START_SECONDS = 60.0  # usually 1; a busy machine is no failure
_DAY = 86_400
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
FIRST, SECOND = Window(NOW - timedelta(days=5), NOW - timedelta(days=2)), Window(NOW - timedelta(days=2), NOW)
Row = dict[str, Any]


@dataclass
class Localstripe:
    """The running server, and the file that says how late its clock is."""

    url: str
    clock: Path

    def it_is(self, days: float) -> None:
        """From here on it is so many days ago."""
        self.clock.write_text(str(days * _DAY))

    def call(self, method: str, path: str, **form: Any) -> Row:
        """One request of somebody who works with the account, not of ours."""
        answer = requests.request(method, f"{self.url}{path}", data=form, auth=(_KEY, ""), timeout=30)
        assert answer.status_code == 200, answer.text
        made: Row = answer.json()
        return made


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "localstripe did not start"
            assert time.monotonic() < until, "localstripe does not listen"
        else:
            return


@pytest.fixture(scope="module")
def localstripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localstripe]:
    if not _PYTHON.exists():
        pytest.skip(f"no localstripe in {_PYTHON}: `make test` sets it up where its packages can be had")
    clock, port = tmp_path_factory.mktemp("localstripe") / "clock", _free_port()
    clock.write_text("0")
    command = [str(_PYTHON), str(Path(__file__).with_name("stripe_server.py")), str(port), str(clock)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield Localstripe(f"http://127.0.0.1:{port}/v1", clock)
        finally:
            process.kill()


def _customer(server: Localstripe, number: int) -> str:
    made = server.call("POST", "/customers", email=f"c{number}@example.org", **{"metadata[customer_id]": f"K-{number}"})
    return str(made["id"])


def _subscription(server: Localstripe, customer: str, plan: str, quantity: int) -> str:
    card = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": NOW.year + 4, "card[cvc]": 123}
    method = server.call("POST", "/payment_methods", **card)["id"]
    server.call("POST", f"/payment_methods/{method}/attach", customer=customer)
    server.call("POST", f"/customers/{customer}", **{"invoice_settings[default_payment_method]": method})
    form = {"customer": customer, "items[0][plan]": plan, "items[0][quantity]": quantity}
    return str(server.call("POST", "/subscriptions", **form)["id"])


@dataclass
class Lived:
    """What happened in the account: a first part that lies before both windows' border, a second behind it."""

    customers: list[str]
    subscriptions: list[str]
    newcomer: str = ""


@pytest.fixture(scope="module")
def first(localstripe: Localstripe, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lived, Settings, dict[str, LandingReceipt]]:
    """The account three days ago, read whole; one customer is older than anything that is read."""
    localstripe.it_is(6)
    customers = [_customer(localstripe, 0)]
    localstripe.it_is(3)
    localstripe.call("POST", "/plans", id="glow", amount=12_000, currency="eur", interval="year", **{"product[name]": "Glow"})
    localstripe.call("POST", "/plans", id="bright", amount=3_000, currency="jpy", interval="month", **{"product[name]": "Bright"})
    customers += [_customer(localstripe, number) for number in range(1, 130)]
    subscriptions = [
        _subscription(localstripe, customers[0], "glow", 2),
        _subscription(localstripe, customers[1], "bright", 1),
        _subscription(localstripe, customers[2], "glow", 1),
    ]
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return Lived(customers, subscriptions), settings, {s.name: _land(settings, localstripe, s.name, FIRST) for s in STRIPE.streams}


def _land(
    settings: Settings, server: Localstripe, stream: str, window: Window, *, cursor: str | None = None, key: str = _KEY
) -> LandingReceipt:
    # localstripe is of a time before a subscription had several discounts, and refuses to expand them
    credentials = Credentials(base_url=server.url, secret=key, extra={"expand": "", "pace": "10"})
    (receipt,) = land_stream(
        settings=settings, source=STRIPE, stream=STRIPE.stream(stream), window=window, credentials=credentials, run="proof",
        clock=lambda: datetime.now(UTC), cursor=cursor,
    )  # fmt: skip
    return receipt


def _rows(settings: Settings, stream: str, window: Window) -> list[Row]:
    rows: list[Row] = parquet.read_table(BatchPlace(settings, "stripe", stream, window.batch).typed).to_pylist()
    return rows


def test_lists_are_walked_to_their_end(first: tuple[Lived, Settings, dict[str, LandingReceipt]]) -> None:
    lived, settings, receipts = first
    assert (receipts["customers"].pages, receipts["customers"].received, receipts["customers"].untyped) == (3, 130, 0)
    rows = _rows(settings, "customers", FIRST)
    assert [row["customer_id"] for row in rows] == lived.customers
    assert [row["email"] for row in rows[:2]] == ["c0@example.org", "c1@example.org"]
    assert [row["metadata"] for row in rows[:2]] == ['{"customer_id":"K-0"}', '{"customer_id":"K-1"}']


def test_subscriptions_bring_what_their_plans_say(first: tuple[Lived, Settings, dict[str, LandingReceipt]]) -> None:
    lived, settings, _ = first
    rows = {row["subscription_id"]: row for row in _rows(settings, "subscriptions", FIRST)}
    assert [(rows[one]["status"], rows[one]["mrr"], rows[one]["currency"], rows[one]["plan"]) for one in lived.subscriptions] == [
        ("active", 20.0, "eur", "Glow"), ("active", 3000.0, "jpy", "Bright"), ("active", 10.0, "eur", "Glow")
    ]  # fmt: skip
    invoices = {row["subscription_id"]: row for row in _rows(settings, "invoices", FIRST)}
    assert [(invoices[one]["status"], invoices[one]["total"]) for one in lived.subscriptions] == [
        ("paid", 240.0), ("paid", 3000.0), ("paid", 120.0)
    ]  # fmt: skip
    told = {row["subscription_id"]: (row["event_type"], row["mrr"], row["api_version"]) for row in _rows(settings, "events", FIRST)}
    assert told[lived.subscriptions[0]] == ("customer.subscription.created", 20.0, "2017-08-15")
    assert set(told) == set(lived.subscriptions)


def test_what_was_read_obeys_the_suites(first: tuple[Lived, Settings, dict[str, LandingReceipt]]) -> None:
    _, settings, _ = first
    receipts = validate_source(settings=settings, source=STRIPE, run="proof", clock=lambda: datetime.now(UTC))
    assert {r.stream: (r.status, r.validated, sum(r.quarantined.values())) for r in receipts} == {
        "customers": ("validated", 130, 0), "subscriptions": ("validated", 3, 0), "invoices": ("validated", 3, 0),
        "events": ("validated", 3, 0),
    }  # fmt: skip


def test_the_next_window_reads_what_the_events_name(
    first: tuple[Lived, Settings, dict[str, LandingReceipt]], localstripe: Localstripe
) -> None:
    lived, settings, receipts = first
    localstripe.it_is(1)
    localstripe.call("DELETE", f"/subscriptions/{lived.subscriptions[2]}")
    localstripe.call("POST", f"/customers/{lived.customers[1]}", email="new@example.org")
    localstripe.call("DELETE", f"/customers/{lived.customers[129]}")
    newcomer = _customer(localstripe, 130)
    again = {
        name: _land(settings, localstripe, name, SECOND, cursor=receipts[name].cursor) for name in ("customers", "subscriptions", "events")
    }
    assert [receipt.note for receipt in again.values()] == ["", "", ""]
    customers = {row["customer_id"]: (row["email"], row["is_deleted"]) for row in _rows(settings, "customers", SECOND)}
    assert customers == {
        lived.customers[1]: ("new@example.org", False), lived.customers[129]: ("c129@example.org", True),
        newcomer: ("c130@example.org", False)
    }  # fmt: skip
    subscriptions = _rows(settings, "subscriptions", SECOND)
    assert {(row["subscription_id"], row["status"], row["ended_at"] is None) for row in subscriptions} == {
        (lived.subscriptions[2], "canceled", False)
    }  # fmt: skip
    assert [row["event_type"] for row in _rows(settings, "events", SECOND)] == ["customer.subscription.deleted"]


def test_a_key_that_is_none_is_refused(localstripe: Localstripe, settings: Settings) -> None:
    with pytest.raises(BadCredentials, match=r"stripe/customers, page 1: the secret is refused \(401\)"):
        _land(settings, localstripe, "customers", FIRST, key="pk_12345")
