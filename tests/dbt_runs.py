"""How tests run dbt: in a process that has imported it already, in a home that begins with the parse that another home has kept.

Imports take three seconds of every start, and parsing the project six of every new home. What is parsed with the same variables
differs by the folders that sources are read from, and by nothing else: their names are replaced. Each set of variables is still
parsed once in every run of the tests. Where tests run the pipeline itself, it starts dbt as it always does.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgpack

from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings
from kuulo.warehouse.run_dbt import dbt_environment
from tests.crash.processes import Ended, Processes
from tests.kept_parse import kept_parse

_SECONDS = 300
_shared: list[Path] = []


@contextmanager
def sharing(folder: Path) -> Iterator[None]:
    """A session of tests, whose parses lie in the folder."""
    _shared[:] = [folder]
    yield
    if _processes.cache_info().currsize:
        _processes().__exit__()
        _processes.cache_clear()


@cache
def _processes() -> Processes:
    return Processes(judging=False, steps="tests.dbt_steps").__enter__()


def dbt_process(project: Path, words: Sequence[str], environment: Mapping[str, str]) -> Ended:
    """Run dbt with these words in a process of its own, and say how it ended."""
    pid = _processes().start("dbt", project, address=json.dumps(words), **environment)
    return _processes().wait(pid, kill_after=_SECONDS)


def run_dbt(settings: Settings, command: Sequence[str]) -> Ended:
    """Run what `dbt_command` gives, with the project parsed before, and say how it ended."""
    environment = dbt_environment(settings)
    with _parsed_once(command, environment):
        return dbt_process(settings.dbt_project, command[3:], environment)


@contextmanager
def _parsed_once(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[None]:
    kept = kept_parse(list(command[3:]))
    (folder,) = _shared
    shared = folder / kept.name
    if shared.exists() and not kept.exists():
        private_folder(kept.parent)
        kept.write_bytes(_of_other_folders(shared.read_bytes(), environment))
        kept.chmod(0o600)
    yield
    if kept.exists() and not shared.exists():
        aside = shared.with_name(f"{shared.name}.{os.getpid()}")
        shutil.copyfile(kept, aside)
        aside.replace(shared)


def _in_sql(folder: str) -> str:
    return folder.replace("'", "''")


def _of_other_folders(parsed: bytes, environment: Mapping[str, str]) -> bytes:
    manifest: dict[str, Any] = msgpack.unpackb(parsed, strict_map_key=False)
    before: dict[str, str] = manifest["env_vars"]
    folders = {folder: environment[name] for name, folder in before.items()}
    folders |= {_in_sql(folder): _in_sql(there) for folder, there in folders.items()}
    # the home is the beginning of the others
    one_of_them = re.compile("|".join(f"{re.escape(folder)}(?=/)" for folder in sorted(folders, key=len, reverse=True)))

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: moved(each) for name, each in value.items()}
        if isinstance(value, list):
            return [moved(each) for each in value]
        return one_of_them.sub(lambda found: folders[found[0]], value) if isinstance(value, str) else value

    for place in ("sources", "disabled"):
        manifest[place] = moved(manifest[place])
    manifest["env_vars"] = {name: environment[name] for name in before}
    packed: bytes = msgpack.packb(manifest)
    return packed
