"""Builds chosen models and all that stands above them, then tests the chosen ones: in one process, so that dbt parses once.

A process of its own, since dbt takes its settings from the environment that it is started with.
"""

import json
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any


def _invoke(runner: Any, *words: str) -> Any:
    done = runner.invoke([*words])
    if done.exception:
        print(f"dbt: {done.exception}", file=sys.stderr)  # noqa: T201
    return done


def build_chosen(selection: list[str], options: list[str], chosen_file: Path) -> int:
    """Build what `selection` names in dbt's own words, with these options to every command; 0 where all of it passed.

    The names of the chosen models are written to `chosen_file`, as a JSON list.
    """
    from dbt.cli.main import dbtRunner  # takes a second, and reads the environment

    parsed = _invoke(dbtRunner(), "parse", "--quiet", *options)
    if not parsed.success:
        return 1
    runner = dbtRunner(manifest=parsed.result)
    words = ["--select", *selection] if selection else []
    with redirect_stdout(StringIO()):  # dbt prints the list that it returns
        found = _invoke(runner, "ls", "--quiet", "--resource-type", "model", "--output", "name", *words, *options)
    chosen = sorted(found.result or ()) if found.success else []
    if not chosen:
        print(f"kuulo: no model is chosen by {' '.join(selection)}", file=sys.stderr)  # noqa: T201
        return 1
    chosen_file.write_text(json.dumps(chosen))
    above = [f"+{name}" for name in chosen]
    built = _invoke(runner, "build", "--quiet", "--exclude-resource-type", "test", "unit_test", "--select", *above, *options)
    if not built.success:
        return 1
    # a test that also needs models which were not chosen is left out
    tested = _invoke(runner, "test", "--quiet", "--indirect-selection", "buildable", "--select", *chosen, *options)
    return 0 if tested.success else 1


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    sys.exit(build_chosen(given["selection"], given["options"], Path(given["chosen_file"])))
