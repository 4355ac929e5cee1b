"""Controlled rounding: multiples beside the counts, sums that hold, and what goes with them."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from itertools import combinations

import numpy as np
import pytest

from disclosure.people import CLASSES, made, persons
from disclosure.tables import NOTE, cube, row
from eenzaam_stats.disclosure import require_checked, round_release, suppress
from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.results.estimates import Estimate, Estimates

COUNTS = ("n_valid", "n_missing", "n_outcome")


def _table(by, rows):
    return Estimates(by, tuple(row(group, n, yes) for group, n, yes in rows), NOTE)


def _by_group(table, word):
    return {
        frozenset(zip(table.by, one.group, strict=True)): getattr(one, word) for one in table.rows
    }


def _require_sums(tables):
    """Every row of a coarser table is the sum of its cells, for each count; how many there are."""
    looked = 0
    for word in COUNTS:
        for fine in tables:
            for coarse in tables:
                if (
                    set(coarse.by) < set(fine.by)
                    and fine.footnote.outcome == coarse.footnote.outcome
                ):
                    cells = _by_group(fine, word)
                    for group, count in _by_group(coarse, word).items():
                        looked += 1
                        assert count == sum(n for cell, n in cells.items() if group <= cell), word
    return looked


def test_a_table_by_hand():
    """3 + 4 + 4 = 11 and 1 + 2 + 4 = 7: 11 becomes 10 or 15, of which two cells or three are 5."""
    cells = _table(("region",), [(("a",), 3, 1), (("b",), 4, 2), (("c",), 4, 4)])
    rounded, everyone = round_release([cells, _table((), [((), 11, 7)])])
    assert [one.n_valid for one in (*rounded.rows, *everyone.rows)] == [0, 5, 5, 10]
    assert [one.n_outcome for one in (*rounded.rows, *everyone.rows)] == [0, 0, 5, 5]
    assert everyone.rows[0].estimate == 0.5
    assert math.isnan(rounded.rows[0].estimate)


@pytest.mark.parametrize("base", [2, 3, 5, 10])
@pytest.mark.parametrize("shape", [(7,), (6, 4), (9, 5), (4, 3, 2)])
def test_sums_hold_and_every_count_is_a_multiple_beside_its_own(shape, base):
    tables = cube(np.random.default_rng([*shape, base]), shape)
    rounded = round_release(tables, base)
    assert _require_sums(rounded) >= 3
    far = 0
    for before, after in zip(tables, rounded, strict=True):
        assert [one.group for one in before.rows] == [one.group for one in after.rows]
        for own, one in zip(before.rows, after.rows, strict=True):
            assert one.n_outcome <= one.n_valid
            for word in COUNTS:
                count, found = getattr(own, word), getattr(one, word)
                assert found % base == 0
                far += abs(found - count) >= base
                if count % base == 0 and not far:
                    assert found == count
    words = rounded[0].footnote.disclosure
    assert (f", {far} of them no neighbour" in words) == bool(far)
    if len(shape) < 3:
        assert far == 0  # two dimensions always have a rounding to neighbours (Cox 1987)


@pytest.mark.parametrize("seed", range(4))
def test_linked_tables_of_several_outcomes_and_areas_are_one_rounding(seed):
    people = persons(np.random.default_rng([seed, 8]), municipalities=4, provinces=2, ages=2)
    by = (["municipality", "province", "age"], ["province", "age"], ["province"], ["age"], [])
    outcomes = ("severely_lonely", "lonely", "moderately_lonely")
    tables = [made(people, outcome, one) for outcome in outcomes for one in by]
    tables.append(made(people, "category", ["province"]))
    rounded = round_release(tables)
    assert _require_sums(rounded) > 100
    per = {(t.footnote.outcome, t.by): t for t in rounded}
    for one in by:
        parts = [_by_group(per[outcome, tuple(one)], "n_outcome") for outcome in outcomes]
        for group, lonely in parts[1].items():
            assert lonely == parts[0][group] + parts[2][group]
        people_in = [_by_group(per[outcome, tuple(one)], "n_valid") for outcome in outcomes]
        assert people_in[0] == people_in[1] == people_in[2]
    severe = _by_group(per["severely_lonely", ("province",)], "n_outcome")
    answered = _by_group(per["severely_lonely", ("province",)], "n_valid")
    classes = _by_group(per["category", ("province", "category")], "n_outcome")
    for group, n in answered.items():
        own = {name: classes[group | {("category", name)}] for name in CLASSES}
        assert sum(own.values()) == n
        assert own["severe"] == severe[group]


def test_people_without_a_group_stay_a_rest_that_is_not_negative():
    cells = _table(("region",), [(("a",), 41, 21), (("b",), 33, 12)])
    cells = replace(cells, footnote=replace(NOTE, n_without_group=7))
    rounded, everyone = round_release([cells, _table((), [((), 81, 36)])])
    rest = everyone.rows[0].n_valid - sum(one.n_valid for one in rounded.rows)
    assert rest in (5, 10)
    assert rounded.footnote.n_without_group % 5 == 0


def test_nothing_is_printed_that_was_computed_from_the_counts_as_they_were():
    (before,) = cube(np.random.default_rng(3), (6,))[:1]
    doubtful = replace(
        before.rows[0], flag="uncertain", reason="nobody has it", missing=(("a", 3),)
    )
    after = round_release(replace(before, rows=(doubtful, *before.rows[1:])))
    assert after.rows[0].flag == "uncertain"
    kept = {"group", "estimate", "flag", "reason", "disclosure", "disclosure_reason", *COUNTS}
    for one in after.rows:
        for field in fields(Estimate):
            if field.name not in kept:
                value = getattr(one, field.name)
                assert value in (None, ()) or math.isnan(value), field.name
        assert "nobody" not in one.reason
        if one.n_valid:
            assert one.estimate == one.n_outcome / one.n_valid
    assert after.footnote.weight == ""
    assert "multiples of 5" in after.footnote.method
    require_checked([after])


def test_the_same_tables_in_another_order_have_the_same_rounding():
    tables = cube(np.random.default_rng(12), (5, 4, 2))
    one, two = round_release(tables), round_release(tables[::-1])[::-1]
    assert one == round_release(tables)
    assert one == two


def test_what_is_no_count_or_is_hidden_is_refused_in_words():
    table = _table(("region",), [(("a",), 40, 20), (("b",), 8, 4)])
    for base in (0, 1, -5, 2.5, True, "5", None):
        with pytest.raises(OptionError, match=r"whole number above 1"):
            round_release(table, base)
    with pytest.raises(SchemaError, match=r"before es\.suppress"):
        round_release(suppress(table))
    for statistic in ("mean", "total", "ratio", "standardised proportion", "number of people"):
        other = replace(table, footnote=replace(NOTE, statistic=statistic))
        with pytest.raises(SchemaError, match=r"table 2 is a"):
            round_release([table, other])


def test_every_pair_of_margins_of_a_cube_is_one_table():
    tables = cube(np.random.default_rng(1), (3, 3, 3))
    rounded = round_release(tables, 10)
    by = {frozenset(table.by) for table in rounded}
    assert all(one & two in by for one, two in combinations(by, 2))
