"""Vendors' own OpenAPI specifications, which stand beside the checkout and are never copied into it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED

Specification = dict[str, Any]


@dataclass(frozen=True)
class Deviation:
    """One thing that a specification says otherwise than the live API, and the change that puts it right in a copy."""

    why: str
    change: Callable[[Specification], None]


def specification_path(name: str) -> Path:
    """Where a vendor's specification lies; skips where it does not stand beside the checkout."""
    path = SHARED / "specs" / name
    if not path.is_file():
        pytest.skip(f"no specification at {path}")
    return path


def put_right(specification: Specification, deviations: Iterable[Deviation]) -> Specification:
    """The specification with the deviations put right, in place."""
    for deviation in deviations:
        deviation.change(specification)
    return specification
