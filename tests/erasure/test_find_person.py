"""Who is a person: by what the warehouse joins, and by nothing less."""

from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pytest

from kuulo.erasure.audit import unfinished
from kuulo.erasure.erase import erase_requested
from kuulo.erasure.export import export_requested
from kuulo.erasure.find_person import UnknownPeople, join_ids_of_people, nodes_of
from kuulo.erasure.person_request import erasures, exports, lay_request, requests_in
from kuulo.settings import Settings
from kuulo.warehouse.build import BuildFailed
from tests.erasure.erasable_home import now


def _fails(*_: Any, **__: Any) -> NoReturn:
    raise BuildFailed("dbt build failed: model.kuulo.int_touches (error)")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation whose builds fail."""
    monkeypatch.setattr("kuulo.erasure.find_person.build_marts", _fails)
    return Settings(home=tmp_path / "kuulo")


def test_nobody_is_erased_by_one_id_alone_where_the_others_cannot_be_known(settings: Settings) -> None:
    """A build that finds the warehouse damaged puts it aside: what is left of it joins nobody."""
    lay_request(erasures(settings), "case_1", "email:ada@x.example", "case 4711")
    lay_request(exports(settings), "access_1", "email:ada@x.example", "case 4712")
    told = "nobody can be found by all ids, since there is no warehouse: mend its build, .*int_touches"
    with pytest.raises(UnknownPeople, match=told):
        erase_requested(settings, run="erasure-1", clock=now)
    with pytest.raises(UnknownPeople, match=told):
        export_requested(settings, run="export-1", clock=now)
    assert [request.name for folder in (erasures, exports) for request in requests_in(folder(settings), None)] == ["case_1", "access_1"]
    assert unfinished(settings, "begun") == []
    assert not (exports(settings) / "access_1").exists()


def test_where_a_build_fails_people_are_known_by_the_one_before(settings: Settings) -> None:
    settings.home.mkdir()
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema intermediate")
        connection.execute("""
            create table intermediate.int_customer_identities as
            from (values ('email:ada@x.example', 'k1'), ('zendesk:7', 'k1'), ('zendesk:8', 'k2')) as identities (node, customer_key)
        """)
    join_ids_of_people(settings, run="erasure-1")
    lay_request(erasures(settings), "case_1", "email:ada@x.example", "case 4711")
    (request,) = requests_in(erasures(settings), None)
    assert nodes_of(settings, request) == {"email:ada@x.example", "zendesk:7"}
