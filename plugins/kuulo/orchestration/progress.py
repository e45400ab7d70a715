"""What the user sees of a run: a line a step on the screen, everything else in the log; and where the seconds went."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

_PATIENCE_SECONDS = 10
_KIND_OF_WORK = {
    "check_connection": "extract",
    "extract_to_landing": "extract",
    "take_in_files": "extract",
    "validate_landing": "validate",
    "build_marts": "dbt",
    "publish_marts": "publish",
}


def say(text: str = "", screen: IO[str] | None = None) -> None:
    """Print a line on the screen; where nobody reads it any more (`make run | head`), the work goes on without."""
    screen = screen or sys.stdout
    try:
        print(text, file=screen, flush=True)
    except BrokenPipeError:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), screen.fileno())


def _mask_lines(reader: int, log: int) -> None:
    with os.fdopen(reader, "rb") as lines:
        for line in lines:
            known = sys.modules.get("airflow.sdk.log")  # before it is there, no secret is known
            text = line.decode(errors="replace")
            os.write(log, str(known.redact(text) if known and hasattr(known, "redact") else text).encode())


@contextlib.contextmanager
def everything_else_to(log: Path) -> Iterator[None]:
    """Send what this process and its children print to the log file, from the file descriptors up, secrets masked.

    Airflow masks the logs of tasks that it runs in processes of their own; here they are run in this one, and nobody else would.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    reader, writer = os.pipe()
    masking = threading.Thread(target=_mask_lines, args=(reader, descriptor), daemon=True)
    masking.start()
    try:
        os.dup2(writer, 1)
        os.dup2(writer, 2)
        os.close(writer)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, number)
            os.close(copy)
        masking.join(timeout=_PATIENCE_SECONDS)  # a child that lives on would hold the pipe open
        if not masking.is_alive():
            os.close(descriptor)


@dataclass
class Progress:
    """Seconds by kind of work, and the failures to tell in the end."""

    log: Path
    seconds: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def spend(self, kind: str, seconds: float) -> None:
        """Count seconds to a kind of work."""
        self.seconds[kind] = self.seconds.get(kind, 0.0) + seconds

    def spend_as_its_tasks_did(self, dag_run: Any, elapsed: float) -> None:
        """Count a DAG run's seconds to the kinds of its tasks, and what is left to Airflow."""
        for instance in dag_run.get_task_instances():
            kind = _KIND_OF_WORK.get(instance.task_id)
            if kind and instance.start_date and instance.end_date:
                seconds = (instance.end_date - instance.start_date).total_seconds()
                self.spend(kind, seconds)
                elapsed -= seconds
        self.spend("Airflow", max(elapsed, 0.0))

    def seconds_text(self) -> str:
        """Kinds of work by seconds, the greatest first."""
        return ", ".join(f"{kind} {seconds:.1f}" for kind, seconds in sorted(self.seconds.items(), key=lambda item: -item[1]))
