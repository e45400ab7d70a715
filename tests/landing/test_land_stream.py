"""A window landed: the vendor's bytes, the typed rows, the receipt, and going on after every kind of interruption."""

import fcntl
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import zstandard

from kuulo.errors import KuuloError
from kuulo.landing.land_stream import replay
from kuulo.landing.receipt import read_landing_receipt
from kuulo.settings import Settings
from kuulo.sources.api_errors import NotFound, RetryLater, SourceContractBroken
from kuulo.sources.manners import Manners
from kuulo.sources.pagination import AfterCursor
from kuulo.sources.reading import Named, Paged, PerParent
from kuulo.sources.source import Column, Source, Stream
from tests.landing.landings import WINDOW, land, place_of, typed_rows, untyped_rows
from tests.loopback_server import Asked, Reply, Script
from tests.still_time import START

LISTING = Paged(path="/shops/{parent}/things", records_at="data", pager=AfterCursor(cursor_at="next"))
THINGS = Stream(
    name="things",
    primary_key=("id",),
    columns=(Column(name="id", required=True), Column(name="size", type="float64")),
    reading=PerParent(parents=Named(("a", "b")), known_as="shop", listing=LISTING),
)
TAGS = Stream(
    name="tags",
    primary_key=("id", "tag"),
    columns=(Column(name="id"), Column(name="shop"), Column(name="tag")),
    pages_of="things",
    rows_of=lambda record, parent: [{"id": record["id"], **parent, "tag": tag} for tag in record["tags"]],
)
SHOP = Source(name="shop", streams=(THINGS, TAGS), manners=Manners())
PAGES = {
    "a": [b'{ "data": [{"id": "a1", "size": "1", "tags": ["x", "y"]}, {"id":"a2","size":2.50,"tags":[]}],\n "next": "1"}',
          b'{"data": [], "next": "2"}', '{"data": [{"id": "a3", "tags": ["\u00e4"], "colour": "red"}]}'.encode()],
    "b": [b'{"data": [{"id": "b1", "size": "2/3", "tags": ["z"]}], "next": 1}', b'{"data": [{"id": "b2", "size": null, "tags": null}]}'],
}  # fmt: skip
IN_ORDER = [*PAGES["a"], *PAGES["b"]]


def things(asked: Asked) -> Reply:
    return Reply(PAGES[asked.path.split("/")[2]][int(asked.param("after") or 0)])


def failing_at(failing: int, reply: Reply) -> Script:
    """The good pages up to one, and that reply from then on."""
    count = iter(range(1000))
    return lambda asked: things(asked) if next(count) < failing else reply


def outcome(settings: Settings) -> dict[str, Any]:
    return {name: (typed_rows(settings, SHOP, name), untyped_rows(settings, SHOP, name)) for name in ("things", "tags")}


def page_files(settings: Settings) -> list[Path]:
    return sorted(place_of(settings, SHOP, "things").landing.glob("page-*.json.zst"))


def test_pages_are_kept_as_sent_and_typed_with_what_is_made_of_them(settings: Settings) -> None:
    receipts, asked = land(settings, SHOP, "things", things)
    assert [(a.path, a.param("after")) for a in asked] == [
        ("/shops/a/things", None), ("/shops/a/things", "1"), ("/shops/a/things", "2"), ("/shops/b/things", None), ("/shops/b/things", "1")
    ]  # fmt: skip
    assert [zstandard.decompress(path.read_bytes()) for path in page_files(settings)] == IN_ORDER
    assert [path.name for path in page_files(settings)] == [f"page-00000{n}.json.zst" for n in range(1, 6)]
    lineage = {"_extra", "_page", "_position"}
    assert [tuple(v for n, v in row.items() if n not in lineage) for row in typed_rows(settings, SHOP, "things")] == [
        ("a1", 1.0), ("a2", 2.5), ("a3", None), ("b2", None)
    ]  # fmt: skip
    assert [(row["_page"], row["_position"]) for row in typed_rows(settings, SHOP, "things")] == [(1, 0), (1, 1), (3, 2), (5, 4)]
    assert typed_rows(settings, SHOP, "things")[2]["_extra"] == '{"tags":["ä"],"colour":"red"}'
    assert [(u["_position"], u["rule"]) for u in untyped_rows(settings, SHOP, "things")] == [(3, "typed:size")]
    assert [(r["id"], r["shop"], r["tag"]) for r in typed_rows(settings, SHOP, "tags")] == [
        ("a1", "a", "x"), ("a1", "a", "y"), ("a3", "a", "ä"), ("b1", "b", "z")
    ]  # fmt: skip
    assert [u["rule"] for u in untyped_rows(settings, SHOP, "tags")] == ["typed:record"]  # tags: null is not built as known
    tags, receipt = receipts
    assert (tags.stream, tags.pages, tags.bytes, tags.received, tags.untyped) == ("tags", 0, 0, 5, 1)
    assert (receipt.stream, receipt.pages, receipt.received, receipt.untyped) == ("things", 5, 5, 1)
    assert receipt.bytes == sum(map(len, IN_ORDER))
    assert receipt.undeclared == ("colour", "tags")
    assert receipt.sha256 == tags.sha256
    assert (receipt.run, receipt.landed_at, receipt.window_start) == ("run-1", START, WINDOW.start)
    assert read_landing_receipt(place_of(settings, SHOP, "things")) == receipt


def test_files_are_their_owners_only(settings: Settings) -> None:
    land(settings, SHOP, "things", things)
    files = [path for path in place_of(settings, SHOP, "things").landing.iterdir()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_window_that_has_landed_is_not_asked_for_again_unless_refreshed(settings: Settings) -> None:
    first, _ = land(settings, SHOP, "things", things)
    again, asked = land(settings, SHOP, "things", failing_at(0, Reply({}, 401)))
    assert (again, asked) == (first, [])
    refreshed, asked = land(settings, SHOP, "things", things, refresh=True)
    assert len(asked) == 5
    assert [replace(r, seconds=0) for r in refreshed] == [replace(r, seconds=0) for r in first]


def everything(settings: Settings) -> dict[str, bytes]:
    folders = [place_of(settings, SHOP, name).landing for name in ("things", "tags")]
    return {f"{folder.parent.name}/{path.name}": path.read_bytes() for folder in folders for path in folder.iterdir()}


def other_things(asked: Asked) -> Reply:
    return Reply(things(asked).data.replace(b"a1", b"A1"))


@pytest.mark.parametrize(("failing", "left"), [(0, 5), (3, 2)])
def test_a_refresh_that_is_refused_leaves_what_has_landed_and_a_retry_goes_on_behind_it(
    settings: Settings, failing: int, left: int
) -> None:
    land(settings, SHOP, "things", things)
    before = everything(settings)
    count = iter(range(1000))
    with pytest.raises(RetryLater):
        land(settings, SHOP, "things", lambda a: other_things(a) if next(count) < failing else Reply({}, 503), refresh=True)
    assert everything(settings) == before
    assert len(list(place_of(settings, SHOP, "things").landing.parent.glob("*/receipt.json"))) == 1
    _, asked = land(settings, SHOP, "things", other_things, refresh=True)
    assert len(asked) == left
    assert everything(settings).keys() == before.keys()
    assert typed_rows(settings, SHOP, "things")[0]["id"] == "A1"
    assert typed_rows(settings, SHOP, "tags")[0]["id"] == "A1"
    assert [path for path in settings.landing.glob(".*/**/*") if path.is_file()] == []


def test_another_runs_refresh_does_not_mix_its_pages_with_old_ones(settings: Settings) -> None:
    land(settings, SHOP, "things", things)
    with pytest.raises(RetryLater):
        land(settings, SHOP, "things", failing_at(3, Reply({}, 503)), refresh=True)
    _, asked = land(settings, SHOP, "things", other_things, refresh=True, run="run-2")
    assert len(asked) == 5


@pytest.mark.parametrize("refresh", [False, True])
def test_pages_that_lead_in_circles_are_left_by_a_refresh_of_whatever_run(settings: Settings, refresh: bool) -> None:
    """A vendor that gives one page twice, once: who follows the message's remedy and clears the task of the same run gets out."""
    if refresh:
        land(settings, SHOP, "things", things)
    count = iter(range(1000))
    with pytest.raises(SourceContractBroken, match="circles: run it again with `refresh`"):
        land(settings, SHOP, "things", lambda a: Reply(PAGES["a"][0]) if next(count) == 1 else things(a), refresh=refresh)
    receipts, asked = land(settings, SHOP, "things", things, refresh=True)
    assert (len(asked), receipts[-1].received) == (5, 5)
    assert [path for path in settings.landing.glob(".*/**/*") if path.is_file()] == []


@pytest.mark.parametrize("renames", range(4))
def test_a_refresh_that_is_killed_between_renames_is_brought_in_by_the_next_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    land(settings, SHOP, "things", things)
    count, rename = iter(range(1000)), Path.rename

    def killed(self: Path, target: Path) -> Path:
        if next(count) == renames:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        land(settings, SHOP, "things", other_things, refresh=True)
    monkeypatch.undo()
    _, asked = land(settings, SHOP, "things", failing_at(0, Reply({}, 500)), refresh=renames % 2 == 0)
    assert asked == []
    assert [typed_rows(settings, SHOP, name)[0]["id"] for name in ("things", "tags")] == ["A1", "A1"]
    assert [path for path in settings.landing.glob(".*/**/*") if path.is_file()] == []


@pytest.mark.parametrize("shops", [("a",), ("a", "b")])
def test_a_window_all_of_whose_parents_have_gone_is_no_empty_one(settings: Settings, shops: tuple[str, ...]) -> None:
    stream = replace(THINGS, reading=PerParent(parents=Named(shops), known_as="shop", listing=LISTING))
    with pytest.raises(NotFound, match=rf"/shops/{shops[-1]}/things is not there \(404\): check the host of connection shop"):
        land(settings, replace(SHOP, streams=(stream,)), "things", lambda _: Reply({}, 404))


def test_a_window_whose_last_parent_has_gone_is_whole(settings: Settings) -> None:
    stream = replace(THINGS, reading=PerParent(parents=Named(("a", "b")), known_as="shop", listing=LISTING))
    source = replace(SHOP, streams=(stream,))

    def script(asked: Asked) -> Reply:
        return things(asked) if asked.path == "/shops/a/things" else Reply({}, 404)

    landed, _ = land(settings, source, "things", script)
    assert landed[0].note == "shop b was gone when it was asked for"
    [again] = replay(settings=settings, source=source, stream=stream, window=WINDOW, run="run-1", clock=lambda: START)
    assert replace(again, seconds=0) == replace(landed[0], seconds=0)
    other = replace(stream, columns=(*THINGS.columns, Column(name="colour")))
    retyped, asked = land(settings, replace(SHOP, streams=(other,)), "things", failing_at(0, Reply({}, 500)))
    assert (asked, retyped[0].note, retyped[0].pages) == ([], landed[0].note, 3)


def test_a_mend_of_the_typing_reaches_what_has_landed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    land(settings, SHOP, "things", things)
    typed = place_of(settings, SHOP, "things").typed
    before = typed.stat().st_ino
    monkeypatch.setattr("kuulo.landing.declaration.TYPING_VERSION", 1_000)
    _, asked = land(settings, SHOP, "things", failing_at(0, Reply({}, 500)))
    assert asked == []
    assert typed.stat().st_ino != before


@pytest.mark.parametrize("failing", range(5))
@pytest.mark.parametrize(
    ("reply", "error"), [(Reply({}, 500), RetryLater), (Reply(b"{"), SourceContractBroken), (Reply({"data": 1}), SourceContractBroken)]
)
def test_a_window_goes_on_behind_every_page(settings: Settings, tmp_path: Path, failing: int, reply: Reply, error: type[Exception]) -> None:
    whole = Settings(home=tmp_path / "whole")
    land(whole, SHOP, "things", things)
    with pytest.raises(error, match=f"shop/things, page {failing + 1}: "):
        land(settings, SHOP, "things", failing_at(failing, reply))
    assert not place_of(settings, SHOP, "things").typed.exists()
    assert not place_of(settings, SHOP, "things").landing_receipt.exists()
    assert not place_of(settings, SHOP, "tags").landing_receipt.exists()
    receipts, asked = land(settings, SHOP, "things", things)
    assert len(asked) == 5 - failing
    assert outcome(settings) == outcome(whole)
    wanted = read_landing_receipt(place_of(whole, SHOP, "things"))
    assert wanted is not None
    assert replace(receipts[-1], seconds=0) == replace(wanted, seconds=0)


def _tear_page(folder: Path) -> None:
    (folder / "page-000003.json.zst").write_bytes((folder / "page-000003.json.zst").read_bytes()[:-4])


def _other_bytes(folder: Path) -> None:
    (folder / "page-000003.json.zst").write_bytes(zstandard.compress(b'{"data": []}'))


def _lose_page(folder: Path) -> None:
    (folder / "page-000003.json.zst").unlink()


def _tear_line(folder: Path) -> None:
    lines = (folder / "pages.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "pages.jsonl").write_bytes(b"".join(lines[:2]) + lines[2][:-20])


def _lose_line(folder: Path) -> None:
    lines = (folder / "pages.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "pages.jsonl").write_bytes(b"".join(lines[:2]))


@pytest.mark.parametrize("harm", [_tear_page, _other_bytes, _lose_page, _tear_line, _lose_line])
def test_what_was_torn_is_discarded_and_read_again(settings: Settings, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    whole = Settings(home=tmp_path / "whole")
    land(whole, SHOP, "things", things)
    with pytest.raises(RetryLater):
        land(settings, SHOP, "things", failing_at(4, Reply({}, 503)))
    harm(place_of(settings, SHOP, "things").landing)
    _, asked = land(settings, SHOP, "things", things)
    assert len(asked) == 3  # pages 3, 4 and 5
    assert outcome(settings) == outcome(whole)
    assert [zstandard.decompress(path.read_bytes()) for path in page_files(settings)] == IN_ORDER


def test_a_cursor_that_leads_back_over_an_interruption_is_seen(settings: Settings) -> None:
    stream = replace(THINGS, reading=replace(LISTING, path="/shops/a/things"))
    source = replace(SHOP, streams=(stream,))
    pages = {None: ("1", 200), "1": ("2", 200), "2": ("3", 500)}

    def script(asked: Asked) -> Reply:
        after, status = pages[asked.param("after")]
        return Reply({"data": [], "next": after}, status)

    with pytest.raises(RetryLater):
        land(settings, source, "things", script)
    pages["2"] = ("1", 200)
    with pytest.raises(SourceContractBroken, match=r"page 4: .* circles"):
        land(settings, source, "things", script)


def test_a_half_read_window_begins_anew_when_its_reading_has_changed(settings: Settings) -> None:
    with pytest.raises(RetryLater):
        land(settings, SHOP, "things", failing_at(2, Reply({}, 503)))
    other = replace(THINGS, reading=PerParent(parents=Named(("b",)), known_as="shop", listing=LISTING))
    _, asked = land(settings, replace(SHOP, streams=(other,)), "things", things)
    assert [a.path for a in asked] == ["/shops/b/things"] * 2
    assert len(page_files(settings)) == 2


def test_a_changed_declaration_is_typed_from_the_pages_without_asking(settings: Settings) -> None:
    land(settings, SHOP, "things", things)
    sized = replace(THINGS, columns=(Column(name="id", required=True), Column(name="size"), Column(name="colour")))
    receipts, asked = land(settings, replace(SHOP, streams=(sized, TAGS)), "things", failing_at(0, Reply({}, 500)))
    assert asked == []
    assert [(r["id"], r["size"], r["colour"]) for r in typed_rows(settings, SHOP, "things")] == [
        ("a1", "1", None), ("a2", "2.5", None), ("a3", None, "red"), ("b1", "2/3", None), ("b2", None, None)
    ]  # fmt: skip
    assert untyped_rows(settings, SHOP, "things") == []
    assert receipts[-1].undeclared == ("tags",)


def test_a_new_stream_of_the_same_pages_is_made_without_asking(settings: Settings) -> None:
    land(settings, replace(SHOP, streams=(THINGS,)), "things", things)
    receipts, asked = land(settings, SHOP, "things", failing_at(0, Reply({}, 500)))
    assert asked == []
    assert [(r.stream, r.received) for r in receipts] == [("tags", 5), ("things", 5)]


def test_replay_gives_the_same_rows(settings: Settings) -> None:
    land(settings, SHOP, "things", things)
    before = outcome(settings)
    receipts = replay(settings=settings, source=SHOP, stream=THINGS, window=WINDOW, run="run-2", clock=lambda: START)
    assert outcome(settings) == before
    assert [(r.run, r.received) for r in receipts] == [("run-2", 5), ("run-2", 5)]


def test_replay_of_what_has_not_landed_whole_is_refused_and_destroys_nothing(settings: Settings) -> None:
    with pytest.raises(RetryLater):
        land(settings, SHOP, "things", failing_at(2, Reply({}, 503)))
    with pytest.raises(KuuloError, match="has not landed whole"):
        replay(settings=settings, source=SHOP, stream=THINGS, window=WINDOW, run="r", clock=lambda: START)
    assert len(page_files(settings)) == 2


def test_an_empty_window_lands_empty_and_is_not_asked_for_again(settings: Settings) -> None:
    nothing = replace(SHOP, streams=(replace(THINGS, reading=PerParent(parents=Named(()), known_as="shop", listing=LISTING)),))
    receipts, asked = land(settings, nothing, "things", things)
    assert (receipts[0].pages, receipts[0].received, asked) == (0, 0, [])
    assert typed_rows(settings, SHOP, "things") == []
    assert (
        replay(settings=settings, source=nothing, stream=nothing.streams[0], window=WINDOW, run="r", clock=lambda: START)[0].received == 0
    )


def test_two_runs_do_not_land_one_batch_at_once(settings: Settings) -> None:
    folder = place_of(settings, SHOP, "things").landing
    folder.parent.mkdir(parents=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(RetryLater, match=r"things, batch .* another run is landing it"):
            land(settings, SHOP, "things", things)


def test_a_made_stream_cannot_be_asked_for_by_itself(settings: Settings) -> None:
    with pytest.raises(KuuloError, match="shop/tags cannot be asked for by itself, it is made of the pages of things"):
        land(settings, SHOP, "tags", things)


def test_p5_the_same_record_on_two_pages_stays_twice_for_validation_to_count(settings: Settings) -> None:
    same = b'{"data": [{"id": "a1", "size": 1}]%s}'
    stream = replace(THINGS, reading=replace(LISTING, path="/x"))

    def script(asked: Asked) -> Reply:
        return Reply(same % (b"" if asked.param("after") else b', "next": "1"'))

    receipts, _ = land(settings, replace(SHOP, streams=(stream,)), "things", script)
    assert receipts[0].received == 2


def test_no_secret_on_disk(settings: Settings) -> None:
    receipts, _ = land(settings, SHOP, "things", things)
    written = b"".join(path.read_bytes() for path in settings.home.rglob("*") if path.is_file() and path.suffix != ".zst")
    assert b"canary-77" not in written
    assert "canary-77" not in json.dumps([asdict(r) for r in receipts], default=str)
