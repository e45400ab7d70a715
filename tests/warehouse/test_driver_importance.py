"""Shapley shares of R-squared: against R's, against all orders tried one by one, and by their properties."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuulo.warehouse.driver_importance import (
    MOST_DRIVERS,
    DriverImportance,
    Floats,
    driver_importances,
    r_squared_of_subsets,
    shapley_shares,
)

# Fertility, Agriculture, Examination, Education, Catholic, Infant.Mortality: R's data set `swiss`, 47 districts in 1888.
SWISS = """
80.2 17 15 12 9.96 22.2;83.1 45.1 6 9 84.84 22.2;92.5 39.7 5 5 93.4 20.2;85.8 36.5 12 7 33.77 20.3;76.9 43.5 17 15 5.16 20.6
76.1 35.3 9 7 90.57 26.6;83.8 70.2 16 7 92.85 23.6;92.4 67.8 14 8 97.16 24.9;82.4 53.3 12 7 97.67 21;82.9 45.2 16 13 91.38 24.4
87.1 64.5 14 6 98.61 24.5;64.1 62 21 12 8.52 16.5;66.9 67.5 14 7 2.27 19.1;68.9 60.7 19 12 4.43 22.7;61.7 69.3 22 5 2.82 18.7
68.3 72.6 18 2 24.2 21.2;71.7 34 17 8 3.3 20;55.7 19.4 26 28 12.11 20.2;54.3 15.2 31 20 2.15 10.8;65.1 73 19 9 2.84 20
65.5 59.8 22 10 5.23 18;65 55.1 14 3 4.52 22.4;56.6 50.9 22 12 15.14 16.7;57.4 54.1 20 6 4.2 15.3;72.5 71.2 12 1 2.4 21
74.2 58.1 14 8 5.23 23.8;72 63.5 6 3 2.56 18;60.5 60.8 16 10 7.72 16.3;58.3 26.8 25 19 18.46 20.9;65.4 49.5 15 8 6.1 22.5
75.5 85.9 3 2 99.71 15.1;69.3 84.9 7 6 99.68 19.8;77.3 89.7 5 2 100 18.3;70.5 78.2 12 6 98.96 19.4;79.4 64.9 7 3 98.22 20.2
65 75.9 9 9 99.06 17.8;92.2 84.6 3 3 99.46 16.3;79.3 63.1 13 13 96.83 18.1;70.4 38.4 26 12 5.62 20.3;65.7 7.7 29 11 13.79 20.5
72.7 16.7 22 13 11.22 18.9;64.4 17.6 35 32 16.92 23;77.6 37.6 15 7 4.97 20;67.6 18.7 25 7 8.65 19.5;35 1.2 37 53 42.34 18
44.7 46.6 16 29 50.43 18.2;42.8 27.7 22 29 58.33 19.3
"""


def _shares(score: Floats, drivers: Floats) -> Floats:
    correlations = np.corrcoef(np.column_stack([drivers, score]), rowvar=False)
    return shapley_shares(r_squared_of_subsets(correlations[np.newaxis]))[:, 0]


def _r_squared(score: Floats, drivers: Floats) -> float:
    with_ones = np.column_stack([np.ones(len(score)), drivers])
    residuals = score - with_ones @ np.linalg.lstsq(with_ones, score, rcond=None)[0]
    return float(1 - residuals.var() / score.var())


def _by_driver(found: list[DriverImportance]) -> dict[str, DriverImportance]:
    return {importance.driver: importance for importance in found}


@st.composite
def answers(draw: st.DrawFn, *, least: int = 60) -> tuple[Floats, Floats]:
    """A score and 1 to 5 drivers, tied to each other and to the score as the seed says."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, 5))
    drivers = rng.normal(size=(least + draw(st.integers(0, 200)), count)) @ rng.normal(size=(count, count))
    return drivers @ rng.normal(size=count) + rng.normal(size=len(drivers)) * draw(st.floats(0.1, 5)), drivers


def test_the_shares_that_r_prints() -> None:
    """relaimpo, calc.relimp(Fertility ~ ., data = swiss, type = "lmg")."""
    swiss = np.array([line.split() for line in SWISS.strip().replace("\n", ";").split(";")], dtype=np.float64)
    assert swiss.shape == (47, 6)
    shares = _shares(swiss[:, 0], swiss[:, 1:])
    assert shares == pytest.approx([0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592], abs=1e-8)
    assert sum(shares) == pytest.approx(0.7067350, abs=1e-7)


@settings(deadline=None, max_examples=30)
@given(answers())
def test_shares_are_the_mean_gain_over_all_orders(given_answers: tuple[Floats, Floats]) -> None:
    score, drivers = given_answers
    orders = list(permutations(range(drivers.shape[1])))
    expected = np.zeros(drivers.shape[1])
    for order in orders:
        explained = 0.0
        for place, driver in enumerate(order):
            more = _r_squared(score, drivers[:, order[: place + 1]])
            expected[driver] += (more - explained) / len(orders)
            explained = more
    assert _shares(score, drivers) == pytest.approx(expected, abs=1e-7)


@settings(deadline=None, max_examples=100)
@given(answers())
def test_shares_sum_to_r_squared_and_none_is_negative(given_answers: tuple[Floats, Floats]) -> None:
    score, drivers = given_answers
    shares = _shares(score, drivers)
    assert sum(shares) == pytest.approx(_r_squared(score, drivers), abs=1e-7)
    assert min(shares) > -1e-12


@settings(deadline=None, max_examples=100)
@given(answers(), st.integers(0, 4), st.floats(0.01, 1000), st.floats(-100, 100))
def test_equal_copies_of_a_driver_split_its_weight(given_answers: tuple[Floats, Floats], which: int, factor: float, offset: float) -> None:
    """In another unit too; together they weigh what the others leave them, and R-squared stays."""
    score, drivers = given_answers
    original = which % drivers.shape[1]
    doubled = np.column_stack([drivers, factor * drivers[:, original] + offset])
    shares = _shares(score, doubled)
    assert shares[original] == pytest.approx(shares[-1], abs=1e-6)
    assert sum(shares) == pytest.approx(sum(_shares(score, drivers)), abs=1e-6)
    if drivers.shape[1] == 1:
        assert shares == pytest.approx([_r_squared(score, drivers) / 2] * 2, abs=1e-6)


def test_a_driver_of_its_own_weighs_its_squared_correlation() -> None:
    """Drivers that have nothing to do with each other: 3x + 4y + noise of variance 75 explains 9 and 16 of 100."""
    base = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)] * 50, dtype=np.float64)
    score = 3 * base[:, 0] - 4 * base[:, 1] + np.sqrt(75) * base[:, 2]
    found = _by_driver(driver_importances(score, {"x": base[:, 0], "y": base[:, 1], "same": np.full(400, 7.0)}))
    assert found["x"].importance == pytest.approx(0.09, abs=1e-12)
    assert found["y"].importance == pytest.approx(0.16, abs=1e-12)
    assert (found["x"].correlation, found["y"].correlation) == (pytest.approx(0.3, abs=1e-12), pytest.approx(-0.4, abs=1e-12))
    assert found["x"].r_squared == found["y"].r_squared == pytest.approx(0.25, abs=1e-12)
    assert (found["same"].status, found["same"].importance, found["same"].known) == ("no_variation", None, 400)


@settings(deadline=None, max_examples=15)
@given(answers(least=120), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_nothing(given_answers: tuple[Floats, Floats], shuffle: object) -> None:
    score, drivers = given_answers
    order = list(range(len(score)))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    columns = {f"driver_{place}": drivers[:, place] for place in range(drivers.shape[1])}
    assert driver_importances(score, columns) == driver_importances(score, columns)
    for one, other in zip(
        driver_importances(score, columns),
        driver_importances(score[order], {name: values[order] for name, values in columns.items()}),
        strict=True,
    ):
        for figure in ("importance", "ci_low", "ci_high", "correlation", "r_squared"):
            assert getattr(one, figure) == pytest.approx(getattr(other, figure), abs=1e-9)


def test_too_few_answers_and_what_is_hardly_known_are_said() -> None:
    rng = np.random.default_rng(5)
    drivers = {f"driver_{number}": rng.normal(size=99) for number in range(2)}
    assert {(each.status, each.importance, each.known) for each in driver_importances(rng.normal(size=99), drivers)} == {
        ("too_few_answers", None, 99)
    }
    # ten answers a driver: eleven drivers want 110, ten are content with 100
    eleven = {f"driver_{number}": rng.normal(size=109) for number in range(11)}
    assert {each.status for each in driver_importances(rng.normal(size=109), eleven)} == {"too_few_answers"}
    ten = dict(list(eleven.items())[:10])
    assert {each.status for each in driver_importances(rng.normal(size=109), ten)} == {"used"}
    half, less, none = (rng.normal(size=200) for _ in range(3))
    half[100:], less[99:], none[:] = np.nan, np.nan, np.nan
    found = _by_driver(driver_importances(rng.normal(size=200), {"half": half, "less": less, "none": none}))
    assert {name: (each.status, each.known) for name, each in found.items()} == {
        "half": ("used", 100), "less": ("too_little_known", 99), "none": ("no_data", 0),
    }  # fmt: skip
    assert {each.status for each in driver_importances(np.full(200, 3.0), {"half": half})} == {"no_variation"}


def test_more_drivers_than_can_be_tried_are_refused() -> None:
    with pytest.raises(ValueError, match="13 drivers are more than the 12"):
        driver_importances(np.zeros(500), {str(number): np.zeros(500) for number in range(MOST_DRIVERS + 1)})


def test_many_answers_are_drawn_in_blocks_to_the_same_interval() -> None:
    """Of 20,000 answers blocks of 20 are drawn; the interval is as wide as theory says it is of single answers."""
    rng = np.random.default_rng(11)
    driver = rng.normal(size=20_000)
    found = driver_importances(0.5 * driver + rng.normal(size=20_000), {"driver": driver})[0]
    # Fisher: the correlation's standard error is (1 - r2) / sqrt(n), that of its square 2 r times as much
    assert found.importance == pytest.approx(0.2, abs=0.02)
    assert found.ci_low is not None
    assert found.ci_high is not None
    error = 2 * np.sqrt(0.2) * 0.8 / np.sqrt(20_000)
    assert found.ci_high - found.ci_low == pytest.approx(2 * 1.96 * error, rel=0.15)
