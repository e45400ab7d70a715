"""S1, S2: a task that logs and raises all it knows of its connection, and a log that holds none of it."""

import base64
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.conftest import CHECKOUT
from tests.end_to_end.pipeline import environment_of

pytestmark = pytest.mark.end_to_end

LOGIN, PASSWORD, IN_EXTRA, TOKEN = "canary-login-5d1", "canary/pass word-5d1", "canary-extra-5d1", "canary-token-5d1"
SECRETS = (LOGIN, PASSWORD, "canary%2Fpass%20word-5d1", IN_EXTRA, TOKEN, base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode())


class _Vendor(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"access_token": TOKEN, "expires_in": 3600, "value": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - names that http.server asks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def vendor():
    server = HTTPServer(("127.0.0.1", 0), _Vendor)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def _run(home, dag_id, *words, **environment):
    """What the process wrote, the logs of its tasks among it."""
    script = [sys.executable, "-m", "tests.orchestration.indiscreet_run", dag_id, *words]
    environment = environment_of(home, PYTHONPATH=f"{CHECKOUT / 'plugins'}:{CHECKOUT}", **environment)
    done = subprocess.run(script, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=300)
    assert "state failed" in done.stdout, done.stderr[-2000:]
    return (home / "logs" / "run.log").read_text() + done.stdout + done.stderr


def test_nothing_of_a_connection_is_in_the_log_of_a_task_that_tells_all_it_knows(vendor, tmp_path):
    extra = {"tenant_id": "t", "token_url": f"{vendor}/token", "client_assertion_secret": IN_EXTRA, "pace": 1000}
    connection = {"conn_type": "http", "host": vendor, "login": LOGIN, "password": PASSWORD, "extra": extra}
    home = tmp_path / "home"
    written = _run(home, "extract_dynamics365", SECRETS[2], SECRETS[-1], AIRFLOW_CONN_DYNAMICS365=json.dumps(connection))
    assert "sent " in written
    assert "printed " in written
    assert "builtins.RuntimeError at " in written  # the kind and the place of the error, not its text
    assert "raised " not in written
    assert not [secret for secret in SECRETS if secret in written]
    kept = [path for path in home.rglob("*") if path.is_file() and path.suffix in (".json", ".jsonl", ".log", ".db")]
    assert kept
    assert not [(path.name, secret) for path in kept for secret in SECRETS if secret.encode() in path.read_bytes()]


def test_a_missing_connection_names_itself(tmp_path):
    assert "there is no Airflow connection 'typeform': set AIRFLOW_CONN_TYPEFORM" in _run(tmp_path / "home", "extract_typeform")
