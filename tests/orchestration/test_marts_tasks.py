"""The tasks that build and publish, without dbt: what they do beside it."""

from dataclasses import replace

import pytest

from kuulo.landing.whole_files import private_folder
from kuulo.orchestration import marts_tasks
from kuulo.publication.comments import comments_path
from kuulo.settings import Settings
from kuulo.warehouse.build import BuildFailed


@pytest.mark.parametrize(("publish_comments", "left"), [(False, False), (True, True)])
def test_comments_that_are_switched_off_go_before_a_build_that_fails(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, publish_comments: bool, left: bool
) -> None:
    """After it nothing is published, in `make run` not even tried."""

    def fail(_settings: Settings, *, run: str) -> None:
        raise BuildFailed(f"{run}: dbt build failed")

    private_folder(settings.published)
    comments_path(settings).write_text("so warm a light")
    monkeypatch.setattr("kuulo.warehouse.build.build_marts", fail)
    monkeypatch.setattr(marts_tasks, "load_settings", lambda: replace(settings, publish_comments=publish_comments))
    monkeypatch.setattr(marts_tasks, "get_current_context", lambda: {"run_id": "today"})
    with pytest.raises(BuildFailed, match="today: dbt build failed"):
        marts_tasks.build_marts_task.function()
    assert comments_path(settings).exists() is left
