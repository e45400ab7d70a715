"""What a task may tell of an error: our own lines whole, of anybody else's only the kind and the place."""

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from airflow.sdk.exceptions import AirflowException

from kuulo.errors import KuuloError

_P = ParamSpec("_P")
_R = TypeVar("_R")
_PACKAGE = Path(__file__).resolve().parents[1]


class UnexpectedError(Exception):
    """An error that nobody here wrote. Its text is left out: drivers and parsers quote rows, URLs and secrets in theirs."""


def _place(error: BaseException) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_PACKAGE)]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-6:])


def told_without_values(work: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same work, whose unexpected errors say their kind and where in Kuulo they came from, in the task's log too."""

    @functools.wraps(work)
    def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return work(*args, **kwargs)
        except (KuuloError, AirflowException):
            raise
        except Exception as error:
            said = f"{type(error).__module__}.{type(error).__name__} at {_place(error)} (its text may quote rows and is not told)"
        # Raised here and not above, so that nothing that prints a traceback finds the other error behind it.
        raise UnexpectedError(said)

    return told
