"""`make quarantine` and `make redrive`: look at what was refused, and send it through again. Neither needs Airflow to run."""

import argparse
import sys
from datetime import UTC, datetime

from kuulo.errors import KuuloError
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.whole_files import private_folder
from kuulo.orchestration.progress import everything_else_to, say
from kuulo.settings import Settings, load_settings
from kuulo.sources.catalog import SOURCES
from kuulo.sources.chosen_stream import chosen_stream, chosen_window, refuse_unknown
from kuulo.sources.source import Stream
from kuulo.validation.quarantine import refused_batch, refused_batches, refused_rows

_ROWS_OF_A_RULE = 5


def _now() -> datetime:
    return datetime.now(UTC)


def _words(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make")
    parser.add_argument("what", choices=["quarantine", "redrive"])
    for name in ("source", "stream", "batch", "start", "end"):
        parser.add_argument(f"--{name}", default="")
    return parser.parse_args(given)


def _lines_of(place: BatchPlace, stream: Stream) -> list[str]:
    """The rows of a batch that are in quarantine; of a stopped one, before them, what the list of batches says of it."""
    batch, rows = refused_batch(place), [row.line for row in refused_rows(place, stream, _ROWS_OF_A_RULE)]
    if batch is None or batch.receipt.status != "stopped":
        return rows
    of_before = ["    in quarantine since it was judged before, like what entered then:"] if rows and not batch.receipt.quarantined else []
    return batch.lines + of_before + rows


def _look(settings: Settings, words: argparse.Namespace) -> int:
    if words.batch:
        source, stream = chosen_stream(SOURCES, words.source, words.stream)
        try:
            place = BatchPlace(settings, source.name, stream.name, words.batch)
        except ValueError as error:
            raise KuuloError(str(error)) from None
        for line in _lines_of(place, stream) or [f"{source.name}/{stream.name}/{words.batch}: nothing of it is in quarantine"]:
            say(line)
        return 0
    refuse_unknown(SOURCES, words.source, words.stream)
    batches = [line for batch in refused_batches(settings, words.source, words.stream) for line in batch.lines]
    for line in batches or ["nothing is in quarantine"]:
        say(line)
    return 0


def _send_again(settings: Settings, words: argparse.Namespace) -> int:
    source, stream = chosen_stream(SOURCES, words.source, words.stream)
    window = chosen_window(words.start, words.end)
    log = private_folder(settings.home / "logs") / f"redrive-{_now():%Y%m%dT%H%M%S}.log"
    with everything_else_to(log):
        from kuulo.validation.redrive import redrive

        done = redrive(settings=settings, source=source, stream=stream, window=window, run=f"redrive__{_now().isoformat()}", clock=_now)
    for line in done.lines:
        say(line)
    if any(receipt.validated for receipt in done.judged):
        say("the marts take it in with the next build: make run, or the DAG build_marts")
    return 1 if done.missed else 0


def main() -> int:
    """Entry of both commands; 0 where all is well."""
    try:
        words, settings = _words(sys.argv[1:]), load_settings()
        return _look(settings, words) if words.what == "quarantine" else _send_again(settings, words)
    except KuuloError as error:
        say(f"kuulo: {error}", sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
