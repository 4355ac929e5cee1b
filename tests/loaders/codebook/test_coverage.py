"""The matrix of what each source can answer says what the codebooks say, and the page equals it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from eenzaam_stats.loaders.codebook import coverage as coverage_module
from eenzaam_stats.loaders.codebook.codebook import codebook_names, load_codebook, parse_codebook
from eenzaam_stats.loaders.codebook.coverage import (
    MAPPED_WAVE,
    coverage,
    list_mapped_sources,
    titles,
)
from eenzaam_stats.respondents import COLUMNS

DOCS = Path(__file__).resolve().parents[3] / "docs"
coverage_page = runpy.run_path(str(DOCS / "make_coverage.py"))["coverage_page"]

TWO_WAVES = """
name = "demo"
title = "Demo survey"
[sources]
[[wave]]
year = 2020
population = "everyone"
population_evidence = "confirmed; page 1"
age_floor = 18
weights = []
weights_evidence = "confirmed; the archive delivers none"
layout_evidence = "secondary; page 1"
[[wave]]
year = 2022
population = "everyone"
population_evidence = "confirmed; page 1"
age_floor = 18
weights = ["w"]
weights_evidence = "unverified; page 1"
stratum = "s"
cluster = "c"
cluster_evidence = "unverified; page 1"
layout_evidence = "secondary; page 1"
[[variable]]
name = "sex"
source_names = ["S"]
role = "demographic"
label_nl = "Geslacht"
codes = { 1 = ["men", "Man"], 2 = ["women", "Vrouw"] }
evidence = { 2020 = "unverified; page 2", 2022 = "confirmed; page 2" }
[[variable]]
name = "sex"
source_names = ["S3"]
role = "demographic"
label_nl = "Geslacht"
status = { 2020 = "partial" }
codes = { 1 = ["men", "Man"], 2 = ["women", "Vrouw"] }
evidence = { 2020 = "secondary; page 2" }
[[variable]]
name = "direct"
role = "loneliness"
label_nl = "Directe vraag"
status = "impossible"
evidence = { 2020 = "derived; the questionnaire of 2020 is complete" }
"""


@pytest.fixture
def demo(monkeypatch):
    book = parse_codebook(TWO_WAVES)
    monkeypatch.setattr(coverage_module, "_books", lambda: [book])
    return book


def cell(name: str, wave: str) -> tuple[str, str]:
    table = coverage().set_index(["variable", "wave"])
    return tuple(table.loc[(name, wave), ["status", "evidence"]])


@pytest.mark.parametrize(
    ("name", "wave", "expected"),
    [
        ("sex", "2020", ("partial", "secondary")),
        ("sex", "2022", ("complete", "confirmed")),
        ("direct", "2020", ("impossible", "derived")),
        ("direct", "2022", ("undetermined", "none")),
        ("weight", "2020", ("impossible", "confirmed")),
        ("weight", "2022", ("undetermined", "unverified")),
        ("stratum", "2020", ("undetermined", "none")),
        ("stratum", "2022", ("complete", "secondary")),
        ("cluster", "2022", ("undetermined", "unverified")),
        ("djg_1", "2022", ("undetermined", "none")),
    ],
)
def test_status_is_stated_or_follows_from_the_evidence(demo, name, wave, expected):
    assert demo.years == (2020, 2022)
    assert cell(name, wave) == expected


def test_impossible_variable_is_not_looked_for_in_a_file(demo):
    assert demo.wave(2020).candidates("direct") == ()
    assert [variable.name for variable in demo.wave(2020).impossible] == ["direct"]


def test_page_shows_every_wave_and_lists_what_is_not_documented(demo):
    page = coverage_page()
    assert f"## {demo.title} (`demo`)" in page
    assert "| variable | 2020 | 2022 |" in page
    assert "| `sex` | partial (secondary) | complete (confirmed) |" in page
    assert "| `direct` | impossible (derived) | - |" in page
    assert "`djg_1` to `djg_11`" in page.split("No document says anything about: ")[1]


def test_codebook_that_completes_another_fills_its_waves(monkeypatch):
    main = parse_codebook(TWO_WAVES)
    background = parse_codebook(
        TWO_WAVES.replace('name = "demo"', 'name = "demo_background"\npart_of = "demo"')
        .replace('name = "sex"', 'name = "education"')
        .replace('title = "Demo survey"', 'title = "Background"')
    )
    monkeypatch.setattr(coverage_module, "_books", lambda: [main, background])
    assert set(coverage()["source"]) == {"demo", *list_mapped_sources()}
    assert cell("education", "2022") == ("complete", "confirmed")
    assert "## Demo survey (`demo`)" in coverage_page()


def test_matrix_is_complete_over_every_codebook_and_every_column():
    table = coverage()
    waves = {
        (book.part_of, wave.name)
        for book in map(load_codebook, codebook_names())
        for wave in book.waves
    }
    waves |= {(source, MAPPED_WAVE) for source in list_mapped_sources()}
    assert set(zip(table["source"], table["wave"], strict=True)) == waves
    assert len(table) == table["variable"].nunique() * len(waves)
    assert {column.name for column in COLUMNS} - {"source", "wave"} <= set(table["variable"])
    assert not table.isna().any().any()


def test_sources_that_need_a_mapping_are_there_and_nothing_in_them_is_determined():
    assert set(list_mapped_sources()) == {"ssw", "gezondheidsmonitor_jeugd", "hbsc"}
    table = coverage()
    own = table[table["source"].isin(list_mapped_sources())]
    assert set(own["status"]) == {"undetermined"}
    for source, names in list_mapped_sources().items():
        said = own[(own["source"] == source) & (own["evidence"] == "unverified")]
        assert set(said["variable"]) == set(names)
    assert {"djg_3", "djg_10", "weight"} <= set(list_mapped_sources()["ssw"])
    assert "direct" in list_mapped_sources()["gezondheidsmonitor_jeugd"]


def test_page_has_a_section_and_a_line_of_the_overview_for_every_source():
    page = coverage_page()
    overview = page.split("## How to read the tables")[0]
    for source in coverage()["source"].unique():
        assert page.count(f"## {titles()[source]} (`{source}`)") == 1
        assert overview.count(f"| {titles()[source]} | ") == 1


@pytest.mark.usefixtures("demo")
def test_overview_says_which_waves_can_be_scored():
    page = coverage_page()
    line = next(own for own in page.splitlines() if own.startswith("| Demo survey | "))
    # No items, direct question impossible in 2020 and not documented in 2022, weight to be seen.
    assert line == "| Demo survey | - | - | - | - | 2022? | - | - |"


@pytest.mark.parametrize(
    ("source", "column", "waves"),
    [
        ("Gezondheidsmonitor", 0, "2012?, 2016 to 2020, 2022 to 2024?"),
        ("Gezondheidsmonitor Jongvolwassenen", 1, "-"),
        ("Gezondheidsmonitor Jongvolwassenen", 6, "2022 to 2024"),
        ("LASA", 0, "B to E, F to I"),
        ("LISS panel", 1, "2008 to 2019, 2020 to 2025?"),
        ("LISS panel", 4, "-"),
        ("SHARE", 2, "5 to 8, 9"),
        ("European Social Survey", 3, "3 to 6?, 7 to 11"),
        ("HBSC Netherlands", 3, "by mapping?"),
    ],
)
def test_overview_of_the_packaged_sources_follows_the_codebooks(source, column, waves):
    line = next(own for own in coverage_page().splitlines() if own.startswith(f"| {source} | "))
    assert line.split(" | ")[column + 1].removesuffix(" |") == waves


def test_waves_for_which_every_cell_is_the_same_share_a_column():
    table = coverage()
    own = table[table["source"] == "ess"].pivot(index="variable", columns="wave", values="status")
    assert own["3"].equals(own["6"])
    assert not own["6"].equals(own["7"])
    assert "| variable | 3, 6 | 7 | 11 |" in coverage_page()


def test_weight_of_the_monitor_of_2024_is_not_determined():
    table = coverage().set_index(["variable", "source", "wave"])
    row = table.loc[("weight", "gezondheidsmonitor", "2024")]
    assert tuple(row) == ("undetermined", "unverified")


def test_page_in_the_documentation_equals_the_codebooks(repository: Path):
    page = (repository / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert page == coverage_page(), "run docs/make_coverage.py"
