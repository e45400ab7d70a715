"""How much of a score's variation goes along with each driver: Shapley shares of R-squared (LMG), with bootstrap intervals.

A share says what is associated with the score, not what causes it. Everything here is deterministic, and the order of the answers
does not matter.
"""

from dataclasses import asdict, dataclass
from math import comb

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_ANSWERS = 100
ANSWERS_FOR_EACH_DRIVER = 10
LEAST_KNOWN = 0.5
MOST_DRIVERS = 12
REPLICATES = 1000
BLOCKS = 1000
_SEED = 20_261_122
_NO_VARIATION = 1e-9


@dataclass(frozen=True)
class DriverImportance:
    """One driver of one score; the figures are None where `status` is not `used`."""

    driver: str
    status: str
    known: int
    importance: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    correlation: float | None = None
    r_squared: float | None = None


def r_squared_of_subsets(correlations: Floats) -> Floats:
    """R-squared of the regression on every subset of the drivers, by replicate: (2 ** drivers, replicates).

    `correlations` is (replicates, drivers + 1, drivers + 1) with the score last. Bit j of a subset's number stands for driver j.
    One driver after the other is left out, or swept into the regression (a Schur complement); one that the drivers before
    it already determine adds nothing.
    """
    remaining = correlations[np.newaxis]
    while remaining.shape[-1] > 1:
        pivot = remaining[..., 0, 0]
        is_new = pivot > _NO_VARIATION
        beside = np.where(is_new[..., np.newaxis], remaining[..., 0, 1:], 0.0)
        scaled = beside / np.where(is_new, pivot, 1.0)[..., np.newaxis]
        left_out = remaining[..., 1:, 1:]
        swept_in = left_out - beside[..., :, np.newaxis] * scaled[..., np.newaxis, :]
        remaining = np.concatenate([left_out, swept_in])
    # of a score without variation nothing is explained
    variance = correlations[:, -1, -1]
    explained: Floats = variance - remaining[..., 0, 0]
    return explained


def shapley_shares(r_squared: Floats) -> Floats:
    """The mean gain in R-squared by a driver over all orders of the drivers: (drivers, replicates); sums to R-squared of them all."""
    drivers = int(r_squared.shape[0]).bit_length() - 1
    subsets = np.arange(r_squared.shape[0])
    sizes = np.array([int(subset).bit_count() for subset in subsets])
    weights = np.array([1 / (drivers * comb(drivers - 1, size)) for size in range(drivers)])
    shares = np.empty((drivers, r_squared.shape[1]))
    for driver in range(drivers):
        without = subsets[subsets & (1 << driver) == 0]
        shares[driver] = weights[sizes[without]] @ (r_squared[without | (1 << driver)] - r_squared[without])
    return shares


def _standardised(columns: Floats) -> Floats:
    """Mean 0 and variance 1 each; what is not known takes the mean, which speaks neither for nor against the driver."""
    centred = columns - np.nanmean(columns, axis=0)
    standardised: Floats = np.nan_to_num(centred / np.nanstd(columns, axis=0))
    return standardised


def _in_an_order_of_their_own(columns: Floats) -> Floats:
    """The rows shuffled, always alike, however they came: neither the engine's order nor the customers' keys shall matter."""
    rounded = np.round(columns, 6)
    by_value = columns[np.lexsort(rounded.T)]
    shuffled: Floats = by_value[np.random.default_rng(_SEED).permutation(len(columns))]
    return shuffled


def _correlations(moments: Floats) -> Floats:
    """Correlation matrices of (..., 1 + columns, 1 + columns) sums of squares and products, the first column being ones."""
    counts = moments[..., :1, :1]
    means = moments[..., :1, 1:] / counts
    covariances = moments[..., 1:, 1:] / counts - np.swapaxes(means, -1, -2) * means
    variances = np.diagonal(covariances, axis1=-2, axis2=-1)
    deviations = np.sqrt(np.where(variances > _NO_VARIATION, variances, np.inf))
    correlations: Floats = covariances / (deviations[..., :, np.newaxis] * deviations[..., np.newaxis, :])
    return correlations


def _moments_by_block(columns: Floats) -> Floats:
    """Sums of products of each of up to BLOCKS blocks of rows: of few answers each is a block, of many the work stays the same."""
    with_ones = np.column_stack([np.ones(len(columns)), columns])
    return np.array([block.T @ block for block in np.array_split(with_ones, min(BLOCKS, len(columns)))])


def _resampled(moments: Floats) -> Floats:
    """The moments of all rows, then those of REPLICATES draws of as many blocks with replacement."""
    blocks = len(moments)
    draws = np.random.default_rng(_SEED).multinomial(blocks, np.full(blocks, 1 / blocks), size=REPLICATES)
    counts = np.vstack([np.ones((1, blocks)), draws])
    resampled: Floats = np.tensordot(counts, moments, axes=1)
    return resampled


def _status(score: Floats, values: Floats) -> str:
    known = values[~np.isnan(values)]
    if not len(known):
        return "no_data"
    if len(known) < LEAST_KNOWN * len(values):
        return "too_little_known"
    if np.std(known) <= _NO_VARIATION or np.std(score) <= _NO_VARIATION:
        return "no_variation"
    return "used"


def driver_importances(score: Floats, drivers: dict[str, Floats]) -> list[DriverImportance]:
    """The importance of each driver of a score; nan stands for what is not known of an answer.

    Left out, and said so by `status`: a driver known of no answer (`no_data`) or of less than half of them (`too_little_known`),
    one that is the same for all (`no_variation`); and all of them where there are fewer answers than LEAST_ANSWERS, or than
    ANSWERS_FOR_EACH_DRIVER times the drivers (`too_few_answers`).

    Raises:
        ValueError: there are more than MOST_DRIVERS drivers; each doubles the work.
    """
    if len(drivers) > MOST_DRIVERS:
        raise ValueError(f"{len(drivers)} drivers are more than the {MOST_DRIVERS} whose subsets can all be looked at: leave some out")
    statuses = {name: _status(score, values) for name, values in drivers.items()}
    used = [name for name, status in statuses.items() if status == "used"]
    if len(score) < max(LEAST_ANSWERS, ANSWERS_FOR_EACH_DRIVER * len(used)):
        statuses.update(dict.fromkeys(used, "too_few_answers"))
        used = []
    known = {name: int(np.count_nonzero(~np.isnan(values))) for name, values in drivers.items()}
    left_out = [DriverImportance(name, status, known[name]) for name, status in statuses.items() if status != "used"]
    return [*_importances(score, {name: drivers[name] for name in used}, known), *left_out] if used else left_out


def _importances(score: Floats, drivers: dict[str, Floats], known: dict[str, int]) -> list[DriverImportance]:
    columns = _in_an_order_of_their_own(np.column_stack([*drivers.values(), score]))
    correlations = _correlations(_resampled(_moments_by_block(_standardised(columns))))
    r_squared = r_squared_of_subsets(correlations)
    shares = shapley_shares(r_squared)
    low, high = np.quantile(shares[:, 1:], [0.025, 0.975], axis=1)
    return [
        DriverImportance(
            driver=name,
            status="used",
            known=known[name],
            importance=float(shares[place, 0]),
            # a share is never negative, so that resampling lifts one of next to nothing: the interval holds it in any case
            ci_low=float(min(low[place], shares[place, 0])),
            ci_high=float(max(high[place], shares[place, 0])),
            correlation=float(np.corrcoef(values[is_known := ~np.isnan(values)], score[is_known])[0, 1]),
            r_squared=float(r_squared[-1, 0]),
        )
        for place, (name, values) in enumerate(drivers.items())
    ]


_TEXTS = ("metric", "driver", "status")
_COUNTS = ("n", "known")
_FIGURES = ("importance", "ci_low", "ci_high", "correlation", "r_squared")
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in _TEXTS] + [(name, pa.int64()) for name in _COUNTS] + [(name, pa.float64()) for name in _FIGURES]
)


def importance_table(observations: pa.Table) -> pa.Table:
    """One row a metric and driver, of a table with `metric`, `customer_key`, `score_100` and then a column a driver."""
    drivers = [name for name in observations.column_names if name not in ("metric", "customer_key", "score_100")]
    metrics = np.array(observations["metric"].to_pylist(), dtype=object)
    columns = {name: observations[name].to_numpy().astype(np.float64) for name in ("score_100", *drivers)}
    rows = []
    for metric in sorted(set(metrics)):
        of_metric = metrics == metric
        found = driver_importances(columns["score_100"][of_metric], {name: columns[name][of_metric] for name in drivers})
        rows += [{"metric": metric, "n": int(of_metric.sum()), **asdict(importance)} for importance in found]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)
