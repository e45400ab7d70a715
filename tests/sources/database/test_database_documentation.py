import re
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from kuulo.sources.database import read_declaration as reading
from kuulo.sources.database.declaration import Watermark
from tests.sources.database.database_home import DatabaseHome

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "database.md").read_text()
[EXAMPLE] = [dedent(block) for block in re.findall(r"^    # \$KUULO_HOME/databases.*(?:\n    .*)*", PAGE, re.MULTILINE)]
SNIPPETS = [dedent(block) for block in re.findall(r"^    (?:query|watermark): .*(?:\n      .*)*", PAGE, re.MULTILINE)]


def test_the_example_is_a_declaration_of_about_ten_lines(home: DatabaseHome) -> None:
    declared = home.declare(EXAMPLE)
    assert (declared.table, declared.feed.stream.name, declared.connection) == (("sales", "orders"), "orders", "shop_db")
    assert len(EXAMPLE.splitlines()) <= 11


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: text.split("\n")[0])
def test_every_piece_fits_into_a_declaration(home: DatabaseHome, snippet: str) -> None:
    key = snippet.split(":", maxsplit=1)[0]
    body = EXAMPLE.replace("table: sales.orders\n", "") if key == "query" else EXAMPLE
    lines = [line for line in body.splitlines() if line.split(":")[0] != key]
    declared = home.declare("\n".join([*lines, snippet]))
    said = yaml.safe_load(snippet)[key]
    if key == "query":
        assert declared.query == said
    else:
        assert declared.watermark == (Watermark(**said) if isinstance(said, dict) else Watermark(column=said))


def test_every_key_is_told() -> None:
    table = PAGE.split("## What a declaration says")[1].split("**The query**")[0]
    assert set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `")))) == set(
        reading._KEYS
    )
