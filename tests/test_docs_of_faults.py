"""docs/faults.md: a line for each fault of data and of process, and every test that it names is there."""

import fnmatch
import re
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

NO_TEST_OF_THEIR_OWN = {"X2", "X10", "X18", "X20"}  # their lines say why


def lines_of(kind: str) -> dict[str, str]:
    lines = re.findall(rf"^\| ({kind}\d+) \|(.*)\|$", (CHECKOUT / "docs" / "faults.md").read_text(), re.MULTILINE)
    assert [name for name, _ in lines] == [f"{kind}{number}" for number in range(1, len(lines) + 1)]
    return dict(lines)


def files_named(name: str) -> list[Path]:
    """By its path, or by its name alone where a line has named its folder or another has."""
    return [CHECKOUT / name] if "/" in name else list((CHECKOUT / "tests").rglob(name))


def is_there(name: str, test: str) -> bool:
    texts = [path.read_text() for path in files_named(name) if path.is_file()]
    return bool(texts) and any(fnmatch.filter(re.findall(r"^def (test_\w+)\(", text, re.MULTILINE), test or "*") for text in texts)


def test_each_fault_has_a_line() -> None:
    assert (len(lines_of("D")), len(lines_of("X"))) == (23, 20)


@pytest.mark.parametrize("kind", ["D", "X"])
def test_every_test_that_a_line_names_is_there(kind: str) -> None:
    for fault, text in lines_of(kind).items():
        named = re.findall(r"`([\w/]+\.py)(?:::([\w*]+))?`", text)
        assert bool(named) != (fault in NO_TEST_OF_THEIR_OWN), fault
        assert [each for each in named if not is_there(*each)] == [], fault


def test_every_test_that_is_named_after_a_fault_stands_in_its_line() -> None:
    lines = lines_of("X")
    for path in (CHECKOUT / "tests").rglob("test_*.py"):
        for faults in re.findall(r"^def test_((?:x\d+_)+)", path.read_text(), re.MULTILINE):
            for fault in faults.upper().strip("_").split("_"):
                assert path.name in lines[fault], (fault, path.name, faults)
