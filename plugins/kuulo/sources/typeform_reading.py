"""Typeform's two ways of paging: numbered pages of forms, and responses before the last one's token."""

from dataclasses import dataclass

from kuulo.sources.api_errors import SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.pagination import Ground


def _pages(answer: Answer) -> int:
    count = answer.at("page_count")
    if not isinstance(count, int) or isinstance(count, bool):
        raise SourceContractBroken("a list without `page_count`: this is not Typeform's API")
    return count


@dataclass(frozen=True)
class PageNumber:
    """Pages from 1 to `page_count`."""

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The page of the next number."""
        page = int(dict(ask.params)["page"])
        return ask.with_param("page", str(page + 1)) if page < _pages(answer) else None


@dataclass(frozen=True)
class TokenBefore:
    """Newest first: the next page lies before the last item's token. `page_count` says how many pages this query has left."""

    def after(self, ask: Ask, answer: Answer, ground: Ground) -> Ask | None:
        """The same ask before the last token."""
        items = answer.at("items")
        if _pages(answer) <= 1 or not items:
            return None
        token = items[-1].get("token") if isinstance(items[-1], dict) else None
        if not isinstance(token, str) or not 0 < len(token) <= ground.link_characters:
            raise SourceContractBroken("says that there are more pages but ends with no item whose `token` could be asked before")
        return ask.with_param("before", token)
