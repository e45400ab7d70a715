"""One home that every data fault goes into, by the inbox and by a scripted vendor, and one build of the marts over all of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from kuulo.landing.land_inbox import land_inbox
from kuulo.landing.land_stream import land_stream
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt, RunReceipt, ValidationReceipt, read_landing_receipt, read_validation_receipt
from kuulo.settings import Settings
from kuulo.sources.canonical import FILES
from kuulo.sources.inbox.inbox_files import InboxFile
from kuulo.sources.source import Credentials, Source, Window
from kuulo.sources.survicate import SURVICATE
from kuulo.validation.landing_gate import validate_source
from kuulo.warehouse.empty_batches import write_empty_batches
from kuulo.warehouse.receipts_table import write_receipts_table
from kuulo.warehouse.run_dbt import dbt_command
from tests.data_faults.fault_rows import RAW
from tests.dbt_runs import run_dbt
from tests.loopback_server import Asked, Reply, serving
from tests.still_time import StillTime

NOW = datetime(2026, 1, 20, 6, tzinfo=UTC)
DAY = timedelta(days=1)
MARTS = ("nps_by_day", "ces_by_day", "dim_customers", "fct_survey_answers", "pipeline_health")
FEED = """\
stream: survey_answers
columns:
  response_id: id
  question_id: {value: recommend}
  metric: {value: nps}
  scale: scale
  score: score
  comment: comment
  touchpoint: touchpoint
  email: email
  customer_id: customer
  submitted_at: at
  survey_id: survey
"""


def answers(fault: str, rows: Iterable[dict[str, Any]]) -> str:
    """JSON lines of a file of answers, good but for what the rows say otherwise; each names its fault in a field of its own."""
    good = {
        "score": 9, "scale": "0-10", "comment": None, "touchpoint": None, "email": None, "customer": None, "at": "2026-01-05T10:00:00Z",
        "survey": fault, "fault": mark(fault),
    }  # fmt: skip
    return "".join(raw_json({"id": f"{fault}-{number}", **good, **row}) + "\n" for number, row in enumerate(rows))


def mark(fault: str) -> str:
    """What every row of a fault holds, whatever becomes of it."""
    return f"fault-{fault}-fault"


def raw_json(value: Any) -> str:
    """JSON text in which numbers stand that Python would not write."""
    text = json.dumps(value)
    while f'"{RAW}' in text:
        before, _, rest = text.partition(f'"{RAW}')
        number, _, after = rest.partition('"')
        text = before + number + after
    return text


def response(fault: str, number: int, **row: Any) -> dict[str, Any]:
    """A vendor's answer, good but for what is named; the channel is the fault's id."""
    good = {"score": 9, "comment": None, "at": "2026-01-05T10:00:00Z", "email": None, "user_id": None, "language": "en"}
    given = {"id": f"{fault}-{number}", **good, **row}
    attributes = [{"name": name, "value": given[name]} for name in ("email", "user_id") if given[name] is not None]
    answer = {"content": given["score"], "comment": given["comment"]}
    return {
        "uuid": given["id"], "collected_at": given["at"], "language": given["language"], "platform": fault,
        "respondent": {"uuid": f"r-{fault}-{number}", "attributes": attributes},
        "answers": [{"question_id": 1101, "question_type": "nps", "answer": answer}],
        "fault": mark(fault), **({"mood": row["mood"]} if "mood" in row else {}),
    }  # fmt: skip


@dataclass
class FaultHome:
    """Takes faults in, judges them, builds the marts when they are first asked."""

    home: Path
    runs: list[RunReceipt] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, as_of=NOW)

    def take_in(self, run: str, **files: str) -> dict[str, str]:
        """Lay files into one feed, by name without ending, and take them in; what was refused."""
        folder = self.settings.inbox / "answers"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "feed.yml").write_text(FEED)
        for name, content in files.items():
            (folder / f"{name}.jsonl").write_text(content)
        return land_inbox(settings=self.settings, run=run, clock=lambda: NOW).refused

    def ask_vendor(self, day: datetime, responses: list[dict[str, Any]], run: str) -> LandingReceipt:
        """Land one day of the vendor's answers to one survey."""

        def script(asked: Asked) -> Reply:
            listed = [{"id": "svy_relationship"}] if asked.path == "/v2/surveys" else responses
            return Reply(raw_json({"pagination_data": {"has_more": False}, "data": listed}).encode())

        with serving(script) as server:
            return land_stream(
                settings=self.settings, source=SURVICATE, stream=SURVICATE.stream("responses"), window=Window(day, day + DAY), run=run,
                credentials=Credentials(base_url=server.url + "/v2", secret="x"), clock=lambda: NOW, clocks=StillTime().clocks,
            )[-1]  # fmt: skip

    def judge(self, source: Source, run: str) -> list[RunReceipt]:
        receipts = validate_source(settings=self.settings, source=source, run=run, clock=lambda: NOW)
        self.runs += receipts
        return receipts

    def file_place(self, name: str) -> BatchPlace:
        file = InboxFile("answers", self.settings.inbox / "answers" / f"{name}.jsonl")
        return BatchPlace(self.settings, FILES.name, "survey_answers", file.batch)

    def window_place(self, day: datetime) -> BatchPlace:
        return BatchPlace(self.settings, SURVICATE.name, "responses", Window(day, day + DAY).batch)

    def run_receipt(self, run: str, stream: str) -> RunReceipt:
        (receipt,) = [each for each in self.runs if (each.run, each.stream) == (run, stream)]
        return receipt

    @cached_property
    def _built(self) -> Path:
        write_empty_batches(self.settings)
        write_receipts_table(self.settings)
        self.settings.marts.parent.mkdir(parents=True, exist_ok=True)
        words = ["build", "--quiet", "--exclude-resource-type", "unit_test", "test", "--select"]
        done = run_dbt(self.settings, dbt_command(self.settings, *words, *(f"+{mart}" for mart in MARTS)))
        assert done.is_good, done.said[-4000:]
        return self.settings.marts

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Rows of the marts."""
        with duckdb.connect(str(self._built), read_only=True) as connection:
            return connection.execute("use marts.marts").execute(question).fetchall()


def entered(place: BatchPlace, fault: str) -> list[dict[str, Any]]:
    """The fault's rows that entered, in the order they were received."""
    return [row for row in pq.read_table(place.validated).to_pylist() if mark(fault) in (row["_extra"] or "")]


def refused(place: BatchPlace, fault: str) -> list[dict[str, Any]]:
    """The fault's rows in quarantine."""
    return [row for row in pq.read_table(place.quarantined).to_pylist() if mark(fault) in row["record"]]


def accounts(place: BatchPlace) -> tuple[LandingReceipt, ValidationReceipt]:
    landed, judged = read_landing_receipt(place), read_validation_receipt(place)
    assert landed is not None
    assert judged is not None
    return landed, judged
