"""The tables against the material they were written from, where that lies beside the repository."""

from __future__ import annotations

import re
import runpy
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from eenzaam_stats.published.reference import persons, reference, reference_folder

pytestmark = pytest.mark.witness

EXPORTS = {
    "observed": "nl_population_observed_2000_2025_age_sex.csv",
    "forecast": "nl_population_cbs_83597NED_kernprognose2016_2017_2060_age_sex.csv",
    "derived": "nl_population_DERIVED_ccm_2025_2071_age_sex.csv",
}
EDITIONS = {
    "observed_7461bev": "cbs_observed",
    "kernprognose2016_83597NED": "cbs_kernprognose_2016",
    "derived_A": "derived_A",
    "derived_B": "derived_B",
}
PUBLISHED = {
    "gezondheidsmonitor": "gezondheidsmonitor",
    "ssw": "ssw",
    "eu_ls": "eu_loneliness_survey",
    "lasa_liss": "lasa_liss",
    "youth": "youth",
    "government_jobs": "government_jobs",
    "interventions": "interventions",
    "projections": "projections",
}
PRIMARY = {
    "gezondheidsmonitor": 34,
    "ssw": 122,
    "eu_ls": 4,
    "lasa_liss": 5,
    "youth": 2,
    "government_jobs": 7,
    "interventions": 4,
    "projections": 1,
}
SEXES = {"girls": "women", "boys": "men", "female": "women", "male": "men"}
# One press figure is kept once, with its decimal; four rows on SSW come from the prose.
LEFT_OUT = {"gezondheidsmonitor": 1}
ADDED = {"ssw": 4}
IN_PERSONS = {"persons": 1, "million": 1_000_000, "thousand": 1_000}


@pytest.fixture(scope="module")
def exports(shared_data: Path) -> dict[str, Path]:
    return {name: shared_data / "population" / file for name, file in EXPORTS.items()}


def published(shared_data: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(
        shared_data / "published" / f"{name}.csv", dtype="str", keep_default_na=False
    )


def test_population_tables_are_rebuilt_byte_for_byte(
    exports: dict[str, Path], tmp_path: Path, repository: Path
) -> None:
    script = runpy.run_path(str(repository / "data" / "build_population.py"))
    arguments = [part for name, path in exports.items() for part in (f"--{name}", str(path))]
    script["main"]([*arguments, "--out", str(tmp_path)])
    for name in ("population.csv", "population_derived.csv"):
        assert (tmp_path / name).read_bytes() == (reference_folder() / name).read_bytes()


@pytest.mark.parametrize("floor", [0, 15, 18, 19, 20, 65, 75, 85, 95])
def test_counts_equal_sums_of_single_ages(exports: dict[str, Path], floor: int) -> None:
    ages = pd.concat([pd.read_csv(path) for path in exports.values()])
    sums = ages[ages["age"] >= floor].groupby(["edition", "year", "sex"])["persons"].sum()
    compared = 0
    for edition, year in [("observed_7461bev", 2012), ("kernprognose2016_83597NED", 2040)] + [
        (run, year) for run in ("derived_A", "derived_B") for year in (2025, 2050)
    ]:
        for sex in ("female", "male"):
            counted = persons(EDITIONS[edition], year, age_from=floor, sex=SEXES[sex])
            assert counted == sums[edition, year, sex]
            compared += 1
    assert compared == 12


def test_counts_equal_the_bands_beside_the_repository(shared_data: Path) -> None:
    theirs = pd.read_csv(shared_data / "population" / "population_bands.csv")
    theirs["sex"] = theirs["sex"].map(SEXES)
    theirs["edition"] = theirs["edition"].map(EDITIONS)
    theirs["age_low"] = theirs["band"].str.extract(r"^(\d+)")[0].astype(int)
    ours = pd.concat([reference("population"), reference("population_derived")])
    ours = ours.assign(age_low=ours["age_low"].replace({19: 18}))
    key = ["edition", "year", "sex", "age_low"]
    found = ours.groupby(key)["persons"].sum()
    wanted = theirs.set_index(key)["persons"]
    assert len(found) == len(wanted[wanted.index.isin(found.index)]) == (18 + 44 + 52) * 2 * 19
    pd.testing.assert_series_equal(found, wanted.loc[found.index], check_dtype=False)


def test_published_totals_are_all_there(shared_data: Path) -> None:
    theirs = pd.read_csv(shared_data / "population" / "official_totals_check.csv")
    columns = {"total": "official_total", "men": "official_male", "women": "official_female"}
    wanted = {
        (EDITIONS[row["edition"]], row["year"], sex): int(row[column])
        for _, row in theirs.iterrows()
        for sex, column in columns.items()
        if pd.notna(row[column])
    }
    ours = reference("population_totals").query("status != 'provisional'")
    found = ours.set_index(["edition", "year", "sex"])["persons"].to_dict()
    assert found == wanted
    assert len(found) == 14 + 5 * 2 + 44 * 3


def signature(row: pd.Series) -> tuple[object, ...]:  # type: ignore[type-arg]
    """What must survive any renaming: year, sex, value, unit, number, evidence."""
    year = re.search(r"\d{4}", row["wave"])
    value, n = (None if pd.isna(row[c]) or row[c] == "" else float(row[c]) for c in ("value", "n"))
    sex = SEXES.get(row["sex"], row["sex"])
    return (year.group() if year else "", sex, value, row["unit"], n, row["evidence"])


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_figure_is_there_with_its_evidence(shared_data: Path, name: str) -> None:
    theirs = Counter(signature(row) for _, row in published(shared_data, name).iterrows())
    ours = Counter(signature(row) for _, row in reference(PUBLISHED[name]).iterrows())
    missing, added = theirs - ours, ours - theirs
    assert missing.total() == LEFT_OUT.get(name, 0)
    assert added.total() == ADDED.get(name, 0)
    assert all(key[-1] != "primary" for key in [*missing, *added])
    primary = [key for key in theirs.elements() if key[-1] == "primary"]
    assert len(primary) == PRIMARY[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_tables_and_notes_are_our_own(shared_data: Path, name: str) -> None:
    theirs = published(shared_data, name)
    ours = reference(PUBLISHED[name])
    assert list(theirs.columns) != list(ours.columns)
    long_notes = {note for note in theirs["note"] if len(note) > 40}
    assert long_notes.isdisjoint(ours["note"])


def test_milestones_are_all_there_in_persons(shared_data: Path) -> None:
    theirs = pd.read_csv(shared_data / "population" / "forecast_milestones.csv")
    wanted = Counter(
        (round(row["value"] * IN_PERSONS.get(row["unit"], 1), 3), row["evidence"])
        for _, row in theirs.iterrows()
    )
    ours = reference("forecast_milestones")
    found = Counter(
        (round(value, 3), evidence)
        for value, evidence in zip(ours["value"], ours["evidence"], strict=True)
    )
    assert found == wanted
    assert found.total() == 70


def test_unweighted_shares_follow_from_the_respondents(shared_data: Path) -> None:
    people = pd.read_csv(shared_data / "eu_ls" / "eu_ls_2022_real_respondents_subset.csv")
    ours = reference("eu_loneliness_survey", evidence="derived")
    rows = ours.query(
        "dimension == 'country' and sex == 'total' and instrument == 'direct question'"
    )
    # Country codes are alphabetical in English, 1 to 27.
    names = {name: code for code, name in enumerate(sorted(set(rows["group"]) - {"EU27"}), start=1)}
    assert (names["Netherlands"], len(names)) == (20, 27)
    for row in rows.itertuples():
        answers = people["loneliness_direct"]
        if row.group != "EU27":
            answers = answers[people["country"] == names[row.group]]
        base = len(answers) if "counted" in row.threshold else answers.notna().sum()
        codes = (1, 2, 3) if row.outcome == "sometimes_to_always_lonely" else (1, 2)
        assert row.n == base
        assert round(100 * answers.isin(codes).sum() / base, 2) == row.value
    assert len(rows) == 28 * 3


def pages_of(letter: str) -> dict[int, str]:
    """Pages of the letter; each but the first opens with a line that begins with a blank."""
    return dict(enumerate(re.split(r"^ ", letter, flags=re.MULTILINE), start=1))


def test_letter_has_the_actions_elements_and_dates_that_are_listed(letter_text: str) -> None:
    pages = pages_of(letter_text)
    assert len(pages) == 21
    frame = reference("letter_structure")
    actions = frame.query("kind == 'government_action'")
    bullets = {page: pages[page].count("•") for page in range(9, 15)}
    assert bullets == actions.groupby("page").size().to_dict()
    for row in frame.query("kind == 'working_element'").itertuples():
        assert re.search(rf"^{row.number}\. [a-z]", pages[row.page], flags=re.MULTILINE)
    for row in actions.query("footnotes != ''").itertuples():
        # An action may run on to the next page, and its footnote marks stand at its end.
        assert row.footnotes.replace(";", ",") in pages[row.page] + pages[row.page + 1]
    assert pages[15].count("•") == (frame["kind"] == "policy_area").sum()
    assert len(re.findall(r"^[123]\. [A-Z]", pages[20], flags=re.MULTILINE)) == 3
    assert len(re.findall(r"^[a-d]\. ", pages[8], flags=re.MULTILINE)) == 4
    for page, date in [(1, "10 apr"), (2, "7 maa"), (18, "1 jul"), (18, "12 jun")]:
        assert re.search(rf"\b{date}[a-z]+ 20(19|21|24|25)", pages[page])


def test_short_names_are_no_sentences_of_the_letter(letter_text: str) -> None:
    frame = reference("letter_structure").query("kind == 'government_action'")
    flat = " ".join(letter_text.split()).lower()
    copied = [name for name in frame["short_name_nl"] if name.lower() in flat]
    # Two are the established names of a kind of project.
    assert copied == ["maatjesprojecten", "zorgzame buurten"]
