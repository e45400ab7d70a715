"""A hundred windows on a bad day: in the end the accounts balance, no row is lost or doubled, and the marts are the truth.

`make soak`; `SOAK_WINDOWS`, `SOAK_SEED` and `SOAK_CUSTOMERS` make it shorter, another one, or larger.
"""

import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from kuulo.sandbox.company import DEFAULT_SEED, Company, generate_company
from tests.end_to_end.conftest import Run
from tests.end_to_end.test_sandbox_company import (  # noqa: F401 - the same proofs as of `make run`, of what is published here
    scorecard,
    test_each_mart_has_the_rows_of_the_truth,
    test_every_customer_on_one_line_is_that_of_the_truth,
    test_every_figure_of_the_truth_is_on_the_scorecard,
    test_every_follow_up_is_that_of_the_truth,
    test_every_verdict_on_first_contact_resolution_is_that_of_the_truth,
    test_the_journey_is_that_of_the_truth_in_every_month,
    test_the_ladder_of_mrr_is_that_of_the_truth_in_every_month,
    test_the_scorecard_has_no_figure_that_the_truth_does_not_know,
    truth,
)
from tests.soak.bad_day import RATES
from tests.soak.balance import accounts, differences, left_over
from tests.soak.plan import disturbed, planned
from tests.soak.soak import Soak

pytestmark = pytest.mark.soak

_ENOUGH_FOR_EVERY_KIND = 60  # windows
_CERTAIN = 7  # times that a fault is to begin: one in a thousand soaks has none of it all the same


@dataclass(frozen=True)
class Soaked:
    """A bad day that is over, and the same windows read on a good one."""

    home: Path
    undisturbed: Path
    windows: int
    customers: int
    seed: int
    bad: Soak
    good: Soak


@pytest.fixture(scope="module")
def company() -> Company:
    return generate_company(DEFAULT_SEED, int(os.environ.get("SOAK_CUSTOMERS", "500")))


@pytest.fixture(scope="module")
def soaked(company: Company) -> Iterator[Soaked]:
    windows, seed = int(os.environ.get("SOAK_WINDOWS", "100")), int(os.environ.get("SOAK_SEED", "20260901"))
    jobs = planned(windows)
    folder = Path(tempfile.mkdtemp(prefix="kuulo-soak-"))
    try:
        undisturbed, home = folder / "undisturbed", folder / "home"
        good = Soak(undisturbed, company, jobs=jobs, seed=seed, is_bad=False)
        bad = Soak(home, company, jobs=disturbed(jobs, Random(seed)), seed=seed, is_bad=True)
        for soak in (good, bad):
            soak.run()
        yield Soaked(home, undisturbed, windows, company.customers, seed, bad, good)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def sandbox_run(soaked: Soaked) -> Run:
    """What the proofs of `make run` look at."""
    return Run(soaked.home, subprocess.CompletedProcess([], 0, "", ""))


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def test_the_rows_of_the_day_are_accounted_for_and_told_as_one_table(soaked: Soaked, capsys: pytest.CaptureFixture[str]) -> None:
    told, day, found = soaked.bad.told, soaked.bad.day, accounts(soaked.home)
    differing = differences(soaked.home, soaked.undisturbed)
    assert found.received == found.validated + found.quarantined + found.duplicates > 0
    lines = [
        f"soak: seed {soaked.seed}, {soaked.windows} windows of 8 sources, with repetitions {told.windows}",
        f"  requests            {told.requests:,}, of an undisturbed reading {soaked.good.told.requests:,}",
        f"  faults committed    {day.committed.total():,}",
        *(f"    {each.name:<30} {day.committed[each.name]:>5}   begins at {each.per_thousand:g} of 1,000 {each.fits}" for each in RATES),
        f"  tasks ended by them {_listed(told.errors)}",
        f"  kills               {told.kills.total()}: {_listed(told.kills)}",
        f"    at                {_listed(told.where)}",
        f"  tries of tasks      {told.tasks:,}: {told.retries} by retry, {told.cleared} by hand",
        f"  waits not waited    {told.waited:,.0f} s",
        f"  rows                {found.received:,} received = {found.validated:,} validated + {found.quarantined:,} quarantined "
        f"+ {found.duplicates:,} exact duplicates",
        f"  rows lost           {differing.lost.total()}",
        f"  rows doubled        {differing.doubled.total()}",
        f"  rows read again     {differing.again.total()}, in windows that were read late or in several goes",
        f"  builds              {told.builds}, looks of a reader {soaked.bad.reader.looks}, at {len(soaked.bad.reader.seen)} of them",
        f"  seconds             {told.seconds:,.0f}, of the undisturbed reading {soaked.good.told.seconds:,.0f}",
        f"  of it in tasks      {', '.join(f'{step} {ms // 1000} s' for step, ms in sorted(told.by_step.items()))}",
        f"  peak memory         {told.peak_megabytes:,.0f} MB, all processes together",
    ]
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201


def test_nothing_ended_in_a_way_that_no_fault_explains(soaked: Soaked) -> None:
    assert (soaked.good.told.unexpected, soaked.bad.told.unexpected) == ([], [])


def test_the_day_was_bad(soaked: Soaked) -> None:
    """Faults came, tasks were killed; of enough windows each kind of fault came, and each step was killed."""
    told, day = soaked.bad.told, soaked.bad.day
    assert soaked.good.day.committed.total() == 0
    assert day.committed.total() > soaked.windows
    assert told.kills.total() >= soaked.windows // 4
    assert soaked.bad.jobs == []
    # of few customers there are few requests: what is rare, or needs a list of several pages, may not come
    assert {name for name, times in day.chances.items() if times >= _CERTAIN} <= set(day.committed)
    if soaked.windows >= _ENOUGH_FOR_EVERY_KIND:
        assert {"read", "validate", "build", "publish"} <= set(told.kills)


def test_every_window_of_every_stream_is_there_and_its_accounts_balance(soaked: Soaked) -> None:
    found = accounts(soaked.home)
    assert found.wrong == []
    assert found.batches == accounts(soaked.undisturbed).batches
    read = {(job.source, stream, job.window.batch) for job in planned(soaked.windows) for step, stream in job.tasks if step == "read"}
    assert len(read) > soaked.windows
    assert read <= found.batches


def test_no_row_is_lost_and_none_is_doubled(soaked: Soaked, company: Company) -> None:
    """Batch by batch the rows of the undisturbed reading, validated and refused, by all their values."""
    differing, validated = differences(soaked.home, soaked.undisturbed), accounts(soaked.undisturbed).validated
    assert (differing.lost, differing.doubled) == (Counter(), Counter())
    again = sum(count for place, count in differing.again.items() if place.startswith("validated/"))
    assert accounts(soaked.home).validated - again == validated > 20 * company.customers


def test_readers_saw_whole_marts(soaked: Soaked) -> None:
    assert soaked.bad.reader.wrong == []
    assert soaked.windows < _ENOUGH_FOR_EVERY_KIND or soaked.bad.reader.looks > 10


def test_nothing_is_left_over(soaked: Soaked) -> None:
    assert left_over(soaked.home) == []
