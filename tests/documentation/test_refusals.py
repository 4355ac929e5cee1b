"""Pages on what is refused name every reader, format, error and weight; their figures hold."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from documentation.test_pages import DOCS, made
from eenzaam_stats import errors
from eenzaam_stats.estimation.aggregates.unanswered import item_gaps
from eenzaam_stats.loaders.codebook.codebook import codebook_names, load_codebook
from eenzaam_stats.loaders.formats.opened import SUFFIXES
from eenzaam_stats.loaders.sources.any_source import SOURCES
from eenzaam_stats.scoring.scale import score_regardless
from loaders.formats.changed_sav import changed_sav, read

READERS = sorted(known.read.__name__ for known in SOURCES.values())


@pytest.fixture(scope="module")
def page() -> str:
    return (DOCS / "reference" / "refusals.md").read_text("utf-8")


@pytest.fixture(scope="module")
def by_reader() -> dict[str, str]:
    """Section of each reader on the page that is written from the code."""
    sections = made("make_reference").readers_page().split("\n## ")[1:]
    return {section.partition("\n")[0].strip("`"): section for section in sections}


def test_every_reader_and_every_format_has_its_row(page, by_reader):
    rows = re.findall(r"^\| (`[^|]+`) \|", page, re.M)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert [name for name in READERS if name not in named] == []
    assert [suffix for suffix in SUFFIXES if suffix not in named] == []
    assert sorted(by_reader) == READERS


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_says_with_which_errors_it_stops_and_when(by_reader, reader):
    rows = re.findall(r"^\| (`.+`) \| (If|As) .+ \|$", by_reader[reader], re.M)
    named = [name for row, _ in rows for name in re.findall(r"`(\w+)`", row)]
    assert len(named) >= 5
    assert [name for name in named if not hasattr(errors, name)] == []
    assert {"SourceError", "UnknownCodeError"} <= set(named)


@pytest.mark.parametrize("source", [name for name in SOURCES if name in codebook_names()])
def test_every_weight_that_is_refused_or_doubted_is_told_with_its_reason(by_reader, source):
    section = by_reader[SOURCES[source].read.__name__]
    for wave in load_codebook(source).waves:
        for name in (*wave.wrong_weights, *wave.discouraged_weights):
            assert f"| `{name}` |" in section
        for name in wave.mandatory_columns:
            assert f"`{name}`" in section


def test_the_figures_of_an_item_that_nobody_answered_are_those_of_the_synthetic_file(
    page, tmp_path: Path
):
    shown = re.search(r"of ([\d,]+) people gives ([\d.]+) instead of ([\d.]+) per cent", page)
    path = tmp_path / "gm.sav"
    es.synthesise("gezondheidsmonitor", path, wave=2022, n=int(shown[1].replace(",", "")))
    blank = changed_sav(path, tmp_path / "blank.sav", frame=read(path).assign(GGEEB203=9.0))
    found = [
        es.prevalence(
            score_regardless(es.read_gezondheidsmonitor(file, wave=2022), es.DJG11),
            "severely_lonely",
        ).rows[0]
        for file in (blank, path)
    ]
    assert [f"{100 * row.estimate:.1f}" for row in found] == [shown[2], shown[3]]


def test_the_shares_behind_the_rule_of_three_follow_from_the_share_that_is_named(page):
    text = " ".join(page.split())
    one, two, three = re.search(
        r"is ([\d.]+) per cent, so two .*? in ([\d.]+) per cent of pairs, and three in ([\d.]+)",
        text,
    ).groups()
    share = float(one) / 100
    assert f"{100 * share**2:.1f}" == two
    assert f"{100 * share**3:.2f}" == three


def test_reasons_and_arguments_that_the_page_quotes_are_those_of_the_code(page):
    cells = pd.DataFrame({"item_low_0": [3.0], "item_high_0": [3.0]})
    (reason,) = item_gaps(cells, 0, inside=np.array([True]), at=np.array([0]), count=1)
    (quoted,) = re.findall(r'flagged: "(.+?)"', page)
    assert reason.startswith(quoted)
    assert 'not_asked="shorter"' in page
    assert "djg11_tolerated_item" in page
