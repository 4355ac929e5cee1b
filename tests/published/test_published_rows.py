"""Published figures row by row: evidence, provenance, printed digits, and sums that must hold."""

from __future__ import annotations

import csv
import math
import re

import pandas as pd
import pytest

from eenzaam_stats.published.reference import persons, reference, reference_folder, reference_names
from eenzaam_stats.vocabulary import Evidence

SURVEYS = ("gezondheidsmonitor", "ssw", "eu_loneliness_survey", "lasa_liss", "youth", "projections")
FIGURES = (*SURVEYS, "government_jobs", "interventions")
LEVELS = ("not", "somewhat", "severely")
SCOPES = ("", "socially_", "emotionally_")
OUTCOMES = {
    "lonely",
    "moderately_lonely",
    "socially_lonely",
    "emotionally_lonely",
    *(f"{level}_{scope}lonely" for level in LEVELS for scope in SCOPES),
    "mostly_or_always_lonely",
    "often_or_always_lonely",
    "sometimes_to_always_lonely",
    "daily_lonely",
    "ucla3_sum_6_or_more",
    "ucla3_sum_7_or_more",
    "lonely_persons",
    "increase_in_lonely_persons",
}
COUNTED = {
    "form_of_loneliness": 3,
    "level": 3,
    "subgoal": 4,
    "working_element": 11,
    "government_action": 33,
    "policy_area": 3,
    "recommendation": 3,
    "child_study": 3,
    "panel_study": 2,
    "date": 10,
}


def value(table: str, outcome: str, *, wave: str, **where: str) -> float:
    """Value of the one row that fits; total, total, total unless said otherwise."""
    asked = {"dimension": "total", "group": "total", "sex": "total", **where}
    frame = reference(table)
    for column, wanted in {"wave": wave, "outcome": outcome, **asked}.items():
        frame = frame[frame[column] == wanted]
    assert len(frame) == 1, (table, outcome, wave, where)
    return float(frame["value"].iloc[0])


@pytest.mark.parametrize("name", reference_names())
def test_every_row_has_a_known_level_of_evidence(name: str) -> None:
    frame = reference(name)
    assert len(frame) > 0
    assert set(frame["evidence"]) <= {str(level) for level in Evidence}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_names_its_page_or_table_and_its_population(name: str) -> None:
    frame = reference(name)
    assert ((frame["url"] != "") | (frame["table_id"] != "")).all()
    assert frame["url"].map(lambda url: url == "" or url.startswith(("https://", "http://"))).all()
    for column in ("source", "wave", "population", "outcome", "dimension", "group", "unit"):
        assert (frame[column] != "").all(), column
    assert set(frame["sex"]) <= {"total", "men", "women"}
    assert set(frame.loc[frame["dimension"] == "total", "group"]) <= {"total"}


@pytest.mark.parametrize("name", SURVEYS)
def test_every_survey_figure_names_instrument_threshold_and_households(name: str) -> None:
    frame = reference(name)
    assert (frame["instrument"] != "").all()
    assert (frame["threshold"] != "").all()
    assert set(frame["outcome"]) <= OUTCOMES
    known = {
        "private",
        "residents",
        "online_panel",
        "open_online",
        "school",
        "cohort",
        "not_stated",
    }
    assert set(frame["household_base"]) <= known


@pytest.mark.parametrize(
    ("name", "floors"),
    [("gezondheidsmonitor", {18, 19}), ("ssw", {15}), ("eu_loneliness_survey", {16})],
)
def test_age_floor_is_filled_where_the_survey_has_one(name: str, floors: set[int]) -> None:
    assert set(reference(name)["age_floor"]) == floors


def test_gezondheidsmonitor_starts_a_year_earlier_since_2020() -> None:
    frame = reference("gezondheidsmonitor")
    by_wave = frame.groupby("wave")["age_floor"].unique().map(list).to_dict()
    assert by_wave == {"2012": [19], "2016": [19], "2020": [18], "2022": [18], "2024": [18]}


@pytest.mark.parametrize("name", FIGURES)
def test_values_have_the_digits_that_were_printed(name: str) -> None:
    with (reference_folder() / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        digits = len(row["value"].partition(".")[2])
        assert row["decimals"] == (str(digits) if row["value"] else ""), row
        assert row["value"] or row["printed"], row
    assert len(rows) == len(reference(name))


@pytest.mark.parametrize("name", [*FIGURES, "health_effects"])
def test_limits_enclose_the_value(name: str) -> None:
    frame = reference(name)
    point = frame["effect"] if name == "health_effects" else frame["value"]
    both = frame["conf_low"].notna()
    assert (both == frame["conf_high"].notna()).all()
    assert (frame["conf_low"][both] < point[both]).all()
    assert (point[both] < frame["conf_high"][both]).all()
    assert int(both.sum()) == {"eu_loneliness_survey": 170, "health_effects": 3}.get(name, 0)


def test_percentages_lie_between_nought_and_a_hundred() -> None:
    shares = pd.concat([reference(name).query("unit == 'percent'") for name in FIGURES])
    assert len(shares) > 400
    assert shares["value"].dropna().between(0, 100).all()


def triples() -> pd.DataFrame:
    """Not, somewhat and severely of one group side by side, for each scope of the 6-item scale."""
    frame = reference("ssw")
    parts = frame["outcome"].str.extract(
        r"^(not|somewhat|severely)_(socially_|emotionally_|)lonely$"
    )
    frame = frame.assign(level=parts[0], scope=parts[1]).dropna(subset=["level"])
    wide = frame.pivot_table(
        index=["wave", "scope", "dimension", "group", "sex"],
        columns="level",
        values="value",
        aggfunc="first",
    )
    return wide.dropna().assign(sum=lambda t: t[list(LEVELS)].sum(axis=1))


def test_ssw_levels_add_up_to_everyone() -> None:
    found = triples().query("wave == '2022'")
    # Three scopes for everyone, men, women and seven age groups.
    assert len(found) == 3 * (1 + 2 + 7)
    assert found["sum"].between(99.9 - 1e-9, 100.1 + 1e-9).all()


def test_ssw_levels_in_whole_numbers_add_up_but_for_rounding_and_2017() -> None:
    sums = triples().query("wave != '2022'")["sum"].round(1)
    assert {wave: total for (wave, *_), total in sums.items()} == {
        "2017": 102.0,
        "2019": 100.4,
        "2023": 101.0,
        "2024": 101.0,
    }
    noted = reference("ssw").query("wave == '2017' and outcome == 'not_lonely'")["note"]
    assert noted.str.contains("add up to 102").all()


def test_press_figure_that_mixes_emotional_and_overall_loneliness_is_left_out() -> None:
    frame = reference("ssw").query("wave == '2022' and dimension == 'age'")
    assert set(frame["evidence"]) == {"primary"}
    young = frame.query("group == '15-24'").set_index("outcome")["value"]
    assert young["severely_lonely"] == 12.1
    assert young["severely_emotionally_lonely"] == 13.6


def test_words_are_kept_without_a_decimal_that_nobody_printed() -> None:
    row = reference("ssw").query(
        "wave == '2023' and outcome == 'severely_lonely' and dimension == 'total'"
    )
    assert row[["value", "decimals", "printed"]].to_numpy().tolist() == [[11.0, 0, "nearly 11"]]
    bounds = reference("eu_loneliness_survey", evidence="primary").query("printed != ''")
    assert bounds["value"].isna().all()
    assert dict(zip(bounds["group"], bounds["printed"], strict=True)) == {
        "Netherlands": "below 10",
        "Ireland": "above 20",
    }


def test_named_figures_of_the_letter_are_there() -> None:
    monitor = {"source": "Gezondheidsmonitor Volwassenen en Ouderen"}
    found = [
        value("gezondheidsmonitor", "severely_lonely", wave=wave, **monitor)
        for wave in ("2012", "2016", "2020", "2022", "2024")
    ]
    assert found == [8.4, 10, 11.0, 14.2, 13]
    assert value("ssw", "severely_lonely", wave="2022") == 10.7
    origin = {"wave": "2023", "dimension": "origin"}
    assert value("ssw", "severely_lonely", group="born outside NL", **origin) == 20
    assert value("ssw", "severely_lonely", group="born in NL", **origin) == 9
    assert value("youth", "mostly_or_always_lonely", wave="2021") == 12.4
    assert value("projections", "lonely_persons", wave="2050") == 7.6


@pytest.mark.parametrize(
    ("wave", "sex"), [("2016", "total"), ("2020", "total"), ("2020", "men"), ("2020", "women")]
)
def test_moderate_and_severe_loneliness_make_loneliness(wave: str, sex: str) -> None:
    monitor = {"wave": wave, "sex": sex, "source": "Gezondheidsmonitor Volwassenen en Ouderen"}
    parts = [
        value("gezondheidsmonitor", f"{level}_lonely", **monitor)
        for level in ("moderately", "severely")
    ]
    assert math.isclose(sum(parts), value("gezondheidsmonitor", "lonely", **monitor), abs_tol=1e-9)


def wilson(successes: int, n: int) -> tuple[float, ...]:
    """Wilson 95 % limits in percent, from the formula."""
    z = 1.959963984540054
    p = successes / n
    centre = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return tuple(100 * (centre + sign * half) / (1 + z * z / n) for sign in (-1, 1))


def test_unweighted_shares_have_the_wilson_limits_of_their_counts() -> None:
    frame = reference("eu_loneliness_survey", evidence="derived")
    assert len(frame) == 170
    for row in frame.itertuples():
        # Up to 10,000 respondents one count fits two decimals; over the whole Union a few do.
        near = round(row.value * row.n / 100)
        fitting = [k for k in range(near - 3, near + 4) if round(100 * k / row.n, 2) == row.value]
        assert len(fitting) == 1 or row.group == "EU27"
        limits = {tuple(round(limit, 2) for limit in wilson(k, row.n)) for k in fitting}
        assert (row.conf_low, row.conf_high) in limits


def test_eu_survey_has_27_countries_and_the_netherlands_by_age_and_sex() -> None:
    frame = reference("eu_loneliness_survey", evidence="derived")
    countries = frame.query("dimension == 'country' and sex == 'total' and group != 'EU27'")
    per_country = countries.groupby("group").size()
    assert len(per_country) == 27
    assert set(per_country) == {5}
    assert frame["note"].str.startswith("Unweighted").all()
    ages = frame.query("dimension == 'country_age'")["group"].unique()
    assert list(ages) == [f"Netherlands, {age}" for age in ("16-29", "30-44", "45-64", "65+")]
    direct = frame.query("outcome == 'mostly_or_always_lonely' and group == 'Netherlands'")
    # 99 of 965 and 99 of 1,008.
    both = direct.query("sex == 'total'")[["value", "n"]].to_numpy().tolist()
    assert both == [[10.26, 965], [9.82, 1008]]


def test_shares_of_jobs_follow_from_the_counts() -> None:
    frame = reference("government_jobs").query("wave == '2024-Q2'")
    for what in ("jobs", "persons"):
        counts = frame[frame["outcome"] == what].set_index("group")["value"]
        share = frame[frame["outcome"] == f"share_of_{what}"]["value"].iloc[0]
        ratio = counts["public administration (SBI O)"] / counts["all activities"]
        assert round(100 * ratio, 2) == share


@pytest.mark.parametrize(("theme", "total"), [("all", 103), ("loneliness", 26)])
def test_interventions_add_up_and_give_their_shares(theme: str, total: int) -> None:
    frame = reference("interventions").query("wave == '2025-04'")
    values = frame[frame["group"] == theme].set_index("outcome")["value"]
    ratings = ["effective", "well_founded", "well_described"]
    assert values[ratings].sum() == values["all"] == total
    for rating in ratings:
        assert round(100 * values[rating] / total, 2) == values[f"share_{rating}"]


def test_projected_shares_of_2018_follow_from_residents_of_19_and_over() -> None:
    frame = reference("projections", evidence="derived").query("unit == 'percent'")
    shares = frame.set_index("wave")["value"]
    counted = persons("cbs_observed", 2015, age_from=19)
    forecast = persons("cbs_kernprognose_2016", 2040, age_from=19)
    assert round(100 * 5.2e6 / counted, 2) == shares["2015"]
    assert round(100 * 5.9e6 / forecast, 2) == shares["2040"]


def test_constant_prevalence_counts_follow_from_the_population_tables() -> None:
    frame = reference("projections", evidence="derived").query("unit == 'million'")
    assert len(frame) == 4
    for row in frame.itertuples():
        lonely = (
            0.4784 * persons(row.group, int(row.wave), age_from=18, age_to=74)
            + 0.52 * persons(row.group, int(row.wave), age_from=75, age_to=84)
            + 0.63 * persons(row.group, int(row.wave), age_from=85)
        )
        # 47.84 % is itself rounded: half of its last digit over 13 million people is 650 people.
        assert abs(lonely / 1e6 - row.value) < 0.0015


def test_effect_sizes_are_those_of_the_publications() -> None:
    frame = reference("health_effects").set_index("doi")
    social = frame.loc["10.1371/journal.pmed.1000316"]
    assert (social["effect"], social["conf_low"], social["conf_high"]) == (1.50, 1.42, 1.59)
    assert (social["studies"], social["n"]) == (148, 308_849)
    assert frame.loc["10.1177/1745691614568352", "effect"] == 1.26
    assert frame.loc["10.1371/journal.pone.0190033", "effect"] == 1.22
    assert frame.loc["10.1007/s10433-022-00740-z", "effect"] == 1.10
    school = frame.loc["10.1111/j.1467-8624.2010.01564.x"]
    assert (school["effect"], school["studies"], school["n"]) == (11, 213, 270_034)
    assert frame.loc["10.3389/feduc.2021.791438", "n"] == 23 + 22


def test_letter_counts_what_it_says_it_counts() -> None:
    frame = reference("letter_structure")
    assert frame.groupby("kind", sort=False).size().to_dict() == COUNTED
    for kind, rows in frame.groupby("kind"):
        assert list(rows["number"]) == list(range(1, len(rows) + 1)), kind
    actions = frame.query("kind == 'government_action'")
    assert actions["parent"].value_counts().to_dict() == dict.fromkeys(range(1, 12), 3)
    assert frame.query("kind != 'government_action'")["parent"].isna().all()


def test_short_names_of_the_letter_are_short_and_tell_rows_apart() -> None:
    frame = reference("letter_structure")
    for column in ("short_name_en", "short_name_nl"):
        assert frame[column].str.split().str.len().between(1, 6).all()
        assert not frame.duplicated(["kind", column]).any()
    notes = frame["footnotes"].replace("", pd.NA).dropna()
    assert notes.str.fullmatch(r"\d+(;\d+)*").all()
    assert max(int(n) for row in notes for n in row.split(";")) <= 126


def test_dates_of_the_letter_are_iso_and_six_and_seven_years_before_it() -> None:
    frame = reference("letter_structure").query("kind == 'date'")
    dates = frame.set_index("short_name_en")["date"]
    assert dates.map(lambda text: bool(re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text))).all()
    letter = pd.Timestamp(dates["letter"])
    assert (letter - pd.Timestamp(dates["first advice"])).days // 365.25 == 6
    assert (letter - pd.Timestamp(dates["launch of the programme"])).days // 365.25 == 7
    assert (reference("letter_structure").query("kind != 'date'")["date"] == "").all()


def test_milestones_are_consistent() -> None:
    frame = reference("forecast_milestones").query("quantity == 'population'")
    assert set(frame["unit"]) == {"persons"}
    assert (frame["value"] > 1e6).all()
    key = ["edition", "year", "date", "age_low", "age_high"]
    points = frame.query("bound == 'point'")[[*key, "value"]]
    ends = frame.query("bound != 'point'").merge(points, on=key, suffixes=("", "_point"))
    # Prognose 2023 for six years, 2010 at two levels, 2006 below only, UN 2050 at two levels.
    assert len(ends) == 6 * 2 + 4 + 1 + 4
    below = ends["bound"] == "lower"
    assert (ends["value"][below] < ends["value_point"][below]).all()
    assert (ends["value"][~below] > ends["value_point"][~below]).all()
    assert ends["level"].between(0.5, 1).all()


def test_milestones_by_age_add_up() -> None:
    frame = reference("forecast_milestones").query("bound == 'point' and unit == 'persons'")
    ages = frame.assign(
        ages=list(zip(frame["age_low"], frame["age_high"].fillna(999), strict=True))
    )
    wide = ages.query("edition == 'cbs_prognose_2023'").pivot_table(
        index="year", columns="ages", values="value", aggfunc="first"
    )
    assert len(wide) == 6
    assert (wide[(0, 19)] + wide[(20, 999)] == wide[(0, 999)]).all()
    old = ages.query("edition == 'cbs_prognose_2006'")
    parts = {row.ages: row.value for row in old.itertuples()}
    assert parts[(0, 19)] + parts[(20, 64)] + parts[(65, 999)] == parts[(0, 999)]


def test_milestones_of_2016_are_the_published_totals() -> None:
    milestones = reference("forecast_milestones").query("edition == 'cbs_kernprognose_2016'")
    totals = reference("population_totals").query(
        "edition == 'cbs_kernprognose_2016' and sex == 'total'"
    )
    found = milestones.merge(totals, on="year")
    assert list(found["year"]) == [2017, 2030, 2040, 2050, 2060]
    assert (found["value"] == found["persons"]).all()


def test_people_in_institutions_and_in_private_households_are_all_residents() -> None:
    # Persons in private households as CBS prints them beside those in institutions.
    private = {2024: 17_653_766, 2025: 17_733_886}
    counted = reference("institutional_population").query("status == 'final'")
    inside = dict(zip(counted["year"], counted["persons"], strict=True))
    for year, privately in private.items():
        everyone = reference("population_totals").query(
            f"edition == 'cbs_observed' and sex == 'total' and year == {year} and status == 'final'"
        )
        assert everyone["persons"].tolist() == [privately + inside[year]]
    assert len(inside) == 4
