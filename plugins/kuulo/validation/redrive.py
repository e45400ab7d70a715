"""Send a stream's rows through again: typed by today's declaration from what was kept, judged by today's suite and seeds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kuulo.landing.receipt import RunReceipt
from kuulo.landing.typed_again import TypedAgain, type_again
from kuulo.settings import Settings
from kuulo.sources.source import Source, Stream, Window
from kuulo.validation.landing_gate import validate_source


@dataclass(frozen=True)
class Redriven:
    """What became of it; both are empty where nothing has changed since the rows were judged."""

    typed: TypedAgain
    judged: list[RunReceipt]

    @property
    def lines(self) -> list[str]:
        """One line a thing, without values of records."""
        told = [f"typed again: {batch}" for batch in self.typed.batches] + self._not_typed
        return told + [_verdict(receipt) for receipt in self.judged] or [
            "nothing to send again: declaration, suite and seeds are those by which everything was judged"
        ]

    @property
    def missed(self) -> list[str]:
        """The lines of those that did not go through; what of them had entered before stays."""
        return self._not_typed + [_verdict(receipt) for receipt in self.judged if receipt.status != "validated"]

    @property
    def _not_typed(self) -> list[str]:
        return [f"NOT typed again: {batch}: {why}" for batch, why in self.typed.left.items()]


def _verdict(receipt: RunReceipt) -> str:
    refused = ", ".join(f"{rule} {rows}" for rule, rows in receipt.quarantined.items())
    return (
        f"{receipt.source}/{receipt.stream}: {receipt.status}, {receipt.batches} judged again: received {receipt.received:,}, "
        f"validated {receipt.validated:,}, quarantined {sum(receipt.quarantined.values()):,}{f' ({refused})' if refused else ''}, "
        f"duplicates {receipt.duplicates:,}{f', held back {receipt.held_back:,}' if receipt.held_back else ''}"
        f"{f'; {receipt.message}' if receipt.message else ''}"
    )


def redrive(
    *, settings: Settings, source: Source, stream: Stream, window: Window | None, run: str, clock: Callable[[], datetime]
) -> Redriven:
    """Type the stream's batches of the window again where the declaration has changed; judge what may fare otherwise than before.

    Nobody outside is asked. What is as it was stays untouched, so a second call changes nothing. Erased people stay out: they are
    neither in what was kept nor let through by the gate.

    Args:
        settings: where everything is.
        source: the source of the stream.
        stream: whose batches are typed again; a changed suite or seed reaches every batch that it may concern.
        window: batches that share a moment with it are typed again; None for all.
        run: id of the run, for the receipts.
        clock: the time now, in UTC.
    """
    typed = type_again(settings=settings, source=source, stream=stream, window=window, run=run, clock=clock)
    return Redriven(typed, validate_source(settings=settings, source=source, run=run, clock=clock))
