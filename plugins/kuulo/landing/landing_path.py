"""Where a batch of a stream lies at each step; pure. A batch is a window of an API, or a file of the inbox."""

import re
from dataclasses import dataclass
from pathlib import Path

from kuulo.settings import Settings

_BATCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


@dataclass(frozen=True)
class BatchPlace:
    """The folders and files of one batch of one stream."""

    settings: Settings
    source: str
    stream: str
    batch: str

    def __post_init__(self) -> None:
        for part in (self.source, self.stream, self.batch):
            if not _BATCH.fullmatch(part) or ".." in part:
                raise ValueError(f"{part!r} cannot name a folder: use letters, digits, _, - and single dots")

    def _under(self, root: Path) -> Path:
        return root / self.source / self.stream / self.batch

    @property
    def landing(self) -> Path:
        """Folder of the vendor's pages; receipt.json in it is written last."""
        return self._under(self.settings.landing)

    @property
    def landing_receipt(self) -> Path:
        """Present only when the batch has landed whole."""
        return self.landing / "receipt.json"

    @property
    def typed(self) -> Path:
        """The batch's rows in the stream's declared types."""
        return self.landing / "typed.parquet"

    @property
    def untyped(self) -> Path:
        """Rows whose values could not take their declared types, with the reason; absent where there are none."""
        return self.landing / "untyped.parquet"

    @property
    def validated(self) -> Path:
        """The rows that may enter the warehouse."""
        return self._under(self.settings.validated) / "validated.parquet"

    @property
    def validated_receipt(self) -> Path:
        """The accounts of the validation; written last."""
        return self._under(self.settings.validated) / "receipt.json"

    @property
    def quarantined(self) -> Path:
        """The refused rows, each with rule and reason; absent where there are none."""
        return self._under(self.settings.quarantine) / "quarantined.parquet"
