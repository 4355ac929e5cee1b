"""The monitor of young adults as read and as made: codes, weights per level, traps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import (
    DesignError,
    OptionError,
    SchemaError,
    SourceError,
    UnknownCodeError,
    UnknownColumnError,
)
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.sources.gmjv import read_gmjv
from eenzaam_stats.published.reference import reference
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.synthetic.gmjv import six_items, synthesise_gmjv
from eenzaam_stats.vocabulary import Origin
from loaders.formats.changed_sav import changed_sav, read, without_labels
from loaders.mapping.mapped_files import write_survey

# Five standard errors of a share near one half among 19,000 people: 5 * sqrt(.25 / 19000).
FIVE_SE = 0.019
CATEGORY = {0: "not", 1: "moderate", 2: "severe"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gmjv")
    for year in (2022, 2024):
        synthesise_gmjv(folder / f"{year}.sav", wave=year)
    return folder


@pytest.fixture(scope="module")
def raw(folder):
    return read(folder / "2022.sav")


@pytest.fixture(scope="module")
def survey(folder):
    return read_gmjv(folder / "2022.sav", wave=2022)


def column(survey, name):
    return next(c for c in survey.report.columns if c.name == name)


def checks(survey, name):
    return [check for check in survey.report.checks if check.name == name]


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize(
    ("name", "own", "first"),
    [
        ("published_category", "LVEES402", 0),
        ("published_social_category", "LVEES407", 1),
        ("published_emotional_category", "LVEES410", 1),
    ],
)
def test_categories_start_at_0_for_402_and_at_1_for_407_and_410(survey, raw, name, own, first):
    wanted = raw[own].map({code + first: word for code, word in CATEGORY.items()})
    assert survey.respondents[name].astype(object).equals(wanted.astype(object))
    assert list(survey.respondents[name].cat.categories) == ["not", "moderate", "severe"]
    assert survey.respondents[name].cat.ordered


@pytest.mark.parametrize("own", ["LVEES407", "LVEES410"])
def test_category_that_starts_at_0_where_1_is_meant_is_refused(folder, raw, tmp_path, own):
    shifted = raw.assign(**{own: raw[own].where(raw[own] == 9, raw[own] - 1)})
    path = changed_sav(
        folder / "2022.sav", tmp_path / "x.sav", frame=shifted, labels=without_labels(raw)
    )
    with pytest.raises(UnknownCodeError, match=rf"column '{own}': code 0 "):
        read_gmjv(path, wave=2022)


def test_labels_of_407_that_start_at_0_are_refused(folder, tmp_path):
    words = {
        0: "Niet sociaal eenzaam",
        1: "Enigszins sociaal eenzaam",
        2: "Sterk sociaal eenzaam",
    }
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", labels={"LVEES407": words})
    with pytest.raises(SchemaError, match="code 1 is labelled 'Enigszins sociaal eenzaam'"):
        read_gmjv(path, wave=2022)


def test_flags_are_what_their_code_says_and_can_be_outcomes(survey, raw):
    people = survey.respondents
    for name, own in (("published_lonely", "LVEES403"), ("published_severely_lonely", "LVEES404")):
        known = raw[own].isin([0, 1])
        assert (people[name].notna() == known).all()
        assert (people.loc[known, name].astype(bool) == (raw.loc[known, own] == 1)).all()
    weight = raw["Standaardisatiefactor"].where(raw["LVEES404"].isin([0, 1]), 0)
    by_hand = float((weight * (raw["LVEES404"] == 1)).sum() / weight.sum())
    (estimate,) = prevalence(survey, "published_severely_lonely").tidy()["estimate"]
    assert estimate == pytest.approx(by_hand, rel=1e-12)


def test_file_has_no_items_so_scoring_is_refused(survey):
    assert not [name for name in survey.respondents if name.startswith("djg_")]
    with pytest.raises(UnknownColumnError, match="djg_3"):
        score(survey, DJG6)


# ---------------------------------------------------------------- missing by label, 9 or 99


def test_utrecht_is_region_9_and_99_is_missing(survey, raw):
    people = survey.respondents
    assert (raw["GGDregio"] == 9).sum() > 0
    assert (people["region"] == "GGD regio Utrecht").sum() == (raw["GGDregio"] == 9).sum()
    assert dict(column(survey, "region").missing) == {"no_answer": (raw["GGDregio"] == 99).sum()}


def test_utrecht_stays_when_the_file_declares_9_missing_in_the_regions(folder, raw, tmp_path):
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", missing={"GGDregio": [9, 99]})
    survey = read_gmjv(path, wave=2022)
    assert (survey.respondents["region"] == "GGD regio Utrecht").sum() == (
        raw["GGDregio"] == 9
    ).sum()
    assert any("declares 9 (GGD regio Utrecht) missing" in note for note in survey.report.notes)


def test_26_regions_keep_utrecht_and_its_city_apart(folder, raw, tmp_path):
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=raw.drop(columns="GGDregio"))
    region = read_gmjv(path, wave=2022).respondents["region"]
    for code, name in ((9, "GGD regio Utrecht"), (26, "Volksgezondheid gemeente Utrecht")):
        assert (region == name).sum() == (raw["MIREB401"] == code).sum() > 0
    assert region.isna().sum() == (raw["MIREB401"] == 99).sum()


def test_hbo_is_9_in_the_detailed_education_and_99_is_missing(survey, raw):
    detailed = survey.respondents["education_detailed"]
    assert (detailed == "Hbo").sum() == (raw["AGOWS401"] == 9).sum() > 0
    assert detailed.isna().sum() == (raw["AGOWS401"] == 99).sum()
    assert not detailed.cat.ordered


@pytest.mark.parametrize(
    ("name", "own"),
    [("published_category", "LVEES402"), ("age_group", "AGLFA401"), ("sex", "AGGSA401")],
)
def test_9_is_unknown_elsewhere_although_nothing_is_declared_missing(survey, raw, name, own):
    unknown = (raw[own] == 9) | raw[own].isna()
    assert (raw[own] == 9).sum() > 0
    assert (survey.respondents[name].isna() == unknown).all()


def test_code_that_is_neither_valid_nor_unknown_stops_the_reading(folder, raw, tmp_path):
    odd = raw.assign(LVEES402=raw["LVEES402"].where(raw.index >= 3, 3))
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=odd)
    with pytest.raises(
        UnknownCodeError, match=r"column 'LVEES402': code 3 \(3 row\(s\), first in row 1\)"
    ):
        read_gmjv(path, wave=2022)


def test_municipality_is_a_number_in_the_file_and_four_digits_here(survey, raw):
    assert pd.api.types.is_numeric_dtype(raw["Gemeentecode"])
    first = int(raw["Gemeentecode"].iloc[0])
    assert survey.respondents["municipality"].iloc[0] == f"{first:04d}"
    assert survey.respondents["municipality"].str.fullmatch(r"\d{4}").all()


def test_names_may_carry_the_prefix_of_a_databank(folder, raw, survey, tmp_path):
    named = raw.rename(columns={name: f"JV_{name}" for name in raw if name != "source"})
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=named)
    other = read_gmjv(path, wave=2022)
    pd.testing.assert_frame_equal(other.respondents, survey.respondents)


# ---------------------------------------------------------------- weights and strata


@pytest.mark.parametrize("level", ["national", "regional"])
def test_file_of_2022_has_one_weight_and_one_stratum(folder, level):
    survey = read_gmjv(folder / "2022.sav", wave=2022, weights_for=level)
    assert column(survey, "weight").source_name == "Standaardisatiefactor"
    assert column(survey, "stratum").source_name == "Stratum"


def test_file_of_2022_alone_has_no_municipal_weight(folder):
    with pytest.raises(DesignError, match=r"no weight for weights_for='municipal'.*trend file"):
        read_gmjv(folder / "2022.sav", wave=2022, weights_for="municipal")


@pytest.mark.parametrize(
    ("level", "ending"), [("national", "regio"), ("regional", "regio"), ("municipal", "gemeente")]
)
def test_2024_has_a_weight_and_a_stratum_per_level(folder, level, ending):
    raw = read(folder / "2024.sav")
    survey = read_gmjv(folder / "2024.sav", wave=2024, weights_for=level)
    own = raw[raw[f"Standaardisatiefactor_{ending}"] > 0]
    np.testing.assert_array_equal(
        survey.respondents["weight"], own[f"Standaardisatiefactor_{ending}"]
    )
    stratum = own[f"Stratum_{ending}"].astype(int).astype(str)
    assert survey.respondents["stratum"].tolist() == stratum.tolist()
    assert any(f"weights_for={level!r}: weighted by Standa" in note for note in survey.report.notes)


@pytest.mark.parametrize(("level", "ending"), [("national", "regio"), ("municipal", "gemeente")])
def test_weight_of_0_is_no_weight_at_this_level_left_out_and_counted(folder, level, ending):
    raw = read(folder / "2024.sav")
    none = int((raw[f"Standaardisatiefactor_{ending}"] == 0).sum())
    survey = read_gmjv(folder / "2024.sav", wave=2024, weights_for=level)
    assert none > 0
    assert survey.report.dropped == (
        (
            f"respondents without a weight at this level (Standaardisatiefactor_{ending} is 0)",
            none,
        ),
    )
    assert len(survey.respondents) == len(raw) - none


def test_2024_without_the_weight_of_the_level_is_refused(folder, raw, tmp_path):
    new = raw.assign(AGOJB401=2024.0)
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=new)
    with pytest.raises(DesignError, match=r"no column 'Standaardisatiefactor_gemeente'.*weights"):
        read_gmjv(path, wave=2024, weights_for="municipal")
    bare = new.drop(columns="Standaardisatiefactor")
    path = changed_sav(folder / "2022.sav", tmp_path / "y.sav", frame=bare)
    with pytest.raises(DesignError, match=r"no column 'Standaardisatiefactor_regio'.*weights"):
        read_gmjv(path, wave=2024)


def test_unknown_stratum_999_is_a_stratum_of_its_own_and_counted(survey, raw):
    unknown = int((raw["Stratum"] == 999).sum())
    assert unknown > 0
    assert (survey.respondents["stratum"] == "999").sum() == unknown
    assert any(
        note.startswith(f"{unknown} row(s) have Stratum 999") for note in survey.report.notes
    )


def test_blank_weight_is_refused(folder, raw, tmp_path):
    blank = raw.assign(Standaardisatiefactor=raw["Standaardisatiefactor"].where(raw.index >= 2))
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=blank)
    with pytest.raises(DesignError, match=r"blank, zero, negative or infinite in 2 row\(s\)"):
        read_gmjv(path, wave=2022)


def test_report_says_what_intervals_of_an_open_sample_do_not_describe(survey, folder):
    for one in (survey, read_gmjv(folder / "2024.sav", wave=2024)):
        assert any("not the selection of who took part" in note for note in one.report.notes)


# ---------------------------------------------------------------- two years in one file


@pytest.fixture(scope="module")
def trend(folder, raw):
    """Both years stacked, 2022 with the weights of the trend syntax."""
    old = raw.rename(
        columns={
            "Standaardisatiefactor": "Standaardisatiefactor_regio",
            "Stratum": "Stratum_regio",
        }
    ).assign(Standaardisatiefactor_gemeente=1.0, Stratum_gemeente=7.0)
    both = pd.concat([old, read(folder / "2024.sav")], ignore_index=True)
    return changed_sav(folder / "2024.sav", folder / "trend.sav", frame=both)


@pytest.mark.parametrize(("year", "other"), [(2022, 2024), (2024, 2022)])
def test_trend_file_gives_the_year_that_is_asked_for(trend, folder, year, other):
    survey = read_gmjv(trend, wave=year)
    rows = len(read(folder / f"{other}.sav"))
    assert survey.report.dropped[0] == (
        "respondents of another year, in a file of several years (AGOJB401)",
        rows,
    )
    assert set(survey.respondents["wave"]) == {year}
    alone = read_gmjv(folder / f"{year}.sav", wave=year).respondents
    columns = ["published_category", "region", "weight"]
    pd.testing.assert_frame_equal(survey.respondents[columns], alone[columns])


def test_trend_file_has_a_municipal_weight_for_2022(trend):
    survey = read_gmjv(trend, wave=2022, weights_for="municipal")
    assert column(survey, "weight").source_name == "Standaardisatiefactor_gemeente"
    assert column(survey, "stratum").source_name == "Stratum_gemeente"


@pytest.fixture(scope="module")
def one_weight(folder, raw):
    """Both years stacked with the names of 2022 alone, as in the one public file."""
    new = read(folder / "2024.sav").rename(
        columns={"Standaardisatiefactor_regio": "Standaardisatiefactor", "Stratum_regio": "Stratum"}
    )
    both = pd.concat([raw, new], ignore_index=True)
    both = both.drop(columns=["Standaardisatiefactor_gemeente", "Stratum_gemeente"])
    both = both[both["Standaardisatiefactor"] > 0]
    return changed_sav(folder / "2022.sav", folder / "one_weight.sav", frame=both)


def test_trend_file_with_the_names_of_2022_alone_is_read_for_that_year(one_weight, survey):
    other = read_gmjv(one_weight, wave=2022)
    assert column(other, "weight").source_name == "Standaardisatiefactor"
    pd.testing.assert_series_equal(other.respondents["weight"], survey.respondents["weight"])


@pytest.mark.parametrize("level", ["national", "regional"])
def test_trend_file_with_the_names_of_2022_alone_is_read_for_2024_with_strata(
    one_weight, folder, level
):
    other = read_gmjv(one_weight, wave=2024, weights_for=level)
    alone = read_gmjv(folder / "2024.sav", wave=2024, weights_for=level)
    columns = ["weight", "stratum", "published_category"]
    pd.testing.assert_frame_equal(other.respondents[columns], alone.respondents[columns])
    assert (other.design.weight, other.design.stratum) == ("weight", "stratum")
    for what, own in (("weight", "Standaardisatiefactor"), ("stratum", "Stratum")):
        said = f"the {what} of 2024 stands in this file as {own}, the name of 2022"
        assert any(note.startswith(said) for note in other.report.notes)
    named = read_gmjv(one_weight, wave=2024, weight="Standaardisatiefactor")
    pd.testing.assert_frame_equal(named.respondents[columns], alone.respondents[columns])


# Names of weight and stratum in the rows of 2022 and of 2024; every way in which GGDs stack them.
WEIGHTS = {"plain": "Standaardisatiefactor", "regio": "Standaardisatiefactor_regio"}
STRATA = {"plain": "Stratum", "regio": "Stratum_regio"}


@pytest.mark.parametrize(
    "names",
    [
        # weight of 2022, stratum of 2022, weight of 2024, stratum of 2024
        ("plain", "plain", "plain", "plain"),
        ("plain", "plain", "regio", "regio"),
        ("regio", "regio", "regio", "regio"),
        ("plain", "plain", "regio", "plain"),
        ("plain", "plain", "plain", "regio"),
        ("regio", "plain", "regio", "plain"),
        ("regio", "plain", "regio", "regio"),
    ],
    ids="-".join,
)
@pytest.mark.parametrize("fill", [np.nan, 0.0], ids=["blank", "zero"])
def test_both_years_of_a_trend_file_load_under_either_name(folder, raw, tmp_path, names, fill):
    new = read(folder / "2024.sav").drop(
        columns=["Standaardisatiefactor_gemeente", "Stratum_gemeente"]
    )
    old = raw.rename(
        columns={"Standaardisatiefactor": WEIGHTS[names[0]], "Stratum": STRATA[names[1]]}
    )
    new = new.rename(
        columns={
            "Standaardisatiefactor_regio": WEIGHTS[names[2]],
            "Stratum_regio": STRATA[names[3]],
        }
    )
    both = pd.concat([old, new], ignore_index=True)
    weights = [name for name in WEIGHTS.values() if name in both]
    both[weights] = both[weights].fillna(fill)
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=both)
    survey = read_gmjv(path, wave=[2022, 2024])
    alone = [read_gmjv(folder / f"{year}.sav", wave=year).respondents for year in (2022, 2024)]
    columns = ["wave", "weight", "published_category", "region"]
    pd.testing.assert_frame_equal(
        survey.respondents[columns], pd.concat(alone, ignore_index=True)[columns]
    )
    found = survey.respondents["stratum"].str.rsplit(" / ", n=1).str[-1]
    assert found.tolist() == [one for own in alone for one in own["stratum"]]
    rows = prevalence(survey, "published_lonely", by="wave").rows
    for year, row in zip((2022, 2024), rows, strict=True):
        (one,) = prevalence(read_gmjv(path, wave=year), "published_lonely").rows
        assert row.estimate == pytest.approx(one.estimate, rel=1e-12)
        assert row.std_error == pytest.approx(one.std_error, rel=1e-12)


@pytest.mark.parametrize("suffix", [".csv", ".dta", ".xlsx"])
def test_trend_file_in_another_format_gives_the_same_years(folder, raw, tmp_path, suffix):
    new = read(folder / "2024.sav").drop(
        columns=["Standaardisatiefactor_gemeente", "Stratum_gemeente"]
    )
    both = pd.concat([raw.head(1_000), new.head(1_000)], ignore_index=True)
    sav = read_gmjv(
        changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=both), wave=[2022, 2024]
    )
    path = tmp_path / f"x{suffix}"
    if suffix == ".csv":
        both.to_csv(path, index=False, sep=";", decimal=",")
    else:
        write_survey(both, path)
    other = read_gmjv(path, wave=["2022", "2024"]).respondents
    columns = ["wave", "published_category", "published_lonely", "region", "municipality"]
    pd.testing.assert_frame_equal(other[columns], sav.respondents[columns])
    np.testing.assert_allclose(other["weight"], sav.respondents["weight"], rtol=1e-12)


@pytest.mark.witness
def test_public_file_in_the_real_layout_is_read_and_its_shuffled_columns_are_found(shared_data):
    """3,580 rows of which every column was shuffled on its own; it may not be redistributed."""
    found = sorted(shared_data.rglob("*GMJV*.sav"))
    if not found:
        pytest.skip("the public test file of the young adults' monitor is not on this machine")
    raw = read(found[0])
    survey = read_gmjv(found[0], wave=2022)
    assert (survey.report.n_read, len(raw)) == (3_580, 3_580)
    utrecht = (raw["GGDregio"] == 9) & (raw["AGOJB401"] == 2022)
    assert (survey.respondents["region"] == "GGD regio Utrecht").sum() == utrecht.sum() > 0
    assert [check.passed for check in checks(survey, "agreement")] == [False, False]


def test_year_that_is_not_in_the_file_is_refused(folder, tmp_path):
    old = read(folder / "2024.sav").assign(AGOJB401=2022.0)
    path = changed_sav(folder / "2024.sav", tmp_path / "x.sav", frame=old)
    with pytest.raises(SourceError, match=r"holds no respondents of 2024: AGOJB401 is never 2024"):
        read_gmjv(path, wave=2024)


def test_year_that_no_wave_has_is_refused(folder, raw, tmp_path):
    odd = raw.assign(AGOJB401=raw["AGOJB401"].where(raw.index != 5, 2023))
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=odd)
    with pytest.raises(UnknownCodeError, match=r"'AGOJB401': code '2023' \(1 row.*first in row 6"):
        read_gmjv(path, wave=2022)


# ---------------------------------------------------------------- agreement and direction


def test_flags_that_agree_with_the_category_pass(survey, raw):
    known = int(raw["LVEES402"].isin([0, 1, 2]).sum())
    found = checks(survey, "agreement")
    assert [check.passed for check in found] == [True, True]
    assert found[0].message.startswith(f"LVEES403 against LVEES402: 0 of {known:,} rows differ")


def test_flag_that_contradicts_the_category_is_reported_with_its_rows(folder, raw, tmp_path):
    severe = raw.index[raw["LVEES402"] == 2][:4]
    wrong = raw.assign(LVEES404=raw["LVEES404"].where(~raw.index.isin(severe), 0))
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=wrong)
    first, second = checks(read_gmjv(path, wave=2022), "agreement")
    assert first.passed is True
    assert second.passed is False
    assert second.rows == tuple(int(place) + 1 for place in severe)


def test_columns_shuffled_apart_from_each_other_do_not_pass(folder, raw, tmp_path, rng):
    """As in the one public file with this layout, whose columns were shuffled one by one."""
    mixed = raw.assign(LVEES402=rng.permutation(raw["LVEES402"].to_numpy()))
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=mixed)
    assert [check.passed for check in checks(read_gmjv(path, wave=2022), "agreement")] == [
        False,
        False,
    ]


def test_reversed_categories_are_caught_without_labels(folder, raw, tmp_path):
    turned = raw["LVEES402"].where(~raw["LVEES402"].isin([0, 1, 2]), 2 - raw["LVEES402"])
    path = changed_sav(
        folder / "2022.sav",
        tmp_path / "x.sav",
        frame=raw.assign(LVEES402=turned),
        labels=without_labels(raw),
    )
    (direction,) = checks(read_gmjv(path, wave=2022), "direction")
    assert direction.passed is False
    assert "wrong direction" in direction.message


def test_reversed_labels_are_refused(folder, tmp_path):
    words = {0: "Sterk eenzaam", 1: "Enigszins eenzaam", 2: "Niet eenzaam", 9: "Onbekend"}
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", labels={"LVEES402": words})
    with pytest.raises(SchemaError, match="code 0 is labelled 'Sterk eenzaam'"):
        read_gmjv(path, wave=2022)


def test_direction_of_the_synthetic_file_passes(survey):
    (direction,) = checks(survey, "direction")
    assert direction.passed is True


# ---------------------------------------------------------------- refusals


def test_file_of_another_survey_is_refused(tmp_path, folder, raw):
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=raw[["Gemeentecode"]])
    with pytest.raises(SourceError, match=r"does not look like the Gezondheidsmonitor Jongvolw"):
        read_gmjv(path, wave=2022)


def test_file_without_a_flag_is_refused_by_name(tmp_path, folder, raw):
    path = changed_sav(folder / "2022.sav", tmp_path / "x.sav", frame=raw.drop(columns="LVEES404"))
    with pytest.raises(UnknownColumnError, match="LVEES404"):
        read_gmjv(path, wave=2022)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"wave": 2023}, "wave is 2023, which is not an option. Choose one of 2022, 2024"),
        ({"wave": 2022, "weights_for": "district"}, "weights_for is 'district'"),
        ({"wave": 2022, "leave_out": ["published_lonely"]}, "leave_out is 'published_lonely'"),
    ],
)
def test_options_that_do_not_exist_are_refused(folder, options, match):
    with pytest.raises(OptionError, match=match):
        read_gmjv(folder / "2022.sav", **options)


# ---------------------------------------------------------------- the synthetic file


@pytest.mark.parametrize(
    ("outcome", "own"), [("lonely", "LVEES403"), ("severely_lonely", "LVEES404")]
)
def test_synthetic_file_of_2022_has_the_published_prevalences(raw, outcome, own):
    table = reference("youth")
    row = table[
        table["source"].eq("Gezondheidsmonitor Jongvolwassenen")
        & table["wave"].eq("2022")
        & table["outcome"].eq(outcome)
    ]
    (percent,) = row["value"]
    known = raw[own].isin([0, 1])
    share = float((raw.loc[known, own] == 1).mean())
    assert share == pytest.approx(percent / 100, abs=FIVE_SE)


def test_synthetic_file_of_2024_meets_the_one_figure_that_was_found_and_says_what_is_assumed(
    tmp_path,
):
    report = synthesise_gmjv(tmp_path / "x.sav", wave=2024, n=1000)
    assert [(m.outcome, m.printed_pct, m.evidence) for m in report.margins] == [
        ("lonely", 59.0, "assumption"),
        ("severely_lonely", 23.0, "unverified"),
    ]
    assert [round(m.expected, 9) for m in report.margins] == [0.59, 0.23]
    assert any("ASSUMED for 2024" in said for said in report.assumptions)


def test_synthetic_file_says_that_it_is_synthetic_in_title_rows_and_report(raw, survey):
    assert set(raw["source"]) == {"synthetic"}
    assert survey.report.origin is Origin.SYNTHETIC
    assert set(survey.respondents["source"]) == {"gmjv (synthetic)"}


def test_synthetic_file_with_the_same_seed_is_the_same(tmp_path):
    one, two, other = (
        read(tmp_path / name)
        for name, seed in (("a.sav", 1), ("b.sav", 1), ("c.sav", 2))
        if synthesise_gmjv(tmp_path / name, n=1000, seed=seed)
    )
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(other)


def test_synthetic_file_has_codes_9_and_empty_cells_and_no_declared_missing(folder, raw):
    import pyreadstat

    _, meta = pyreadstat.read_sav(folder / "2022.sav", metadataonly=True)
    assert meta.missing_ranges == {}
    assert (raw["LVEES402"] == 9).sum() > 50
    assert raw["LVEES402"].isna().sum() > 50


def test_model_of_the_synthetic_file_is_the_short_scale():
    assert six_items().difficulty.shape == (6,)
    assert np.bincount(six_items().dimension).tolist() == [3, 3]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"wave": 2023}, "wave is 2023"),
        ({"n": 10}, "Ask for 1,000 or more"),
        ({"seed": -1}, "below 0"),
    ],
)
def test_synthetic_file_that_cannot_be_made_leaves_nothing(tmp_path, options, match):
    with pytest.raises(OptionError, match=match):
        synthesise_gmjv(tmp_path / "x.sav", **options)
    assert list(tmp_path.iterdir()) == []
