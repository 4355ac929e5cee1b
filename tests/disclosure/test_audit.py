"""Bounds of hidden counts from released tables alone, beside hand arithmetic and the attacker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from disclosure.attack.finest import recovered
from disclosure.people import QUESTIONS, attacker_of, made, persons
from disclosure.tables import NOTE, row
from eenzaam_stats.disclosure import PROFILES, audit, suppress
from eenzaam_stats.disclosure.rules import disclosive
from eenzaam_stats.errors import SchemaError
from eenzaam_stats.results import Estimates

STRICT = PROFILES["strict10"]


def _table(by, rows, hidden=()):
    made_rows = [row(group, n, yes) for group, n, yes in rows]
    kept = tuple(one.hidden() if one.group in hidden else one for one in made_rows)
    return Estimates(by, kept, NOTE)


def test_two_hidden_rows_of_a_column_lie_between_nobody_and_their_sum():
    rows = [(("a",), 40, 20), (("b",), 6, 2), (("c",), 3, 1)]
    tables = [_table(("region",), rows, {("b",), ("c",)}), _table((), [((), 49, 23)])]
    found = {(one.group, one.what): (one.low, one.high) for one in audit(tables).disclosed}
    for group in (("b",), ("c",)):
        assert found[group, "with an answer"] == (0.0, 9.0)
        assert found[group, "in class yes"] == (0.0, 3.0)
        assert found[group, "in class no"] == (0.0, 6.0)


def test_one_hidden_row_is_found_out_and_a_release_is_not():
    rows = [(("a",), 40, 20), (("b",), 8, 4), (("c",), 60, 25)]
    everyone = _table((), [((), 108, 49)])
    (one, *_) = audit([_table(("region",), rows, {("b",)}), everyone]).disclosed
    assert one.width == 0.0
    released = suppress([_table(("region",), rows), everyone])
    assert audit(released).disclosed == ()


@pytest.mark.parametrize("seed", range(4))
def test_bounds_are_those_of_the_attacker_in_the_finest_cells(seed):
    people = persons(np.random.default_rng([seed, 21]), size=0.12)
    truth = [made(people, "severely_lonely", by) for by in (["province", "sex"], ["province"], [])]
    shown = [
        replace(t, rows=tuple(r.hidden() if disclosive(r, STRICT) else r for r in t.rows))
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
