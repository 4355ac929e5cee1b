"""Bounds of hidden counts from released tables alone, beside hand arithmetic and the attacker."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from disclosure.attack.finest import recovered
from disclosure.people import QUESTIONS, attacker_of, made, persons
from disclosure.tables import NOTE, row
from eenzaam_stats.disclosure import PROFILES, audit, suppress
from eenzaam_stats.disclosure.feasible import MOST_WHOLE, Line, ranges
from eenzaam_stats.disclosure.reading import Published
from eenzaam_stats.disclosure.rules import disclosive
from eenzaam_stats.errors import SchemaError
from eenzaam_stats.results.estimates import Estimates

STRICT = PROFILES["strict10"]


def _table(by, rows, hidden=()):
    made_rows = [row(group, n, yes) for group, n, yes in rows]
    kept = tuple(one.hide() if one.group in hidden else one for one in made_rows)
    return Estimates(by, kept, NOTE)


def test_two_hidden_rows_of_a_column_lie_between_nobody_and_their_sum():
    rows = [(("a",), 40, 20), (("b",), 6, 2), (("c",), 3, 1)]
    tables = [_table(("region",), rows, {("b",), ("c",)}), _table((), [((), 49, 23)])]
    found = {(one.group, one.what): (one.low, one.high) for one in audit(tables).disclosures}
    for group in (("b",), ("c",)):
        assert found[group, "with an answer"] == (0.0, 9.0)
        assert found[group, "in class yes"] == (0.0, 3.0)
        assert found[group, "in class no"] == (0.0, 6.0)


def test_one_hidden_row_is_found_out_and_a_release_is_not():
    rows = [(("a",), 40, 20), (("b",), 8, 4), (("c",), 60, 25)]
    everyone = _table((), [((), 108, 49)])
    (one, *_) = audit([_table(("region",), rows, {("b",)}), everyone]).disclosures
    assert one.width == 0.0
    released = suppress([_table(("region",), rows), everyone])
    assert audit(released).disclosures == ()


@pytest.mark.parametrize("seed", range(4))
def test_bounds_are_those_of_the_attacker_in_the_finest_cells(seed):
    people = persons(np.random.default_rng([seed, 21]), size=0.12)
    truth = [made(people, "severely_lonely", by) for by in (["province", "sex"], ["province"], [])]
    shown = [
        replace(t, rows=tuple(r.hide() if disclosive(r, STRICT) else r for r in t.rows))
        for t in truth
    ]
    attacker = attacker_of(people, ["severely_lonely"])
    for table in shown:
        attacker.reads(table, QUESTIONS["severely_lonely"])
    ours = {
        (one.table, one.group): (one.low, one.high)
        for one in audit(shown).bounds
        if one.what == "in class yes"
    }
    asked = [
        (at, r.group) for at, t in enumerate(shown, start=1) for r in t.rows if r.n_valid is None
    ]
    assert asked
    assert ours.keys() == set(asked)
    theirs = recovered(
        attacker,
        [(truth[at - 1], group, QUESTIONS["severely_lonely"], "having") for at, group in asked],
    )
    for key, bounds in zip(asked, theirs, strict=True):
        assert ours[key] == pytest.approx(bounds, abs=1e-5)


def test_audit_takes_estimates_only():
    with pytest.raises(SchemaError, match=r"of type dict"):
        audit([{"a": 1}])


NOTHING = math.nan


@pytest.mark.parametrize("seed", range(6))
def test_bounds_of_whole_numbers_are_those_of_every_solution(seed):
    """Every table of whole numbers with these margins is written out and looked at."""
    rng = np.random.default_rng([seed, 14])
    cells = rng.integers(0, 5, (2, 3))
    hidden = rng.random((2, 3)) < 0.8
    weights = rng.integers(1, 4, (2, 3))  # a row of factors too, so that fractions occur
    free = [tuple(at) for at in np.argwhere(hidden)]
    sums = [(np.ones((2, 3)), axis, at) for axis, n in ((0, 3), (1, 2)) for at in range(n)]
    lines, right = [], []
    for ones, axis, at in sums:
        mask = np.zeros((2, 3))
        mask[(slice(None), at) if axis == 0 else (at, slice(None))] = 1.0
        lines.append(mask * ones)
    lines.append(weights.astype(float))
    right = [float((line * cells).sum()) for line in lines]
    asked = [
        Line(tuple((int(at), float(f)) for at, f in enumerate(line.ravel()) if f), b, b)
        for line, b in zip(lines, right, strict=True)
    ]
    value = [NOTHING if h else float(c) for c, h in zip(cells.ravel(), hidden.ravel(), strict=True)]
    numbers = [at for at, one in enumerate(value) if math.isnan(one)]
    found = ranges(asked, value, asked=numbers, numbers=set())
    solutions = []
    for tried in product(range(int(cells.sum()) + 1), repeat=len(free)):
        filled = cells.copy()
        for place, number in zip(free, tried, strict=True):
            filled[place] = number
        if all((line * filled).sum() == b for line, b in zip(lines, right, strict=True)):
            solutions.append(filled.ravel())
        if len(free) > 4:
            break
    if len(free) <= 4:
        every = np.array(solutions)
        for at in numbers:
            assert found[at].whole
            assert (found[at].low, found[at].high) == (every[:, at].min(), every[:, at].max())
    assert numbers == sorted(found)


def test_whole_numbers_find_what_the_relaxation_leaves_open():
    """x + y = 3 with 2 x + 2 y + 2 z = 9 - w, w at most 1: only w = 1 leaves whole numbers."""
    lines = [
        Line(((0, 2.0), (1, 2.0), (2, 1.0)), 9.0, 9.0),
        Line(((2, 1.0), (3, 1.0)), 2.0, 2.0),
    ]
    found = ranges(lines, [NOTHING] * 4, asked=[2], numbers=set())
    assert (found[2].low, found[2].high, found[2].whole) == (1.0, 1.0, True)
    relaxed = ranges(lines, [NOTHING] * 4, asked=[2], numbers={0, 1, 2, 3})
    assert (relaxed[2].low, relaxed[2].high) == (0.0, 2.0)


def test_a_large_component_has_bounds_of_the_relaxation_and_says_so():
    count = MOST_WHOLE + 1
    halves = [Line(((at, 2.0), (at + 1, 2.0)), 3.0, 3.0) for at in range(count - 1)]
    found = ranges(halves, [NOTHING] * count, asked=[0], numbers=set())
    assert not found[0].whole
    assert (found[0].low, found[0].high) == (0.0, 1.0)


def test_the_equations_of_a_chain_are_named_in_their_order():
    rows = [(("a", "m"), 40, 20), (("a", "v"), 30, 12), (("b", "m"), 8, 4), (("b", "v"), 50, 20)]
    cells = _table(("region", "sex"), rows, {("a", "m"), ("b", "m")})
    regions = _table(("region",), [(("a",), 70, 32), (("b",), 58, 24)], {("b",)})
    everyone = _table((), [((), 128, 56)])
    found = {
        (one.table, one.group, one.what): one for one in audit([cells, regions, everyone]).bounds
    }
    eight = found[1, ("b", "m"), "with an answer"]
    assert (eight.low, eight.high) == (8.0, 8.0)
    assert eight.disclosed
    assert eight.by == (
        "table 2 region=a: with an answer (70) + table 2 region=b: with an answer (hidden) = "
        "table 3 everyone: with an answer (128)",
        "table 1 region=b, sex=m: with an answer (hidden) + "
        "table 1 region=b, sex=v: with an answer (50) = table 2 region=b: with an answer (hidden)",
    )


def test_equations_of_a_programme_name_tables_groups_and_columns():
    """Hidden 2 by 2 corners with 6 and 3 people: bounds by the margins that are tight."""
    people = {("a", "m"): 6, ("a", "v"): 2, ("b", "m"): 1, ("b", "v"): 3}
    more = {("c", "m"): 40, ("c", "v"): 50}
    cells = _table(
        ("region", "sex"),
        [(group, n, n // 2) for group, n in {**people, **more}.items()],
        set(people),
    )
    regions = _table(("region",), [(("a",), 8, 4), (("b",), 4, 1), (("c",), 90, 45)])
    sexes = _table(("sex",), [(("m",), 47, 23), (("v",), 55, 27)])
    found = {
        one.group: one
        for one in audit([cells, regions, sexes]).bounds
        if one.what == "with an answer"
    }
    one = found["a", "m"]
    assert (one.low, one.high) == (3.0, 7.0)  # 8 - 5 and the least of 8 and 7, by hand
    text = " ".join(one.by)
    assert "table 2 region=a: with an answer (8)" in text
    assert "table 3 sex=" in text
    assert "table 1 region=c, sex=" in text


SHARE = replace(NOTE, weight="", statistic="proportion")


def _shares(rows, hidden=()):
    """Shares without their counts, as others print them."""
    made_rows = [replace(row(g, n, 0), estimate=p, n_outcome=None) for g, n, p in rows]
    kept = [one.hide() if one.group in hidden else one for one in made_rows]
    return Estimates(("region",) if rows[0][0] else (), tuple(kept), SHARE)


def test_rounded_unweighted_shares_bound_counts_and_weighted_ones_do_not():
    """0.375 of 8 is 3; 0.350 of 20 is 7: the hidden 12 hold 4."""
    tables = [_shares([(("a",), 8, 0.375), (("b",), 12, 0.0)], {("b",)}), _shares([((), 20, 0.35)])]
    found = {one.what: one for one in audit(tables).disclosures}
    assert (found["in class yes"].low, found["in class yes"].high) == (4.0, 4.0)
    assert any("share 0.375 of 8" in words for words in found["in class yes"].by)
    weighted = [replace(t, footnote=replace(SHARE, weight="weight")) for t in tables]
    open_ones = {one.what: one.high for one in audit(weighted).bounds}
    assert open_ones["in class yes"] == 12.0


def test_decimals_of_a_share_can_be_said():
    """0.3 of 1,000 with one decimal is 250 to 350; with three it is 300."""
    tables = [
        _shares([(("a",), 1_000, 0.3), (("b",), 12, 0.0)], {("b",)}),
        _shares([((), 1012, 0.3)]),
    ]
    for decimals, high in ((None, 12.0), (1, 12.0), (3, 4.0)):
        told = [Published(table, decimals) for table in tables]
        (yes,) = [one for one in audit(told).bounds if one.what == "in class yes"]
        assert yes.high == high, decimals


def test_a_cell_that_another_table_shows_is_disclosed():
    hidden = _table(("region",), [(("a",), 40, 20), (("b",), 8, 4)], {("b",)})
    again = _table(("region",), [(("b",), 8, 4)])
    found = audit([hidden, again]).disclosures
    assert {one.what for one in found} == {"with an answer", "in class yes", "in class no"}
    assert all("table 2 region=b" in one.by[0] and "shown" in one.by[0] for one in found)


def test_a_total_of_another_file_is_what_gives_away():
    hidden = _table(("region",), [(("a",), 40, 20), (("b",), 8, 4)], {("b",)})
    assert audit(hidden).disclosures == ()
    assert audit([hidden, _table((), [((), 48, 24)])]).disclosures


def test_areas_that_lie_in_each_other_link_tables_that_do_not_name_both():
    places = _table(
        ("gemeente",), [(("g1",), 8, 4), (("g2",), 40, 20), (("g3",), 30, 12)], {("g1",)}
    )
    areas = _table(("provincie",), [(("p1",), 48, 24)])
    assert audit([places, areas]).disclosures == ()
    frame = pd.DataFrame({"gemeente": ["g1", "g2", "g3"], "provincie": ["p1", "p1", "p2"]})
    found = audit([places, areas], together=frame).disclosures
    assert {one.low for one in found} == {8.0, 4.0}
    with pytest.raises(SchemaError, match=r"together= as a frame"):
        audit([places, areas], together={"gemeente": "p1"})


def test_people_without_a_group_leave_a_margin_open():
    cells = _table(("region",), [(("a",), 40, 20), (("b",), 8, 4)], {("b",)})
    everyone = _table((), [((), 60, 30)])
    assert audit([cells, everyone]).disclosures  # 20 and 10, if everyone has a region
    some = replace(cells, footnote=replace(NOTE, n_without_group=12))
    report = audit([some, everyone])
    (people,) = [one for one in report.bounds if one.what == "with an answer"]
    assert (people.low, people.high) == (8.0, 20.0)  # 20 less at most 12
    assert "people without a group" in report.notes[0]


@pytest.mark.parametrize("which", ["total", "mean"])
def test_numbers_are_bounded_by_their_last_digit(which):
    """12,300 - 8,200 with three digits: 4,100, at most 50 + 50 from it."""
    note = replace(NOTE, outcome="hours", statistic="total")

    def number(group, value, n):
        return replace(row(group, n, 0), estimate=value, n_outcome=None, weight_sum=NOTHING)

    rows = (number(("a",), 8210.0, 40), number(("b",), 4090.0, 30).hide())
    tables = [Estimates(("region",), rows, note), Estimates((), (number((), 12300.0, 70),), note)]
    if which == "mean":
        tables = [replace(t, footnote=replace(note, statistic="mean")) for t in tables]
    found = [one for one in audit(tables).bounds if one.what == "sum of the number"]
    if which == "mean":  # without sums of weights a mean tells no total
        assert [one.high for one in found] == [math.inf]
        return
    assert (found[0].low, found[0].high) == pytest.approx((4035.0, 4145.0))
    assert found[0].disclosed
    assert "total 12300" in " ".join(found[0].by)


def test_a_larger_count_that_another_outcome_shows_is_near_and_not_disclosed():
    """Who answered is known from the other outcome; who has this one is not."""
    hidden = _table(("region",), [(("a",), 60, 4), (("b",), 50, 5)], {("a",), ("b",)})
    other = [
        replace(t, footnote=replace(NOTE, outcome="ill"))
        for t in [_table(("region",), [(("a",), 60, 30), (("b",), 50, 20)])]
    ]
    everyone = _table((), [((), 110, 40)])
    report = audit([hidden, *other, everyone], replace(STRICT, least_cell=5))
    near = [one for one in report.bounds if one.narrow]
    assert {one.what for one in near} == {"with an answer"}
    assert report.disclosures == ()


def test_report_holds_secrets_and_says_so_first():
    hidden = _table(("region",), [(("a",), 40, 20), (("b",), 8, 4)], {("b",)})
    report = es.audit([hidden, _table((), [((), 48, 24)])])
    assert report.describe().splitlines()[0].startswith("SECRET")
    document = json.loads(report.to_json())
    assert document["use"].startswith("SECRET")
    assert (document["hidden"], document["disclosed"]) == (1, 3)
    assert {one["low"] for one in document["bounds"]} == {8.0, 4.0}
    open_one = json.loads(es.audit(hidden).to_json())
    assert {one["high"] for one in open_one["bounds"]} == {None}


def test_tables_that_contradict_each_other_are_refused_in_words():
    cells = _table(("region",), [(("a",), 40, 20), (("b",), 8, 4)], {("b",)})
    for total in ([((), 30, 15)], [((), 45, 30)]):
        with pytest.raises(SchemaError, match=r"audit\(\)"):
            audit([cells, _table((), total)])


@pytest.mark.filterwarnings("ignore:suppress.. hides")
@pytest.mark.parametrize("seed", range(8))
def test_what_suppress_releases_has_nothing_disclosed_and_what_small_cells_alone_leave_has(seed):
    people = persons(np.random.default_rng([seed, 33]), size=0.06)
    tables = [
        made(people, outcome, by)
        for outcome in ("severely_lonely", "category")
        for by in (["municipality", "age"], ["province", "age"], ["municipality"], ["age"], [])
    ]
    released = audit(suppress(tables))
    assert released.hidden > 0
    assert released.disclosures == ()
    alone = [
        replace(t, rows=tuple(r.hide() if disclosive(r, STRICT) else r for r in t.rows))
        for t in tables
    ]
    assert audit(alone).disclosures


def test_bounds_of_the_example_of_the_handbook():
    """Geurts (1992), as example 3 of the Handbook on SDC, chapter 4: cell (1, 1) is 3 to 6."""
    rows = [
        *((("1", "1"), 0, 0), (("1", "2"), 0, 0), (("2", "1"), 0, 0), (("2", "2"), 0, 0)),
        *((("3", "1"), 3, 0), (("3", "2"), 3, 0)),
    ]
    hidden = {group for group, n, _ in rows if not n}
    count = replace(NOTE, statistic="count")
    tables = [
        _table(("row", "column"), rows, hidden),
        _table(("row",), [(("1",), 7, 0), (("2",), 3, 0), (("3",), 6, 0)]),
        _table(("column",), [(("1",), 9, 0), (("2",), 7, 0)]),
        _table((), [((), 16, 0)]),
    ]
    bare = [
        replace(t, footnote=count, rows=tuple(replace(r, n_outcome=None) for r in t.rows))
        for t in tables
    ]
    found = {one.group: (one.low, one.high) for one in audit(bare).bounds}
    assert found == {
        ("1", "1"): (3.0, 6.0),
        ("1", "2"): (1.0, 4.0),
        ("2", "1"): (0.0, 3.0),
        ("2", "2"): (0.0, 3.0),
    }


@pytest.mark.parametrize("wrong", [None, 3, "text", [None], {"a": 1}, [["a"]]])
def test_what_is_no_table_is_named(wrong):
    with pytest.raises(SchemaError, match=r"audit\(\) takes estimates"):
        audit(wrong)
