"""Suppression of crossed tables with every margin: rows, hidden rows, processor time, growth.

Beside it the cells that the modular method of τ-ARGUS hides for the same rule on the counts alone,
where its Python package ``pytauargus`` is installed.
"""

from __future__ import annotations

import argparse
import math
import time
from contextlib import chdir
from dataclasses import replace
from itertools import combinations
from tempfile import TemporaryDirectory

import numpy as np

from eenzaam_stats.disclosure import PROFILES, DisclosureProfile, suppress
from eenzaam_stats.disclosure.rules import disclosive
from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote
from eenzaam_stats.vocabulary import Flag

NOTE = Footnote(
    *("severely_lonely", "DJG11", "made_up", "2022", "18+", "synthetic", "Taylor, logit"),
    *(0.95, "weight", "", 0, "0"),
)
NAMES = ("region", "age", "sex")
LEAST = 10
LARGE = (900, 10, 9)
SHAPES = ((25, 7, 2), (40, 7, 2), (100, 10, 3), (300, 10, 5))


def row(group: tuple[str, ...], n: int, yes: int) -> Estimate:
    p = yes / n
    se = math.sqrt(p * (1 - p) / max(n - 1, 1))
    numbers = (p, se, max(p - 2 * se, 0.0), min(p + 2 * se, 1.0), 99, n, 0, float(n), 1.0)
    return Estimate(group, *numbers, n_outcome=yes, largest_weight_share=1 / n)


def tables(shape: tuple[int, ...], seed: int = 1) -> list[Estimates]:
    rng = np.random.default_rng(seed)
    people = rng.negative_binomial(3.0, 3.0 / 153.0, shape) + 5
    yes = rng.binomial(people, rng.beta(5, 15, shape))
    found = []
    for size in range(len(shape) + 1):
        for kept in combinations(range(len(shape)), size):
            away = tuple(axis for axis in range(len(shape)) if axis not in kept)
            n_people, n_yes = people.sum(axis=away), yes.sum(axis=away)
            counts = zip(np.ndenumerate(n_people), np.ravel(n_yes), strict=True)
            rows = [row(tuple(map(str, place)), int(n), int(y)) for (place, n), y in counts]
            found.append(Estimates(tuple(NAMES[axis] for axis in kept), tuple(rows), NOTE))
    return found


def counts(people: np.ndarray) -> list[Estimates]:
    """Cells and every margin with the number of people and nothing else to protect."""
    nothing, found = math.nan, []
    for size in range(people.ndim, -1, -1):
        for kept in combinations(range(people.ndim), size):
            away = tuple(axis for axis in range(people.ndim) if axis not in kept)
            rows = [
                Estimate(
                    *(tuple(map(str, place)), 5.0 + n % 7, 0.1, 4.8, 5.2, 99, int(n), 0, nothing),
                    1.0,
                )
                for place, n in np.ndenumerate(people.sum(axis=away))
            ]
            note = replace(NOTE, statistic="mean")
            found.append(Estimates(tuple(NAMES[axis] for axis in kept), tuple(rows), note))
    return found


def hidden_by_argus(people: np.ndarray) -> int | None:
    """Cells that τ-ARGUS hides, margins included; ``None`` where it is not installed."""
    try:
        from pytauargus import protect  # noqa: PLC0415
    except ImportError:
        return None
    each = np.repeat(np.arange(people.size), people.ravel())
    names = NAMES[: people.ndim]
    places = np.unravel_index(each, people.shape)
    persons = {
        name: [f"{name[0]}{at:03d}" for at in place]
        for name, place in zip(names, places, strict=True)
    }
    persons["one"] = [1] * len(each)
    rule = f"FREQ({LEAST},100)"
    with TemporaryDirectory() as folder, chdir(folder):  # it writes its logs where it is run
        found = protect(persons, [list(names)], "one", safety_rules=rule, suppress="MOD(1)")
    table = found.tables[0]
    status = table.status()
    words = status.values() if isinstance(status, dict) else status
    marks = [one["status"] if isinstance(one, dict) else one for one in words]
    return sum(str(one).strip().upper()[:1] in {"U", "M", "D"} for one in marks)


def compare() -> None:
    for shape, mean in ((25, 7), 60), ((25, 7, 2), 60), ((60, 10, 2), 80):
        rng = np.random.default_rng(4)
        people = rng.negative_binomial(2.0, 2 / (2 + mean), shape) + 1
        rule = DisclosureProfile("n10", least_n=LEAST)
        shown = suppress(counts(people), rule)
        hidden = sum(one.flag is Flag.SUPPRESSED for table in shown for one in table.rows)
        argus = hidden_by_argus(people)
        beside = "τ-ARGUS is not installed" if argus is None else f"τ-ARGUS hides {argus}"
        print(f"{shape}: {int((people < LEAST).sum())} small cells, {hidden} hidden, {beside}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also 100,000 rows")
    shapes = [*SHAPES, *([LARGE] if parser.parse_args().large else [])]
    compare()
    before: tuple[int, float] | None = None
    for shape in shapes:
        made = tables(shape)
        n = sum(len(table.rows) for table in made)
        broken = sum(bool(disclosive(one, PROFILES["strict10"])) for t in made for one in t.rows)
        start = time.process_time()
        hidden = sum(one.flag is Flag.SUPPRESSED for t in suppress(made) for one in t.rows)
        seconds = time.process_time() - start
        growth = ""
        if before is not None:
            exponent = math.log(seconds / before[1]) / math.log(n / before[0])
            growth = f", growth exponent {exponent:.2f}"
        print(f"{n:6d} rows, {broken} break a rule, {hidden} hidden, {seconds:.2f} s{growth}")
        before = (n, seconds)


if __name__ == "__main__":
    main()
