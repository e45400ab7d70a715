"""What the soak calls lost, doubled and read again."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.soak.balance import Differences, differences


def _lay(home: Path, **batches: str) -> Path:
    for batch, letters in batches.items():
        folder = home / "validated" / "zendesk" / "tickets" / batch
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"ticket_id": list(letters), "_batch": [batch] * len(letters)}), folder / "validated.parquet")
    return home


def test_a_row_of_another_window_is_read_again_and_one_too_many_is_doubled(tmp_path: Path) -> None:
    undisturbed = _lay(tmp_path / "undisturbed", first="abc", second="def")
    assert differences(_lay(tmp_path / "same", first="cba", second="def"), undisturbed) == Differences()
    found = differences(_lay(tmp_path / "found", first="abcdd", second="deefx"), undisturbed)
    first, second = (f"validated/zendesk/tickets/{batch}/validated.parquet" for batch in ("first", "second"))
    assert found.again == Counter({first: 1}), "d is of the second window"
    assert found.doubled == Counter({first: 1, second: 2}), "d twice; e twice, and x that nobody knows"
    assert differences(_lay(tmp_path / "less", first="ab"), undisturbed).lost == Counter({first: 1, second: 3})


def test_a_row_of_a_scroll_that_was_begun_again_is_read_again_and_within_one_scroll_it_is_doubled(tmp_path: Path) -> None:
    def scrolled(home: str, *rows: tuple[str, int]) -> Path:
        folder = tmp_path / home / "validated" / "intercom" / "companies" / "first"
        folder.mkdir(parents=True)
        companies, scrolls = zip(*rows, strict=True)
        pq.write_table(pa.table({"company_id": companies, "scroll": scrolls}), folder / "validated.parquet")
        return tmp_path / home

    undisturbed = scrolled("undisturbed", ("a", 1), ("b", 1))
    place = "validated/intercom/companies/first/validated.parquet"
    assert differences(scrolled("again", ("a", 1), ("a", 2), ("b", 2)), undisturbed) == Differences(again=Counter({place: 1}))
    assert differences(scrolled("twice", ("a", 1), ("b", 1), ("b", 1)), undisturbed) == Differences(doubled=Counter({place: 1}))
