"""A stream and a window as a person names them, or one clear line that says what there is to choose from."""

from collections.abc import Mapping
from datetime import UTC, datetime

from kuulo.errors import KuuloError
from kuulo.sources.source import Source, Stream, Window


def chosen_stream(sources: Mapping[str, Source], source: str, stream: str) -> tuple[Source, Stream]:
    """The source and its stream of these names; KuuloError lists the names there are."""
    if source not in sources:
        raise KuuloError(f"name a source: source=..., one of {', '.join(sorted(sources))}")
    names = sorted(each.name for each in sources[source].streams)
    if stream not in names:
        raise KuuloError(f"name a stream of {source}: stream=..., one of {', '.join(names)}")
    return sources[source], sources[source].stream(stream)


def chosen_window(start: str, end: str) -> Window | None:
    """The window between two times in ISO 8601 (UTC where they name no zone), or None where neither is given."""
    if not start and not end:
        return None
    if not (start and end):
        raise KuuloError("start and end go together: give both, or neither for all windows")
    try:
        first, last = (datetime.fromisoformat(text) for text in (start, end))
        return Window(*(moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in (first, last)))
    except ValueError as error:
        raise KuuloError(f"start={start} end={end}: {error}") from None
