"""One batch judged by its suite: GX says which rules are broken, and by which rows. Importing this module imports GX."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import great_expectations as gx
import sqlalchemy as sa
from great_expectations.expectations.registry import get_metric_kwargs
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator

from kuulo.validation.duckdb_engine import DuckDBWorkshop, lacks_room
from kuulo.validation.suite import Rule, Suite, SuiteError

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult

_SHOWN_KEYS, _SHOWN_ROWS = 3, 4
_UNIQUE = {"expect_column_values_to_be_unique": "column", "expect_compound_columns_to_be_unique": "column_list"}
_REFUSALS = sa.table("refusals", sa.column("_position"), sa.column("rule"))


class NoRoom(Exception):
    """Memory or disk ran out while a batch was judged; what was said of it may quote a value, and is not told."""


@dataclass
class Judgement:
    """What the suite says of one batch.

    Attributes:
        result: GX's own result, without any value of the data; Data Docs are made of it.
        broken: names of the rules that are broken, with the number of rows that break them (0 where the rule is of the batch).
        failed: names of rules that could not be asked, with the kind of error.
        colliding: of broken batch rules that ask for a unique key: where the first rows lie that share one, in words without values.
    """

    result: "ExpectationSuiteValidationResult"
    broken: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    colliding: dict[str, str] = field(default_factory=dict)


class SuiteJudge:
    """A suite as GX runs it on the workshop's views."""

    def __init__(self, workshop: DuckDBWorkshop, suite: Suite) -> None:
        self._workshop, self._suite = workshop, suite
        self._rules = {rule.name: rule for rule in suite.rules}
        self._asked = gx.ExpectationSuite(**suite.document)
        self._numbers = {rule.name: number for number, rule in enumerate(suite.rules)}
        for expectation in self._asked.expectations:
            if self._rule(expectation).is_row_rule and not isinstance(getattr(expectation, "map_metric", None), str):
                raise SuiteError(f"{suite.path.name}: {expectation.expectation_type} does not judge single rows: give it scope batch")

    def _rule(self, expectation: Any) -> Rule:
        return self._rules[expectation.meta["rule"]]

    def _batch(self, view: str) -> Any:
        """GX's batch over a view; made anew, since the view's file is another one each time."""
        datasource = self._workshop.datasource
        names = {asset.name for asset in datasource.assets}
        asset = datasource.get_asset(view) if view in names else datasource.add_table_asset(view, table_name=view)
        definitions = {definition.name: definition for definition in asset.batch_definitions}
        return (definitions.get("all") or asset.add_batch_definition_whole_table("all")).get_batch()

    def judge(self, rows: int) -> Judgement:
        """Ask every rule of the view `rows`, of so many rows, and put those that break critical row rules into `refusals`.

        Where there are any, the batch rules are asked once more, of the view `accepted`: they judge what would enter.

        Raises:
            NoRoom: memory or disk ran out, so nothing can be said of the batch.
        """
        batch = self._batch("rows")
        result = batch.validate(self._asked, result_format="BOOLEAN_ONLY")
        judgement = Judgement(result)
        for outcome in result.results:
            rule = self._rules[outcome.expectation_config.meta["rule"]]
            failure = _failure(outcome.exception_info)
            if failure:
                judgement.failed[rule.name] = failure
                outcome.exception_info = {"raised_exception": True, "exception_message": failure, "exception_traceback": None}
            elif not outcome.success:
                count = self._take_rows(batch, outcome.expectation_config, rule) if rule.is_row_rule else 0
                judgement.broken[rule.name] = count
                outcome.result = _counts(count, rows) if rule.is_row_rule else {}
        has_refused = any(self._rules[name].is_row_rule and self._rules[name].is_critical for name in judgement.broken)
        if has_refused:
            self._ask_accepted(judgement)
        self._find_colliding("accepted" if has_refused else "rows", judgement)
        return judgement

    def _ask_accepted(self, judgement: Judgement) -> None:
        """Put what the batch rules say of the accepted rows in place of what they said of all."""
        rules = [expectation.copy(deep=True) for expectation in self._asked.expectations if not self._rule(expectation).is_row_rule]
        if not rules:
            return
        accepted = self._batch("accepted").validate(gx.ExpectationSuite(name="accepted", expectations=rules), result_format="BOOLEAN_ONLY")
        shown = {outcome.expectation_config.meta["rule"]: outcome for outcome in judgement.result.results}
        for outcome in accepted.results:
            name = outcome.expectation_config.meta["rule"]
            shown[name].success = outcome.success
            judgement.broken.pop(name, None)
            if failure := _failure(outcome.exception_info):
                judgement.failed[name] = failure
            elif not outcome.success:
                judgement.broken[name] = 0
                shown[name].result = {}

    def _find_colliding(self, view: str, judgement: Judgement) -> None:
        for outcome in judgement.result.results:
            configuration = outcome.expectation_config
            rule = self._rules[configuration.meta["rule"]]
            if rule.name in judgement.broken and not rule.is_row_rule and configuration.type in _UNIQUE:
                key = configuration.kwargs[_UNIQUE[configuration.type]]
                judgement.colliding[rule.name] = self._colliding(view, [key] if isinstance(key, str) else key)

    def _colliding(self, view: str, key: list[str]) -> str:
        """Where rows lie that share a key, by `_position`; GX has told that some do, but its condition of one column knows no rows."""
        columns: list[Any] = [sa.column(name) for name in key]
        position: Any = sa.column("_position")
        rows = sa.func.count()
        first = sa.func.list_slice(sa.func.list_sort(sa.func.list(position)), 1, _SHOWN_ROWS)
        shared = sa.select(rows, first, sa.func.count().over()).select_from(sa.table(view))
        shared = shared.where(*(column.is_not(None) for column in columns)).group_by(*columns).having(rows > 1)
        with self._workshop.engine.engine.begin() as connection:
            found = connection.execute(shared.order_by(sa.func.min(position)).limit(_SHOWN_KEYS)).fetchall()
        told = [_listed(positions, count) for count, positions, _ in found]
        more = found[0][2] - len(found) if found else 0
        return "; ".join(told + ([f"and so under {more:,} more keys"] if more else []))

    def _take_rows(self, batch: Any, configuration: Any, rule: Rule) -> int:
        """Find the rows that break the rule; refuse them where the rule is critical. Returns their number."""
        rows = self._rows_that_break(batch, configuration)
        with self._workshop.engine.engine.begin() as connection:
            if rule.is_critical:
                found = sa.select(rows.c._position, sa.literal(self._numbers[rule.name]))
                connection.execute(_REFUSALS.insert().from_select(["_position", "rule"], found))
            return int(connection.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one())

    def _rows_that_break(self, batch: Any, configuration: Any) -> Any:
        """The positions of the rows that break a rule, by the very condition that GX counted: the rule is written once.

        GX answers with `unexpected_index_query` for some expectations only (not for null checks); its condition metric is
        there for every expectation about rows.
        """
        engine = self._workshop.engine
        metric = f"{configuration.to_domain_obj().map_metric}.condition"
        kwargs = get_metric_kwargs(metric, configuration=configuration)
        domain = {**kwargs["metric_domain_kwargs"], "batch_id": batch.id}
        wanted = MetricConfiguration(metric, metric_domain_kwargs=domain, metric_value_kwargs=kwargs["metric_value_kwargs"])
        condition, compute_domain, accessor_domain = MetricsCalculator(engine).get_metric(wanted)
        records = engine.get_domain_records({**compute_domain, **accessor_domain})
        source = records.subquery() if isinstance(records, sa.Select) else records
        return sa.select(sa.column("_position")).select_from(source).where(condition).subquery()


def _listed(positions: list[int], count: int) -> str:
    """Rows 1, 2 and 3 of so many."""
    *before, last = [*map(str, positions), *([f"{count - len(positions):,} more"] if count > len(positions) else [])]
    return f"rows {', '.join(before)} and {last}"


def _counts(broken: int, rows: int) -> dict[str, Any]:
    """What Data Docs show of a broken row rule: how many rows, never which."""
    return {"element_count": rows, "unexpected_count": broken, "unexpected_percent": 100 * broken / rows, "partial_unexpected_list": []}


def _failure(exception_info: Any) -> str:
    """The kind of error for which a rule could not be asked; never its message, which may quote a value."""
    if not exception_info or exception_info.get("raised_exception") is False:
        return ""
    detail = str(exception_info)
    if lacks_room(detail):
        raise NoRoom(detail)
    return "a column is missing" if "does not exist" in detail or "not found in" in detail else "its type does not suit the rule"
