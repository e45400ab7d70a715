"""`python -m kuulo.warehouse.dbt_process build ...`: one dbt command, which begins with the project as it was parsed before.

Of a small build a third is the parsing of the project. dbt keeps what it has parsed, but parses anew where any variable is another,
and the reporting instant is another at every build. It is text in compiled SQL and changes nothing that is parsed. So the parse is
kept here under all that it does depend on (where the rows lie it tells itself), and handed to dbt as to any program that calls it.
"""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kuulo.landing.whole_files import private_folder
from kuulo.settings import child_environment
from kuulo.warehouse.made_from import project_files

_INSTANTS = ("as_of", "as_of_before")  # variables that are read by the macros of the same names only, as text
_KEPT = 4  # whole builds and increments, before and after a source more


def kept_parse(words: list[str]) -> Path:
    """Where the parse that this dbt command can begin with is kept, by the project, dbt's versions and the variables."""
    known = argparse.ArgumentParser(allow_abbrev=False)
    for option in ("--project-dir", "--target-path"):
        known.add_argument(option, type=Path, required=True)
    known.add_argument("--target")
    known.add_argument("--vars", type=json.loads, default={})
    given, _ = known.parse_known_args(words)
    variables = sorted((name, value) for name, value in given.vars.items() if name not in _INSTANTS)
    dbt = [version(part) for part in ("dbt-core", "dbt-adapters", "dbt-duckdb")]
    digest = hashlib.sha256(repr((str(given.project_dir), given.target, variables, dbt)).encode())
    for part in project_files(given.project_dir):
        digest.update(hashlib.sha256(part).digest())
    return Path(given.target_path) / "parsed" / f"{digest.hexdigest()[:32]}.msgpack"


def _dbts_own(kept: Path) -> Path:
    return kept.parent.parent / "partial_parse.msgpack"


def _state_of(path: Path) -> tuple[int, int] | None:
    return (path.stat().st_mtime_ns, path.stat().st_ino) if path.exists() else None


def _parsed_before(kept: Path) -> Any:
    """The manifest that is kept, or None where there is none, it cannot be read, or was parsed for folders elsewhere."""
    if not kept.exists():
        return None
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    try:
        manifest = Manifest.from_msgpack(kept.read_bytes(), decoder=extended_mashumuro_decoder)
    except Exception:  # whatever a torn file comes to; dbt does the same with its own
        return None
    here = child_environment()
    if any(here.get(name) != value for name, value in manifest.env_vars.items()):
        return None
    manifest.build_flat_graph()
    manifest.build_parent_and_child_maps()
    return manifest


def _keep(parsed: Path, kept: Path) -> None:
    """Copy what dbt has parsed; not synced, since what is torn is parsed again, and nothing said where the disk takes no more."""
    with contextlib.suppress(OSError):
        aside = private_folder(kept.parent) / f".{kept.name}.{os.getpid()}"
        shutil.copyfile(parsed, aside)
        aside.chmod(0o600)
        aside.replace(kept)
        for older in sorted(kept.parent.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)[_KEPT:]:
            older.unlink()


def main(words: list[str]) -> int:
    """Run the command; returns dbt's exit status: 0, 1 where a model or a test failed, 2 where dbt could not go on."""
    from dbt.cli.main import dbtRunner  # takes two seconds, and reads the environment

    kept = kept_parse(words)
    parsed, before = _dbts_own(kept), _state_of(_dbts_own(kept))
    manifest = _parsed_before(kept)
    done = dbtRunner(manifest=manifest).invoke(words)
    if _state_of(parsed) not in (None, before):
        _keep(parsed, kept)
    if done.exception:
        print(f"dbt: {done.exception}", file=sys.stderr)  # noqa: T201
        return 2
    return 0 if done.success else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
