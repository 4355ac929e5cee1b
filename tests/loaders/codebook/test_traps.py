"""Each known trap of the survey files is closed by a test that exists; the missing ones are here.

The list is in ``trap_list.py``. What only this file sees: that no trap lost its test.
"""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from eenzaam_stats.errors import (
    DesignError,
    ScaleError,
    SchemaError,
    SourceError,
    UnknownCodeError,
)
from eenzaam_stats.loaders.codebook.codebook import codebook_names, load_codebook
from eenzaam_stats.loaders.codebook.template import write_template
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.loaders.pooling.combine import combine
from eenzaam_stats.loaders.sources.eu_survey import read_eu_survey
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.loaders.sources.liss.read import read_liss
from eenzaam_stats.loaders.sources.ssw import read_ssw
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.synthetic.eu_survey import synthesise_eu_survey
from loaders.codebook.trap_list import (
    EUROPE,
    LAYOUT,
    LISS,
    MONITOR,
    OPTIONAL,
    READING,
    REFUSE,
    SSW,
    TRAPS,
    YOUNG,
)
from loaders.harmonise.test_harmonise import column, found, missing
from loaders.mapping.mapped_files import item, write_mapping, write_survey
from loaders.sources.liss_folder import (
    background_frame,
    simple_folder,
    wave_frame,
    write_background,
    write_wave,
)
from loaders.sources.monitor_files import VECTORS, monitor_file

TESTS = Path(__file__).resolve().parents[2]
BOOK = load_codebook("gezondheidsmonitor")
# Numbered in the facts: nine of the monitor, seven that a loader must refuse or report.
COUNTS = {
    **{MONITOR: 9, LAYOUT: 8, YOUNG: 10, SSW: 4, EUROPE: 10, LISS: 10, OPTIONAL: 13},
    **{READING: 9, REFUSE: 7},
}
# Surveys with the scale or the direct question whose layout nobody has published.
WITHOUT_LAYOUT = ("ssw", "ggs", "nkps", "eqls", "lifelines", "hbsc", "gmj")


@cache
def functions_of(file: Path) -> dict[str, str]:
    """Functions of a test file with the text of their marks, those of the whole file included."""
    tree = ast.parse(file.read_text("utf-8"))
    of_file = [
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    return {
        node.name: " ".join([*of_file, *map(ast.unparse, node.decorator_list)])
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


def located(test: str) -> tuple[Path, str]:
    """File and function of a test as the list names it."""
    place, _, function = test.partition("::")
    folder, _, name = place.rpartition("/")
    [file] = (TESTS / (folder or "loaders")).rglob(f"{name}.py")
    return file, function


# ---------------------------------------------------------------- the list


def test_list_when_counted_then_has_every_trap_of_the_facts():
    assert Counter(trap.part for trap in TRAPS) == COUNTS
    assert len({trap.what for trap in TRAPS}) == len(TRAPS) == 80


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap.part} {trap.number}")
def test_trap_when_it_is_in_the_list_then_its_tests_exist_and_run(trap):
    assert trap.tests
    for test in trap.tests:
        file, function = located(test)
        marks = functions_of(file).get(function)
        assert marks is not None, f"{test} does not exist"
        assert function.startswith("test_")
        # A test that is skipped, or needs files that lie elsewhere, would leave the trap open.
        assert not any(word in marks for word in ("skip", "xfail", "witness")), test


def test_tests_of_this_file_when_they_close_a_trap_then_the_list_names_them():
    named = {test for trap in TRAPS for test in trap.tests if test.startswith("test_traps::")}
    own = {name for name in functions_of(Path(__file__)) if name.startswith("test_")}
    about_the_list = {name for name in own if name.split("_")[1] in ("list", "trap", "tests")}
    assert {test.partition("::")[2] for test in named} == own - about_the_list


# ---------------------------------------------------------------- Gezondheidsmonitor


def test_8_when_another_variable_has_it_then_only_the_severe_flag_reads_it_as_no():
    rows = [row for year in BOOK.years for row in BOOK.wave(year).variables]
    read_as_no = {row.name for row in rows if row.codes.get(8, (None, ""))[0] is False}
    assert read_as_no == {"published_severely_lonely"}
    lonely = column("GGEES217", [0.0, 1.0, 8.0], labels={8.0: "nvt"})
    assert found(lonely) == [False, True, None]
    assert missing(lonely) == {"not_asked": 1}


@pytest.mark.parametrize(
    ("wave", "name"),
    [
        *((year, name) for year in (2012, 2016, 2020, 2022) for name in ("GGEES209", "GGEES217")),
        *((2016, name) for name in ("GGEES215", "GGEES216")),
        *((year, name) for year in (2020, 2022) for name in ("GGEES218", "GGEES219")),
    ],
)
def test_flag_when_it_is_unknown_then_is_missing_and_never_a_no(wave, name):
    flag = column(name, [0.0, 1.0, 9.0], wave=wave)
    assert found(flag) == [False, True, None]
    assert missing(flag) == {"no_answer": 1}
    assert flag.values.mean() == 0.5


def test_neutral_answer_when_scored_then_counts_in_every_item(tmp_path):
    assert VECTORS[0] == ("M" * 11, 6, 5, 11)
    path = monitor_file(2016).write(tmp_path / "gm.sav")
    people = score(read_gezondheidsmonitor(path, wave=2016), DJG11).respondents
    assert people["djg_1"].iloc[0] == "more_or_less"
    assert people["djg11_total"].iloc[0] == 11


def test_age_floor_when_the_wave_is_older_then_is_19_and_18_from_2020_on():
    floors = {year: BOOK.wave(year).age_floor for year in BOOK.years}
    assert floors == {2012: 19, 2016: 19, 2020: 18, 2022: 18, 2024: 18}


def test_subscale_flags_when_their_cutoffs_differ_then_keep_their_own_columns(tmp_path):
    surveys = [
        read_gezondheidsmonitor(
            monitor_file(wave).write(tmp_path / f"gm{wave}.sav"), wave=wave, leave_out=["region"]
        )
        for wave in (2016, 2022)
    ]
    allowed = ("age_floor", "population")
    people = combine(surveys, allow=allowed).respondents
    for kind in ("emotionally", "socially"):
        old, new = f"published_{kind}_lonely_rivm2016", f"published_{kind}_lonely"
        assert set(people.loc[people[old].notna(), "wave"]) == {2016}
        assert set(people.loc[people[new].notna(), "wave"]) == {2022}


# ---------------------------------------------------------------- sources without a layout


def test_source_when_no_layout_is_public_then_has_no_packaged_codebook(tmp_path):
    assert set(codebook_names()).isdisjoint(WITHOUT_LAYOUT)
    with pytest.raises(SchemaError, match=r"the mapping has \d+ problem.*column is not filled in"):
        read_ssw(tmp_path / "ssw.sav", write_template("ssw", tmp_path / "mine.toml"))
    with pytest.raises(SourceError, match=r"absent.toml does not exist"):
        read_ssw(tmp_path / "ssw.sav", tmp_path / "absent.toml")


def test_items_when_in_another_order_then_a_mapping_reads_them_by_name(tmp_path):
    """Six columns of which the first three are emotional, as in Lifelines: two people, by hand."""
    order = (3, 9, 10, 4, 7, 8)
    columns = {f"LONELYSC{place}": number for place, number in enumerate(order, 1)}
    # The first says yes to the emotional and to the social items, the second no to all of them.
    answers = pd.DataFrame({name: [1.0, 3.0] for name in columns})
    path = write_survey(answers, tmp_path / "six.sav")
    scores = []
    for names in (list(columns), list(reversed(columns))):
        head = {"name": "six", "title": "Six", "wave": 2020, "age_floor": 18}
        raw = {
            "source": {**head, "instrument": "DJG6", "evidence": "user"},
            "design": {"weight": "none"},
            "variable": [item(columns[name], column=name) for name in names],
        }
        people = score(read_mapped(path, write_mapping(raw, tmp_path / "m.toml")), DJG6)
        scores.append(people.respondents[["djg6_emotional", "djg6_social"]].to_numpy().tolist())
    assert scores == [[[3, 0], [0, 3]]] * 2


def test_ucla_when_3_is_often_then_a_mapping_of_share_is_refused(tmp_path):
    names = ("sclackcom", "scleftout", "scisolate")
    words = {1: "hardly ever", 2: "some of the time", 3: "often"}
    frame = pd.DataFrame({name: [1.0, 2.0, 3.0] for name in names})
    path = write_survey(frame, tmp_path / "uk.sav", dict.fromkeys(names, words))

    def mapping(*meanings: str) -> Path:
        codes = {str(code): said for code, said in enumerate(meanings, 1)}
        head = {"name": "uk", "title": "UK", "wave": 2020, "age_floor": 16}
        rows = [
            {"name": f"ucla_{place}", "column": name, "codes": codes}
            for place, name in enumerate(names, 1)
        ]
        raw = {
            "source": {**head, "instrument": "UCLA3", "evidence": "user"},
            "design": {"weight": "none"},
            "variable": rows,
        }
        return write_mapping(raw, tmp_path / "uk.toml")

    with pytest.raises(ScaleError, match="code 1 is labelled 'hardly ever'"):
        read_mapped(path, mapping("often", "sometimes", "hardly_ever"))
    people = read_mapped(path, mapping("hardly_ever", "sometimes", "often")).respondents
    assert people["ucla_1"].tolist() == ["hardly_ever", "sometimes", "often"]


# ---------------------------------------------------------------- EU survey and LISS


def test_weight_when_its_meaning_is_not_documented_then_is_never_taken(tmp_path):
    synthesise_eu_survey(tmp_path / "eu_values.csv", n=2000)
    frame = pd.read_csv(tmp_path / "eu_values.csv")
    frame.drop(columns="w_country").to_csv(tmp_path / "x_values.csv", index=False)
    with pytest.raises(DesignError, match=r"no column 'w_country'.*\['w_country_04', 'w_eu27'\]"):
        read_eu_survey(tmp_path / "x_values.csv")


@pytest.mark.parametrize("wave", load_codebook("eu_loneliness_survey").waves, ids=lambda w: w.name)
def test_wording_when_it_was_not_verified_then_the_report_says_so(wave):
    assert any("wording of the direct question is not verified" in note for note in wave.notes)


@pytest.mark.parametrize("code", [-7.0, -8.0])
@pytest.mark.parametrize(("wave", "month"), [("cs12e", 201210), ("cs20m", 202010)])
def test_code_of_a_harmonised_copy_when_in_a_raw_wave_then_stops(tmp_path, code, wave, month):
    frame = wave_frame(wave, month=month)
    frame.loc[0, f"{wave}284"] = code
    write_wave(tmp_path / f"{wave}_1p.sav", frame)
    with pytest.raises(UnknownCodeError, match=rf"'{wave}284': code {code:g}"):
        read_liss(tmp_path)


def test_panel_when_it_has_no_places_then_no_column_of_places_is_made(tmp_path):
    simple_folder(tmp_path)
    frame = background_frame(201010).assign(gemeente=363.0, provincie=27.0)
    write_background(tmp_path / "avars_201010_EN_1.0p.sav", frame)
    people = read_liss(tmp_path).respondents
    assert {"region", "municipality", "country"}.isdisjoint(people.columns)


# ---------------------------------------------------------------- how files are read


def test_names_when_in_another_case_then_no_row_is_lost(tmp_path):
    content = monitor_file(2016)
    wanted = read_gezondheidsmonitor(content.write(tmp_path / "gm.sav"), wave=2016).respondents
    lower = content.rename(str.lower).write(tmp_path / "lower.sav")
    assert read_gezondheidsmonitor(lower, wave=2016).respondents.equals(wanted)
    assert len(wanted) > 0


def test_codes_when_they_share_a_label_then_stay_apart(tmp_path):
    content = monitor_file(2016)
    content.labels["MIREB201"] = {1: "GGD", 2: "GGD"}
    region = read_gezondheidsmonitor(content.write(tmp_path / "gm.sav"), wave=2016).respondents[
        "region"
    ]
    assert region.iloc[0] != region.iloc[1]
    content.labels["GGEEB201"] = {1: "Ja", 2: "Ja", 3: "Nee"}
    with pytest.raises(ScaleError, match="code 2 is labelled 'Ja'"):
        read_gezondheidsmonitor(content.write(tmp_path / "items.sav"), wave=2016)


def test_total_when_only_some_codes_are_labelled_then_stays_a_number(tmp_path):
    content = monitor_file(2016)
    content.labels["GGEES203"] = {0: "0 (niet eenzaam)", 99: "onbekend"}
    people = read_gezondheidsmonitor(content.write(tmp_path / "gm.sav"), wave=2016).respondents
    wanted = [total for *_, total in VECTORS]
    total = people["published_total"].iloc[: len(VECTORS)]
    assert total.dtype == "Int64"
    assert [None if pd.isna(one) else one for one in total] == wanted


def test_text_when_it_is_empty_then_is_missing(tmp_path):
    content = monitor_file(2022).change("Gemeentecode", 1, "")
    survey = read_gezondheidsmonitor(content.write(tmp_path / "gm.sav"), wave=2022)
    assert pd.isna(survey.respondents["municipality"].iloc[0])
    assert survey.respondents["municipality"].iloc[1] == "0034"
