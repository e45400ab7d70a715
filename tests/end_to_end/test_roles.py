"""S14: the three roles of compose, through Airflow's own API: who starts a run, who only looks, who has nothing to do here."""

import json
import subprocess
import sys

import pytest

from tests.conftest import CHECKOUT
from tests.end_to_end.pipeline import environment_of

pytestmark = pytest.mark.end_to_end

PASSWORD = "xK8mPq2vW9zR"
_ASK = """
import json, sys
from kuulo.orchestration.airflow_home import use_airflow_home
from kuulo.settings import load_settings
use_airflow_home(load_settings())
from airflow.api_fastapi.app import create_app
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
from airflow.models.dagbundle import DagBundleModel
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.utils.session import create_session
from fastapi.testclient import TestClient

password = sys.argv[1]
with create_session() as session:
    session.add(DagBundleModel(name="dags-folder"))
sync_bag_to_db(DagBag("dags", bundle_name="dags-folder"), "dags-folder", None)
with get_application_builder() as builder:
    for role in ("Data Engineer", "Analyst", "Marts Reader"):
        mail, kept = role.replace(" ", "") + "@localhost", builder.sm.find_role(role)
        assert builder.sm.add_user(role, role, "Person", mail, kept, password=password)
client, told = TestClient(create_app(), base_url="http://127.0.0.1:8080"), {}
for name in ("admin", "Data Engineer", "Analyst", "Marts Reader"):
    token = client.post("/auth/token", json={"username": name, "password": password}).json()["access_token"]
    def status(method, path, **body):
        return client.request(method, "/api/v2" + path, headers={"Authorization": "Bearer " + token}, **body).status_code
    runs = "/dags/extract_stripe/dagRuns"
    told[name] = {
        "reads": status("GET", runs),
        "starts": status("POST", runs, json={"logical_date": None, "conf": {}}),
        "wrong params": status("POST", runs, json={"logical_date": None, "conf": {"window_start": "yesterday"}}),
        "connections": status("GET", "/connections"),
        "variables": status("GET", "/variables"),
    }
told["nobody"] = {"reads": client.get("/api/v2/dags").status_code}
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Status codes by user and question, after compose's `initialise` on an SQLite database."""
    environment = environment_of(
        tmp_path_factory.mktemp("roles") / "home",
        KUULO_SANDBOX="0",
        KUULO_ADMIN_PASSWORD=PASSWORD,
        AIRFLOW__CORE__AUTH_MANAGER="airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
    )
    for words in (("-m", "kuulo.orchestration.initialise"), ("-c", _ASK, PASSWORD)):
        done = subprocess.run(
            [sys.executable, *words], env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr[-3000:]
        assert PASSWORD not in done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_each_role_may_do_what_it_is_for_and_nothing_more(told):
    assert {name: (may["reads"], may["starts"]) for name, may in told.items() if name != "nobody"} == {
        "admin": (200, 200),
        "Data Engineer": (200, 200),
        "Analyst": (200, 403),
        "Marts Reader": (403, 403),
    }
    assert told["nobody"]["reads"] == 401


def test_connections_and_variables_are_the_administrators(told):
    assert {name: (may["connections"], may["variables"]) for name, may in told.items() if name != "nobody"} == {
        "admin": (200, 200), "Data Engineer": (403, 403), "Analyst": (403, 403), "Marts Reader": (403, 403),
    }  # fmt: skip


def test_params_are_validated_before_a_run_is_made(told):
    assert (told["admin"]["wrong params"], told["Data Engineer"]["wrong params"]) == (400, 400)
