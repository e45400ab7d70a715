"""The right of access: one folder with everything that is held about a person, for the person."""

import shutil
from collections.abc import Callable
from datetime import datetime
from typing import Any

from kuulo.erasure.export_folder import about
from kuulo.erasure.find_person import join_ids_of_people, nodes_of
from kuulo.erasure.held_about import Held, Wanted, held_in_lake, held_in_marts
from kuulo.erasure.person_request import PersonRequest, exports, requests_in
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.landing.whole_files import private_folder, whole_file, write_json
from kuulo.settings import Settings
from kuulo.suppression.suppression_list import hashed, suppression_key

_PERSONAL = {"direct": "directly personal", "indirect": "an id", "free_text": "written text"}


def export_requested(settings: Settings, *, run: str, clock: Callable[[], datetime], only: str | None = None) -> dict[str, int]:
    """Write a folder `exports/<request>/` for each request that lies in exports/ (or the one called `only`); rows by request.

    The request's file goes when its folder is whole. No build may be under way.

    Raises:
        BadRequest: a request cannot be read, is not there, or names more than one person.
        UnknownPeople: the marts cannot be built, and never were.
    """
    with one_at_a_time(settings.home / "locks" / "erasure.lock"):
        requests = requests_in(exports(settings), only)
        if requests:
            join_ids_of_people(settings, run=run)
        return {request.name: _export(settings, request, clock()) for request in requests}


def _export(settings: Settings, request: PersonRequest, now: datetime) -> int:
    nodes, key = nodes_of(settings, request), suppression_key(settings)
    lake = held_in_lake(settings, Wanted(settings, key, {hashed(key, node) for node in nodes}))
    marts = held_in_marts(settings, nodes)
    folder, aside = exports(settings) / request.name, exports(settings) / f".{request.name}.aside"
    shutil.rmtree(aside, ignore_errors=True)
    private_folder(aside)
    write_json(about(aside), {"request": request.name, "written_at": now, "hmacs": sorted(hashed(key, node) for node in nodes)})
    for where, held in lake.items():
        write_json(aside / f"{where}.json", _document(held))
    for mart, rows in marts.items():
        write_json(aside / "marts" / f"{mart}.json", {"rows": rows})
    with whole_file(aside / "index.md") as index:
        index.write_text(_index(request, nodes, lake, marts, now))
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    request.path.unlink()
    return sum(len(held.rows) + len(held.refused) for held in lake.values()) + sum(map(len, marts.values()))


def _document(held: Held) -> dict[str, Any]:
    columns = {
        column.name: "; ".join(filter(None, (column.type, _PERSONAL.get(column.personal), column.description)))
        for column in held.stream.columns
    }
    return {"columns": columns, "rows": held.rows, "refused": held.refused, "as_received": held.as_received}


def _index(request: PersonRequest, nodes: set[str], lake: dict[str, Held], marts: dict[str, list[Any]], now: datetime) -> str:
    ids = "\n".join(f"- {kind}: {identity}" for kind, _, identity in (node.partition(":") for node in sorted(nodes)))
    lines = [f"| [{where}]({where}.json) | {len(h.rows)} | {len(h.refused)} | {len(h.as_received)} |" for where, h in sorted(lake.items())]
    figures = [f"| [{mart}](marts/{mart}.json) | {len(rows)} |" for mart, rows in sorted(marts.items())]
    return "\n".join([
        "# What is held about you", "", f"Written {now:%Y-%m-%d %H:%M} UTC for request {request.name}.", "",
        "You are known here by", "", ids, "",
        "## As it came, by system", "",
        "A file has the rows as they are used (`rows`, with what each column is), rows that were refused and are used by nobody "
        "(`refused`, with the reason), and the system's own records (`as_received`).", "",
        "| system and record | rows | refused | as received |", "|---|---|---|---|", *lines, "",
        "## In the figures", "",
        "Here you are a number that only this installation can make of your id; names, addresses and texts are not in them.", "",
        "| table | rows |", "|---|---|", *figures, "",
    ])  # fmt: skip
