"""A dbt command that begins with the project as it was parsed before, in this home or another: a third of a small build is the parsing.

dbt's own partial parse serves one home alone, since it is thrown away where the profile's folders are others.
"""

import argparse
import hashlib
import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kuulo.landing.whole_files import private_folder
from kuulo.warehouse.made_from import project_files


def kept_parse(words: list[str]) -> Path:
    """Where the parse that this dbt command can begin with is kept, by the project, dbt's versions and the variables."""
    known = argparse.ArgumentParser(allow_abbrev=False)
    for option in ("--project-dir", "--target-path"):
        known.add_argument(option, type=Path, required=True)
    known.add_argument("--target")
    known.add_argument("--vars", type=json.loads, default={})
    given, _ = known.parse_known_args(words)
    dbt = [version(part) for part in ("dbt-core", "dbt-adapters", "dbt-duckdb")]
    digest = hashlib.sha256(repr((str(given.project_dir), given.target, sorted(given.vars.items()), dbt)).encode())
    for part in project_files(given.project_dir):
        digest.update(hashlib.sha256(part).digest())
    return Path(given.target_path) / "parsed" / f"{digest.hexdigest()[:32]}.msgpack"


def _parsed_before(kept: Path) -> Any:
    """The manifest that is kept, or None where there is none or it was parsed for folders elsewhere."""
    if not kept.exists():
        return None
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(kept.read_bytes(), decoder=extended_mashumuro_decoder)
    if any(os.environ.get(name) != value for name, value in manifest.env_vars.items()):
        return None
    manifest.build_flat_graph()
    manifest.build_parent_and_child_maps()
    return manifest


def invoke(words: list[str]) -> str:
    """Run the dbt command in this process; what went wrong, empty where all went well."""
    from dbt.cli.main import dbtRunner

    kept = kept_parse(words)
    parsed = kept.parent.parent / "partial_parse.msgpack"
    manifest = _parsed_before(kept)
    done = dbtRunner(manifest=manifest).invoke(words)
    if manifest is None and parsed.exists():
        shutil.copyfile(parsed, private_folder(kept.parent) / kept.name)
    return "" if done.success else f"dbt failed: {done.exception or 'its log says what'}"
