"""Clocks that move only when somebody sleeps, and nobody really does."""

from datetime import UTC, datetime, timedelta

from kuulo.sources.api_session import Time

START = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)


class StillTime:
    """Remembers every sleep; no luck, so that waits are exact."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The start, and what was slept since."""
        return START + timedelta(seconds=sum(self.slept))

    @property
    def clocks(self) -> Time:
        """For an ApiSession."""
        return Time(sleep=self.slept.append, monotonic=lambda: sum(self.slept), now=self.now, luck=lambda: 0.0)
