"""Alerts through Airflow's notifiers to a mail server and a web server on loopback: one message a cause."""

import json
import socketserver
import threading
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_string
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from kuulo.errors import KuuloError
from kuulo.orchestration import alert_channels
from kuulo.orchestration.alert_channels import send_alerts
from tests.alerting.test_causes import NOW, ran

BASE_URL = "https://airflow.example.org"


class _MailSession(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to be given a message."""

    def handle(self) -> None:
        self.wfile.write(b"220 loopback\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.taken.append(message_from_string(b"".join(lines).decode()))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 OK\r\n")
            if word == b"QUIT":
                return


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.headers.get("Authorization"), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _served(server):
    server.taken, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def mail():
    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), _MailSession)) as server:
        yield server


@pytest.fixture
def hook():
    with _served(HTTPServer(("127.0.0.1", 0), _Hook)) as server:
        yield server


@pytest.fixture
def told(settings, monkeypatch, mail, hook):
    """Both channels connected, and one stream that has stopped."""
    monkeypatch.setattr(alert_channels, "load_settings", lambda: settings)
    extra = {"to": "team@example.org", "from_email": "kuulo@example.org", "disable_ssl": True, "disable_tls": True, "retry_limit": 0}
    smtp = {"conn_type": "smtp", "host": "127.0.0.1", "port": mail.server_address[1], "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_KUULO_ALERTS_SMTP", json.dumps(smtp))
    address = f"http://127.0.0.1:{hook.server_address[1]}/hook"
    web = {"conn_type": "http", "host": address, "password": "canary-webhook-token"}
    monkeypatch.setenv("AIRFLOW_CONN_KUULO_ALERTS_WEBHOOK", json.dumps(web))
    ran(settings, 1, status="stopped", message="too many <b>rows</b> of ada@example.com {{ conn }}")
    return settings


def test_one_message_a_cause_by_each_channel_with_a_link_and_nothing_personal(told, mail, hook):
    assert send_alerts(NOW, BASE_URL) == {"kuulo_alerts_smtp": 1, "kuulo_alerts_webhook": 1}
    assert send_alerts(NOW, BASE_URL) == {"kuulo_alerts_smtp": 0, "kuulo_alerts_webhook": 0}
    [(token, body)] = hook.taken
    assert token == "Bearer canary-webhook-token"
    assert body == {
        "cause": "stream:hubspot/tickets",
        "state": "new",
        "line": "hubspot/tickets stopped: too many <b>rows</b> of *** {{ conn }}",
        "link": "https://airflow.example.org/dags/extract_hubspot",
        "text": "[new] hubspot/tickets stopped: too many <b>rows</b> of *** {{ conn }} https://airflow.example.org/dags/extract_hubspot",
    }
    [letter] = mail.taken
    assert (letter["To"], letter["From"]) == ("team@example.org", "kuulo@example.org")
    assert letter["Subject"].startswith("[new] Kuulo: hubspot/tickets stopped")
    page = letter.get_payload()[0].get_payload(decode=True).decode()
    assert "&lt;b&gt;rows&lt;/b&gt; of *** {{ conn }}" in page
    assert 'href="https://airflow.example.org/dags/extract_hubspot"' in page
    kept = "".join(path.read_text() for path in (told.home / "alerts").iterdir())
    assert "ada@example.com" not in page + kept
    assert "canary-webhook-token" not in kept


def test_another_error_is_another_message_and_the_end_is_told_once(told, hook):
    send_alerts(NOW, BASE_URL)
    ran(told, 2, status="failed", message="refused")
    send_alerts(NOW, BASE_URL)
    ran(told, 3)
    send_alerts(NOW, BASE_URL)
    send_alerts(NOW, BASE_URL)
    assert [(body["state"], body["line"][:34]) for _, body in hook.taken[1:]] == [
        ("changed", "hubspot/tickets failed: refused"),
        ("ended", "no longer so: hubspot/tickets fail"),
    ]


def test_what_a_channel_did_not_take_it_gets_the_next_time_and_the_other_is_not_told_twice(told, mail, hook):
    hook.status = 503
    with pytest.raises(KuuloError, match="connection kuulo_alerts_webhook: refused with status 503") as raised:
        send_alerts(NOW, BASE_URL)
    assert "canary" not in str(raised.value)
    hook.status = 200
    assert send_alerts(NOW + timedelta(minutes=10), BASE_URL) == {"kuulo_alerts_smtp": 0, "kuulo_alerts_webhook": 1}
    assert (len(mail.taken), len(hook.taken)) == (1, 2)


def test_a_server_that_is_not_there_names_the_connection_alone(told, monkeypatch):
    address = "http://127.0.0.1:9/services/canary-path"
    monkeypatch.setenv("AIRFLOW_CONN_KUULO_ALERTS_WEBHOOK", json.dumps({"conn_type": "http", "password": address}))
    smtp = {"conn_type": "smtp", "host": "127.0.0.1", "port": 9, "extra": {"to": "a@b.c"}}
    monkeypatch.setenv("AIRFLOW_CONN_KUULO_ALERTS_SMTP", json.dumps(smtp))
    with pytest.raises(KuuloError) as raised:
        send_alerts(NOW, BASE_URL)
    assert [part.split(":")[0] for part in str(raised.value).split("; ") if part.startswith("connection")] == [
        "connection kuulo_alerts_smtp", "connection kuulo_alerts_webhook",
    ]  # fmt: skip
    assert "canary-path" not in str(raised.value)


def test_without_connections_nothing_is_sent_and_nothing_is_kept(told, monkeypatch):
    for name in ("SMTP", "WEBHOOK"):
        monkeypatch.delenv(f"AIRFLOW_CONN_KUULO_ALERTS_{name}")
    with pytest.raises(AirflowSkipException, match="nobody is to be told"):
        send_alerts(NOW, BASE_URL)
    assert not (told.home / "alerts").exists()
