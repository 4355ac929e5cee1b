"""The validation table: what it names exists, what it measured can be measured again."""

from __future__ import annotations

import ast
import csv
import io
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import eenzaam_stats as es
from documentation.test_pages import DOCS, made

ROOT = DOCS.parent
# Names of the top level that compute a statistic; the others read, hold, draw or make up data.
STATISTICS = {
    *(
        "calibrate",
        "cells",
        "compare",
        "decompose",
        "distribution",
        "forecast_gap",
        "interrupted_time_series",
    ),
    *("mean", "population_margins", "prevalence", "project", "ratio", "reference", "score"),
    *("standardise", "suppress", "total"),
}
AGAIN = ("Ratios", "Corrected covariance of REML", "Autocorrelation of residuals")
# Another processor sums in another order.
MARGIN, FLOOR = 10.0, 1e-12


@pytest.fixture(scope="module")
def validation():
    return made("make_validation")


@cache
def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_name_of_the_table_exists(validation) -> None:
    api = (DOCS / "reference" / "api.md").read_text("utf-8")
    looked = 0
    for one in validation.statistics():
        assert one.kind in validation.KINDS
        assert one.compare == "numbers" or one.compare in validation.UNMEASURED
        for name in one.api:
            assert f"\n   {name}\n" in api, name
        for file in one.files:
            assert (validation.REFERENCES / file).is_file(), file
        for test in one.tests:
            place, _, name = test.partition("::")
            found = functions(ROOT / place)
            assert name in found if name else any(n.startswith("test_") for n in found), test
            looked += 1
        if one.kind == "R" and not one.data:
            assert any(file.endswith(".csv") for file in one.files), one.name
            assert any(file.endswith(".R") for file in one.files), one.name
    assert looked >= 60


def test_every_statistic_of_the_top_level_is_in_the_table(validation) -> None:
    assert set(es.__all__) >= STATISTICS
    named = {name for one in validation.statistics() for name in one.api}
    assert STATISTICS - named == set()


def test_the_measurements_are_those_of_the_table(validation) -> None:
    rows = validation.measured()
    assert list(rows) == [one.name for one in validation.statistics()]
    for one in validation.statistics():
        row = rows[one.name]
        assert int(row["tests"]) >= len(one.tests)
        assert (row["compared"] != "") == (one.compare == "numbers")
    assert sum(int(row["compared"] or 0) for row in rows.values()) > 20_000


def test_measuring_again_gives_the_same() -> None:
    command = [sys.executable, str(DOCS / "make_validation.py"), "measure", "--only", *AGAIN]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    again = {row["statistic"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    stored = {
        row["statistic"]: row
        for row in csv.DictReader((DOCS / "validation.csv").read_text("utf-8").splitlines())
    }
    assert set(again) == set(AGAIN)
    for name, row in again.items():
        assert (row["tests"], row["compared"]) == (stored[name]["tests"], stored[name]["compared"])
        for size in ("absolute", "relative"):
            assert float(row[size]) <= max(MARGIN * float(stored[name][size]), FLOOR), (name, size)


def test_a_deviation_is_heard() -> None:
    heard = made("hear_deviations").Heard()
    heard.note([1.0, 2.0, float("nan")], [1.0, 2.5, 3.0])
    heard.note("words", "words")
    heard.note(1e-9, 0.0)
    assert (heard.compared, heard.absolute, heard.relative) == (3, 0.5, 0.2)


def test_the_page_shows_every_row(validation) -> None:
    page = validation.page()
    assert page.count("{py:obj}`") == sum(len(one.api) for one in validation.statistics())
    assert f"{len(validation.statistics())} statistics" in page
    assert len(re.findall(r"^\| \*\*.* \| .* \| .* \| .* \| .* \|$", page, re.M)) == page.count(
        "| **"
    )
