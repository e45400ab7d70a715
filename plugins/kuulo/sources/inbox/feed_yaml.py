"""feed.yml as text: every key and value exactly as it is written, so that `Y`, `No`, `2025-01-31` and `1.10` stay what the user sees.

YAML 1.1 would make true, false, a date and a number of them, and a cell could no longer be compared with them.
"""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from kuulo.sources.inbox.feed_error import FeedError

MAX_BYTES = 1_000_000
MAX_VALUES = 100_000

_KEPT = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")


class _TextLoader(yaml.SafeLoader):
    """The safe loader without guesses: only null and merge keys are understood; a key that stands twice is an error."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the base class declares it like this
        first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping whose scalar keys are their own text."""
        _refuse_double_keys(node)
        self.flatten_mapping(node)
        return {
            key.value if isinstance(key, yaml.ScalarNode) else str(self.construct_object(key, deep=True)): self.construct_object(
                value, deep=deep
            )
            for key, value in node.value
        }


def _refuse_double_keys(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} stands twice", key.start_mark)
            seen.add(key.value)


def load_feed_yaml(path: Path, where: str) -> dict[str, Any]:
    """Read a feed.yml as a mapping of texts, lists, mappings and None; FeedError with the line where it is not YAML."""
    written = _bytes_of(path, where)
    try:
        loaded = yaml.load(written.decode("utf-8-sig"), Loader=_TextLoader)
    except UnicodeDecodeError as error:
        raise FeedError(f"{where}: not UTF-8 at byte {error.start}: save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        raise FeedError(f"{where}: {line}: not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise FeedError(f"{where}: not valid YAML: {type(error).__name__}: check its quotes, brackets and special characters") from None
    if not isinstance(loaded, dict):
        raise FeedError(
            f"{where}: holds no keys: it begins with `stream:` and `columns:` (docs/inbox.md and docs/database.md have examples)"
        )
    _refuse_endless(loaded, where)
    return loaded


def _bytes_of(path: Path, where: str) -> bytes:
    try:
        if path.stat().st_size <= MAX_BYTES:
            return path.read_bytes()
    except OSError as error:
        raise FeedError(f"{where}: cannot be read: {error.strerror}: let the user that runs Kuulo read it") from None
    raise FeedError(f"{where}: larger than {MAX_BYTES} bytes, which no feed.yml needs: check that it is one")


def _refuse_endless(tree: object, where: str) -> None:
    """Aliases can make a small file stand for more than memory holds, or for itself."""
    stack, count = [tree], 0
    while stack:
        node = stack.pop()
        count += 1
        if count > MAX_VALUES:
            raise FeedError(f"{where}: more than {MAX_VALUES} values: an alias (*name) repeats too much")
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
