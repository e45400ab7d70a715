"""A stream has one name in five places: declaration, landing path, suite, staging model, tests."""

import pytest
import yaml

from kuulo.landing.landing_path import BatchPlace
from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES
from tests.conftest import CHECKOUT

DECLARED = {(source.name, stream.name) for source in SOURCES.values() for stream in source.streams}


def test_suites_are_those_of_the_declared_streams():
    suites = {(path.parent.name, path.stem) for path in (CHECKOUT / "expectations").glob("*/*.json")}
    assert suites == DECLARED


def test_staging_models_are_those_of_the_declared_streams():
    models = {path.stem for path in (CHECKOUT / "dbt_project" / "models" / "staging").rglob("*.sql")}
    assert models == {f"stg_{source}__{stream}" for source, stream in DECLARED}


def test_each_source_has_tests_of_its_own():
    names = {path.stem for path in (CHECKOUT / "tests" / "sources").glob("*")}
    assert {"inbox" if name == "files" else name if name == "database" else f"test_{name}" for name in SOURCES} <= names


def test_a_place_carries_the_names(tmp_path):
    place = BatchPlace(Settings(home=tmp_path), "hubspot", "tickets", "20260101T000000Z--20260102T000000Z")
    assert place.validated == tmp_path / "validated/hubspot/tickets/20260101T000000Z--20260102T000000Z/validated.parquet"
    assert place.landing_receipt == tmp_path / "landing/hubspot/tickets/20260101T000000Z--20260102T000000Z/receipt.json"


@pytest.mark.parametrize("batch", ["../../x", "a/b", "", ".hidden", "a..b", "x" * 200, "nul\0"])
def test_no_name_leads_out_of_its_folder(tmp_path, batch):
    with pytest.raises(ValueError, match="cannot name a folder"):
        BatchPlace(Settings(home=tmp_path), "hubspot", "tickets", batch)


def test_models_of_a_source_are_built_only_where_something_of_it_has_entered():
    project = yaml.safe_load((CHECKOUT / "dbt_project" / "dbt_project.yml").read_text())
    switched = {name: {"+enabled": f"{{{{ '{name}' in var('sources', ['{name}']) }}}}"} for name in SOURCES if name != "files"}
    for part in (project["models"]["kuulo"]["staging"], project["models"]["kuulo"]["intermediate"], project["sources"]["kuulo"]["staging"]):
        assert {name: config for name, config in part.items() if not name.startswith("+") and name != "increments"} == switched
    assert set(project["vars"]["sources"]) == set(SOURCES)
