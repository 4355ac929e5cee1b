"""Dominance, p % and protection by hand arithmetic, and the contributions that they need."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from disclosure.tables import NOTE, row
from eenzaam_stats.design import Design
from eenzaam_stats.disclosure import PROFILES, DisclosureProfile, check_disclosure, suppress
from eenzaam_stats.disclosure.rules import disclosive
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.survey import HarmonisationReport, Survey

REPORT = HarmonisationReport("example", "2022", "a.csv", "synthetic", "adults", 1, 1)


def _number(*parts: float, n: int = 20):
    """A total with these contributions, the largest first."""
    total = sum(parts)
    one = replace(row(("a",), n, 0), n_outcome=None, estimate=total)
    return replace(one, largest_share=parts[0] / total, two_largest_share=sum(parts[:2]) / total)


# contributions; (n, k) or none, p or 0; the words of the rule that is broken, worked out by hand
BY_HAND = [
    ((50, 40, 10), (2, 0.89), 0.0, "the 2 largest"),  # 90 > 89
    ((50, 40, 10), (2, 0.90), 0.0, ""),  # 90 is not above 90
    ((76, 14, 10), (1, 0.75), 0.0, "the 1 largest"),  # 76 > 75
    ((75, 15, 10), (1, 0.75), 0.0, ""),
    ((40, 20, 20, 20), (3, 0.79), 0.0, "the 3 largest"),  # 40 + 20 + at most 20
    ((40, 20, 20, 20), (3, 0.80), 0.0, ""),
    ((70, 25, 5), None, 0.10, "within 10%"),  # 100 - 95 = 5 < 7
    ((50, 45, 5), None, 0.10, ""),  # 5 is not below 5
    ((50, 46, 4), None, 0.10, "within 10%"),  # 4 < 5
    ((100,), None, 0.10, "within 10%"),  # 0 < 10
    ((30, 20, 50 / 3, 50 / 3, 50 / 3), (2, 0.9), 0.10, ""),
]


@pytest.mark.parametrize("statistic", ["mean", "total"])
@pytest.mark.parametrize(("parts", "dominance", "p", "words"), BY_HAND)
def test_dominance_and_p_percent_by_hand(parts, dominance, p, words, statistic):
    rule = DisclosureProfile("own", least_n=10, dominance=dominance, p_percent=p)
    found = disclosive(_number(*parts), rule, statistic=statistic)
    assert words in found
    assert bool(found) == bool(words)
    for other in ("proportion", "ratio"):
        assert disclosive(_number(*parts), rule, statistic=other) == ""


@pytest.mark.parametrize("statistic", ["mean", "total"])
@pytest.mark.parametrize(("dominance", "p"), [((2, 0.9), 0.0), (None, 0.1), ((1, 0.5), 0.2)])
def test_unknown_contributions_are_refused_in_words(dominance, p, statistic):
    rule = DisclosureProfile("own", least_n=10, dominance=dominance, p_percent=p)
    unknown = replace(_number(60, 40), largest_share=math.nan)
    assert "not known" in disclosive(unknown, rule, statistic=statistic)
    note = replace(NOTE, outcome="hours", statistic=statistic)
    table = Estimates(("region",), (unknown,), note)
    assert suppress(table, rule).rows[0].flag == "suppressed"
    assert "not known" in check_disclosure(table, rule).findings[0].reason


PROTECTED = [
    # (2, 80 %): 95 / 0.8 - 100; p 10 %: 7 - 5; both: the larger; none: a tenth of the sum in all
    ((70, 25, 5), (2, 0.8), 0.0, 18.75, 37.5),
    ((70, 25, 5), None, 0.10, 2.0, 10.0),
    ((70, 25, 5), (2, 0.8), 0.10, 18.75, 37.5),
    ((70, 25, 5), None, 0.0, 0.0, 10.0),
    ((96, 2, 2), None, 0.10, 7.6, 15.2),
]


@pytest.mark.parametrize(("parts", "dominance", "p", "side", "width"), PROTECTED)
def test_protection_of_a_sum_by_hand(parts, dominance, p, side, width):
    rule = DisclosureProfile("own", least_n=10, dominance=dominance, p_percent=p)
    found = rule.of_sum(100.0, _number(*parts))
    assert (found.lower, found.upper) == pytest.approx((side, side))
    assert found.width == pytest.approx(width)


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_states_its_protection_with_a_source(name):
    profile = PROFILES[name]
    most = max(profile.least_n, profile.least_cell, 2)
    for count in (0, 1, most - 1):
        found = profile.of_people(count)
        assert found.source
        assert found.width == most
        # bounds so far apart, none negative, reach the threshold from below
        assert count + found.upper == pytest.approx(most)
    assert profile.of_people(1, total=3).width == min(most, 2.0)
    assert profile.of_sum(200.0).width == 20.0
    assert profile.of_sum(200.0).source


def _survey(values, weights, groups=None, cluster=None):
    frame = pd.DataFrame({"hours": values, "weight": weights, "region": groups or "a"})
    design = Design(weight="weight", cluster=cluster)
    if cluster:
        frame[cluster] = range(len(frame))
    return Survey(frame, design, REPORT)


@pytest.mark.parametrize("cluster", [None, "place"])
@pytest.mark.parametrize("verb", ["mean", "total"])
def test_contributions_come_from_the_sums(verb, cluster):
    """Contributions 12, 8, 5 and 0 by hand: 12 / 25; the two largest at least 20 / 25."""
    survey = _survey([6.0, 8.0, 1.0, 0.0, None], [2.0, 1.0, 5.0, 3.0, 1.0], cluster=cluster)
    more = {"of": "number"} if verb == "total" else {}
    one = getattr(es, verb)(survey, "hours", **more).rows[0]
    assert one.largest_share == pytest.approx(12 / 25)
    bound = 12.0 if cluster else math.sqrt(8**2 + 5**2)  # squares of the others, where they are
    assert one.two_largest_share == pytest.approx((12 + bound) / 25)
    assert one.two_largest_share >= 20 / 25


@pytest.mark.parametrize("seed", range(5))
def test_the_two_largest_are_never_understated(seed):
    rng = np.random.default_rng([seed, 2])
    values, weights = rng.lognormal(1, 1.5, 60), rng.uniform(0.3, 4, 60)
    groups = list(rng.choice(list("abcd"), 60))
    table = es.total(_survey(values, weights, groups), "hours", by="region", of="number")
    for one in table.rows:
        own = np.sort((values * weights)[np.array(groups) == one.group[0]])[::-1]
        assert one.largest_share == pytest.approx(own[0] / own.sum())
        assert one.two_largest_share >= own[:2].sum() / own.sum() - 1e-12


def test_parts_of_a_file_add_up_to_the_same_contributions():
    survey = _survey([6.0, 8.0, 1.0, 3.0], [2.0, 1.0, 5.0, 3.0])
    parts = [replace(survey, respondents=survey.respondents[at : at + 2]) for at in (0, 2)]
    one, two = (es.cells(part, "hours", kind="number") for part in parts)
    whole = es.mean(survey, "hours").rows[0]
    joined = es.mean(one + two, "hours").rows[0]
    assert joined.largest_share == pytest.approx(whole.largest_share)
    assert joined.two_largest_share == pytest.approx(whole.two_largest_share)


def test_a_dominated_group_is_hidden_and_no_contribution_is_printed():
    rng = np.random.default_rng(4)
    values = np.concatenate([rng.uniform(8, 12, 40), [5000.0], rng.uniform(8, 12, 39)])
    groups = ["a"] * 40 + ["b"] * 40
    survey = _survey(values, np.ones(80), groups)
    table = es.mean(survey, "hours", by="region")
    found = check_disclosure(table)
    assert {one.group: one.primary for one in found.findings} == {("b",): True, ("a",): False}
    assert "largest contributions" in found.findings[-1].reason
    released = suppress(table)
    for one in released.rows:
        assert math.isnan(one.largest_share)
        assert math.isnan(one.two_largest_share)
    assert not {"largest_share", "two_largest_share"} & set(table.details().columns)
    kept = suppress(replace(table, rows=table.rows[:1]))
    assert suppress(kept) == kept  # what has left passes again without its contributions


def test_all_values_nought_dominate_nothing_and_values_of_both_signs_do():
    zeros = es.mean(_survey([0.0] * 12, [1.0] * 12), "hours").rows[0]
    assert (zeros.largest_share, zeros.two_largest_share) == (0.0, 0.0)
    signs = es.total(_survey([5.0, -5.0, 1.0], [1.0] * 3), "hours", of="number").rows[0]
    assert signs.largest_share == pytest.approx(5.0)


# Handbook on SDC (sdcTools/HandbookSDC), chapter 4, examples 1, 2 and 4 on magnitude tables
HANDBOOK = [
    ((50_000, 49_000, 1_000), (1, 0.90), 0.0, False),  # example 1: safe by the (1, 90) rule
    ((50_000, 49_000, 1_000), None, 0.03, True),  # and 51,000 is 2 % from the largest
    ((52_000, 50_000, 8_000), None, 0.10, False),  # example 2: 60,000 is 15.4 % from 52,000
    ((52_000, 50_000, 8_000), (2, 1 / 1.1), 0.0, True),  # 102,000 is above 100,000
    ((300, 20, 10), (1, 0.85), 0.0, True),  # example 4
]


@pytest.mark.parametrize(("parts", "dominance", "p", "unsafe"), HANDBOOK)
def test_examples_of_the_handbook(parts, dominance, p, unsafe):
    rule = DisclosureProfile("own", least_n=3, dominance=dominance, p_percent=p)
    assert bool(disclosive(_number(*parts), rule, statistic="total")) == unsafe


def test_protection_of_the_example_of_the_handbook():
    """Example 4: the upper bound has to reach 100 / 85 x 300 = 352.94."""
    rule = DisclosureProfile("own", least_n=3, dominance=(1, 0.85))
    assert 330 + rule.of_sum(330.0, _number(300, 20, 10)).upper == pytest.approx(352.94, abs=5e-3)
