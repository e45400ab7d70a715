"""The quick way to Arrow gives the rows of the slower way, page by page, and leaves to it what it cannot do exactly."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kuulo.landing.arrow_pages import ArrowPages
from kuulo.settings import Settings
from kuulo.sources.api_errors import SourceContractBroken
from kuulo.sources.manners import Manners
from kuulo.sources.page_json import read_envelope
from kuulo.sources.pagination import AfterCursor, NextLink
from kuulo.sources.reading import Paged
from kuulo.sources.source import Column, Source, Stream
from tests.landing.landings import land, place_of, typed_rows, untyped_rows
from tests.loopback_server import Asked, Reply

PLAIN = Stream(
    name="answers",
    primary_key=("id",),
    columns=(
        Column(name="id", required=True),
        Column(name="score", type="float64"),
        Column(name="times", type="int64"),
        Column(name="done", type="boolean"),
        Column(name="at", type="timestamp"),
        Column(name="day", type="date"),
        Column(name="text", at="comment"),
    ),
    reading=Paged(path="/answers", records_at="data", pager=AfterCursor(cursor_at="next")),
)
SOURCE = Source(name="src", streams=(PLAIN,), manners=Manners())
QUICK = [
    [{"id": "a", "score": 9, "times": 3, "done": True, "at": "2026-01-05T10:11:12.123456Z", "day": "2026-01-05", "comment": 'x],{"y'}],
    [{"id": "b", "score": 9.5, "at": "2026-01-05T10:11:12+02:00"}, {"id": "c"}, {"id": "d", "comment": "", "score": None}],
    [],
    [{"id": "é\U0001f600", "comment": 'a\nb"c\\'}],
]
SLOW = [
    [{"id": "e", "colour": "red"}],
    [{"id": 5, "score": "9"}],
    [{"id": "f", "score": "9/10"}, {"id": "g", "score": 1}],
    [{"id": "h", "comment": "a\0b"}],
    [{"id": "i", "at": "2026-01-05T10:11:12.123456789Z"}, {"id": "j", "at": "2026-01-05T10:11:12"}, {"id": "k", "at": "", "day": ""}],
    [{"id": "k", "score": 2**53 + 1}],
    [{"id": "k", "score": -(2**53) - 1}],
    [{"id": "l", "score": 2**53 + 1, "times": 2**63 - 1}, {"id": "m", "times": 2.0}, {"id": "n", "times": 2**64}],
    [{"id": "o", "comment": "\ud800"}],
    [{"id": "o", "comment": "\udc00"}, {"id": "p", "score": 1}],
    [{"id": "p", "score": float("nan")}],
    ["no object", None, {"id": "q"}],
    [{"id": "r", "comment": {"deep": [1]}}],
]  # fmt: skip


def bodies(ascii_only: bool, indent: int | None) -> list[bytes]:
    pages = [*QUICK, *SLOW, QUICK[0]]
    documents = [{"more": [1, {"z": "]"}], "data": page, "links": [], "next": str(n + 1)} for n, page in enumerate(pages)]
    documents[-1]["next"] = None
    return [json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode(errors="replace") for document in documents]


def outcome(settings: Settings, pages: list[bytes]) -> Any:
    receipts, _ = land(settings, SOURCE, "answers", lambda asked: Reply(pages[int(asked.param("after") or 0)]))
    return typed_rows(settings, SOURCE, "answers"), untyped_rows(settings, SOURCE, "answers"), replace(receipts[0], seconds=0)


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
def test_both_ways_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ascii_only: bool, indent: int | None) -> None:
    pages = bodies(ascii_only, indent)
    quick = outcome(Settings(home=tmp_path / "quick"), pages)
    monkeypatch.setattr(ArrowPages, "fits", staticmethod(lambda _stream: False))
    assert quick == outcome(Settings(home=tmp_path / "slow"), pages)
    assert [row["_position"] for row in (*quick[0], *quick[1])] != []
    assert quick[2].received == sum(map(len, QUICK)) + sum(map(len, SLOW)) + len(QUICK[0])


@pytest.mark.parametrize("page", QUICK)
def test_plain_pages_take_the_quick_way(page: list[Any]) -> None:
    assert ArrowPages(PLAIN).table([json.dumps({"data": page, "next": None}).encode()], "data") is not None


def test_pages_read_at_once_are_the_pages_read_one_by_one() -> None:
    bodies = [json.dumps({"data": page, "next": None}).encode() + end for page, end in zip(QUICK, (b"", b"\n", b" ", b"\r\n"), strict=True)]
    read = ArrowPages(PLAIN).table(bodies, "data")
    single = [one[0].to_pylist() for body in bodies if (one := ArrowPages(PLAIN).table([body], "data"))]
    assert read is not None
    assert read[0].to_pylist() == [row for rows in single for row in rows]
    assert read[1] == list(map(len, QUICK)) == [len(rows) for rows in single]
    assert ArrowPages(PLAIN).table([*bodies, json.dumps({"data": SLOW[0]}).encode()], "data") is None


@pytest.mark.parametrize("page", SLOW)
def test_pages_that_it_would_not_read_exactly_are_left_to_the_slower_way(page: list[Any]) -> None:
    assert ArrowPages(PLAIN).table([json.dumps({"data": page, "next": None}).encode()], "data") is None


@pytest.mark.parametrize(
    "bad", [b'{"data": [{"id": "x", }], "next": null}', b'{"data": [{"id": "x"], "next": null}', b'{"data": [{"id": "\xff"}], "next": "2"}']
)
def test_a_page_that_is_broken_inside_is_not_kept_and_is_asked_for_again(settings: Settings, bad: bytes) -> None:
    good = b'{"data": [{"id": "x"}], "next": null}'
    pages = [b'{"data": [{"id": "w"}], "next": "1"}', bad]

    def script(asked: Asked) -> Reply:
        return Reply(pages[int(asked.param("after") or 0)])

    with pytest.raises(SourceContractBroken, match=r"src/answers, page 2: .*JSON"):
        land(settings, SOURCE, "answers", script)
    assert len((place_of(settings, SOURCE, "answers").landing / "pages.jsonl").read_bytes().splitlines()) == 1
    pages[1] = good
    _, asked = land(settings, SOURCE, "answers", script)
    assert [a.param("after") for a in asked] == ["1"]
    assert [row["id"] for row in typed_rows(settings, SOURCE, "answers")] == ["w", "x"]


def test_only_plain_streams_take_the_quick_way() -> None:
    assert ArrowPages.fits(PLAIN)
    for column in (Column(name="x", type="json"), Column(name="x", at="a.b"), Column(name="x", type="timestamp", unit="epoch_seconds")):
        assert not ArrowPages.fits(replace(PLAIN, columns=(*PLAIN.columns, column)))
    assert not ArrowPages.fits(replace(PLAIN, rows_of=lambda record, parent: [record]))


@pytest.mark.parametrize(
    ("page", "envelope"),
    [
        ({"a": {"b": [1, "]"]}, "data": [{"x": "]}"}, [1]], "next": "2"}, {"a": {"b": [1, "]"]}, "next": "2"}),
        ({"data": []}, {}),
        ({"next": "1", "data": [1], "paging": {"next": {"after": "]"}}}, {"next": "1", "paging": {"next": {"after": "]"}}}),
        ({"é": "\u00e9" * 9_000, "data": [1], "next": "\u00e9"}, None),
        ({"next": "\u00e9", "data": ["\u00e9" * 20_000], "n": "\u00e9"}, {"next": "\u00e9", "n": "\u00e9"}),
        ({"no": 1}, None),
        ({"data": {"data": []}}, None),
        ([1], None),
    ],
)
def test_an_envelope_is_read_without_its_records(page: Any, envelope: Any) -> None:
    for indent in (None, 2):
        found = read_envelope(json.dumps(page, indent=indent, ensure_ascii=False).encode(), "data")
        assert (found if found is None else {k: v for k, v in found.items() if k}) == envelope


def test_links_of_an_envelope_are_followed_to_the_last_empty_page(settings: Settings) -> None:
    pager = NextLink(link_at="p.next", more_at="p.more", records_at="data")
    stream = replace(PLAIN, reading=Paged(path="/answers", records_at="data", pager=pager))
    pages = [
        {"p": {"more": True, "next": "/answers?n=1"}, "data": [{"id": "a"}]},
        {"p": {"more": True, "next": "/answers?n=2"}, "data": []},
        {"p": {"more": True, "next": "/answers?n=2"}, "data": []},
    ]
    source = replace(SOURCE, streams=(stream,))
    receipts, asked = land(settings, source, "answers", lambda asked: Reply(pages[int(asked.param("n") or 0)]))
    assert (receipts[0].pages, receipts[0].received, len(asked)) == (3, 1, 3)
