"""What is done with a page while the next ones are asked for: kept by one thread, typed by another, never many pages behind."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from kuulo.landing.page_store import KeptPage

_PAGES_BEHIND = 4


class Behind:
    """Keeps and types pages in order; use it in a `with`.

    A page counts, by `note`, when it is both kept and typed. When the block fails, the pages that were handed over before
    are still finished, so that they need not be asked for again.
    """

    def __init__(self, pages: list[KeptPage], note: Callable[[KeptPage], None]) -> None:
        self._pages, self._note = pages, note
        self._waiting: deque[tuple[Future[KeptPage], Future[None]]] = deque()
        self._keeper, self._typist = ThreadPoolExecutor(1), ThreadPoolExecutor(1)

    def hand_over(self, keep: Callable[[], KeptPage], typed: Callable[[], None]) -> None:
        """Queue a page, and wait where enough are queued; raises what an earlier page raised."""
        while len(self._waiting) >= _PAGES_BEHIND:
            self._finish_one()
        self._waiting.append((self._keeper.submit(keep), self._typist.submit(typed)))

    def _finish_one(self) -> None:
        kept, typed = self._waiting.popleft()
        typed.result()
        page = kept.result()
        self._note(page)
        self._pages.append(page)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        try:
            while self._waiting:
                self._finish_one()
        finally:
            for thread in (self._keeper, self._typist):
                thread.shutdown(cancel_futures=True)
