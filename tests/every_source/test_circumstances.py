"""Faults that lie around the answers: names, certificates, proxies, token endpoints, and companies in which all happens at once."""

import datetime as dt
import ipaddress
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kuulo.sandbox.company_variants import at_few_instants
from kuulo.sandbox.fault import Fault
from kuulo.sandbox.server import SandboxServer, serve
from kuulo.sandbox.vendor_lists import LISTS
from kuulo.sources.api_errors import BadCredentials, RetryLater, SourceContractBroken
from kuulo.sources.manners import DEFAULT_LIMITS
from kuulo.sources.proof import ClientCredentials
from kuulo.sources.source import Source
from tests.every_source.readings import company, credentials, desk, differences, sandbox, small_pages, sources_of_apis, spoken, truth

SOURCES = sources_of_apis()
WITH_TOKENS = [source for source in SOURCES if source.manners and isinstance(source.manners.proof, ClientCredentials)]
CANARY = "canary-4e1d"
every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


def _stream(source: Source) -> str:
    return LISTS[source.name][0].stream


@pytest.fixture(autouse=True)
def _good_again():
    yield
    sandbox().reception.faults.clear()


@every_source
def test_n10_a_name_that_cannot_be_looked_up_is_looked_up_again(source, monkeypatch):
    good, real, failures = truth(source.name, _stream(source)), socket.getaddrinfo, [1, 2]

    def flaky(*where, **how):
        if failures:
            raise socket.gaierror(failures.pop(), "Temporary failure in name resolution")
        return real(*where, **how)

    with desk(source.name, _stream(source)) as own:
        monkeypatch.setattr(socket, "getaddrinfo", flaky)
        assert differences(own.read().rows, good.rows) == []
        assert own.still.slept == [2.0, 4.0]


@pytest.mark.parametrize("source", WITH_TOKENS, ids=lambda source: source.name)
@pytest.mark.parametrize("status", [503, 429])
def test_n13_a_busy_token_endpoint_is_asked_again(source, status):
    with desk(source.name, _stream(source)) as own:
        sandbox().reception.faults.add(Fault(kind="refused", path_contains=spoken(source.name).also[0], status=status, times=2))
        assert differences(own.read().rows, truth(source.name, _stream(source)).rows) == []
        assert own.still.slept == [2.0, 4.0]


@pytest.mark.parametrize("source", WITH_TOKENS, ids=lambda source: source.name)
@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (Fault(kind="refused", status=400), BadCredentials, r"refuses the login and password of connection .* \(400\): check client id"),
        (Fault(kind="refused", status=503, times=99), RetryLater, r"busy \(503\), 6 times; run it again later"),
        (Fault(kind="login_page", times=99), SourceContractBroken, "the token endpoint answered with something that is no JSON"),
        (Fault(kind="error_with_200"), SourceContractBroken, "has no `access_token`: check the connection's extra `token_url`"),
    ],
    ids=["400", "503-for-ever", "login-page", "no-token"],
)  # fmt: skip
def test_n13_a_token_endpoint_that_gives_no_token_is_named(source, fault, error, says, caplog):
    caplog.set_level(logging.DEBUG)
    with desk(source.name, _stream(source)) as own:
        sandbox().reception.faults.add(replace(fault, path_contains=spoken(source.name).also[0]))
        with pytest.raises(error, match=rf"{source.name}/{_stream(source)}, page 1: .*{says}") as stopped:
            own.read()
    assert spoken(source.name).secret not in str(stopped.value) + caplog.text


def _certificate(folder: Path, *, address: str, days: int) -> Path:
    """A self-signed certificate of an address, and its key, in one file; `days` until it expires."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=30)).not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path, form = folder / "certificate.pem", serialization.Encoding.PEM
    secret = key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(form) + secret)
    return path


@contextmanager
def _over_tls(folder: Path, *, address: str = "127.0.0.1", days: int = 1) -> Iterator[tuple[SandboxServer, Path]]:
    """The sandbox behind a certificate, and the certificate's file."""
    certificate = _certificate(folder, address=address, days=days)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with serve(company(), tls=tls) as server:
        yield server, certificate


@every_source
def test_n15_a_certificate_of_the_own_authority_is_trusted_where_it_is_named(source, tmp_path, monkeypatch):
    with _over_tls(tmp_path) as (server, certificate), desk(source.name, _stream(source)) as own:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert differences(own.read(asked_as=credentials(source.name, server)).rows, truth(source.name, _stream(source)).rows) == []


@pytest.mark.parametrize("bad", [{"days": -1}, {"address": "127.0.0.2"}, {}], ids=["expired", "of-another-host", "self-signed"])
@every_source
def test_n15_no_other_certificate_is_trusted(source, bad, tmp_path, monkeypatch):
    with _over_tls(tmp_path, **bad) as (server, certificate), desk(source.name, _stream(source)) as own:
        if bad:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        with pytest.raises(SourceContractBroken, match=r"page 1: the certificate of connection .* is not trusted: check the host"):
            own.read(asked_as=credentials(source.name, server))
        assert (own.still.slept, own.has_landed(), server.reception.requests) == ([], False, [])


def _use_proxy(monkeypatch, address):
    for name in ("NO_PROXY", "no_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, address)


@every_source
def test_n17_a_proxy_is_used(source, monkeypatch):
    good, told = truth(source.name, _stream(source)), spoken(source.name)
    _use_proxy(monkeypatch, sandbox().url)
    vendor = "http://vendor.example"
    asked_as = credentials(source.name, base_url=f"{vendor}{told.prefix}", extra={"token_url": f"{vendor}{''.join(told.also[:1])}/token"})
    with desk(source.name, _stream(source)) as own:
        assert differences(own.read(asked_as=asked_as).rows, good.rows) == []


@every_source
def test_n17_a_dead_proxy_is_told_without_its_password(source, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    _use_proxy(monkeypatch, f"http://user:{CANARY}@127.0.0.1:1/")
    with desk(source.name, _stream(source)) as own, pytest.raises(RetryLater, match=r"no answer \(ProxyError\)") as stopped:
        own.read(limits=replace(DEFAULT_LIMITS, attempts=1), asked_as=credentials(source.name, base_url="http://vendor.example"))
    assert CANARY not in str(stopped.value) + caplog.text


# By source: why nothing that we ask tells records of equal times apart.
TIMES_ARE_THE_CURSOR = {"survicate": "its cursor is the microsecond of a page's last response, and what was collected before it follows"}


@pytest.mark.parametrize(
    "source", [source for source in SOURCES if source.name not in TIMES_ARE_THE_CURSOR], ids=lambda source: source.name
)
def test_p8_pages_full_of_equal_times(source):
    stream = _stream(source)
    with serve(at_few_instants(company())) as server, desk(source.name, stream) as own, desk(source.name, stream) as other:
        asked_as = credentials(source.name, server)
        good = own.read(asked_as=asked_as)
        with small_pages(3, server):
            read = other.read(asked_as=asked_as)
    assert differences(read.rows, good.rows) == []
    assert read.receipts[-1].pages >= 3
