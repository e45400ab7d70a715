"""Pieces of a feed.yml, each checked for its shape: text, number, list, mapping."""

from collections.abc import Mapping
from typing import Any

from kuulo.sources.inbox.feed_error import FeedError, listed


def text_of(value: Any, where: str, key: str) -> str:
    """A single text, as it is written."""
    if isinstance(value, str | int | float):
        return str(value)
    raise FeedError(f"{where}: `{key}` must be one value, not {_kind(value)}")


def texts_of(value: Any, where: str, key: str) -> tuple[str, ...]:
    """A list of texts; a single one counts as a list, and null as the blank."""
    items = value if isinstance(value, list) else [value]
    return tuple("" if item is None else text_of(item, where, key) for item in items)


def mapping_of(value: Any, where: str, key: str) -> dict[str, Any]:
    """A mapping with at least one key."""
    if isinstance(value, dict) and value:
        return value
    raise FeedError(f"{where}: `{key}` must hold `name: value` lines, not {_kind(value)}")


def text_map_of(value: Any, where: str, key: str) -> dict[str, str | None]:
    """What cells stand for: text to text or null."""
    pairs = mapping_of(value, where, key)
    return {cell.strip(): None if meaning is None else text_of(meaning, where, f"{key}: {cell}") for cell, meaning in pairs.items()}


def refuse_unknown(keys: Mapping[str, Any], known: tuple[str, ...], where: str, what: str) -> None:
    """Raise FeedError where a key is not one of the known."""
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise FeedError(f"{where}: {what} has no {listed(f'`{key}`' for key in unknown)}: use {listed(known)}")


def _kind(value: Any) -> str:
    kinds: dict[type, str] = {dict: "a mapping", list: "a list", type(None): "nothing"}
    return kinds.get(type(value), "a value") if value or value is None else "nothing"
