"""The texts that declarations and seeds themselves give a column: wherever they stand in a row, no record brought them."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping

from kuulo.errors import KuuloError
from kuulo.settings import Settings
from kuulo.sources.canonical import DATABASE, FILES
from kuulo.sources.database.read_declaration import declaration_names, read_declaration
from kuulo.sources.inbox.feed import METRICS, Feed
from kuulo.sources.inbox.inbox_files import check_feed_folder, feed_folders
from kuulo.sources.inbox.read_feed import known_scales, read_feed


def declared_texts(settings: Settings, source: str, stream: str) -> Mapping[str, set[str]]:
    """Texts by column of the stream: metrics, scales, questions of the seed, and what feeds and tables of the stream fix or map to."""
    found: defaultdict[str, set[str]] = defaultdict(set, metric=set(METRICS), scale=set(known_scales(settings)))
    for row in _questions(settings):
        if row["source"] == source:
            for column in ("survey_id", "question_id"):
                found[column].add(row[column])
    for feed in _feeds(settings, source):
        if feed.stream.name == stream:
            for column, text in _said(feed):
                found[column].add(text)
    return found


def _questions(settings: Settings) -> list[dict[str, str]]:
    seed = settings.dbt_project / "seeds" / "survey_questions.csv"
    if not seed.exists():
        return []
    with seed.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _feeds(settings: Settings, source: str) -> Iterator[Feed]:
    """Those that can be read: what is wrong with the others is told where they are used."""
    if source == FILES.name:
        for folder in feed_folders(settings.inbox):
            try:
                check_feed_folder(folder, settings.inbox)
                yield read_feed(folder, settings)
            except (KuuloError, OSError):
                continue
    if source == DATABASE.name:
        for name in declaration_names(settings):
            try:
                yield read_declaration(settings, name).feed
            except (KuuloError, OSError):
                continue


def _said(feed: Feed) -> Iterator[tuple[str, str]]:
    for column, rule in feed.columns.items():
        for text in (rule.value, *(rule.map or {}).values()):
            if text is not None:
                yield column, text.strip()
    for question in feed.questions:
        yield "question_id", question.question_id
        yield from question.constants.items()
