"""The page on adding a metric is followed word for word, in a copy of the project; and what a renamed column comes to."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kuulo.settings import Settings
from kuulo.warehouse.personal_copy import build_personal_copy, personal, summary, user_name
from kuulo.warehouse.run_dbt import dbt_command, dbt_environment
from tests.conftest import CHECKOUT, NOW
from tests.crash.processes import Ended
from tests.dbt_project.validated_rows import write_validated
from tests.dbt_runs import dbt_process

pytestmark = pytest.mark.dbt
_BLOCK = re.compile(r"^`(dbt_project/\S+)`:\n\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class OfACopiedProject(Settings):
    """Settings of an installation whose dbt project is a copy that may be edited."""

    project: Path = CHECKOUT / "dbt_project"

    @property
    def dbt_project(self) -> Path:
        return self.project


def _follow(page: str, root: Path) -> list[str]:
    """Write the page's files and make its changes; returns the paths in their order."""
    paths = []
    for path, kind, block in _BLOCK.findall(page):
        target = root / path
        if kind == "diff":
            (before,) = re.findall(r"^-(.*)$", block, re.MULTILINE)
            (after,) = re.findall(r"^\+(.*)$", block, re.MULTILINE)
            text = target.read_text()
            assert text.count(f"{before}\n") == 1, f"{path} has no such line any more: {before}"
            target.write_text(text.replace(f"{before}\n", f"{after}\n"))
        else:
            assert not target.exists(), f"{path} is there already"
            target.write_text(block)
        paths.append(path)
    return paths


def _answer(number: int, scale: str, score: int) -> dict[str, Any]:
    return {
        "survey_id": "s", "response_id": f"{scale}-{number}", "question_id": "q", "metric": "csat", "scale": scale, "score": float(score),
        "submitted_at": "2026-05-04T10:00:00",
    }  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("analyst")
    shutil.copytree(CHECKOUT / "dbt_project", root / "dbt_project")
    written = _follow((CHECKOUT / "docs" / "add_a_metric.md").read_text(), root)
    assert [Path(path).suffix for path in written] == [".sql", ".yml", ".md", ".csv", ".yml"]
    settings = OfACopiedProject(home=root / "kuulo", as_of=NOW, project=root / "dbt_project")
    rows = [_answer(number, "1-5", score) for number, score in enumerate((1, 1, 2, 5))]
    rows += [_answer(number, "1-7", score) for number, score in enumerate((4, 5, 6, 7))]
    write_validated(settings.home, {("files", "survey_answers"): rows})
    return settings


@pytest.fixture(scope="module")
def chosen(settings: Settings) -> list[str]:
    return build_personal_copy(settings, ["csat_worst_by_day", "csat_by_day", "int_survey_answers_scored"], user="ann")


def _ask(settings: Settings, question: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(personal(settings, "ann").marts), read_only=True) as connection:
        return connection.execute("use marts.marts").execute(question).fetchall()


def test_the_new_metric_is_there_and_the_changed_definition_holds(settings: Settings, chosen: list[str]) -> None:
    assert chosen == ["csat_by_day", "csat_worst_by_day", "int_survey_answers_scored"]
    assert _ask(settings, "select responses, worst, worst_share from csat_worst_by_day where scale = '1-5'") == [(4, 2, 50.0)]
    assert _ask(settings, "select responses, satisfied, csat from csat_by_day where scale = '1-7'") == [(4, 3, 75.0)]


def test_nothing_is_written_outside_the_own_folder(settings: Settings, chosen: list[str]) -> None:
    """What the pipeline builds and publishes is not there, or not touched; receipts of the pipeline's are only read."""
    outside = {path.relative_to(settings.home).parts[0] for path in settings.home.rglob("*") if path.is_file()}
    assert outside == {"dev", "validated", "receipts", "secrets"}
    assert {path.name for path in (settings.home / "dev").iterdir()} == {"ann"}
    assert next(iter(summary(settings, chosen, user="ann"))).split() == ["csat_by_day", "2", "rows,", "not", "published"]
    assert re.fullmatch(r"[A-Za-z0-9_-]+", user_name())


def _dbt(settings: Settings, *words: str) -> Ended:
    own = personal(settings, "ann")
    return dbt_process(own.dbt_project, dbt_command(own, *words)[3:], dbt_environment(own, settings.validated))


def test_a_renamed_column_fails_before_a_dashboard_sees_it(settings: Settings, chosen: list[str]) -> None:
    assert chosen
    words = (
        "build",
        "--select",
        "csat_by_day",
        "public_columns",
        "assert_every_public_column_is_there",
        "--exclude-resource-type",
        "unit_test",
    )
    query = settings.dbt_project / "models/marts/metrics/csat_by_day.sql"
    query.write_text(query.read_text().replace("end as csat\n", "end as csat_share\n"))
    by_contract = _dbt(settings, *words)
    assert not by_contract.is_good
    assert "This model has an enforced contract that failed" in by_contract.said
    assert "Failure in test assert_every_public_column_is_there" not in by_contract.said
    contract = settings.dbt_project / "models/marts/metrics/_survey_metrics.yml"
    text = contract.read_text()
    contract.write_text(text.replace("{name: csat, ", "{name: csat_share, "))
    by_promise = _dbt(settings, *words)
    assert not by_promise.is_good
    assert "enforced contract" not in by_promise.said
    assert "Failure in test assert_every_public_column_is_there" in by_promise.said
    assert "Got 1 result" in by_promise.said
