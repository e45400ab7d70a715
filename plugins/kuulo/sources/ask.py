"""One request as a value that can be kept and asked again, and what came back."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, Self

from kuulo.sources.page_json import MISSING, decode_page, read_envelope, value_at


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What to ask, relative to the source's base URL; holds no secret.

    Attributes:
        params: query parameters in order; a name may repeat.
        body: the JSON body of a POST.
        headers: of this ask, besides those that the vendor's manners send always.
        verbatim: whether the path holds its own query, which is sent byte for byte.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    method: Literal["GET", "POST"] = "GET"
    body: dict[str, Any] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    verbatim: bool = False

    @property
    def place(self) -> str:
        """The path as messages name it: without a query of its own, which may hold a cookie of the vendor's."""
        return self.path.partition("?")[0]

    def to_json(self) -> dict[str, Any]:
        """The ask as JSON, for a progress record."""
        kept: dict[str, Any] = {"path": self.path, "params": [list(pair) for pair in self.params], "method": self.method, "body": self.body}
        if self.headers:
            kept["headers"] = [list(pair) for pair in self.headers]
        return {**kept, "verbatim": True} if self.verbatim else kept

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """The ask that to_json was given."""
        return cls(
            path=kept["path"],
            params=tuple((n, v) for n, v in kept["params"]),
            method=kept["method"],
            body=kept["body"],
            headers=tuple((n, v) for n, v in kept.get("headers", ())),
            verbatim=kept.get("verbatim", False),
        )

    def with_param(self, name: str, value: str) -> "Ask":
        """The same ask with one parameter set."""
        return replace(self, params=(*(p for p in self.params if p[0] != name), (name, value)))


@dataclass(frozen=True)
class Answer:
    """A whole answer: the vendor's bytes, decompressed and otherwise as sent.

    Attributes:
        quick_records: the key of the records, where the envelope alone is to be read here and the records elsewhere.
    """

    body: bytes
    status: int = 200
    quick_records: str = ""

    @cached_property
    def document(self) -> Any:
        """The body as Python values; ValueError where it is no JSON."""
        return decode_page(self.body)

    @cached_property
    def envelope(self) -> dict[str, Any] | None:
        """What stands around the records of a quick answer, or None."""
        return read_envelope(self.body, self.quick_records) if self.quick_records else None

    def at(self, path: str) -> Any:
        """The value at a dotted path, or None; a quick answer finds the envelope's values without reading every record."""
        found = value_at(self.envelope, path)
        if found is MISSING:
            found = value_at(self.document, path)
        return None if found is MISSING else found
