"""Seven printed examples: every standardised value, difference and percentage of them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.numerics.people.count_change import (
    count_effects,
    standardise_totals,
    symmetric_effects,
)

# Answers have at most 15 digits; observed differences stay below 1e-13 of the total.
RTOL = 1e-10
# Two examples are printed with fewer digits than that: half a unit of the last one.
PRINTED = {"eg2.1": 5e-7, "eg5.1": 5e-5}
HALF_A_HUNDREDTH = 5e-3 + 1e-9

PRODUCTS = {
    "intro2f": (("alpha", "beta"), lambda a, b: a * b),
    "eg2.1": (("avg_earnings", "earner_prop"), lambda a, b: a * b),
    "eg2.2": (("birthsw1549", "propw1549", "propw"), lambda a, b, c: a * b * c),
    "eg4.3": (("bm", "mw", "wp"), lambda a, b, c: (a * b * c).sum()),
    "eg4.4": (
        ("A", "B", "C", "D"),
        lambda a, b, c, d: (a * b * c).sum() / ((a * b * c).sum() + (a * (1 - b) * d).sum()),
    ),
}


def factors(folder, example: str, population: str, names) -> list[np.ndarray]:
    """Factors of one population, in the order of the cells."""
    rows = pd.read_csv(folder / "das_gupta_inputs.csv", dtype={"population": str, "cell": str})
    rows = rows[(rows["example"] == example) & (rows["population"] == population)]
    rows = rows.sort_values("cell", key=lambda cells: cells.str.zfill(40))
    return [rows.loc[rows["variable"] == name, "value"].to_numpy(float) for name in names]


def computed(folder, example: str, first: str, second: str) -> dict[str, np.ndarray]:
    """Both standardised values of every component of an example."""
    if example == "eg5.1":
        names = ("age_group_struct", "rate")
        pairs = [factors(folder, example, k, ("size", "rate")) for k in (first, second)]
        pairs = [[size / size.sum(), rate] for size, rate in pairs]
        values = standardise_totals(lambda share, rate: (share * rate).sum(), *pairs)
        ends = [float((share * rate).sum()) for share, rate in pairs]
    else:
        names, total = PRODUCTS[example]
        pairs = [factors(folder, example, k, names) for k in (first, second)]
        values = standardise_totals(lambda *f: np.squeeze(total(*f)), *pairs)
        ends = [float(np.squeeze(total(*pair))) for pair in pairs]
    found = dict(zip(names, values.T, strict=True))
    return {**found, "total": np.array(ends)}


@pytest.mark.witness
def test_examples_when_printed_then_every_number_agrees(shared_data):
    folder = shared_data / "decomposition"
    printed = pd.read_csv(folder / "das_gupta_expected.csv", dtype={"population_1": str})
    # one example is crossed by two classifications, which the package does not take apart
    printed = printed[printed["example"] != "wang2000"]
    compared = 0
    for (example, first, second), rows in printed.groupby(
        ["example", "population_1", "population_2"]
    ):
        found = computed(folder, example, str(first), str(second))
        assert set(found) == set(rows["component"])
        change = np.diff(found["total"])[0]
        for row in rows.itertuples():
            one, two = found[row.component]
            np.testing.assert_allclose(
                [one, two, two - one],
                [row.standardised_1, row.standardised_2, row.difference],
                rtol=RTOL,
                atol=PRINTED.get(example, 0.0),
            )
            assert 100 * (two - one) / change == pytest.approx(
                row.percent_of_total, abs=HALF_A_HUNDREDTH
            )
            compared += 4
    assert printed["example"].nunique() == 6
    assert compared == 4 * len(printed) == 88


@pytest.mark.witness
def test_count_when_the_dutch_example_is_drawn_then_every_number_agrees(shared_data):
    folder = shared_data / "decomposition"
    cells = pd.read_csv(folder / "nl_count_decomp_inputs.csv").sort_values(["sex", "band"])
    printed = pd.read_csv(folder / "nl_count_decomp_expected.csv").set_index("component")
    before, after = (cells[cells["year"] == year] for year in (2017, 2050))
    values = standardise_totals(
        lambda size, share, prevalence: size * (share * prevalence).sum(),
        *([one["persons"].sum(), one["persons"] / one["persons"].sum(), one["prevalence"]]
          for one in (before, after)),
    )  # fmt: skip
    names = ["size", "structure", "prevalence"]
    np.testing.assert_allclose(
        values.T, printed.loc[names, ["standardised_2017", "standardised_2050"]], rtol=RTOL
    )
    twice = np.stack([before["prevalence"], before["prevalence"]])
    effects = count_effects(
        before["persons"], after["persons"],
        prevalence_start=twice, prevalence_end=after["prevalence"],
    )  # fmt: skip
    assert effects.shape == (3, 2)
    for draw in effects.T:
        np.testing.assert_allclose(draw, printed.loc[names, "difference"], rtol=RTOL)
    shares = 100 * effects[:, 0] / effects[:, 0].sum()
    np.testing.assert_allclose(shares, printed.loc[names, "percent_of_total"], atol=0.05)


@pytest.mark.parametrize("n_factors", [1, 2, 3, 4, 5])
def test_effects_when_averaged_over_every_order_then_they_agree(n_factors, rng):
    start, end = rng.uniform(0.5, 2, (2, n_factors, 4))

    def total(*given):
        return float(np.prod(given, axis=0).sum() + sum(one[0] for one in given) ** 2)

    by_hand = np.zeros(n_factors)
    orders = list(permutations(range(n_factors)))
    for order in orders:
        now = list(start)
        for i in order:
            reached = total(*now)
            now[i] = end[i]
            by_hand[i] += (total(*now) - reached) / len(orders)
    np.testing.assert_allclose(symmetric_effects(total, start, end), by_hand, rtol=1e-10)


def test_effects_when_drawn_then_each_draw_is_its_own_decomposition(rng):
    start, end = rng.uniform(0.5, 2, (2, 3, 50, 6))
    together = symmetric_effects(lambda a, b, c: (a * b * c).sum(-1), list(start), list(end))
    assert together.shape == (3, 50)
    for draw in range(50):
        alone = symmetric_effects(
            lambda a, b, c: (a * b * c).sum(), list(start[:, draw]), list(end[:, draw])
        )
        np.testing.assert_allclose(together[:, draw], alone, rtol=RTOL)
