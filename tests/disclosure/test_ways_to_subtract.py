"""Each way in which released tables were subtracted, tried on nothing but the printed CSV."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from disclosure.attack.population import Asked, populated, respondents
from disclosure.attack.release import Release
from disclosure.attack.verbs import made
from eenzaam_stats.disclosure import PROFILES, audit, check_disclosure, suppress
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.tables import csv_text
from eenzaam_stats.vocabulary import Flag

pytestmark = pytest.mark.filterwarnings("ignore:suppress.. hides")
STRICT = PROFILES["strict10"]
SEVERE, CATEGORY = "severe", "category"
# tables of one call; a number is the run in which a table leaves
WAYS = {
    "the classes of a group are a sum": [(CATEGORY, "place"), (CATEGORY, "")],
    "place by sex and place by age have a common margin": [
        (SEVERE, "municipality sex"),
        (SEVERE, "municipality age"),
    ],
    "a municipality lies in one province": [
        (SEVERE, "municipality sex"),
        (SEVERE, "province sex"),
    ],
    "margins and the total of the cells": [
        (SEVERE, "municipality sex"),
        (SEVERE, "municipality"),
        (SEVERE, "sex"),
        (SEVERE, "municipality sex", "total"),
    ],
    "two outcomes and national rows": [
        ("lonely", "municipality sex"),
        (SEVERE, "municipality sex"),
        (SEVERE, "municipality"),
        ("lonely", ""),
        (SEVERE, ""),
    ],
}
RUNS = {
    "first the cells, later a margin": [
        (SEVERE, "municipality sex age"),
        (SEVERE, "municipality sex"),
    ],
    "sex, municipality and their crossing in runs of their own": [
        (SEVERE, "sex"),
        (SEVERE, "municipality"),
        (SEVERE, "municipality sex"),
    ],
}
SEEDS = range(4)


def _asked(outcome, by, statistic="proportion"):
    return Asked(outcome, tuple(by.replace("place", "municipality").split()), (), statistic)


def _release(tables, seed, runs=None):
    people = populated(
        *(np.random.default_rng([seed, 41]), {"municipality": 5, "sex": 2, "age": 2}),
        functions={"province": ("municipality", 3)},
        size=0.035,
    )
    asked = [_asked(*one) for one in tables]
    survey = respondents(people, [one.outcome for one in asked])
    truth = [made(survey, one) for one in asked]
    return Release(people, asked, truth, runs or [0] * len(asked), STRICT)


def _printed(table: Estimates) -> Estimates:
    """What somebody reads in the CSV of a table."""
    frame = pd.read_csv(io.StringIO(csv_text(table.details())), dtype=dict.fromkeys(table.by, str))
    rows = []
    for line in frame.to_dict("records"):
        n, missing, yes = (
            None if math.isnan(line[name]) else int(line[name])
            for name in ("n_valid", "n_missing", "n_outcome")
        )
        numbers = (line[name] for name in ("estimate", "std_error", "conf_low", "conf_high"))
        rows.append(
            Estimate(
                *(tuple(line[name] for name in table.by), *numbers, None, n, missing),
                *(math.nan, math.nan, Flag(line["flag"])),
                n_outcome=yes,
            )
        )
    return Estimates(table.by, tuple(rows), replace(table.footnote, disclosure=""))


def _narrow(release, shown):
    printed = [_printed(table) for table in shown]
    return release.recovered(printed, release.attack(printed))


@pytest.mark.parametrize("way", WAYS)
def test_tables_of_one_call_are_not_subtracted(way):
    attacked = open_before = 0
    for seed in SEEDS:
        release = _release(WAYS[way], seed)
        shown = release.let_go()
        assert _narrow(release, shown) == [], seed
        assert audit(shown).disclosures == ()
        assert check_disclosure(release.truth).status == "fail"
        attacked += len(release.breaking())
        open_before += sum(found.narrow for found in release.attack(release.by_rule()))
    assert attacked > 10
    assert open_before > 0


@pytest.mark.parametrize("way", RUNS)
def test_later_tables_are_not_subtracted_from_earlier_ones(way):
    attacked = open_apart = failed = 0
    for seed in SEEDS:
        release = _release(RUNS[way], seed, list(range(len(RUNS[way]))))
        assert _narrow(release, release.let_go()) == [], seed
        apart = [suppress(table) for table in release.truth]
        attacked += len(release.breaking())
        opened = _narrow(release, apart)
        open_apart += len(opened)
        # what was hidden before is unknown, not nobody: the check sees that tables open each other
        if opened:
            assert audit(apart).disclosures
            failed += check_disclosure(apart).status == "fail"
    assert failed > 0
    assert attacked > 10
    assert open_apart > 3


def test_a_label_for_what_is_small_itself_would_narrow_what_is_hidden():
    narrowed = 0
    for seed in SEEDS:
        release = _release(WAYS["place by sex and place by age have a common margin"], seed)
        shown = release.let_go()
        words = {
            (row.reason, row.disclosure_reason, str(row.flag))
            for table in shown
            for row in table.rows
            if row.n_valid is None
        }
        assert words == {("suppressed",) * 3}
        reader = release.read(shown)
        small = {(t, r): whats for t, r, whats in release.breaking()}
        goals, wanted = [], []
        for (t, r), whats in small.items():
            masks = release.masks(release.asked[t], release.truth[t].rows[r].group)
            for what in whats:
                reader.knows(masks[what], 0, STRICT.least_cell - 1)
                goals.append(masks[what])
                wanted.append(STRICT.least_n)
        narrowed += sum(
            high - low < least - 1e-5
            for (low, high), least in zip(reader.bounds(goals), wanted, strict=True)
        )
    assert narrowed > 10
