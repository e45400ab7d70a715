"""`make docs`: dbt's documentation of every model, column and test, with lineage, as one page."""

import shutil
import subprocess
import sys

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder
from kuulo.settings import load_settings
from kuulo.warehouse.empty_batches import write_empty_batches
from kuulo.warehouse.receipts_table import write_receipts_table
from kuulo.warehouse.run_dbt import dbt_command, dbt_environment


def main() -> int:
    """Write $KUULO_HOME/docs/index.html; it works before the first run too, then without row counts."""
    try:
        settings = load_settings()
    except KuuloError as error:
        print(f"kuulo: {error}", file=sys.stderr)  # noqa: T201
        return 1
    private_folder(settings.marts.parent)
    write_empty_batches(settings)
    write_receipts_table(settings)
    command = dbt_command(settings, "docs", "generate", "--static", "--quiet", every_source=True)
    done = subprocess.run(command, env=dbt_environment(settings), check=False, cwd=settings.dbt_project)
    if done.returncode == 0:
        page = private_folder(settings.home / "docs") / "index.html"
        shutil.copyfile(settings.dbt_target / "static_index.html", page)
        print(page)  # noqa: T201
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
