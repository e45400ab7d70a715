"""Data Docs: what Great Expectations found, as pages that hold rules and counts and no value of the data. Importing this imports GX.

One site a source, `data_docs/<source>/index.html`, so that sources validated at once do not write the same file; the last
results of each stream are kept in `data_docs/results/` and older pages disappear. Only the pages of this run are rendered.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import great_expectations as gx
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults, ProgressBarsConfig
from great_expectations.data_context.types.resource_identifiers import ExpectationSuiteIdentifier, ValidationResultIdentifier

from kuulo.landing.receipt import run_slug
from kuulo.landing.whole_files import private_folder, whole_file
from kuulo.settings import Settings
from kuulo.validation.suite import Suite

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult

KEPT_RESULTS = 5
"""How many results of a stream the pages go back."""


@dataclass(frozen=True)
class Page:
    """One batch's result, as a page shows it."""

    stream: str
    batch: str
    result: "ExpectationSuiteValidationResult"


def _files(folder: Path) -> dict[str, Any]:
    return {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(private_folder(folder))}


def _context(settings: Settings, source: str) -> Any:
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
        data_docs_sites={
            source: {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": _files(settings.data_docs / source),
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
        },
    )
    results = {"class_name": "ValidationResultsStore", "store_backend": _files(settings.data_docs / "results" / source)}
    config.stores["validation_results_store"] = results
    return gx.get_context(mode="ephemeral", project_config=config)


def _name(source: str, stream: str) -> ExpectationSuiteIdentifier:
    return ExpectationSuiteIdentifier(f"{source}.{stream}")


def _add_suites(context: Any, source: str, suites: dict[str, Suite]) -> None:
    for stream, suite in suites.items():
        expectations = [
            {**expectation, "notes": f"{expectation['meta']['rule']}: {expectation['meta']['why']}"}
            for expectation in suite.document["expectations"]
        ]
        context.suites.add(gx.ExpectationSuite(name=_name(source, stream).name, expectations=expectations))


def _add_result(context: Any, source: str, page: Page, run: str, now: datetime) -> ValidationResultIdentifier:
    run_id = RunIdentifier(run_name=run_slug(run), run_time=now)
    key = ValidationResultIdentifier(_name(source, page.stream), run_id, page.batch)
    page.result.suite_name = _name(source, page.stream).name
    page.result.meta["run_id"] = run_id
    page.result.meta["batch_spec"] = {"data_asset_name": page.batch}
    for outcome in page.result.results:
        meta = outcome.expectation_config.meta
        outcome.expectation_config.description = f"{meta['rule']}: {meta['why']}"
    context.validation_results_store.set(key, page.result)
    return key


def _forget_old_results(context: Any) -> None:
    by_suite: dict[str, list[Any]] = {}
    for key in context.validation_results_store.list_keys():
        by_suite.setdefault(key.expectation_suite_identifier.name, []).append(key)
    for keys in by_suite.values():
        for key in sorted(keys, key=lambda known: known.run_id.run_time, reverse=True)[KEPT_RESULTS:]:
            context.validation_results_store.remove_key(key)


def _write_front_page(folder: Path) -> None:
    sources = sorted(path.parent.name for path in folder.glob("*/index.html"))
    links = "\n".join(f'<li><a href="{html.escape(name)}/index.html">{html.escape(name)}</a></li>' for name in sources)
    with whole_file(folder / "index.html") as aside:
        aside.write_text(
            f"<!doctype html>\n<title>Kuulo: what the rules found</title>\n<h1>What the rules found</h1>\n<ul>\n{links}\n</ul>\n"
        )


def build_data_docs(settings: Settings, source: str, suites: dict[str, Suite], pages: Sequence[Page], *, run: str, now: datetime) -> Path:
    """Add the pages of this run to the source's site; returns the site's front page.

    Args:
        settings: where the pages are.
        source: the site.
        suites: every suite of the source, by stream; each has a page of its own.
        pages: the results to show.
        run: the run they belong to.
        now: when it was, in UTC.
    """
    context = _context(settings, source)
    site = settings.data_docs / source
    _add_suites(context, source, suites)
    fresh: list[Any] = [_add_result(context, source, page, run, now) for page in pages]
    _forget_old_results(context)
    judged = {page.stream for page in pages}
    fresh += [_name(source, name) for name in suites if name in judged or not (site / "expectations" / source / f"{name}.html").exists()]
    context.build_data_docs(site_names=[source], resource_identifiers=fresh)
    for path in (site, *site.rglob("*"), *(settings.data_docs / "results").rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    _write_front_page(settings.data_docs)
    return site / "index.html"
