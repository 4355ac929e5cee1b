"""Das Gupta's printed examples, a Dutch count, and the identities that hold for any numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.numerics.people.count_change import count_decomposition, symmetric_effects

# Inputs and answers are printed with at most 15 digits; observed differences stay below 2e-12.
RTOL = 1e-10
# The answers of eg5.1 are printed with four decimals.
ATOL_PRINTED = 5e-5

EXAMPLES = {
    "intro2f": (("alpha", "beta"), lambda a, b: a * b),
    "eg2.1": (("avg_earnings", "earner_prop"), lambda a, b: a * b),
    "eg2.2": (("birthsw1549", "propw1549", "propw"), lambda a, b, c: a * b * c),
    "eg4.3": (("bm", "mw", "wp"), lambda a, b, c: (a * b * c).sum()),
    "eg4.4": (
        ("A", "B", "C", "D"),
        lambda a, b, c, d: (a * b * c).sum() / ((a * b * c).sum() + (a * (1 - b) * d).sum()),
    ),
}


def _values(inputs: pd.DataFrame, population: str, variable: str) -> np.ndarray:
    rows = inputs[(inputs["population"] == population) & (inputs["variable"] == variable)]
    return rows.sort_values("cell")["value"].to_numpy(float)


@pytest.mark.witness
@pytest.mark.parametrize("example", sorted(EXAMPLES))
def test_effects_when_das_gupta_prints_the_answer_then_they_agree(shared_data, example):
    folder = shared_data / "decomposition"
    inputs = pd.read_csv(folder / "das_gupta_inputs.csv", dtype={"population": str, "cell": str})
    inputs = inputs[inputs["example"] == example]
    expected = pd.read_csv(folder / "das_gupta_expected.csv", dtype=str)
    expected = expected[expected["example"] == example].set_index("component")
    names, total = EXAMPLES[example]
    first, second = expected.loc["total", ["population_1", "population_2"]]
    start = [_values(inputs, first, name) for name in names]
    end = [_values(inputs, second, name) for name in names]
    effects = symmetric_effects(lambda *f: float(np.squeeze(total(*f))), start, end)
    answers = expected.loc[list(names), "difference"].astype(float).to_numpy()
    assert len(answers) == len(names)
    np.testing.assert_allclose(effects, answers, rtol=RTOL)


@pytest.mark.witness
def test_structure_and_rate_when_das_gupta_prints_example_5_1_then_they_agree(shared_data):
    inputs = pd.read_csv(shared_data / "decomposition" / "das_gupta_inputs.csv", dtype=str)
    inputs = inputs[inputs["example"] == "eg5.1"].astype({"value": float})
    sizes = inputs[inputs["role"] == "size"]["variable"].unique()
    rates = inputs[inputs["role"] != "size"]["variable"].unique()
    assert (len(sizes), len(rates)) == (1, 1)
    before, after = (
        [_values(inputs, year, name) for name in (sizes[0], rates[0])] for year in ("1970", "1985")
    )
    effects = symmetric_effects(
        lambda share, rate: float((share * rate).sum()),
        [before[0] / before[0].sum(), before[1]],
        [after[0] / after[0].sum(), after[1]],
    )
    # Printed: structure 1.2269, rate 1.7403.
    np.testing.assert_allclose(effects, [1.2269, 1.7403], atol=ATOL_PRINTED)


@pytest.mark.witness
def test_count_when_dutch_population_of_2017_and_2050_then_three_effects_agree(shared_data):
    folder = shared_data / "decomposition"
    cells = pd.read_csv(folder / "nl_count_decomp_inputs.csv").sort_values(["sex", "band"])
    expected = pd.read_csv(folder / "nl_count_decomp_expected.csv").set_index("component")
    before, after = (cells[cells["year"] == year] for year in (2017, 2050))
    parts = count_decomposition(
        before["persons"],
        after["persons"],
        prevalence_start=before["prevalence"],
        prevalence_end=after["prevalence"],
    )
    assert len(before) == len(after) == 12
    np.testing.assert_allclose(
        [parts.size, parts.structure, parts.prevalence],
        expected.loc[["size", "structure", "prevalence"], "difference"],
        rtol=RTOL,
    )


def test_count_when_prevalence_is_constant_then_the_two_factor_formulas_hold():
    before, after = np.array([100.0, 40.0]), np.array([90.0, 80.0])
    p = np.array([0.2, 0.5])
    parts = count_decomposition(before, after, prevalence_start=p)
    # Crude prevalence before (20 + 20) / 140 = 2/7, after (18 + 40) / 170 = 29/85.
    crude = np.array([2 / 7, 29 / 85])
    assert parts.size == pytest.approx((170 - 140) * crude.mean(), rel=RTOL)
    assert parts.structure == pytest.approx((170 + 140) / 2 * (crude[1] - crude[0]), rel=RTOL)
    assert parts.prevalence == 0.0


def test_count_when_random_then_effects_sum_to_the_change_and_flip_sign(rng):
    before, after = rng.uniform(10, 99, 6), rng.uniform(10, 99, 6)
    p, q = rng.uniform(0, 1, 6), rng.uniform(0, 1, 6)
    forth = count_decomposition(before, after, prevalence_start=p, prevalence_end=q)
    back = count_decomposition(after, before, prevalence_start=q, prevalence_end=p)
    assert forth.size + forth.structure + forth.prevalence == pytest.approx(forth.change, rel=RTOL)
    assert (forth.size, forth.structure, forth.prevalence) == pytest.approx(
        (-back.size, -back.structure, -back.prevalence), rel=RTOL
    )


def test_count_when_cells_with_equal_prevalence_are_merged_then_nothing_changes():
    fine = count_decomposition([50, 30, 20], [40, 50, 60], prevalence_start=[0.1, 0.3, 0.3])
    merged = count_decomposition([50, 50], [40, 110], prevalence_start=[0.1, 0.3])
    assert (fine.size, fine.structure) == pytest.approx((merged.size, merged.structure), rel=RTOL)


def test_effects_when_factors_do_not_pair_then_the_message_counts_them():
    with pytest.raises(SchemaError, match="start has 1 and end has 2"):
        symmetric_effects(lambda a: a, [1.0], [1.0, 2.0])


def test_count_when_shapes_differ_then_the_message_names_them():
    with pytest.raises(SchemaError, match=r"one shape .* found \[\(1,\), \(2,\)\]"):
        count_decomposition([1.0, 2.0], [1.0, 2.0], prevalence_start=[0.1])


def test_count_when_nobody_lives_there_then_it_is_refused():
    with pytest.raises(SchemaError, match="the totals are 0 and 3"):
        count_decomposition([0.0, 0.0], [1.0, 2.0], prevalence_start=[0.1, 0.2])
