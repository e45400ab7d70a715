"""What a feed.yml says, once it has been found right: the stream, where each canonical column comes from, how files are written."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from kuulo.sources.source import Stream

METRICS = ("nps", "csat", "ces", "cli_recommend", "cli_repurchase", "cli_try_other", "emotion", "expectation", "experience", "other")

# Part of the declaration's hash: raise it when the same feed.yml and file shall give other rows than before.
MAPPING_VERSION = 3


@dataclass(frozen=True, kw_only=True)
class ColumnRule:
    """Where a canonical column's value comes from.

    Attributes:
        columns: file columns; several are joined by one space. Empty for a constant.
        format: how a time is written (strptime), `epoch_seconds` or `epoch_milliseconds`; empty for ISO 8601.
        map: what a cell's text stands for; None where it stands for itself.
        value: the constant, where there are no file columns.
    """

    columns: tuple[str, ...] = ()
    format: str = ""
    map: Mapping[str, str | None] | None = None
    value: str | None = None


@dataclass(frozen=True, kw_only=True)
class QuestionRule:
    """A question of a wide file: one file column that becomes one answer a row.

    Attributes:
        column: the file column with the score.
        missing: texts that stand for no answer; a blank cell always does.
        map: scores by the cell's text, where answers are written in words.
        comment, label: file columns of the answer's words, if any.
        constants: canonical columns (touchpoint, survey_id and so on) that this question overrides.
    """

    column: str
    question_id: str
    metric: str
    scale: str
    missing: tuple[str, ...] = ()
    map: Mapping[str, str | None] | None = None
    comment: str = ""
    label: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One folder of the inbox and what its feed.yml says of the files in it.

    Attributes:
        file: what declares it, where that is no feed.yml; for messages.
    """

    name: str
    stream: Stream
    columns: Mapping[str, ColumnRule]
    questions: tuple[QuestionRule, ...] = ()
    encoding: str = "utf-8-sig"
    delimiter: str = ""
    sheet: str = ""
    skip_rows: int = 0
    timezone: str = "UTC"
    decimal: str = ""
    file: str = ""

    @property
    def where(self) -> str:
        """What declares it, as messages name it."""
        return self.file or feed_file(self.name)

    @property
    def asked_columns(self) -> tuple[str, ...]:
        """The file columns it names, each once, in the order they are named."""
        named = [column for rule in self.columns.values() for column in rule.columns]
        for question in self.questions:
            named += [c for c in (question.column, question.comment, question.label) if c]
        return tuple(dict.fromkeys(named))

    @property
    def declaration(self) -> str:
        """Hash of all that decides how a file's bytes become rows, so that a change of it types the file again."""
        said = {
            "version": MAPPING_VERSION,
            "stream": [self.stream.name, self.stream.primary_key, [[c.name, c.type, c.required] for c in self.stream.columns]],
            "feed": {**{key: value for key, value in asdict(self).items() if key != "file"}, "stream": self.stream.name},
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def feed_file(name: str) -> str:
    """A feed's feed.yml as messages name it."""
    return f"inbox/{name}/feed.yml"


def column_name(text: str) -> str:
    """A file column's name as it is compared: outer spaces off, inner spaces and line breaks one space."""
    return " ".join(text.replace("\ufeff", "").split())
