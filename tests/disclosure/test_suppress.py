"""Profiles at their edges, what a suppressed row still says, and what suppression leaves alone."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from disclosure.tables import NOTE, cube, row, table
from eenzaam_stats.disclosure import (
    PROFILES,
    DisclosureProfile,
    check_disclosure,
    require_checked,
    suppress,
)
from eenzaam_stats.disclosure.rules import disclosive, unreliable
from eenzaam_stats.errors import DisclosureError, OptionError, SchemaError
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.survey import HarmonisationReport
from eenzaam_stats.vocabulary import Disclosure, Flag

STRICT = PROFILES["strict10"]


@pytest.mark.parametrize(
    ("profile", "n", "yes", "found"),
    [
        ("strict10", 9, 4, "fewer than 10 people answered"),
        ("strict10", 25, 9, "fewer than 10 people with or without the outcome"),
        ("strict10", 25, 16, "fewer than 10 people with or without the outcome"),
        ("strict10", 20, 10, ""),
        ("strict10", 90, 0, "nobody or everybody in the group has the outcome"),
        ("strict10", 90, 90, "nobody or everybody in the group has the outcome"),
        ("gm_report", 49, 20, "fewer than 50 people answered"),
        ("gm_report", 50, 0, ""),
        ("gmjv_report", 100, 9, "fewer than 10 people with or without the outcome"),
        ("gmjv_report", 100, 10, ""),
        ("gmjv_report", 99, 50, "fewer than 100 people answered"),
        ("ggd30", 29, 10, "fewer than 30 people answered"),
        ("ggd50", 50, 10, ""),
        ("tabellenboek", 10, 1, ""),
        ("tabellenboek", 10, 0, "fewer than 1 people with or without the outcome"),
    ],
)
def test_thresholds_hold_at_their_edges(profile, n, yes, found):
    assert disclosive(row(("a",), n, yes), PROFILES[profile]) == found


def test_dominance_takes_twice_the_largest_weight():
    assert disclosive(row(("a",), 40, 20, share=0.45), STRICT) == ""
    assert "two people may carry more than 90%" in disclosive(
        row(("a",), 40, 20, share=0.46), STRICT
    )


def test_degrees_of_freedom_are_counted():
    assert disclosive(row(("a",), 40, 20, df=10), STRICT) == ""
    assert disclosive(row(("a",), 40, 20, df=9), STRICT) == "fewer than 10 degrees of freedom"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"df": 7}, "fewer than 8 degrees of freedom"),
        ({"n_effective": 29.0}, "effective size below 30"),
        ({"std_error": 0.2}, "interval 0.30 wide or wider"),
    ],
)
def test_nchs_standard_flags_and_never_hides(change, words):
    plain = row(("a",), 400, 200)
    assert unreliable(plain, level=0.95) == ""
    assert unreliable(replace(plain, df=8), level=0.95) == ""
    odd = replace(plain, **change)
    assert words in unreliable(odd, level=0.95)
    (shown,) = suppress(Estimates(("region",), (odd,), NOTE), "nchs2017").rows
    assert shown.flag is Flag.UNCERTAIN
    assert shown.estimate == odd.estimate
    assert words in shown.reason


def test_nchs_standard_does_not_pass_nobody_in_silence():
    assert "nobody or everybody" in unreliable(row(("a",), 400, 0), level=0.95)


def test_suppressed_row_is_missing_with_one_word_and_holds_no_count():
    tables = table(("region",), np.array([8, 40, 60]), np.array([4, 20, 25]))
    small, other, large = suppress(tables).rows
    for hidden in (small, other):
        assert hidden.flag is Flag.SUPPRESSED
        numbers = (hidden.estimate, hidden.std_error, hidden.conf_low, hidden.weight_sum)
        assert all(math.isnan(value) for value in numbers)
        assert (hidden.n_valid, hidden.n_missing, hidden.df, hidden.n_outcome) == (None,) * 4
        assert hidden.missing == ()
        assert hidden.disclosure is Disclosure.SUPPRESSED
        assert hidden.reason == hidden.disclosure_reason == "suppressed"
    assert large.disclosure is Disclosure.SAFE
    frame = suppress(tables).details()
    assert frame["n_valid"].isna().tolist() == [True, True, False]
    assert (frame["estimate"] == 0).sum() == 0
    assert frame["flag"].tolist() == ["suppressed", "suppressed", "reliable"]


def test_footnote_says_profile_source_and_numbers():
    tables = table(("region",), np.array([8, 40, 60]), np.array([4, 20, 25]))
    words = suppress(tables).footnote.disclosure
    assert words.startswith("strict10: at least 10 people")
    assert words.endswith("; 2 of 3 estimates suppressed")
    assert "UNCONFIRMED" in suppress(tables, "ggd30").footnote.disclosure


def test_linked_margins_are_protected_together_and_given_back_in_order():
    rng = np.random.default_rng(4)
    tables = cube(rng, (3, 3))
    shown = suppress(tables)
    assert [one.by for one in shown] == [one.by for one in tables]
    report = check_disclosure(tables)
    assert {one.primary for one in report.findings} == {True, False}
    hidden = {(t, r.group) for t, one in enumerate(shown, 1) for r in one.rows if r.n_valid is None}
    assert {(one.table, one.group) for one in report.findings} == hidden


def test_order_of_the_rows_changes_nothing():
    tables = table(("region",), np.array([8, 40, 60, 41]), np.array([4, 20, 25, 21]))
    turned = replace(tables, rows=tables.rows[::-1])
    assert suppress(turned).rows[::-1] == suppress(tables).rows


def test_suppressing_twice_is_suppressing_once_and_input_is_left_alone():
    tables = table(("region",), np.array([8, 40, 60]), np.array([4, 20, 25]))
    before = replace(tables)
    once = suppress(tables)
    assert suppress(once).rows == once.rows
    assert tables == before


def test_nothing_small_suppresses_nothing():
    tables = table(("region",), np.array([80, 40, 60]), np.array([40, 20, 25]))
    assert {one.disclosure for one in suppress(tables).rows} == {Disclosure.SAFE}


def test_own_profile_is_taken_and_an_unknown_name_lists_the_profiles():
    own = DisclosureProfile("own5", least_n=5)
    tables = table(("region",), np.array([4, 40, 60]), np.array([2, 20, 25]))
    finding = check_disclosure(tables, own).findings[0]
    assert (finding.group, finding.reason) == (("region0",), "fewer than 5 people answered")
    with pytest.raises(OptionError, match=r"profile is 'strict11'.*'strict10', 'ggd30'"):
        suppress(tables, "strict11")


def test_unchecked_estimates_are_refused_with_their_number():
    tables = table(("region",), np.array([80, 40]), np.array([40, 20]))
    with pytest.raises(DisclosureError, match=r"2 estimate\(s\) were not checked .*es.suppress"):
        require_checked([tables])
    require_checked([suppress(tables)])


def test_rows_without_counts_are_refused():
    broken = replace(row(("a",), 40, 20), n_valid=None)
    with pytest.raises(SchemaError, match=r"unweighted number of people .* 1 row\(s\) have none"):
        suppress(Estimates(("region",), (broken,), NOTE))


def test_report_fails_before_and_passes_after():
    tables = table(("region",), np.array([8, 40, 60]), np.array([4, 20, 25]))
    report = check_disclosure(tables)
    assert report.status == "fail"
    (check,) = report.checks
    assert check.message.startswith("1 of 3 estimates break a rule, 1 more")
    assert check.rows == (1, 2)
    assert json.loads(report.to_json())["status"] == "fail"
    assert check_disclosure(suppress(tables)).status == "pass"
    assert check_disclosure(suppress(tables, "ggd30"), "ggd30").status == "review"
    assert report.describe().startswith("fail: strict10")


def test_estimates_of_a_survey_are_unchecked_until_they_are_suppressed():
    assert es.suppress is suppress
    assert NOTE.disclosure == "not checked for disclosure"


@pytest.mark.parametrize("column", ["person_id", "household_id", "weight"])
def test_a_table_whose_groups_are_persons_is_refused(column):
    people = pd.DataFrame({"y": [0, 1] * 40, "g": ["a", "b"] * 40})
    people[column] = np.arange(80) // (2 if column == "household_id" else 1)
    report = HarmonisationReport("a", "2022", "a.sav", "synthetic", "adults", 80, 80)
    survey = es.Survey(people, es.Design(), report)
    for by in ([column], ["g", column]):
        made = es.prevalence(survey, "y", by=by, weights=None)
        with pytest.raises(DisclosureError, match=f"a table by '{column}' cannot be released"):
            suppress([es.prevalence(survey, "y", by="g", weights=None), made])
