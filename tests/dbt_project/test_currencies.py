"""Money of several currencies: one ladder in one of them, to the cent, and a build that ends where a rate is missing."""

import json
from pathlib import Path
from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.warehouse.build import lines_told
from kuulo.warehouse.run_dbt import dbt_command
from tests.dbt_project.compiled_models import CompiledModels, MartsInMemory
from tests.dbt_project.validated_rows import write_validated
from tests.dbt_runs import run_dbt

pytestmark = pytest.mark.dbt
SUBSCRIPTIONS = ("files", "subscriptions")


def _subscription(number: int, mrr: float, currency: str | None, began: str, ended: str | None = None) -> dict[str, Any]:
    return {
        "subscription_id": f"s{number}", "customer_id": f"c{number}", "plan": "plus", "mrr": mrr, "currency": currency,
        "started_at": began, "ended_at": ended,
    }  # fmt: skip


ROWS = [
    # 100 dollars of January at 1.07 and of March at 1.15 a euro: 93.46 and 86.96, as Fincome prints them
    _subscription(1, 100.0, "USD", "2024-01-10"),
    _subscription(2, 100.0, "usd", "2024-03-10"),
    _subscription(3, 50.0, "EUR", "2024-01-10", "2024-03-20"),
]
RATES = [
    {"currency": "USD", "valid_from": "2024-01-01", "rate": 1 / 1.07},
    {"currency": "USD", "valid_from": "2024-03-01", "rate": 1 / 1.15},
]


@pytest.fixture(scope="module")
def in_euros(tmp_path_factory: pytest.TempPathFactory) -> MartsInMemory:
    marts = ["churn_by_month", "dim_customers"]
    home = tmp_path_factory.mktemp("euros") / "kuulo"
    compiled = CompiledModels(home, marts, as_of="2024-05-01T00:00:00", reporting_currency="EUR")
    built = MartsInMemory(compiled, marts)
    built.seed("currency_rates", RATES)
    return built.build({SUBSCRIPTIONS: ROWS})


def test_a_rate_that_moves_is_in_no_movement(in_euros: MartsInMemory) -> None:
    """The dollar falls in March: only who came and who went moves the ladder."""
    ladder = in_euros.ask(
        """
        select cast(month as text) as month, round(opening_mrr, 2) as opening, round(new_mrr, 2) as new, expansion_mrr, contraction_mrr,
            churned_mrr, round(closing_mrr, 2) as closing
        from churn_by_month order by month
        """
    )
    assert [tuple(row.values()) for row in ladder] == [
        ("2024-01-01", 0.0, 143.46, 0.0, 0.0, 0.0, 143.46),
        ("2024-02-01", 143.46, 0.0, 0.0, 0.0, 0.0, 143.46),
        ("2024-03-01", 143.46, 86.96, 0.0, 0.0, 50.0, 180.41),
        ("2024-04-01", 180.41, 0.0, 0.0, 0.0, 0.0, 180.41),
    ]


def test_what_currencies_have_done_stands_in_a_column_of_its_own(in_euros: MartsInMemory) -> None:
    drift = in_euros.ask("select mrr, round(mrr_at_current_rates - mrr, 2) as drift from dim_customers where mrr > 0 order by mrr")
    assert [row["drift"] for row in drift] == [0.0, -6.5]
    assert [row["mrr"] for row in drift] == pytest.approx([86.9565, 93.4579])


def _tests(home: Path, reporting_currency: str, *more: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """{test: status} of the two tests over these rows and more, and the lines that the build finds for whoever runs it."""
    settings = Settings(home=home)
    write_validated(home, {SUBSCRIPTIONS: [*ROWS, *more]})
    settings.marts.parent.mkdir(parents=True, exist_ok=True)
    names = ["assert_every_currency_has_a_rate", "assert_mrr_is_of_one_currency"]
    words = ["build", "--quiet", "--select", "+int_subscriptions_converted", "--exclude-resource-type", "unit_test"]
    *command, given = dbt_command(settings, *words)
    done = run_dbt(settings, [*command, json.dumps({**json.loads(given), "reporting_currency": reporting_currency})])
    results = json.loads((home / "dbt/target/duckdb/run_results.json").read_text())["results"]
    statuses = {result["unique_id"].split(".")[2]: result["status"] for result in results}
    assert done.is_good == ("fail" not in statuses.values()), done.said
    return {name: statuses[name] for name in names}, [line for lines in lines_told(done.said).values() for line in lines]


def test_a_currency_without_a_rate_ends_the_build_by_its_name_and_day(tmp_path: Path) -> None:
    """A row that names none, or what is no code, is mended where it comes from: a rate is no remedy, and its text is not told."""
    more = [_subscription(4, 10.0, None, "2024-02-01"), _subscription(5, 10.0, " ", "2024-01-05")]
    more += [_subscription(6, 10.0, "ada@example.com", "2024-01-01"), _subscription(7, 10.0, "4.5", "2024-01-01")]
    statuses, told = _tests(tmp_path / "kuulo", "EUR", *more)
    assert statuses == {"assert_every_currency_has_a_rate": "fail", "assert_mrr_is_of_one_currency": "pass"}
    assert told == [
        "2 subscriptions name no currency (the first began on 2024-01-05) and are to be told in EUR: name it where they come from, of a "
        "file as `currency` in its feed.yml, such as {value: EUR}; or add what stands for none to dbt_project/seeds/currency_rates.csv as "
        "the currency `none`",
        "No rate from USD to EUR for 2024-01-10 (2 subscriptions began without one): add a row to dbt_project/seeds/currency_rates.csv "
        "that is valid from that day or before",
        "2 subscriptions have in `currency` what is no code of three letters: correct it where they come from, of a file in its feed.yml "
        "(another column, or `map` from its words to codes)",
    ]


def test_several_currencies_and_none_to_report_in_are_warned_of(tmp_path: Path) -> None:
    statuses, told = _tests(tmp_path / "kuulo", "", _subscription(4, 10.0, "ada@example.com", "2024-02-01"))
    assert statuses == {"assert_every_currency_has_a_rate": "pass", "assert_mrr_is_of_one_currency": "warn"}
    assert told == [
        "MRR adds up subscriptions of several currencies as they come (2 in USD, 1 in EUR, 1 in others): name the one to report in as the "
        "variable reporting_currency in dbt_project/dbt_project.yml, and add rates of the others to dbt_project/seeds/currency_rates.csv"
    ]
