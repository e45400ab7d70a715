import re
from pathlib import Path
from textwrap import dedent

import pytest

from kuulo.sources.canonical import FILES
from kuulo.sources.inbox.read_feed import read_feed
from tests.sources.inbox.inbox_home import InboxHome

PAGE = Path(__file__).resolve().parents[3] / "docs" / "inbox.md"
EXAMPLES = [dedent(block) for block in re.findall(r"^    stream: .+(?:\n    .*)*", PAGE.read_text(), re.MULTILINE)]


def test_every_stream_has_an_example() -> None:
    assert {example.split()[1] for example in EXAMPLES} == {stream.name for stream in FILES.streams}
    assert len(EXAMPLES) == 9


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split()[1])
def test_every_example_is_a_feed_file(home: InboxHome, example: str) -> None:
    feed = read_feed(home.lay("f", example), home.settings)
    assert feed.stream.name == example.split()[1]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split()[1])
def test_every_example_takes_in_a_header_alone(home: InboxHome, example: str) -> None:
    feed = read_feed(home.lay("f", example), home.settings)
    text = "\n" * feed.skip_rows + (feed.delimiter or ",").join(feed.asked_columns) + "\n"
    home.taken(example, "a.csv", text.encode(feed.encoding))
    assert home.rows() == []
