"""Where all tests are required, as in CI, a test that would be skipped fails, whichever way it skips."""

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import CHECKOUT

SKIPPED = """\
import pytest

@pytest.mark.skipif(True, reason="by a mark")
def test_marked(): pass

@pytest.fixture
def there(): pytest.skip("by a fixture")

def test_without_its_fixture(there): pass

def test_that_skips_itself(): pytest.skip("by itself")

def test_that_runs(): pass
"""
A_WHOLE_FILE = 'import pytest\npytest.skip("by its file", allow_module_level=True)\n'


@pytest.mark.parametrize(
    ("text", "counted"),
    [(SKIPPED, "1 failed, 1 passed, 2 errors"), (A_WHOLE_FILE, "1 error")],
    ids=["tests", "a file"],
)
def test_a_skip_is_a_failure_where_all_tests_are_required(tmp_path, text, counted):
    (tmp_path / "test_skipped.py").write_text(text)
    words = [sys.executable, "-m", "pytest", "-n", "0", "-c", "pyproject.toml", "-p", "tests.conftest", str(tmp_path)]
    environment = {**os.environ, "KUULO_REQUIRE_ALL_TESTS": "1"}
    done = subprocess.run(words, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stdout.splitlines()[-1].startswith(f"{counted} in "), done.stdout
    for how in re.findall(r'"(by [a-z ]+)"', text):
        assert f"was skipped, which CI does not allow: ('{tmp_path}/test_skipped.py', " in done.stdout
        assert f"Skipped: {how}" in done.stdout
