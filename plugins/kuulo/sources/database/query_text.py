"""A query as a person writes it: one statement that reads, with named parameters."""

import re

from kuulo.sources.inbox.feed_error import FeedError, listed

PARAMETERS = ("window_start", "window_end")
_TOKEN = re.compile(
    r"(?P<kept>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|::)"
    r"|:(?P<name>[A-Za-z_]\w*)|(?P<end>;)",
    re.DOTALL,
)
_COMMENTS = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*", re.DOTALL)


def checked_query(text: str, where: str) -> str:
    """The query without a semicolon at its end; FeedError where it is not one statement that reads."""
    query = text.strip().rstrip(";").rstrip()
    first = re.match(r"\w*", query[_COMMENTS.match(query).end() :])[0].lower()  # type: ignore[union-attr, index]
    if first not in ("select", "with", "values"):
        raise FeedError(f"{where}: query: must begin with select or with: only what reads is run")
    for token in _TOKEN.finditer(query):
        if token["end"]:
            raise FeedError(f"{where}: query: holds a semicolon: write one statement")
        if token["name"] and token["name"] not in PARAMETERS:
            raise FeedError(f"{where}: query: there is no parameter :{token['name']}: use {listed(f':{name}' for name in PARAMETERS)}")
    return query


def with_placeholders(query: str, placeholder: str) -> tuple[str, tuple[str, ...]]:
    """The query with each of its parameters as the placeholder, and the parameters' names in order."""
    names: list[str] = []
    pieces, done = [], 0
    for token in _TOKEN.finditer(query):
        if token["name"]:
            pieces += [query[done : token.start()], placeholder]
            names.append(token["name"])
            done = token.end()
    return "".join([*pieces, query[done:]]), tuple(names)
