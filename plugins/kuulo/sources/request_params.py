"""Parameters that depend on the window or on the connection's extra."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from kuulo.sources.asker import Asker

Pairs = tuple[tuple[str, str], ...]


class Params(Protocol):
    """Some parameters of a first ask."""

    def params(self, asker: Asker) -> Pairs:
        """Name and value, in order; a name may repeat."""


@dataclass(frozen=True, kw_only=True)
class WindowParams:
    """The window as two parameters, in ISO 8601 as `form` writes it; `lookback` reaches back before the window's start."""

    from_param: str
    until_param: str
    lookback: timedelta
    form: str = "%Y-%m-%dT%H:%M:%S.%fZ"

    def params(self, asker: Asker) -> Pairs:
        """Both bounds."""
        since, until = asker.window.start - self.lookback, asker.window.end
        return (self.from_param, f"{since:{self.form}}"), (self.until_param, f"{until:{self.form}}")


@dataclass(frozen=True, kw_only=True)
class ListedParam:
    """A parameter that is repeated for each name of a list; the connection's extra may give another list, joined by commas."""

    param: str
    knob: str
    default: str

    def params(self, asker: Asker) -> Pairs:
        """One pair a name."""
        return tuple((self.param, name.strip()) for name in asker.knobs.get(self.knob, self.default).split(",") if name.strip())
