"""Scores of published and of simulated data against known answers of other programs.

Only this layer sees a rule that is coded consistently wrong in both our implementations.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3

pytestmark = pytest.mark.witness

# Observed difference below 2e-15 on reliabilities printed with fifteen digits.
RELIABILITY_TOLERANCE = 1e-13
GM_ANSWERS = {1: "yes", 2: "more_or_less", 3: "no"}


@pytest.fixture(scope="module")
def eu_people(shared_data) -> pd.DataFrame:
    return pd.read_csv(shared_data / "eu_ls" / "eu_ls_2022_real_respondents_subset.csv")


@pytest.fixture(scope="module")
def expected_alpha(shared_data) -> pd.Series:
    path = shared_data / "psychometrics" / "expected_reliability.csv"
    table = pd.read_csv(path)
    return table.set_index(table.columns[0]).iloc[:, 0]


def simulated(shared_data, name: str) -> pd.DataFrame:
    frame = pd.read_csv(shared_data / "psychometrics" / name)
    return score(frame, DJG11, items={n: f"djg{n}" for n in range(1, 12)}, answers=GM_ANSWERS)


def alpha(scored: pd.DataFrame, total: str, numbers: tuple[int, ...]) -> float:
    """Cronbach's alpha from our totals and the shares of lonely answers read from the raw codes."""
    variances = 0.0
    for number in numbers:
        lonely_codes = [1, 2] if number in (2, 3, 5, 6, 9, 10) else [2, 3]
        variances += scored[f"djg{number}"].isin(lonely_codes).var()
    k = len(numbers)
    return k / (k - 1) * (1 - variances / scored[total].astype(float).var())


def test_totals_of_simulated_answers_have_the_alpha_of_r(shared_data, expected_alpha):
    scored = simulated(shared_data, "djg_simulated_complete.csv")
    everything = tuple(range(1, 12))

    assert len(scored) == 3000
    for row, total, numbers in (
        ("djg_sim_dich", "djg11_total", everything),
        ("djg_sim_dich_emotional", "djg11_emotional", (2, 3, 5, 6, 9, 10)),
        ("djg_sim_dich_social", "djg11_social", (1, 4, 7, 8, 11)),
    ):
        found = alpha(scored, total, numbers)
        assert found == pytest.approx(expected_alpha[row], abs=RELIABILITY_TOLERANCE), row


def test_complete_people_of_simulated_answers_with_gaps_are_those_of_r(shared_data, expected_alpha):
    scored = simulated(shared_data, "djg_simulated_missing.csv")
    complete = scored[scored["djg11_n_missing"] == 0]

    assert len(complete) == 2426
    found = alpha(complete, "djg11_total", tuple(range(1, 12)))
    assert found == pytest.approx(
        expected_alpha["djg_sim_dich_listwise"], abs=RELIABILITY_TOLERANCE
    )


def test_one_gap_keeps_the_total_and_two_do_not(shared_data):
    scored = simulated(shared_data, "djg_simulated_missing.csv")
    whole = simulated(shared_data, "djg_simulated_complete.csv")

    assert (scored["djg11_total"].notna() == (scored["djg11_n_missing"] <= 1)).all()
    gap = scored["djg11_n_missing"] == 1
    lost = (whole["djg11_total"] - scored["djg11_total"])[gap]
    assert set(lost.unique()) == {0, 1}
    assert int(gap.sum()) > 400


def test_six_items_of_simulated_answers_are_a_plain_count(shared_data):
    frame = pd.read_csv(shared_data / "psychometrics" / "djg_simulated_complete.csv")
    items = {n: f"djg{n}" for n in (3, 4, 7, 8, 9, 10)}

    scored = score(frame, DJG6, items=items, answers=GM_ANSWERS)

    plain = (frame[["djg3", "djg9", "djg10"]] <= 2).sum(axis=1)
    plain += (frame[["djg4", "djg7", "djg8"]] >= 2).sum(axis=1)
    assert scored["djg6_total"].tolist() == plain.tolist()


# EU Loneliness Survey 2022, 1 all, 2 most, 3 some, 4 a little, 5 none of the time.
EU_FREQUENCIES = {1: "always", 2: "often", 3: "sometimes", 4: "rarely", 5: "never"}


def test_direct_question_of_the_eu_survey_gives_the_published_share(eu_people):
    scored = score(eu_people, DIRECT, items={1: "loneliness_direct"}, answers=EU_FREQUENCIES)
    lonely = scored["often_or_always_lonely"]

    # 814 all and 2,418 most of the time, of 24,611 answers by 25,646 people; published as 13 %.
    assert int(lonely.sum()) == 814 + 2418
    assert int(lonely.notna().sum()) == 24_611
    assert len(lonely) == 25_646
    assert float(lonely.mean()) == pytest.approx(0.13, abs=0.005)


def test_direct_question_of_the_netherlands_gives_the_known_count(eu_people):
    dutch = eu_people[eu_people["country"] == 20]

    lonely = score(dutch, DIRECT, items={1: "loneliness_direct"}, answers=EU_FREQUENCIES)[
        "often_or_always_lonely"
    ]

    assert (int(lonely.sum()), int(lonely.notna().sum()), len(lonely)) == (99, 965, 1008)


def test_three_item_sums_of_real_answers_are_those_of_a_plain_sum(shared_data):
    path = shared_data / "ucla3" / "study1_loneliness_long.csv"
    long = pd.read_csv(path)
    wide = long.pivot_table(
        index=["response_id", "lockdown_period"], columns="item", values="score", dropna=False
    ).reset_index()
    wide.columns = [str(column) for column in wide.columns]
    people = wide[wide["lockdown_period"].isin(["before", "during"])]

    scored = score(
        people,
        UCLA3,
        items={1: "1", 2: "2", 3: "3"},
        answers={1: "hardly_ever", 2: "sometimes", 3: "often"},
    )

    plain = people[["1", "2", "3"]].sum(axis=1, skipna=False)
    found = scored["ucla3_total"].to_numpy(dtype=float, na_value=np.nan)
    np.testing.assert_array_equal(found, plain.to_numpy())
    # Counts of the codes 1, 2, 3 per item, by hand: (116, 77, 27), (89, 99, 32), (96, 86, 38).
    before = scored.loc[scored["lockdown_period"] == "before", "ucla3_total"]
    by_hand = (116 + 2 * 77 + 3 * 27) + (89 + 2 * 99 + 3 * 32) + (96 + 2 * 86 + 3 * 38)
    assert (int(before.sum()), int(before.notna().sum())) == (by_hand, 220)
    during = scored.loc[scored["lockdown_period"] == "during", "ucla3_total"]
    assert (int(during.notna().sum()), int(during.isna().sum())) == (219, 1)
