"""Made-up tables with their margins, from counts of people in crossed groups."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote

NOTE = Footnote(
    *("lonely", "DJG11", "made_up", "2022", "18+", "synthetic", "Taylor, logit"),
    *(0.95, "weight", "", 0, "0"),
)


def row(group: tuple[str, ...], n: int, yes: int, *, share: float | None = None, df: int = 99):
    p = yes / n if n else float("nan")
    se = float(np.sqrt(p * (1 - p) / max(n - 1, 1))) if n else float("nan")
    return Estimate(
        *(group, p, se, max(p - 2 * se, 0.0), min(p + 2 * se, 1.0), df, n, 0, float(n), 1.0),
        n_effective=float(n),
        n_outcome=yes,
        largest_weight_share=(1.0 / n if n else float("nan")) if share is None else share,
    )


def table(by: tuple[str, ...], people: np.ndarray, yes: np.ndarray) -> Estimates:
    """One row per cell of arrays with one axis per column."""
    rows = [
        row(tuple(f"{name}{at}" for name, at in zip(by, place, strict=True)), int(n), int(y))
        for (place, n), y in zip(np.ndenumerate(people), yes.ravel(), strict=True)
    ]
    return Estimates(by, tuple(rows), NOTE)


def cube(rng: np.random.Generator, shape: tuple[int, ...]) -> list[Estimates]:
    """Cells and every margin down to the total."""
    names = ("region", "age", "sex")[: len(shape)]
    people = rng.negative_binomial(1.2, 0.025, shape) + 1
    yes = rng.binomial(people, rng.beta(2, 4, shape))
    tables = []
    for size in range(len(shape), -1, -1):
        for kept in combinations(range(len(shape)), size):
            away = tuple(axis for axis in range(len(shape)) if axis not in kept)
            by = tuple(names[axis] for axis in kept)
            tables.append(table(by, people.sum(axis=away), yes.sum(axis=away)))
    return tables
