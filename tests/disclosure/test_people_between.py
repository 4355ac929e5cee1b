"""People whom no table names: those without a group, and those between borders of age classes."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import Design
from eenzaam_stats.disclosure import DisclosureProfile
from eenzaam_stats.disclosure.released import format_released, parse_released
from eenzaam_stats.errors import DisclosureError
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.tables.text import estimates_text as as_text
from eenzaam_stats.vocabulary import Flag

OWN = DisclosureProfile("own", least_n=10)


def _survey(few, *, yes=1, columns=("region",)):
    """Four regions of 80 and more, and a few people without a value of the last column."""
    records = []
    for place, n in (("A", 80), ("B", 100), ("C", 110), ("D", 130)):
        records += [(place, "mf"[at % 2], f"q{at // 2 % 2}", float(at % 3 == 0)) for at in range(n)]
    records += [("A", "m", "q0", float(at < yes)) for at in range(few)]
    frame = pd.DataFrame(records, columns=["region", "sex", "quarter", "lonely"])
    frame["weight"] = 1.0
    frame["group"] = np.where(np.arange(len(frame)) % 2, "x", "y")
    frame["score"] = np.arange(len(frame)) % 5 * 1.7
    frame.loc[len(frame) - few :, columns[-1]] = None if few else frame[columns[-1]]
    n = len(frame)
    report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "18+", n, n)
    return Survey(frame, Design(weight="weight"), report)


MAKE = {
    "prevalence": lambda s, by: es.prevalence(s, "lonely", by=by),
    "distribution": lambda s, by: es.distribution(s, "lonely", by=by),
    "total": lambda s, by: es.total(s, "lonely", by=by),
    "mean": lambda s, by: es.mean(s, "score", by=by),
    "several outcomes": lambda s, by: es.prevalence(s, ["lonely"], by=by),
}
MARGINS = {
    "everyone": (("region",), ()),
    "a margin": (("sex", "region"), ("sex",)),
    "a function": (("sex", "quarter"), ("sex",)),
}


def _hidden(tables):
    return [row.flag is Flag.SUPPRESSED for table in tables for row in table.rows]


@pytest.mark.parametrize("margin", MARGINS)
@pytest.mark.parametrize("kind", MAKE)
def test_a_few_without_a_group_are_not_left_over(kind, margin):
    by, coarse = MARGINS[margin]
    for few, yes, hides in ((0, 0, False), (4, 1, True), (60, 25, False)):
        survey = _survey(few, yes=yes, columns=by)
        given = [MAKE[kind](survey, one) for one in (by, coarse)]
        if kind == "total":
            given += [MAKE["prevalence"](survey, one) for one in (by, coarse)]
        released = es.suppress(given)
        assert any(_hidden(released)) is hides, few
        # what is shown of the cells and of the margin leaves no few
        assert not all(_hidden(released))
        told = {table.footnote.n_without_group for table in released}
        assert told == ({None, 0} if hides else {few, 0})
        assert es.suppress(released) == released


def test_a_class_of_a_few_without_a_group_is_protected_too():
    survey = _survey(40, yes=3)  # forty people, three of them lonely
    released = es.suppress([es.prevalence(survey, "lonely", by=one) for one in ("region", ())])
    assert any(_hidden(released))
    assert released[0].footnote.n_without_group == 40


def test_the_number_of_a_few_stands_in_no_output():
    survey = _survey(7)
    alone = es.suppress(es.prevalence(survey, "lonely", by="region"))
    assert not any(_hidden([alone]))  # without the total nobody can subtract
    text = as_text(alone, language="en")
    assert "Some people without a value of region are in no row." in text
    assert "7 people" not in text
    assert json.loads(json.dumps(asdict(alone.footnote)))["n_without_group"] is None
    (back,) = parse_released(format_released([alone]))
    assert back.footnote.n_without_group is None
    assert es.suppress([back])[0].footnote.n_without_group is None
    assert es.audit([alone]).disclosures == ()


def test_numbers_of_two_tables_that_differ_by_a_few_are_not_told():
    survey = _survey(40, yes=13)
    frame = survey.respondents.copy()
    frame.loc[[0, 3, 6], "sex"] = None
    survey = replace(survey, respondents=frame)

    def told(*by):
        tables = es.suppress([es.prevalence(survey, "lonely", by=one) for one in by], OWN)
        return [table.footnote.n_without_group for table in tables]

    assert told("region") == [40]
    assert told("sex") == [None]
    assert told("region", ["region", "group"]) == [40, 40]
    # 43 less 40 are those without a sex
    assert told("region", ["region", "sex"]) == [None, None]
    assert told("region", "group") == [40, 0]


def _ages(years, bands):
    """People of these ages in two sets of classes."""
    rng = np.random.default_rng(1)
    age = np.concatenate([rng.integers(18, 65, 400), rng.integers(67, 90, 300), years])
    frame = pd.DataFrame({"age": age.astype(int), "weight": 1.0})
    for name, borders in bands.items():
        edges = [*borders, 200]
        labels = [
            f"{low}+" if high == 200 else f"{low}-{high - 1}" for low, high in pairwise(edges)
        ]
        frame[name] = pd.cut(frame["age"], edges, right=False, labels=labels).astype(str)
    frame["lonely"] = (np.arange(len(frame)) % 3 == 0).astype(float)
    frame["sex"] = np.where(np.arange(len(frame)) % 2, "m", "f")
    n = len(frame)
    report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "18+", n, n)
    return Survey(frame, Design(weight="weight"), report)


@pytest.mark.parametrize("others", [(), ("sex",)])
@pytest.mark.parametrize(
    ("years", "borders", "refused"),
    [
        ([65, 65, 66], (18, 35, 67), True),  # 65 and 66 are three people
        ([65] * 60 + [66] * 60, (18, 35, 67), False),  # many people between
        ([], (18, 35, 67), False),  # nobody between
        ([65, 65, 66], (18, 35, 50, 65, 75), False),  # borders nest
    ],
)
def test_age_classes_that_do_not_nest_are_refused_where_few_are_between(
    years, borders, refused, others
):
    survey = _ages(years, {"age_group": (18, 65), "age_band": borders})
    tables = [
        es.prevalence(survey, "lonely", by=["age_group", *others]),
        es.prevalence(survey, "lonely", by="age_band"),
    ]
    if refused:
        with pytest.raises(DisclosureError, match=r"borders do not nest.*ages 65-66"):
            es.suppress(tables)
    else:
        assert not all(_hidden(es.suppress(tables)))


def test_other_classes_under_one_name_are_compared_too():
    survey = _ages([65, 65, 66], {"age_group": (18, 65), "age_band": (18, 35, 67)})
    one, other = (es.prevalence(survey, "lonely", by=by) for by in ("age_group", "age_band"))
    with pytest.raises(DisclosureError, match="do not nest"):
        es.suppress([one, replace(other, by=("age_group",))])
    # numbers of something else are no ages
    assert es.suppress([one, replace(other, by=("hours",))])
