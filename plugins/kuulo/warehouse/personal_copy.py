"""`make dev`: an analyst's own copy of chosen models, made from the validated data in seconds.

It lies in $KUULO_HOME/dev/<user>/ and shares with the pipeline only what is read: validated rows and receipts as they are at this
moment, and the keys of customers and comments, so that they are the same as in the published marts. The pipeline's warehouse and what
is published are not touched, and the pipeline may run meanwhile.
"""

import json
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings, load_settings
from kuulo.warehouse.empty_batches import write_empty_batches
from kuulo.warehouse.frozen_inputs import freeze_inputs
from kuulo.warehouse.receipts_table import write_receipts_table
from kuulo.warehouse.run_dbt import dbt_command, dbt_environment


class CopyFailed(KuuloError):
    """The personal copy could not be built; nothing else was touched."""


def user_name() -> str:
    """Who runs this, as the name of a folder."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"user{os.getuid()}"
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def personal(settings: Settings, user: str) -> Settings:
    """The installation's settings with this user's own place for all that is written."""
    return replace(settings, home=settings.home / "dev" / user, landing_root=settings.landing_root or settings.home)


def build_personal_copy(settings: Settings, selection: Sequence[str], *, user: str) -> list[str]:
    """Build the models that `selection` names in dbt's words (none: all), and test them; returns their names.

    Raises:
        CopyFailed: a model or a test failed; dbt has said which.
    """
    own = personal(settings, user)
    private_folder(own.marts.parent)
    write_empty_batches(settings)
    write_receipts_table(settings, own.receipts)
    chosen_file = own.home / "chosen.json"
    chosen_file.unlink(missing_ok=True)
    # what dbt_command adds to every command: all after the words that start dbt and its subcommand
    options = dbt_command(own)[3:]
    given = {"selection": list(selection), "options": options, "chosen_file": str(chosen_file)}
    secrets = settings.home / "secrets"
    keys = {"KUULO_CUSTOMER_KEY": str(secrets / "customer_key"), "KUULO_COMMENT_KEY": str(secrets / "comment_key")}
    environment = dbt_environment(own, freeze_inputs(own, own.marts.parent)) | keys
    command = [sys.executable, "-m", "kuulo.warehouse.chosen_models", json.dumps(given)]
    done = subprocess.run(command, env=environment, cwd=own.dbt_project, check=False)
    if done.returncode != 0:
        raise CopyFailed(f"the copy in {own.home} is not complete: dbt says above what failed")
    chosen: list[str] = json.loads(chosen_file.read_text())
    return chosen


def _rows_by_mart(path: Path) -> dict[str, int]:
    if not path.exists():
        return {}
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select table_name from information_schema.tables where table_schema = 'marts'").fetchall()
        return {name: connection.table(f"marts.marts.{name}").shape[0] for (name,) in names}


def summary(settings: Settings, chosen: Sequence[str], *, user: str) -> Iterator[str]:
    """What was built, and beside each mart how many rows the published one has."""
    own = personal(settings, user)
    built, published = _rows_by_mart(own.marts), _rows_by_mart(settings.published / "marts.duckdb")
    for name in chosen:
        if name in built:
            there = f"{published[name]:,} published" if name in published else "not published"
            yield f"  {name:<32} {built[name]:>10,} rows, {there}"
    yield f"{len(chosen)} models are built and tested in {own.home}: marts in {own.marts}, the rest in {own.warehouse}"


def main() -> int:
    """Build the copy of who runs this; the arguments are dbt's selection."""
    try:
        settings, user = load_settings(), user_name()
        chosen = build_personal_copy(settings, sys.argv[1:], user=user)
    except KuuloError as error:
        print(f"kuulo: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print("\n".join(summary(settings, chosen, user=user)))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
