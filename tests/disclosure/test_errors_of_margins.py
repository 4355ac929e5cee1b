"""Errors of rows that hold hidden groups tell few counts of them away; see errors_of_margins."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

import eenzaam_stats as es
from disclosure.errors_of_margins import attack, survey_of
from eenzaam_stats.design import Design
from eenzaam_stats.disclosure import PROFILES
from eenzaam_stats.results.comparisons import Comparisons
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Flag

STRICT = PROFILES["strict10"]
# one cluster for each group has no degrees of freedom, and strict10 hides all of them
CLUSTERS = replace(STRICT, name="clusters", least_df=0)
STANDARD = es.Standard.of({"0.0": 1, "1.0": 1}, over="ill")
REGIONS = ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize(
    ("kind", "profile"),
    [
        ("strata", STRICT),
        ("strata of two columns", STRICT),
        ("strata and totals", STRICT),
        ("clusters", CLUSTERS),
    ],
)
def test_an_error_of_one_digit_tells_few_counts(kind, profile):
    releases = 24
    before = attack(kind, profile, releases=releases, seed=3, fine=True)
    now = attack(kind, profile, releases=releases, seed=3, fine=False)
    assert before.counts == now.counts >= releases  # the same counts are attacked
    assert before.narrow >= 4  # with three decimals the attack works
    assert now.exact == 0
    assert now.narrow <= 0.1 * now.counts
    assert now.narrow <= 0.34 * before.narrow
    assert now.left_out < now.errors


def _survey(*, small=4):
    """B has few lonely people and is hidden; C goes with it."""
    yes = [60, small, 40, 55, 70]
    keys, people = [(name,) for name in REGIONS], [200, 50, 80, 190, 210]
    return survey_of(keys, people, yes, ["region"], "stratum", more=True)


def _digits(value):
    """Significant digits of a number as it is printed."""
    return len(f"{value:.6e}".split("e")[0].replace(".", "").rstrip("0"))


@pytest.mark.parametrize("interval", ["logit", "beta", "korn_graubard", "wilson", "wald"])
def test_limits_are_those_of_the_coarse_error(interval):
    survey = _survey()
    tables = [es.prevalence(survey, "lonely", by=one, interval=interval) for one in ("region", ())]
    cells, (total,) = (table.rows for table in es.suppress(tables))
    assert [row.flag for row in cells].count(Flag.SUPPRESSED) == 2
    assert _digits(total.std_error) == 1
    (exact,) = tables[1].rows
    step = 10.0 ** math.floor(math.log10(total.std_error * 1.001))
    for limit, own in ((total.conf_low, exact.conf_low), (total.conf_high, exact.conf_high)):
        assert limit == pytest.approx(step * round(limit / step))
        away = (own - exact.estimate) * total.std_error / exact.std_error
        assert abs(limit - exact.estimate - away) <= 0.5 * step + 1e-9
    assert math.isnan(total.deff)
    assert math.isnan(total.n_effective)
    assert (total.n_valid, total.n_outcome) == (730, 229)  # what is right stays
    # rows that hold no hidden people keep their digits
    (first,) = [row for row in cells if row.group == ("A",)]
    assert first.std_error == round(tables[0].rows[0].std_error, 3) == 0.032


TOGETHER = {
    "total": lambda s: [es.total(s, "lonely", by="region"), es.total(s, "lonely")],
    "a crossing margin": lambda s: [es.prevalence(s, "lonely", by="sex")],
    "the rest of an outcome": lambda s: [es.prevalence(s, "not_lonely")],
    "a distribution": lambda s: [es.distribution(s, "lonely")],
    "a mean": lambda s: [es.mean(s, "other", by="sex")],
    "standardised": lambda s: [
        es.prevalence(s, "lonely", by="sex"),
        es.prevalence(s, "lonely", by=["sex", "ill"]),
        es.standardise(s, "lonely", by="sex", standard=STANDARD),
    ],
    "against the rest": lambda s: [
        es.compare(s, "lonely", by="region", how=es.Comparing(against="rest"))
    ],
}


@pytest.mark.parametrize("kind", TOGETHER)
def test_every_row_that_holds_a_hidden_group_has_one_digit(kind):
    survey = _survey()
    cells = es.prevalence(survey, "lonely", by="region")
    released = es.suppress([cells, *TOGETHER[kind](survey)])
    assert sum(row.flag is Flag.SUPPRESSED for row in released[0].rows) >= 2
    rows = [
        (table, row)
        for table in released[1:]
        if "region" not in table.by or isinstance(table, Comparisons)
        for row in table.rows
        if row.flag is not Flag.SUPPRESSED
    ]
    assert rows
    for table, row in rows:
        assert math.isnan(row.std_error) or _digits(row.std_error) == 1, row
        for name in ("p_value", "p_adjusted", "statistic", "deff", "n_effective"):
            assert math.isnan(getattr(row, name, math.nan)), name
        assert "one digit" in table.footnote.disclosure


def test_nothing_changes_where_nothing_is_hidden():
    survey = _survey(small=20)
    tables = [es.prevalence(survey, "lonely", by=one) for one in ("region", ())]
    released = es.suppress(tables)
    assert all(row.flag is not Flag.SUPPRESSED for table in released for row in table.rows)
    (total,), (exact,) = released[1].rows, tables[1].rows
    assert total.std_error == round(exact.std_error, 3)
    assert "one digit" not in released[1].footnote.disclosure


def test_an_outcome_that_is_shown_in_every_group_keeps_its_error():
    survey = _survey()
    tables = [
        es.prevalence(survey, name, by=one) for name in ("lonely", "ill") for one in ("region", ())
    ]
    released = es.suppress(tables)
    assert any(row.flag is Flag.SUPPRESSED for row in released[0].rows)
    assert all(row.flag is not Flag.SUPPRESSED for row in released[2].rows)
    assert released[3].rows[0].std_error == round(tables[3].rows[0].std_error, 3)
    assert _digits(released[1].rows[0].std_error) == 1


def test_a_row_of_hidden_people_for_the_most_part_has_no_error():
    keys, yes = [("A",), ("B",), ("C",)], [15, 4, 15]
    survey = survey_of(keys, [60, 25, 40], yes, ["region"], "stratum")
    released = es.suppress([es.prevalence(survey, "lonely", by=one) for one in ("region", ())])
    (total,) = released[1].rows
    assert (total.n_valid, total.n_outcome, total.estimate) == (125, 34, 0.272)
    numbers = (total.std_error, total.conf_low, total.conf_high, total.deff, total.n_effective)
    assert all(map(math.isnan, numbers))


def test_what_has_left_stays_as_it_left():
    survey = _survey()
    tables = [es.prevalence(survey, "lonely", by=one) for one in ("region", ())]
    released = es.suppress(tables)
    assert es.suppress(released) == released
    again = es.suppress([*released, es.prevalence(survey, "ill", by="sex")])
    assert [table.rows for table in again[:2]] == [table.rows for table in released]


@pytest.mark.parametrize("rules", [("certainty", "centred"), ("average", "centred")])
def test_two_errors_of_one_estimate_do_not_tell_the_answer_of_the_one_respondent_of_a_stratum(
    rules,
):
    def released(last):
        answers = [*(float(at < 12 - last) for at in range(40)), float(last)]
        frame = pd.DataFrame({"stratum": ["s1"] * 40 + ["s2"], "lonely": answers, "weight": 1.0})
        report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "18+", 41, 41)
        tables = [
            es.prevalence(
                Survey(frame, Design("weight", "stratum", single_psu=one), report), "lonely"
            )
            for one in rules
        ]
        return [table.rows for table in es.suppress(tables)]

    assert released(0) == released(1)
