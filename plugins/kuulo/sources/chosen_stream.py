"""A stream and a window as a person names them, or one clear line that says what there is to choose from."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from kuulo.errors import KuuloError
from kuulo.sources.source import Source, Stream, Window


def chosen_stream(sources: Mapping[str, Source], source: str, stream: str) -> tuple[Source, Stream]:
    """The source and its stream of these names; KuuloError lists the names there are."""
    if not source:
        raise KuuloError(f"name a source: source=..., one of {', '.join(sorted(sources))}")
    refuse_unknown(sources, source, "")
    if not stream:
        raise KuuloError(f"name a stream of {source}: stream=..., one of {_names(sources[source].streams)}")
    refuse_unknown(sources, source, stream)
    return sources[source], sources[source].stream(stream)


def refuse_unknown(sources: Mapping[str, Source], source: str, stream: str) -> None:
    """Refuse names that are none of a source or its stream, or of a stream of any source; empty text is all of them."""
    if source and source not in sources:
        raise KuuloError(f"there is no source {source}: source=..., one of {', '.join(sorted(sources))}")
    streams = [each for name in ([source] if source else sources) for each in sources[name].streams]
    if stream and stream not in {each.name for each in streams}:
        raise KuuloError(f"there is no stream {stream}{f' of {source}' if source else ''}: stream=..., one of {_names(streams)}")


def _names(streams: Iterable[Stream]) -> str:
    return ", ".join(sorted({each.name for each in streams}))


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
