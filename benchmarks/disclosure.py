"""Suppression of crossed tables with every margin: rows, hidden rows, processor time, growth."""

from __future__ import annotations

import math
import time
from itertools import combinations

import numpy as np

from eenzaam_stats.disclosure import PROFILES, suppress
from eenzaam_stats.disclosure.rules import disclosive
from eenzaam_stats.results import Estimate, Estimates, Footnote
from eenzaam_stats.vocabulary import Flag

NOTE = Footnote(
    *("severely_lonely", "DJG11", "made_up", "2022", "18+", "synthetic", "Taylor, logit"),
    *(0.95, "weight", "", 0, "0"),
)
NAMES = ("region", "age", "sex")
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


def main() -> None:
    before: tuple[int, float] | None = None
    for shape in SHAPES:
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
