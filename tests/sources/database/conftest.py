from pathlib import Path

import pytest

from tests.sources.database.database_home import DatabaseHome, sqlite_home


@pytest.fixture
def home(tmp_path: Path) -> DatabaseHome:
    return sqlite_home(tmp_path)
