"""A small company for the sandbox's own tests, and a server of it."""

from collections.abc import Iterator

import pytest

from kuulo.sandbox.company import Company, generate_company
from kuulo.sandbox.server import SandboxServer, serve
from kuulo.sandbox.truth import Truth, truth_of


@pytest.fixture(scope="session")
def small_company() -> Company:
    return generate_company(customers=150)


@pytest.fixture(scope="session")
def small_truth(small_company: Company) -> Truth:
    return truth_of(small_company)


@pytest.fixture(scope="session")
def sandbox(small_company: Company) -> Iterator[SandboxServer]:
    with serve(small_company) as server:
        yield server
