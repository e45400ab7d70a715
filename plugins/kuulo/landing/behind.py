"""What is done with a page while the next ones are asked for: kept by one thread, typed by another, never many pages behind."""

import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, Self

from kuulo.landing.page_store import KeptPage, PageStore
from kuulo.landing.typed_family import RawPage
from kuulo.sources.asker import Page

_PAGES_BEHIND, _BYTES_BEHIND = 32, 16 * 2**20
_PAGES_AT_ONCE, _BYTES_AT_ONCE = 8, 4 * 2**20
_SWITCH_SECONDS = 0.0005  # threads that mostly compute outside of Python and want it shortly: a tenth quicker than at 0.005


class Typing(Protocol):
    """Whoever types pages.

    Attributes:
        pages: how many are typed.
    """

    pages: int

    def take(self, pages: Sequence[RawPage]) -> None:
        """Type the pages that come next."""


class Behind:
    """Keeps and types pages in order; use it in a `with`.

    A page counts, by its line in the store, when it is both kept and typed. When the block fails, the pages that were handed
    over before are still finished, so that they need not be asked for again. Pages that came quicker than they are typed are
    typed several at once, which is cheaper.
    """

    def __init__(self, store: PageStore, typing: Typing, pages: list[KeptPage]) -> None:
        self._store, self._typing, self._pages = store, typing, pages
        self._waiting: deque[tuple[RawPage, Future[KeptPage], Future[None]]] = deque()
        self._untyped: deque[RawPage] = deque()
        self._bytes = 0
        self._failure: BaseException | None = None
        self._keeper, self._typist = ThreadPoolExecutor(1), ThreadPoolExecutor(1)

    def hand_over(self, number: int, page: Page, reading: str, notes: list[str], left: str | None = None) -> None:
        """Queue a page, and wait where enough are queued; raises what an earlier page raised."""
        document = None if page.answer.quick_records else page.answer.document
        raw = RawPage(number, page.answer.body, page.records_at, page.parent, document)
        while self._waiting and (len(self._waiting) >= _PAGES_BEHIND or self._bytes + len(raw.body) > _BYTES_BEHIND):
            self._finish_one()
        self._bytes += len(raw.body)
        self._untyped.append(raw)
        keeping = self._keeper.submit(self._store.write, number, page, reading, notes, left)
        self._waiting.append((raw, keeping, self._typist.submit(self._type_some)))

    def _type_some(self) -> None:
        """Type the pages that wait; when this has run as often as pages were handed over, all are typed."""
        some: list[RawPage] = []
        while self._untyped and len(some) < _PAGES_AT_ONCE and sum(len(page.body) for page in some) < _BYTES_AT_ONCE:
            some.append(self._untyped.popleft())
        if not some or self._failure:
            return
        try:
            self._typing.take(some)
        except BaseException as failure:  # told when the page's turn comes, since those before it may be typed
            self._failure = failure

    def _finish_one(self) -> None:
        raw, keeping, typing = self._waiting.popleft()
        try:
            typing.result()
            if self._failure and self._typing.pages < raw.number:
                raise self._failure
            page = keeping.result()
        except BaseException:
            self._waiting.clear()
            raise
        self._store.note(page)
        self._pages.append(page)
        self._bytes -= len(raw.body)

    def __enter__(self) -> Self:
        self._usual = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        return self

    def __exit__(self, *failure: object) -> None:
        try:
            while self._waiting:
                self._finish_one()
        finally:
            sys.setswitchinterval(self._usual)
            for thread in (self._keeper, self._typist):
                thread.shutdown(cancel_futures=True)
