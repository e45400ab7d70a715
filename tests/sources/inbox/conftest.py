from pathlib import Path

import pytest

from tests.sources.inbox.inbox_home import InboxHome


@pytest.fixture
def home(tmp_path: Path) -> InboxHome:
    return InboxHome(tmp_path)
