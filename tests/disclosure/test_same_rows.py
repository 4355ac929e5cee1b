"""A faster search hides what the slow one hid; the order of names in memory plays no part.

``reference/hidden_rows.csv`` holds the rows that were hidden while every question had a programme
of its own over the whole box, for tables of the benchmark and for releases of the attack.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import subprocess
import sys
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from disclosure.attack.kinds import KINDS, drawn
from disclosure.tables import cube
from eenzaam_stats.disclosure import DisclosureProfile, secondary, suppress
from eenzaam_stats.disclosure.solver import Equations, Programme
from eenzaam_stats.errors import EenzaamStatsWarning
from eenzaam_stats.vocabulary import Flag

BEFORE = Path(__file__).parents[1] / "reference" / "hidden_rows.csv"
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "disclosure.py"
ROWS = list(csv.DictReader(BEFORE.read_text("utf-8").splitlines()))


def _hidden(tables):
    rows = (
        " ".join(str(at) for at, row in enumerate(table.rows) if row.flag is Flag.SUPPRESSED)
        for table in tables
    )
    return "/".join(rows)


def _released(made_by, number):
    if made_by in KINDS:
        return drawn(made_by, number).let_go()
    spec = importlib.util.spec_from_file_location("benchmark_of_disclosure", BENCHMARK)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    return suppress(benchmark.tables(tuple(map(int, made_by.split())), number))


@pytest.mark.filterwarnings("ignore:suppress.. hides")
@pytest.mark.parametrize("made_by", dict.fromkeys(row["made_by"] for row in ROWS))
def test_the_rows_that_were_hidden_are_or_fewer(made_by):
    for row in ROWS:
        if row["made_by"] == made_by:
            now = _hidden(_released(made_by, int(row["number"])))
            fewer = len(now.split()) < len(row["hidden"].split())
            assert now == row["hidden"] or fewer, row["number"]


def test_the_order_of_sums_does_not_depend_on_hashes_of_names():
    code = (
        "import numpy as np\n"
        "from disclosure.tables import cube\n"
        "from eenzaam_stats.disclosure.counts import list_shown_counts\n"
        "from eenzaam_stats.disclosure.relations import systems\n"
        "tables = cube(np.random.default_rng(1), (4, 3, 2))\n"
        "found = systems(list(list_shown_counts(list(enumerate(tables)))), {})\n"
        "print([(one.parents, one.where, one.functions) for one in found.values()])\n"
    )
    tests = str(Path(__file__).parents[1])
    paths = os.pathsep.join([tests, *filter(None, sys.path)])
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "0123"
    }
    assert len(told) == 1
    assert "region" in told.pop()


@pytest.mark.parametrize("seed", range(20))
def test_what_can_change_and_how_far_is_what_a_programme_says(seed):
    rng = np.random.default_rng(seed)
    rows = [
        [(int(at), float(rng.choice([-1.0, 1.0, 1.0]))) for at in rng.choice(9, 3, replace=False)]
        for _ in range(5)
    ]
    equations, value = Equations.of(rows), rng.integers(0, 30, 9).astype(float)
    free = rng.random(9) < 0.8
    free[0] = True
    own = equations.among(free)
    programme = Programme(own, own.times(value[free]), np.full(int(free.sum()), np.inf))
    low = programme.find_end(0, 1.0)[0]
    most = programme.find_end(0, -1.0)
    high = np.inf if most is None else most[0]
    moving = equations.moving(0, free)
    if not moving.any():
        assert low == pytest.approx(value[0]) == high
        return
    less = equations.among(moving)
    fall, rise = less.slack(0, value[moving])
    assert fall >= value[0] - low - 1e-6
    assert rise >= high - value[0] - 1e-6
    again = Programme(less, less.times(value[moving]), np.full(int(moving.sum()), np.inf))
    assert again.find_end(0, 1.0)[0] == pytest.approx(low)
    end = again.find_end(0, -1.0)
    assert (np.inf if end is None else end[0]) == pytest.approx(high)


def _told(tables, profile):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        released = suppress(tables, profile)
    shown = [row for table in released for row in table.rows if row.flag is not Flag.SUPPRESSED]
    return [str(one.message) for one in found if one.category is EenzaamStatsWarning], shown


@pytest.mark.parametrize(("least", "words"), [(10**6, "every row"), (60, "more than half of the")])
def test_a_table_that_is_mostly_hidden_is_told_once_with_what_helps(least, words):
    told, _ = _told(
        cube(np.random.default_rng(3), (8, 6)), DisclosureProfile("fine", least_n=least)
    )
    assert len(told) == 1
    assert f"suppress() hides {words}" in told[0]
    assert "by=['region', 'age']" in told[0]
    assert "'fine'" in told[0]
    assert "coarser groups, fewer columns in by" in told[0]
    assert not any(sign.isdigit() for sign in told[0])


def test_it_is_told_before_the_search(monkeypatch):
    def stop(*_, **__):
        raise RuntimeError("search")

    monkeypatch.setattr(secondary, "protecting", stop)
    tables = cube(np.random.default_rng(3), (8, 6))
    with (
        pytest.warns(EenzaamStatsWarning, match="more than half"),
        pytest.raises(RuntimeError, match="search"),
    ):
        suppress(tables, DisclosureProfile("fine", least_n=60))


def test_nothing_is_searched_where_all_is_hidden(monkeypatch):
    def stop(*_, **__):
        raise RuntimeError("search")

    monkeypatch.setattr(secondary, "protecting", stop)
    _, shown = _told(cube(np.random.default_rng(3), (8, 6)), DisclosureProfile("x", least_n=10**6))
    assert shown == []


def test_few_hidden_rows_short_tables_and_what_left_before_are_not_told():
    rng = np.random.default_rng(3)
    tables = cube(rng, (8, 6))
    assert _told(tables, DisclosureProfile("own", least_n=2))[0] == []
    assert _told(cube(rng, (3, 2)), DisclosureProfile("own", least_n=60))[0] == []
    fine = DisclosureProfile("fine", least_n=60)
    with pytest.warns(EenzaamStatsWarning, match="more than half"):
        left = suppress(tables, fine)
    assert _told(left, fine)[0] == []
    assert all(a.rows == b.rows for a, b in pairwise([left[0], suppress(left, fine)[0]]))
