"""feed.yml -> Feed, or one clear line about what in it is wrong."""

import codecs
import csv
import io
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kuulo.settings import Settings
from kuulo.sources.canonical import FILES
from kuulo.sources.inbox.column_reading import check_fixed_values
from kuulo.sources.inbox.feed import ColumnRule, Feed, QuestionRule, feed_file
from kuulo.sources.inbox.feed_columns import read_columns
from kuulo.sources.inbox.feed_error import FeedError, listed
from kuulo.sources.inbox.feed_parts import refuse_unknown, text_of
from kuulo.sources.inbox.feed_questions import FROM_QUESTIONS, check_metric, check_scale, read_questions
from kuulo.sources.inbox.feed_yaml import load_feed_yaml
from kuulo.sources.inbox.question_reading import check_score_maps
from kuulo.sources.source import Stream

_KEYS = ("stream", "columns", "questions", "encoding", "delimiter", "sheet", "skip_rows", "timezone", "decimal")
_DELIMITERS = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ",", "pipe": "|"}


def read_feed(folder: Path, settings: Settings) -> Feed:
    """Read and check the feed.yml of a feed's folder."""
    where = feed_file(folder.name)
    said = load_feed_yaml(folder / "feed.yml", where)
    refuse_unknown(said, _KEYS, where, "feed.yml")
    stream = stream_of(said, where)
    scales = known_scales(settings)
    questions = read_questions(said["questions"], stream, scales, where) if said.get("questions") is not None else ()
    columns = read_columns(said.get("columns"), stream, where)
    _check_columns(columns, questions, stream, scales, where)
    feed = Feed(name=folder.name, stream=stream, columns=columns, questions=questions, **_writing(said, settings, where))
    check_fixed_values(feed)
    check_score_maps(feed)
    return feed


def known_scales(settings: Settings) -> frozenset[str]:
    """The ids of the seed `survey_scales`; empty where the seed is not there."""
    seed = settings.dbt_project / "seeds" / "survey_scales.csv"
    if not seed.exists():
        return frozenset()
    with seed.open(newline="", encoding="utf-8") as lines:
        return frozenset(row["scale_id"] for row in csv.DictReader(lines))


def stream_of(said: dict[str, Any], where: str) -> Stream:
    """The canonical stream that is declared."""
    names = listed(stream.name for stream in FILES.streams)
    if said.get("stream") is None:
        raise FeedError(f"{where}: lacks `stream`: write one of {names}")
    name = text_of(said["stream"], where, "stream").strip()
    try:
        return FILES.stream(name)
    except KeyError:
        raise FeedError(f"{where}: stream {name!r} is not known: use one of {names}") from None


def _check_columns(
    columns: dict[str, ColumnRule], questions: tuple[QuestionRule, ...], stream: Stream, scales: frozenset[str], where: str
) -> None:
    twice = [name for name in FROM_QUESTIONS if questions and name in columns]
    if twice:
        raise FeedError(f"{where}: {listed(twice)} comes from `questions`: take it out of `columns`")
    derived = {stream.primary_key[0], "survey_id"} | (set(FROM_QUESTIONS) if questions else set())
    lacking = [c.name for c in stream.columns if c.required and c.name not in columns and c.name not in derived]
    if lacking:
        wide = " or `questions` for a wide file" if set(lacking) & set(FROM_QUESTIONS) else ""
        raise FeedError(f"{where}: {stream.name} needs {listed(lacking)}: add to `columns` a file column or {{value:}}{wide}")
    for text in _fixed_texts(columns.get("metric")):
        check_metric(text, where)
    for text in _fixed_texts(columns.get("scale")):
        check_scale(text, scales, where)


def _fixed_texts(rule: ColumnRule | None) -> list[str]:
    """What a column can become, where feed.yml says so itself."""
    if rule is None:
        return []
    return [text.strip() for text in (rule.value, *(rule.map or {}).values()) if text is not None]


def _writing(said: dict[str, Any], settings: Settings, where: str) -> dict[str, Any]:
    """How the files are written: encoding, delimiter and so on."""
    texts = {key: text_of(said[key], where, key) for key in _KEYS[3:] if said.get(key) is not None}
    return {
        "encoding": _encoding(texts.get("encoding", "utf-8-sig").strip(), where),
        "delimiter": _delimiter(texts.get("delimiter", ""), where),
        "sheet": texts.get("sheet", ""),
        "skip_rows": _skip_rows(texts.get("skip_rows", "0").strip(), where),
        "timezone": timezone_of(said, settings, where),
        "decimal": _decimal(texts.get("decimal", ""), where),
    }


def _encoding(name: str, where: str) -> str:
    try:
        found = codecs.lookup(name)
        io.TextIOWrapper(io.BytesIO(), encoding=name).close()  # LookupError for codecs that are no text encoding, such as zip
    except (LookupError, ValueError):
        raise FeedError(
            f"{where}: encoding {name!r} is not known: use utf-8-sig, cp1252, iso-8859-1, utf-16 or another of Python's"
        ) from None
    return "utf-8-sig" if found.name == "utf-8" else found.name


def _delimiter(written: str, where: str) -> str:
    delimiter = _DELIMITERS.get(written, written)
    if len(delimiter) > 1 or delimiter in ('"', "\n", "\r", "\0"):
        raise FeedError(f'{where}: delimiter {written!r} is not one character: write "," ";" "|" or tab')
    return delimiter


def _skip_rows(written: str, where: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 7):
        raise FeedError(f"{where}: skip_rows {written!r} is not a number of rows: write 0 or more")
    return int(written)


def timezone_of(said: dict[str, Any], settings: Settings, where: str) -> str:
    """The zone of times without one: the declared, else the installation's."""
    declared = said.get("timezone")
    name = text_of(declared, where, "timezone").strip() if declared is not None else settings.timezone
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise FeedError(f"{where}: timezone {name!r} is not known: write an IANA name such as Europe/Helsinki") from None
    return name


def _decimal(written: str, where: str) -> str:
    if written not in ("", ".", ","):
        raise FeedError(f'{where}: decimal {written!r} is neither "." nor ",": write one of them in quotes')
    return written
