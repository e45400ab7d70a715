"""The receipts of a stream and of those made of the same pages."""

from dataclasses import dataclass
from datetime import datetime

from kuulo.landing.page_store import KeptPage, pages_hash
from kuulo.landing.receipt import LandingReceipt, read_landing_receipt, write_receipt
from kuulo.landing.typed_family import Family
from kuulo.landing.typed_rows import TypedCounts


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a receipt says besides its accounts."""

    run: str
    note: str
    landed_at: datetime
    finished_at: datetime


def landed_receipts(family: Family) -> list[LandingReceipt] | None:
    """The family's receipts, where each is there and of today's declaration."""
    found = [read_landing_receipt(family.place(stream)) for stream in family.streams]
    hashes = [family.declaration(stream) for stream in family.streams]
    receipts = [r for r, declared in zip(found, hashes, strict=True) if r and r.declaration == declared]
    return receipts if len(receipts) == len(found) else None


def is_whole(family: Family, pages: list[KeptPage]) -> bool:
    """Whether the pages on disk are all there is; where the last one does not say so, the receipt of just these pages does."""
    return bool(pages and pages[-1].next is None) or _receipt_of(family, pages) is not None


def noted(family: Family, pages: list[KeptPage]) -> list[str]:
    """What was noted while the pages were read, and behind the last of them where the receipt tells it."""
    if receipt := _receipt_of(family, pages):
        return [receipt.note] if receipt.note else []
    return list(pages[-1].notes) if pages else []


def landed_before(family: Family, pages: list[KeptPage]) -> datetime | None:
    """When just these pages landed, if they have: typing them again makes their rows no newer."""
    receipt = _receipt_of(family, pages)
    return receipt.landed_at if receipt else None


def _receipt_of(family: Family, pages: list[KeptPage]) -> LandingReceipt | None:
    """The read stream's receipt, of whatever declaration, if it was written of these pages."""
    receipt = read_landing_receipt(family.place(family.base))
    return receipt if receipt and (receipt.pages, receipt.sha256) == (len(pages), pages_hash(pages)) else None


def write_receipts(family: Family, pages: list[KeptPage], counts: dict[str, TypedCounts], told: Circumstances) -> list[LandingReceipt]:
    """Write a receipt for each stream of the family, the read one's last, since it says that the batch is there."""
    receipts = []
    for stream in family.streams:
        own, count = stream is family.base, counts[stream.name]
        receipt = LandingReceipt(
            source=family.source.name,
            stream=stream.name,
            batch=family.batch,
            run=told.run,
            window_start=family.window.start,
            window_end=family.window.end,
            landed_at=told.landed_at,
            pages=len(pages) if own else 0,
            bytes=sum(page.bytes for page in pages) if own else 0,
            received=count.received,
            untyped=count.untyped,
            undeclared=count.undeclared,
            sha256=pages_hash(pages),
            declaration=family.declaration(stream),
            seconds=(told.finished_at - told.landed_at).total_seconds(),
            note=told.note,
            cursor=pages[-1].left if own and pages else None,
        )
        write_receipt(family.place(stream).landing_receipt, receipt)
        receipts.append(receipt)
    return receipts
