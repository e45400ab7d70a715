"""A dbt command begins with the parse that another one kept, where nothing that a parse depends on has changed."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kuulo.settings import Settings
from kuulo.warehouse.dbt_process import kept_parse
from kuulo.warehouse.run_dbt import dbt_environment
from tests.conftest import CHECKOUT
from tests.dbt_runs import dbt_process

FILES = {
    "dbt_project.yml": "{name: small, profile: small, config-version: 2, vars: {as_of: '1970-01-01', zone: UTC}}",
    "profiles.yml": "{small: {target: here, outputs: {here: {type: duckdb, path: \"{{ env_var('KUULO_HOME') }}/warehouse.duckdb\"}}}}",
    "models/moment.sql": "select '{{ var('as_of') }}' as moment, '{{ var('zone') }}' as zone, * from {{ source('told', 'rows') }}",
    "models/sources.yml": "{sources: [{name: told, meta: {external_location: \"(select '{{ env_var('KUULO_VALIDATED') }}' as place)\"}, "
    "tables: [{name: rows}]}]}",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def _words(project: Path, home: Path, **variables: str) -> list[str]:
    options = {"project-dir": project, "profiles-dir": project, "target-path": home / "target", "log-path": home / "logs"}
    said = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return ["run", *said, "--vars", json.dumps(variables)]


def test_a_parse_is_kept_by_all_that_it_depends_on_and_the_instant_is_not_of_that(project: Path, tmp_path: Path) -> None:
    def place(**variables: str) -> Path:
        return kept_parse(_words(project, tmp_path, **variables))

    first = place(as_of="2026-01-01")
    assert first.parent == tmp_path / "target" / "parsed"
    assert place(as_of="2026-02-02", as_of_before="2026-01-01") == first
    others = {place(zone="Europe/Helsinki"), kept_parse([*_words(project, tmp_path), "--target", "there"])}
    (project / "models" / "moment.sql").write_text("select 1 as one")
    others.add(place(as_of="2026-01-01"))
    (project.rename(tmp_path / "elsewhere")).joinpath("models", "moment.sql").write_text(FILES["models/moment.sql"])
    others.add(kept_parse(_words(tmp_path / "elsewhere", tmp_path)))
    assert len(others - {first}) == 4


@pytest.mark.dbt
def test_dbt_parses_where_it_must_and_reads_the_variables_of_today_everywhere(project: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    parsed = home / "target" / "partial_parse.msgpack"

    def run(as_of: str, validated: Path = home) -> tuple[bool, str]:
        """Whether it parsed, and what the model was compiled to."""
        parsed.unlink(missing_ok=True)
        ended = dbt_process(project, _words(project, home, as_of=as_of), dbt_environment(Settings(home=home), validated))
        assert ended.is_good, ended.said
        return parsed.exists(), (home / "target" / "compiled" / "small" / "models" / "moment.sql").read_text()

    before = f"select '2026-01-01' as moment, 'UTC' as zone, * from (select '{home}' as place)"
    assert run("2026-01-01") == (True, before)
    (kept,) = (home / "target" / "parsed").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    assert run("2026-02-02") == (False, before.replace("2026-01-01", "2026-02-02"))
    # rows lie elsewhere
    assert run("2026-01-01", tmp_path) == (True, before.replace(f"'{home}'", f"'{tmp_path}'"))
    kept.write_bytes(kept.read_bytes()[:999])
    assert run("2026-01-01") == (True, before)
    _many_projects(run, project, home)


def _many_projects(run: Callable[[str], tuple[bool, str]], project: Path, home: Path) -> None:
    folder = home / "target" / "parsed"
    for number in range(5):
        (folder / f"older{number}.msgpack").touch()
        os.utime(folder / f"older{number}.msgpack", (number, number))
    (project / "models" / "moment.sql").write_text("select 1 as one")
    assert run("2026-01-01") == (True, "select 1 as one")
    assert len(list(folder.iterdir())) == 4
    assert {path.name for path in folder.glob("older*")} == {"older3.msgpack", "older4.msgpack"}


def test_the_instants_are_asked_for_by_their_macros_alone_and_only_as_text() -> None:
    """Whatever decided by them how something is parsed would be decided by those of an earlier build."""
    project = CHECKOUT / "dbt_project"
    texts = {path.relative_to(project).as_posix(): path.read_text() for path in project.rglob("*") if path.suffix in (".sql", ".yml")}
    asked = {name for name, text in texts.items() if re.search(r"""var\(\s*["']as_of""", text)}
    assert asked == {"macros/local_time.sql", "macros/increment.sql"}
    by_them = re.compile(r"{%-?\s*(?:if|elif|for)\b[^%]*\bas_of|config\([^)]*\bas_of|\benabled:.*\bas_of")
    assert [name for name, text in texts.items() if by_them.search(text)] == []
    rendered = re.compile(r"{{[^}]*\bas_of")
    assert [name for name, text in texts.items() if name.endswith(".yml") and rendered.search(text)] == []
