"""Results made of estimates: with them a hidden group could be found, so they go with it."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import Design
from eenzaam_stats.disclosure import check_disclosure, require_checked, suppress
from eenzaam_stats.errors import DisclosureError, SchemaError
from eenzaam_stats.estimation.independence import rao_scott
from eenzaam_stats.estimation.linear_trend import linear_trend
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Disclosure, Flag

PEOPLE = {"a": 160, "b": 240, "c": 280, "d": 14}


@pytest.fixture(scope="module")
def survey() -> Survey:
    rng = np.random.default_rng(2)
    region = np.repeat(list(PEOPLE), list(PEOPLE.values()))
    n = len(region)
    frame = pd.DataFrame(
        {
            "region": region,
            "sex": np.where(np.arange(n) % 2, "men", "women"),
            "wave": np.where(np.arange(n) % 4 < 2, 2020, 2022),
            "lonely": (rng.random(n) < 0.4).astype(int),
            "severe": (rng.random(n) < 0.3).astype(int),
            "score": rng.integers(0, 12, n),
            "weight": rng.uniform(0.5, 2.0, n),
        }
    )
    report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "18+", n, n)
    return Survey(frame, Design(weight="weight"), report)


STANDARD = es.Standard.of({"men": 1, "women": 1}, over="sex")
DERIVED = {
    "difference of pairs": (
        lambda s: es.compare(s, "lonely", by="region"),
        lambda s: [es.prevalence(s, "lonely", by="region")],
    ),
    "ratio of two groups": (
        lambda s: es.compare(s, "lonely", by="region", how=es.Comparing(measure="ratio")),
        lambda s: [es.prevalence(s, "lonely", by="region")],
    ),
    "difference with the rest": (
        lambda s: es.compare(s, "lonely", by="region", how=es.Comparing(against="rest")),
        lambda s: [es.prevalence(s, "lonely", by="region")],
    ),
    "difference with one group": (
        lambda s: es.compare(s, "lonely", by="region", how=es.Comparing(against="b")),
        lambda s: [es.prevalence(s, "lonely", by="region")],
    ),
    "difference within blocks": (
        lambda s: es.compare(s, "lonely", by="sex", how=es.Comparing(within=("region",))),
        lambda s: [es.prevalence(s, "lonely", by=["sex", "region"])],
    ),
    "trend": (
        lambda s: linear_trend(s, "lonely", by="region"),
        lambda s: [es.prevalence(s, "lonely", by=["region", "wave"])],
    ),
    "standardised share": (
        lambda s: es.standardise(s, "lonely", standard=STANDARD, by="region"),
        lambda s: [es.prevalence(s, "lonely", by=["region", "sex"])],
    ),
    "mean of a share": (
        lambda s: es.mean(s, "lonely", by="region"),
        lambda s: [es.prevalence(s, "lonely", by="region")],
    ),
    "total of a share": (
        lambda s: es.total(s, "lonely", by="region", of="number"),
        lambda s: [es.prevalence(s, "lonely", by="region")],
    ),
    "ratio of two columns": (
        lambda s: es.ratio(s, "lonely", "severe", by="region"),
        lambda s: [es.prevalence(s, one, by="region") for one in ("lonely", "severe")],
    ),
}


@pytest.mark.parametrize("kind", DERIVED)
def test_a_derived_result_alone_is_refused_with_what_to_give_beside_it(survey, kind):
    derive, basis = DERIVED[kind]
    made = derive(survey)
    for call in (suppress, lambda x: suppress([x]), check_disclosure):
        with pytest.raises(DisclosureError, match=r"only together with the estimates of") as told:
            call(made)
        words = str(told.value)
        assert "es.suppress([es.prevalence(survey, " in words
        assert all(name in words for name in basis(survey)[-1].by)
    other = es.prevalence(survey, "severe", by="region")
    with pytest.raises(DisclosureError):
        suppress([other, made])


@pytest.mark.parametrize("kind", DERIVED)
def test_what_is_made_of_a_hidden_group_is_hidden_and_the_rest_is_shown(survey, kind):
    derive, basis = DERIVED[kind]
    tables = [*basis(survey), derive(survey)]
    *bases, made = suppress(tables)
    hidden = {row.group for one in bases for row in one.rows if row.flag is Flag.SUPPRESSED}
    assert hidden
    flags = [row.flag is Flag.SUPPRESSED for row in made.rows]
    assert any(flags)
    assert not all(flags)
    assert all(row.disclosure is not Disclosure.UNCHECKED for row in made.rows)
    require_checked([*bases, made])
    for row in made.rows:
        numbers = [getattr(row, one.name) for one in fields(row)]
        numbers = [n for n in numbers if isinstance(n, int | float) and not math.isnan(n)]
        assert bool(numbers) is (row.flag is not Flag.SUPPRESSED)
        if row.flag is Flag.SUPPRESSED:
            assert row.reason == "suppressed"
    frame = made.tidy()
    shown = frame.loc[flags, [name for name in frame if frame[name].dtype.kind in "fiu"]]
    assert shown.isna().all(axis=None)


def test_no_comparison_leaves_a_way_to_a_hidden_group(survey):
    shares, pairs = suppress(
        [
            es.prevalence(survey, "lonely", by="region"),
            es.compare(survey, "lonely", by="region"),
        ]
    )
    known = {row.group[0] for row in shares.rows if row.flag is not Flag.SUPPRESSED}
    for row in pairs.rows:
        assert (row.flag is not Flag.SUPPRESSED) is ({row.group, row.reference} <= known)


def test_adjusted_p_values_go_where_a_comparison_is_hidden(survey):
    how = es.Comparing(adjustment="holm")
    made = es.compare(survey, "lonely", by="region", how=how)
    *_, safe = suppress([es.prevalence(survey, "lonely", by="region"), made])
    shown = [row for row in safe.rows if row.flag is not Flag.SUPPRESSED]
    assert shown
    assert all(math.isfinite(row.p_value) and math.isnan(row.p_adjusted) for row in shown)


def test_nothing_small_keeps_every_comparison_with_its_numbers(survey):
    sexes = es.prevalence(survey, "lonely", by="sex")
    made = es.compare(survey, "lonely", by="sex", how=es.Comparing(adjustment="holm"))
    _, safe = suppress([sexes, made])
    assert [row.estimate for row in safe.rows] == [round(row.estimate, 3) for row in made.rows]
    assert [row.p_adjusted for row in safe.rows] == [round(row.p_adjusted, 4) for row in made.rows]
    assert safe.footnote.disclosure.startswith("strict10")


def test_unchecked_comparisons_are_not_written(survey):
    with pytest.raises(DisclosureError, match=r"estimate\(s\) were not checked"):
        require_checked([es.compare(survey, "lonely", by="sex")])


def test_a_group_that_a_derived_result_hides_is_protected_in_its_own_table(survey):
    # the region of 14 people is hidden as a share; its mean score may not be the rest of a total
    shares, means = suppress(
        [es.prevalence(survey, "lonely", by="region"), es.mean(survey, "lonely", by="region")]
    )
    for table in (shares, means):
        assert sum(row.flag is Flag.SUPPRESSED for row in table.rows) >= 2


def test_mean_of_a_score_needs_no_share_beside_it(survey):
    table = suppress(es.mean(survey, "score", by="region"))
    assert [row.flag is Flag.SUPPRESSED for row in table.rows] == [False] * 4


def test_a_standardised_class_without_people_is_not_told(survey):
    standard = es.Standard.of({"men": 1, "women": 1}, over="sex")
    people = survey.respondents
    only = people[~((people.region == "a") & (people.sex == "men"))].reset_index(drop=True)
    part = Survey(only, survey.design, survey.report)
    made = es.standardise(part, "lonely", standard=standard, by="region")
    assert "men" in made.rows[0].reason
    *_, safe = suppress([es.prevalence(part, "lonely", by=["region", "sex"]), made])
    assert "men" not in repr(safe.rows[0])


@pytest.mark.parametrize(
    "made",
    [
        lambda s: rao_scott(s, "region", "lonely"),
        lambda s: s,
        lambda s: s.respondents,
        lambda s: es.prevalence(s, "lonely").rows[0],
        lambda _: {"a": 1},
        lambda _: "lonely",
        lambda _: None,
        lambda s: (es.prevalence(s, "lonely") for _ in range(2)),
    ],
)
def test_what_is_no_estimate_is_refused_with_its_type_and_what_to_do(survey, made):
    thing = made(survey)
    for call in (suppress, check_disclosure, lambda x: suppress([x])):
        with pytest.raises(SchemaError, match=r"takes estimates and comparisons.* of type \w+"):
            call(thing)
