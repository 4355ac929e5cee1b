"""Nobody who reads the released tables can find a suppressed count; without protection they can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from disclosure.attack.margins import attack, value_of
from disclosure.tables import cube
from eenzaam_stats.disclosure import PROFILES, suppress
from eenzaam_stats.disclosure.rules import disclosive
from eenzaam_stats.vocabulary import Disclosure

ROUNDING = 1e-6
# 1,000 tables in all; profile, shape, how many
CASES = [
    ("strict10", (4,), 520),
    ("tabellenboek", (5,), 300),
    ("strict10", (3, 3), 80),
    ("tabellenboek", (3, 3), 60),
    ("strict10", (2, 2, 2), 25),
    ("ggd30", (4, 3), 15),
]


def primary_only(tables, profile):
    """What a release looks like when only small cells are hidden."""
    hidden = []
    for table in tables:
        rows = []
        for row in table.rows:
            rows.append(row.hide() if disclosive(row, profile) else row)
        hidden.append(replace(table, rows=tuple(rows)))
    return hidden


def test_the_cases_are_a_thousand_tables():
    assert sum(count for _, _, count in CASES) == 1000


@pytest.mark.parametrize(("name", "shape", "count"), CASES)
def test_no_suppressed_cell_is_recovered_and_unprotected_tables_are(name, shape, count):
    rng = np.random.default_rng([count, *shape])
    profile = PROFILES[name]
    protection = max(profile.least_n, profile.least_cell, 2)
    attacked = recovered_before = 0

    def small(one):
        return bool(disclosive(one, profile))

    for number in range(count):
        tables = cube(rng, shape)
        shown = list(suppress(tables, profile))
        everything_hidden = all(
            row.disclosure is Disclosure.SUPPRESSED for table in shown for row in table.rows
        )
        what = ("n", "yes", "no")[number % 3]
        # of a class of a few people in all, half of these
        in_all = sum(value_of(row, what) for row in tables[0].rows)
        wanted = protection if what == "n" else min(protection, max(2, -(-in_all // 2)))
        for found in attack(shown, tables, what=what, small=small):
            attacked += 1
            if not everything_hidden:
                assert found.high - found.low > wanted - ROUNDING, (number, found)
            else:
                assert found.high - found.low > ROUNDING or len(tables[found.table].rows) == 1
        naive = primary_only(tables, profile)
        recovered_before += sum(
            found.high - found.low < ROUNDING
            for found in attack(naive, tables, what="n", small=small)
        )
    assert attacked > count / 4
    assert recovered_before > count / 12
