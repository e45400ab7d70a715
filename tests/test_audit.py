"""`make audit` says what it found, and what it could not look at; with tools that answer as the real ones do."""

import json
import subprocess
import sys

import pytest

from tests.conftest import CHECKOUT


@pytest.fixture
def audit(tmp_path):
    """Runs the audit with tools that print what is given."""

    def run(**prints):
        for name in ("pip-audit", "detect-secrets-hook", "pip-licenses"):
            text, status = prints.get(name.replace("-", "_"), ("[]", 0))
            tool = tmp_path / name
            tool.write_text(f"#!{sys.executable}\nprint({text!r})\nraise SystemExit({status})\n")
            tool.chmod(0o700)
        words = [sys.executable, "audit/audit.py", str(tmp_path)]
        return subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    return run


def _dependencies(**package):
    return json.dumps({"dependencies": [{"name": "left-pad", "version": "1", **package}]}), 0


def test_a_vulnerability_is_red_and_names_the_version_that_mends_it(audit):
    done = audit(pip_audit=_dependencies(vulns=[{"id": "PYSEC-1", "fix_versions": ["2"]}]))
    assert done.returncode == 1
    assert "VULNERABLE  requirements.txt: left-pad 1: PYSEC-1, mended in 2" in done.stdout


@pytest.mark.parametrize("answer", [("", 1), _dependencies(skip_reason="not found")])
def test_data_that_cannot_be_reached_is_said_and_is_no_all_clear(audit, answer):
    done = audit(pip_audit=answer)
    assert done.returncode == 0
    assert "NOT CHECKED requirements.txt" in done.stdout
    assert "without a known vulnerability" not in done.stdout


def test_a_secret_is_red_and_is_not_quoted(audit):
    done = audit(detect_secrets_hook=("Secret Type: AWS Access Key\nLocation:    plugins/kuulo/settings.py:3\n", 1))
    assert done.returncode == 1
    assert "SECRET      plugins/kuulo/settings.py:3" in done.stdout


def test_a_licence_that_binds_is_red_and_a_choice_or_a_lesser_one_is_not(audit):
    packages = [{"Name": n, "Version": "1", "License": text} for n, text in (("a", "GPL-3.0-only"), ("b", "LGPL-3.0-only"), ("c", "MIT"))]
    done = audit(pip_licenses=(json.dumps(packages), 0))
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("LICENCE")] == ["LICENCE     a 1: GPL-3.0-only"]
