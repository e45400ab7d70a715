"""docker-compose.yml: valid by the Compose specification, bound to loopback, without a default password."""

import re
import subprocess
import sys

import yaml

from tests.conftest import CHECKOUT

TEXT = (CHECKOUT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)


def test_it_is_valid_by_the_compose_specification():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_each_part_of_airflow_is_a_service():
    assert set(COMPOSE["services"]) == {
        "postgres", "initialise", "api-server", "scheduler", "dag-processor", "triggerer", "sandbox",
    }  # fmt: skip


def test_only_loopback_of_the_host_is_reached():
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:${KUULO_PORT:-8080}:8080"]


def test_no_secret_has_a_default():
    for name in ("KUULO_POSTGRES_PASSWORD", "KUULO_ADMIN_PASSWORD", "KUULO_FERNET_KEY", "KUULO_JWT_SECRET"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", TEXT)
        assert uses
        assert all(use.startswith(":?") for use in uses), name


def test_the_image_installs_the_locked_requirements_and_copies_what_exists():
    text = (CHECKOUT / "Dockerfile").read_text()
    assert "--require-hashes" in text
    for source in re.findall(r"^COPY (\S+) ", text, re.MULTILINE):
        assert (CHECKOUT / source).exists(), source


def test_without_its_profile_there_is_no_sandbox_and_nothing_fictional():
    assert COMPOSE["services"]["sandbox"]["profiles"] == ["sandbox"]
    environment = COMPOSE["services"]["scheduler"]["environment"]
    assert environment["KUULO_SANDBOX"] == "${KUULO_SANDBOX:-0}"
    assert environment["AIRFLOW_CONN_SURVICATE"] == "${AIRFLOW_CONN_SURVICATE:-}"
