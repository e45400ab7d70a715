"""A next link is data from outside: it is followed only where it stays on the vendor's own host, and below its base path."""

from urllib.parse import parse_qsl, urljoin, urlsplit

from kuulo.sources.api_errors import SourceContractBroken

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL; SourceContractBroken where it is not plain http(s)."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise SourceContractBroken("a link whose address cannot be read") from None
    if not port or not parts.hostname or "@" in parts.netloc:
        raise SourceContractBroken("a link that is not plain http or https")
    return parts.scheme, parts.hostname.lower(), port


def _plain(link: str, longest: int) -> str:
    if len(link) > longest:
        raise SourceContractBroken(f"a link of more than {longest:,} characters")
    if any(ord(character) <= 32 or character in "\\\x7f" for character in link):
        raise SourceContractBroken("a link with spaces, backslashes or control characters")
    try:
        urlsplit(link)
    except ValueError:
        raise SourceContractBroken("a link whose address cannot be read") from None
    return link


def absolute(base_url: str, link: str, *, longest: int) -> str:
    """A redirect's target, resolved as browsers do; it must stay on the base URL's origin."""
    target = urljoin(base_url, _plain(link, longest))
    if origin(target) != origin(base_url):
        raise SourceContractBroken("a redirect that leads to another host: it was not followed")
    return target


def _path_below(base_url: str, link: str, longest: int) -> tuple[str, str]:
    """Path below the base URL, and query, of a next link.

    A relative link counts from the base URL *including* its path ("/surveys" of ".../v2" is ".../v2/surveys"): urljoin
    would lose the /v2. An absolute link must have the base's scheme, host, port and path.
    """
    parts = urlsplit(_plain(link, longest))
    base_path = urlsplit(base_url).path.rstrip("/")
    path = parts.path
    if parts.scheme or parts.netloc:
        if origin(urljoin(base_url, link)) != origin(base_url):
            raise SourceContractBroken("a next link that leads to another host: it was not followed")
        if not path.startswith(f"{base_path}/"):
            raise SourceContractBroken(f"a next link that leaves {base_path}")
    if base_path and path.startswith(f"{base_path}/"):
        path = path.removeprefix(base_path)
    if ".." in path.split("/"):
        raise SourceContractBroken("a next link that climbs out of its path")
    return path, parts.query


def below_base(base_url: str, link: str, *, longest: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A next link as path and parameters relative to the base URL, whose path it may leave out."""
    path, query = _path_below(base_url, link, longest)
    return path, tuple(parse_qsl(query, keep_blank_values=True))


def below_base_verbatim(base_url: str, link: str, *, longest: int) -> str:
    """A next link as path and query relative to the base URL, byte for byte."""
    path, query = _path_below(base_url, link, longest)
    return f"{path}?{query}" if query else path
