"""``wave=`` of every reader: text that can only mean one wave, and several waves in one call."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats import loaders
from eenzaam_stats.design import Design
from eenzaam_stats.errors import DesignError, OptionError, SchemaError, SourceError
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.codebook.codebook import codebook_names, load_codebook
from eenzaam_stats.loaders.mapping.mapping import check_mapping
from eenzaam_stats.loaders.pooling.combine import combine
from eenzaam_stats.loaders.sources.any_source import SOURCES, SourceOptions, read_source
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.synthetic.sources import synthesise
from loaders.formats.changed_sav import changed_sav, read
from loaders.mapping.mapped_files import mapping, people, write_mapping, write_survey
from loaders.sources.liss_folder import wave_frame, write_wave

# ---------------------------------------------------------------- one wave, in other words


@pytest.mark.parametrize("name", codebook_names())
def test_wave_of_every_codebook_is_found_by_its_text(name):
    book = load_codebook(name)
    for wave in book.waves:
        by_name = [wave.name, f" {wave.name} ", wave.name.lower()]
        by_year = [str(wave.year), float(wave.year), f"{wave.year}.0", np.int64(wave.year)]
        assert all(book.wave(key) is wave for key in by_name)
        assert all(book.wave(key) is book.wave(wave.year) for key in by_year)


@pytest.mark.parametrize(
    "key", [True, "20222", "22", "", "2022 2024", None, -2022, 2022.5, "2 022"]
)
def test_wave_that_can_mean_something_else_is_refused(key):
    with pytest.raises(OptionError, match="wave is"):
        load_codebook("gezondheidsmonitor").wave(key)


@pytest.mark.parametrize(
    ("source", "wave", "words"),
    [
        ("gezondheidsmonitor", 2022, ("2022", " 2022", "2022.0", 2022.0)),
        ("gmjv", 2022, ("2022", 2022.0, "2022.0")),
        ("lasa", "H", ("h", " H ", 2011, "2011")),
        ("share", 9, ("9", 9.0, "9.0")),
        ("ess", 11, ("11", 11.0)),
        ("eu_loneliness_survey", 2022, ("2022", [2022], 2022.0)),
    ],
)
def test_reader_when_the_wave_is_text_then_reads_the_same_survey(tmp_path, source, wave, words):
    path = tmp_path / ("x_values.csv" if source == "eu_loneliness_survey" else "x.sav")
    if source == "eu_loneliness_survey":
        synthesise(source, path)
    else:
        synthesise(source, path, wave=wave, n=1_000)
    plain = read_source(source, path, SourceOptions(wave=wave)).respondents
    for word in words:
        found = read_source(source, path, SourceOptions(wave=word)).respondents
        pd.testing.assert_frame_equal(found, plain)


@pytest.mark.parametrize(
    ("source", "wave"),
    [("gezondheidsmonitor", "2022"), ("gmjv", "2024"), ("share", "9"), ("ess", "11")],
)
def test_synthetic_file_when_the_wave_is_text_then_is_the_same(tmp_path, source, wave):
    synthesise(source, tmp_path / "a.sav", wave=wave, n=1_000)
    synthesise(source, tmp_path / "b.sav", wave=int(wave), n=1_000)
    pd.testing.assert_frame_equal(read(tmp_path / "a.sav"), read(tmp_path / "b.sav"))


def test_every_source_takes_a_wave():
    assert all("wave" in (*one.needs, *one.takes) for one in SOURCES.values())


# ---------------------------------------------------------------- several waves of one file


def stacked_years(folder, source, years, column):
    """One file with the synthetic waves under each other, the year in a column."""
    parts = []
    for year in years:
        synthesise(source, folder / f"{year}.sav", wave=year, n=1_000, seed=2025 + int(year))
        parts.append(read(folder / f"{year}.sav").assign(**{column: float(year)}))
    both = pd.concat(parts, ignore_index=True)
    return changed_sav(folder / f"{years[0]}.sav", folder / "both.sav", frame=both)


@pytest.mark.parametrize(
    ("source", "years", "column"),
    [
        ("gezondheidsmonitor", (2020, 2022), "AGOJB201"),
        ("gmjv", (2022, 2024), "AGOJB401"),
        ("ess", (7, 11), "essround"),
        ("share", (8, 9), "wave"),
    ],
)
def test_several_waves_in_one_call_are_the_waves_read_apart(tmp_path, source, years, column):
    path = stacked_years(tmp_path, source, years, column)
    both = read_source(source, path, SourceOptions(wave=list(years)))
    counts = both.respondents["wave"].value_counts()
    for year in years:
        alone = read_source(source, tmp_path / f"{year}.sav", SourceOptions(wave=year))
        assert counts[year] == len(alone.respondents)
        own = both.respondents[both.respondents["wave"] == year]
        np.testing.assert_allclose(own["weight"], alone.respondents["weight"], rtol=1e-12)
    text = read_source(source, path, SourceOptions(wave=[str(year) for year in years]))
    pd.testing.assert_frame_equal(text.respondents, both.respondents)


def test_one_wave_of_a_cumulative_file_is_refused_and_read_in_a_list(tmp_path):
    path = stacked_years(tmp_path, "ess", (7, 11), "essround")
    with pytest.raises(SchemaError, match=r"essround is 7 in row .*write wave=\[\.\.\.\]"):
        loaders.read_ess(path, wave=11)
    survey = loaders.read_ess(path, wave=[11])
    alone = loaders.read_ess(tmp_path / "11.sav", wave=11)
    columns = ["direct", "weight", "stratum", "cluster", "person_id"]
    pd.testing.assert_frame_equal(survey.respondents[columns], alone.respondents[columns])
    assert any("another wave than 11 (essround)" in why for why, _ in survey.report.dropped)


def test_monitor_of_several_years_when_one_is_asked_for_then_is_refused_and_read_in_a_list(
    tmp_path,
):
    path = stacked_years(tmp_path, "gezondheidsmonitor", (2020, 2022), "AGOJB201")
    with pytest.raises(SchemaError, match=r"AGOJB201 is 2020 .*write wave=\[\.\.\.\]"):
        loaders.read_gezondheidsmonitor(path, wave=2022)
    survey = loaders.read_gezondheidsmonitor(path, wave=["2022"])
    assert set(survey.respondents["wave"]) == {2022}
    assert ("rows of another wave than 2022 (AGOJB201)", 1_000) in survey.report.dropped


def test_list_of_one_wave_reads_a_file_without_a_column_of_the_year(tmp_path):
    synthesise("share", tmp_path / "9.sav", wave=9, n=1_000)
    one, same = (loaders.read_share(tmp_path / "9.sav", wave=wave) for wave in (9, ["9"]))
    pd.testing.assert_frame_equal(one.respondents, same.respondents)


def test_answers_of_one_wave_beside_the_weights_of_two_are_not_read_twice(tmp_path):
    synthesise("share", tmp_path / "9.sav", wave=9, n=1_000)
    frame = read(tmp_path / "9.sav")
    others = pd.concat([frame[frame["country"] != 14]] * 10)
    wide = pd.concat([frame, others], ignore_index=True)
    wide["cciw_w8"] = wide["cciw_w9"]
    path = changed_sav(tmp_path / "9.sav", tmp_path / "wide.sav", frame=wide)
    with pytest.raises(SchemaError, match="nothing in the file tells the waves apart"):
        loaders.read_share(path, wave=[8, 9])


def test_waves_of_a_wide_file_hold_the_same_persons(tmp_path):
    for letter, wave in (("h", "H"), ("i", "I")):
        synthesise("lasa", tmp_path / f"{letter}.sav", wave=wave, n=1_000, seed=4)
    one, other = read(tmp_path / "h.sav"), read(tmp_path / "i.sav")
    wide = one.merge(other.drop(columns="source"), on="respnr")
    path = changed_sav(tmp_path / "h.sav", tmp_path / "wide.sav", frame=wide)
    survey = loaders.read_lasa(path, wave=["H", "i"])
    assert survey.respondents["person_id"].value_counts().eq(2).all()
    assert survey.design.cluster == "cluster"
    assert survey.respondents["wave"].value_counts().to_dict() == {2011: 1_000, 2015: 1_000}
    assert any("pooled although different age floors" in note for note in survey.report.notes)
    (check,) = [c for c in survey.report.checks if c.name == "persons in several waves"]
    assert check.passed is True


def test_waves_whose_columns_have_the_same_names_are_not_read_twice(tmp_path):
    synthesise("lasa", tmp_path / "b.sav", wave="3B", n=1_000)
    with pytest.raises(SchemaError, match="nothing in the file tells the waves apart"):
        loaders.read_lasa(tmp_path / "b.sav", wave=["3B", "MB"])


@pytest.mark.parametrize(
    ("source", "year", "waves", "column"),
    [
        ("gezondheidsmonitor", 2022, [2020, 2022], "AGOJB201"),
        ("gmjv", 2024, [2022, 2024], "AGOJB401"),
        ("ess", 11, [7, 11], "essround"),
    ],
)
def test_several_waves_of_a_file_that_cannot_tell_them_apart_are_refused(
    tmp_path, source, year, waves, column
):
    synthesise(source, tmp_path / "x.sav", wave=year, n=1_000)
    frame = read(tmp_path / "x.sav")
    if source == "gezondheidsmonitor":
        frame = frame.assign(ewGGDkern=frame["ewGGD"])
    frame = frame.drop(columns=[column], errors="ignore")
    path = changed_sav(tmp_path / "x.sav", tmp_path / "y.sav", frame=frame)
    with pytest.raises(SchemaError, match=rf"no column \['{column}'\] that tells their rows apart"):
        read_source(source, path, SourceOptions(wave=waves))


@pytest.mark.parametrize(
    ("waves", "match"),
    [
        ([], "wave is an empty list"),
        ([2022, "2022"], r"wave names \['2022'\] more than once"),
        ([2022, 2023], "wave is 2023"),
        (["2022 trend"], "wave is '2022 trend'"),
    ],
)
def test_list_of_waves_that_cannot_be_meant_is_refused(tmp_path, waves, match):
    with pytest.raises(OptionError, match=match):
        loaders.read_gmjv(tmp_path / "x.sav", wave=waves)


def test_waves_that_may_not_be_pooled_say_how_to_read_them(tmp_path):
    path = stacked_years(tmp_path, "gezondheidsmonitor", (2012, 2022), "AGOJB201")
    with pytest.raises((SchemaError, DesignError), match=r"wave=\['2012', '2022'\].*by itself"):
        loaders.read_gezondheidsmonitor(path, wave=[2012, 2022])


def test_waves_of_one_call_are_kept_and_found_in_the_cache(tmp_path):
    pytest.importorskip("pyarrow")
    path = stacked_years(tmp_path, "gmjv", (2022, 2024), "AGOJB401")
    first = loaders.read_gmjv(path, wave=[2022, 2024], cache=tmp_path / "kept")
    again = loaders.read_gmjv(path, wave=[2022, 2024], cache=tmp_path / "kept")
    assert len(list((tmp_path / "kept").iterdir())) == 2
    pd.testing.assert_frame_equal(first.respondents, again.respondents)


# ---------------------------------------------------------------- panels, mappings, combine


def panel_folder(folder):
    for code, month in (("cs10c", 201010), ("cs11d", 201110), ("cs12e", 201210)):
        write_wave(folder / f"{code}_1p_EN.sav", wave_frame(code, month=month))
    return folder


@pytest.mark.parametrize(
    ("wave", "years"),
    [
        (2011, {2011}),
        ("2011", {2011}),
        ("cs11d", {2011}),
        ([2010, "2012"], {2010, 2012}),
        (["CS10C", 2011.0], {2010, 2011}),
        (None, {2010, 2011, 2012}),
    ],
)
def test_panel_gives_the_waves_that_are_asked_for(tmp_path, wave, years):
    survey = loaders.read_liss(panel_folder(tmp_path), wave=wave)
    assert set(survey.respondents["wave"]) == years
    said = [note for note in survey.report.notes if "another wave than was asked for" in note]
    assert len(said) == (len(years) < 3)


def test_wave_of_a_panel_that_is_not_in_the_folder_is_refused(tmp_path):
    with pytest.raises(OptionError, match=r"wave is 2013.*one of 2010, 2011, 2012"):
        loaders.read_liss(panel_folder(tmp_path), wave=[2010, 2013])


def mapped_years(folder, **source):
    frame = people().assign(jaar=[2022.0 if at % 3 else 2024.0 for at in range(60)])
    path = write_survey(frame, folder / "x.csv")
    return path, write_mapping(mapping(**source), folder / "x.toml")


@pytest.mark.parametrize("years", [[2022, 2024], ["2022", "2024"], ["2022", 2024]])
def test_mapping_of_several_years_reads_all_or_those_asked_for(tmp_path, years):
    path, own = mapped_years(tmp_path, wave=years, wave_column="jaar")
    both = loaders.read_mapped(path, own)
    assert both.respondents["wave"].value_counts().to_dict() == {2022: 40, 2024: 20}
    same = loaders.read_mapped(path, own, wave=[2022, "2024"])
    pd.testing.assert_frame_equal(same.respondents, both.respondents)
    one = loaders.read_mapped(path, own, wave="2024")
    assert one.respondents["wave"].value_counts().to_dict() == {2024: 20}
    with pytest.raises(OptionError, match="wave is 2023"):
        loaders.read_mapped(path, own, wave=2023)


def test_mapping_whose_wave_is_text_is_that_year(tmp_path):
    path, own = mapped_years(tmp_path, wave="2022")
    assert set(loaders.read_mapped(path, own).respondents["wave"]) == {2022}
    assert set(loaders.read_mapped(path, own, wave="2022").respondents["wave"]) == {2022}


def test_mapping_of_one_year_with_its_column_leaves_other_years_out(tmp_path):
    path, own = mapped_years(tmp_path, wave=2024, wave_column="jaar")
    survey = loaders.read_mapped(path, own)
    assert len(survey.respondents) == 20
    assert survey.report.dropped == (("rows of another wave than 2024 (jaar)", 40),)


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ({"wave": [2022, 2024]}, "wave_column, the column with the year, is needed"),
        ({"wave": [2022, 2022]}, "a list of different years"),
        ({"wave": "soon"}, "a year in four digits is needed"),
        ({"wave": True}, "a year in four digits is needed"),
        ({"wave": []}, "a year in four digits is needed"),
        ({"wave": 2022, "wave_column": " "}, "the name of the column with the year is needed"),
    ],
)
def test_mapping_with_years_that_cannot_be_meant_says_so(tmp_path, source, match):
    _, own = mapped_years(tmp_path, **source)
    assert any(match in check.message for check in check_mapping(own))


def test_mapping_whose_year_is_in_no_row_is_refused(tmp_path):
    path, own = mapped_years(tmp_path, wave=[2022, 2023], wave_column="jaar")
    with pytest.raises(SourceError, match="jaar is never 2023"):
        loaders.read_mapped(path, own)


@pytest.mark.parametrize(("field", "value"), [("blank_weight", ""), ("zero_weight", "0")])
@pytest.mark.parametrize("suffix", [".csv", ".sav", ".xlsx", ".parquet", ".dta"])
def test_mapping_says_what_a_blank_or_a_zero_weight_means(tmp_path, field, value, suffix):
    frame = people()
    frame.loc[:4, "w"] = float(value or "nan")
    path = write_survey(frame, tmp_path / f"x{suffix}")
    raw = mapping()
    with pytest.raises(DesignError, match=r"blank, zero, negative or infinite in 5 row"):
        loaders.read_mapped(path, write_mapping(raw, tmp_path / "m.toml"))
    raw["design"][field] = "people outside the sample"
    survey = loaders.read_mapped(path, write_mapping(raw, tmp_path / "m.toml"))
    word = "0" if value else "blank"
    assert survey.report.dropped == ((f"people outside the sample (w is {word})", 5),)


@pytest.mark.parametrize("wave", ["2022", 2022.0, "2022.0", " 2022"])
def test_combine_when_a_survey_writes_its_wave_as_text_then_is_a_number(wave):
    def survey(year):
        frame = pd.DataFrame({"wave": [year] * 4, "lonely": [0.0, 1, 0, 1]})
        report = HarmonisationReport("x", str(year), f"{year}.sav", "synthetic", "all", 4, 4)
        return Survey(frame, Design(), report)

    both = combine([survey(2020), survey(wave)])
    assert both.respondents["wave"].tolist() == [2020] * 4 + [2022] * 4
    rows = prevalence(both, "lonely", by="wave", weights=None).rows
    assert [row.group for row in rows] == [("2020",), ("2022",)]


@pytest.mark.parametrize("years", [["2024"], [2024.0], ("2024", "x")])
def test_keep_of_a_reading_takes_text_for_a_number(tmp_path, years):
    from eenzaam_stats.loaders.formats.opened import open_file
    from eenzaam_stats.loaders.harmonise.reading import read_survey
    from eenzaam_stats.loaders.mapping.layout import build_wave
    from eenzaam_stats.loaders.mapping.mapping import read_mapping

    path, own = mapped_years(tmp_path)
    wave = build_wave(read_mapping(own))
    ages = [str(one).replace("2024", "30") for one in years]
    survey = read_survey(open_file(path), wave, source="mine", keep={"age": ages})
    assert set(survey.respondents["age"]) == {30}
