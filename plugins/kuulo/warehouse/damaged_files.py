"""Database files that turn out to be damaged only while dbt reads them: put aside, so that the next run makes them again."""

from pathlib import Path

from kuulo.settings import Settings

# how DuckDB speaks of bytes that cannot be its own; an ordinary error of a model has none of these words
_SIGNS = ("Corrupt database file", "does not match stored checksum", "Failure while replaying WAL", "SerializationException",
          "Serialization Error", "INTERNAL Error", "FatalException", "FATAL Error")  # fmt: skip
_END_OF_LOG = 200_000  # bytes; what one run says, and more


def is_damage(*told: Path) -> bool:
    """Whether what a failed dbt left behind (run results, log) tells of a damaged database file."""
    return any(sign in _end_of(path) for path in told if path.exists() for sign in _SIGNS)


def _end_of(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_OF_LOG))
        return file.read().decode(errors="replace")


def dbt_told_in(settings: Settings) -> tuple[Path, Path]:
    """Where the last dbt run of the pipeline told what happened."""
    return settings.home / "dbt" / "target" / settings.target / "run_results.json", settings.home / "dbt" / "logs" / "dbt.log"
