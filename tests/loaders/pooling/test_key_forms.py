"""One key in many forms: in every format, in every kind of key, and wherever two tables meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eenzaam_stats.design import Design
from eenzaam_stats.errors import OptionError, SchemaError, UnknownCodeError
from eenzaam_stats.estimation.calibration.calibrate import calibrate
from eenzaam_stats.estimation.standardise import standardise
from eenzaam_stats.estimation.variance.targets import Standard
from eenzaam_stats.keys import normal_keys
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.loaders.pooling.combine import combine
from eenzaam_stats.loaders.pooling.shared_persons import check_shared_persons
from eenzaam_stats.loaders.sources.liss.read import read_liss
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.trend.panel.dropout import check_dropout
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.panel.rows import PanelColumns
from loaders.mapping.mapped_files import mapping, people, write_mapping, write_survey
from loaders.sources.liss_folder import background_frame, wave_frame, write_background, write_wave

NAN = float("nan")
# One whole number, 1000019, 1000000 or 3000, as programs write it.
FORMS = {
    "plain": str,
    "decimals": lambda n: f"{n}.0",
    "decimal comma": lambda n: f"{n},0",
    "two decimals": lambda n: f"{n}.00",
    "point": lambda n: f"{n}.",
    "exponent": lambda n: f"{n / 1000:.3f}e3" if n % 1000 else f"{n // 1000}e+03",
    "capital exponent": lambda n: f"{n // 1000}E3" if n % 1000 == 0 else str(n),
    "blanks": lambda n: f"  {n} ",
    "unseen blanks": lambda n: f"\ufeff{n}\u00a0",
    "sign": lambda n: f"+{n}",
    "zeros": lambda n: f"{n:09d}",
    "zeros and decimals": lambda n: f"{n:09d}.0",
}
KEYS = (1_000_019, 1_000_000, 3_000)


# ---------------------------------------------------------------- the rule


@pytest.mark.parametrize("form", FORMS)
def test_key_when_written_in_another_form_then_is_the_same_key(form):
    found = normal_keys(pd.Series([FORMS[form](n) for n in KEYS]))
    assert found.tolist() == ["1000019", "1000000", "3000"]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([7.0, 12.0]),
        pd.Series([7, 12]),
        pd.Series([7, 12], dtype="Int64"),
        pd.Series([7.0, 12.0], dtype="Float64"),
        pd.Series([7.0, 12.0], dtype="float32"),
        pd.Series([7.0, "12"], dtype=object),
        pd.Series(["007", "012"]),
        pd.Series(["7", "12.0"], dtype="category"),
    ],
    ids=lambda values: str(values.dtype),
)
def test_key_when_stored_as_another_type_then_is_the_same_key(values):
    assert normal_keys(values).tolist() == ["7", "12"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["NL-000123-01", "NL-000124-01"], ["NL-000123-01", "NL-000124-01"]),
        (["GM0363", "GM0034"], ["GM0363", "GM0034"]),
        (["1a3", "1e3", "2e5"], ["1a3", "1e3", "2e5"]),
        (["12.5", "12.50", "12.0"], ["12.5", "12.50", "12"]),
        (["1.000", "2.000"], ["1", "2"]),
        (["1.000", "1.001"], ["1.000", "1.001"]),
        (["12345678901234567890.0", "00012345678901234567891"], None),
        (["-7", "-7.0"], ["-7", "-7"]),
        (["", " ", None], [None, None, None]),
    ],
)
def test_key_that_is_no_whole_number_stays_as_written(values, expected):
    found = normal_keys(pd.Series(values, dtype="str"))
    wanted = expected or ["12345678901234567890", "12345678901234567891"]
    assert [None if pd.isna(one) else one for one in found] == wanted


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["007", "7"], r"'007' \(1 row\(s\), first in row 1\) and '7' \(1 row"),
        (["7", "007.0", "7"], r"'7' \(2 row\(s\), first in row 1\) and '007'"),
        (["0001234567", "12", "1234567"], r"'0009999999' .* and '9999999'"),
        (["3e3", "003000"], "holds one key in two forms"),
    ],
)
def test_key_with_and_without_leading_zeros_in_one_column_is_refused(values, words):
    with pytest.raises(SchemaError, match=words):
        normal_keys(pd.Series(values))


@pytest.mark.parametrize(
    "values",
    [["1.23457E+11", "12"], ["1.00002e+06"], ["1.0000e+06", "1.0000e+06"]],
)
def test_key_that_a_spreadsheet_shortened_is_refused(values):
    with pytest.raises(SchemaError, match="last digits were dropped"):
        normal_keys(pd.Series(values))


@pytest.mark.parametrize("values", [["1,000", "1000"], ["1.000", "7"], ["12.000", "0012"]])
def test_key_that_may_have_thousands_or_decimals_is_refused(values):
    with pytest.raises(SchemaError, match="may be 1 or 1000 times as much"):
        normal_keys(pd.Series(values))
    shown = [*values[:1], "1234.0"]
    assert normal_keys(pd.Series(shown)).tolist() == [values[0][:-4], "1234"]


def test_key_that_is_too_long_for_a_number_is_refused():
    with pytest.raises(
        SchemaError, match=r"1 row\(s\), first in row 2, hold a number of 16 digits"
    ):
        normal_keys(pd.Series([1.0, 2.0**53 + 2]))


def test_message_about_two_forms_holds_no_key_of_a_person():
    with pytest.raises(SchemaError) as caught:
        normal_keys(pd.Series(["000123456782", "123456782"]))
    assert "123456782" not in str(caught.value)


# ---------------------------------------------------------------- every format, every key


KEY_COLUMNS = {"id": "person_id", "hh": "household_id", "s": "stratum", "c": "cluster"}
TEXT_FORMATS = (".csv", ".sav", ".zsav", ".dta", ".parquet", ".xlsx")


def key_mapping(tmp_path):
    raw = mapping()
    raw["design"]["cluster"] = "c"
    raw["variable"] += [
        {"name": "household_id", "column": "hh", "text": True},
        {"name": "municipality", "column": "gm", "text": True},
    ]
    return write_mapping(raw, tmp_path / "keys.toml")


def key_people():
    frame = people()
    frame["id"] = 1_000_000 + 3_000 * np.arange(len(frame))
    return frame.assign(hh=frame["id"], c=frame["s"] * 1_000, s=frame["s"] * 3_000, gm=363)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    path = write_survey(key_people(), folder / "plain.csv")
    return read_mapped(path, key_mapping(folder)).respondents


@pytest.mark.parametrize("suffix", TEXT_FORMATS)
@pytest.mark.parametrize("form", [form for form in FORMS if form != "plain"])
def test_file_when_its_keys_have_another_form_then_gives_the_same_respondents(
    tmp_path, plain, form, suffix
):
    frame = key_people()
    frame = frame.assign(
        **{name: frame[name].astype(int).map(FORMS[form]) for name in KEY_COLUMNS},
        gm=frame["gm"].map(FORMS[form]),
    )
    path = write_survey(frame, tmp_path / f"x{suffix}")
    found = read_mapped(path, key_mapping(tmp_path)).respondents
    pd.testing.assert_frame_equal(found, plain)


@pytest.mark.parametrize("suffix", [".sav", ".dta", ".parquet", ".xlsx"])
def test_file_when_its_keys_are_floating_point_then_gives_the_same_respondents(
    tmp_path, plain, suffix
):
    frame = key_people()
    frame = frame.assign(**{name: frame[name].astype(float) for name in (*KEY_COLUMNS, "gm")})
    path = write_survey(frame, tmp_path / f"x{suffix}")
    found = read_mapped(path, key_mapping(tmp_path)).respondents
    pd.testing.assert_frame_equal(found, plain)


@pytest.mark.parametrize("column", KEY_COLUMNS)
@pytest.mark.parametrize("suffix", TEXT_FORMATS)
def test_file_when_one_key_stands_with_and_without_zeros_then_is_refused(tmp_path, column, suffix):
    frame = key_people()
    text = frame[column].astype(int).astype("str")
    text.iloc[-1] = "00" + text.iloc[0]
    path = write_survey(frame.assign(**{column: text}), tmp_path / f"x{suffix}")
    with pytest.raises(SchemaError, match=rf"My survey 2022, column '{column}' holds one key in"):
        read_mapped(path, key_mapping(tmp_path))


@pytest.mark.parametrize("suffix", TEXT_FORMATS)
@pytest.mark.parametrize("age", ["3e1", "30.0", "30,0", "030", " 30 ", "+30", "3.0E+01", "30."])
def test_number_when_written_in_another_form_then_is_the_same_number(tmp_path, age, suffix):
    frame = people()
    frame["lft"] = [age] * len(frame)
    path = write_survey(frame, tmp_path / f"x{suffix}")
    found = read_mapped(path, write_mapping(mapping(), tmp_path / "m.toml"))
    assert set(found.respondents["age"]) == {30}


@pytest.mark.parametrize("age", ["30e", "e1", "3 0", "0x1e", "1e99", "thirty"])
def test_text_that_is_no_number_is_refused_as_an_age(tmp_path, age):
    frame = people()
    frame["lft"] = [age] * len(frame)
    path = write_survey(frame, tmp_path / "x.csv")
    with pytest.raises(UnknownCodeError, match="column 'lft'"):
        read_mapped(path, write_mapping(mapping(), tmp_path / "m.toml"))


@pytest.mark.parametrize(
    "code", ["363", "363.0", "0363", "0363.0", "363,0", "3.63e2", "GM0363", "gm363", " GM 0363 "]
)
def test_municipality_when_written_in_another_form_then_has_its_four_digits(tmp_path, code):
    frame = people().assign(gm=code)
    raw = mapping()
    raw["variable"].append({"name": "municipality", "column": "gm", "text": True})
    path = write_survey(frame, tmp_path / "x.csv")
    found = read_mapped(path, write_mapping(raw, tmp_path / "m.toml"))
    assert set(found.respondents["municipality"]) == {"0363"}


@pytest.mark.parametrize("code", ["1.0", " 1", "01", "1e0", "1,0"])
def test_marker_of_own_respondents_when_written_in_another_form_then_keeps_them(tmp_path, code):
    frame = people()
    frame["who"] = [code if at % 3 else "3" for at in range(len(frame))]
    raw = mapping() | {"respondents": {"column": "who", "keep": ["1"]}}
    path = write_survey(frame, tmp_path / "x.csv")
    found = read_mapped(path, write_mapping(raw, tmp_path / "m.toml"))
    assert len(found.respondents) == 40
    assert sum(n for _, n in found.report.dropped) == 20


# ---------------------------------------------------------------- a panel


@pytest.mark.parametrize("form", [form for form in FORMS if form != "plain"])
def test_panel_when_one_wave_has_its_keys_in_another_form_then_finds_its_persons(tmp_path, form):
    write_wave(tmp_path / "cs10c_2p_EN.sav", wave_frame("cs10c", month=201010, people=KEYS))
    other = wave_frame("cs11d", month=201110, people=KEYS)
    other["nomem_encr"] = [FORMS[form](n) for n in KEYS]
    write_wave(tmp_path / "cs11d_2p_EN.sav", other)
    write_background(tmp_path / "avars_201010.sav", background_frame(201010, people=KEYS))
    background = background_frame(201110, people=KEYS)
    background["nomem_encr"] = [FORMS["zeros"](n) for n in KEYS]
    write_background(tmp_path / "avars_201110.sav", background)
    survey = read_liss(tmp_path)
    assert survey.respondents["person_id"].value_counts().to_dict() == {str(n): 2 for n in KEYS}
    assert survey.respondents["age"].notna().all()
    (check,) = [c for c in survey.report.checks if c.name == "persons in several waves"]
    assert check.passed is True


def test_panel_whose_waves_share_no_persons_fails_a_check_that_names_both_forms(tmp_path):
    write_wave(tmp_path / "cs10c_2p_EN.sav", wave_frame("cs10c", month=201010, people=KEYS))
    other = wave_frame("cs11d", month=201110, people=KEYS)
    other["nomem_encr"] = [f"P-{n}" for n in KEYS]
    write_wave(tmp_path / "cs11d_2p_EN.sav", other)
    (check,) = [c for c in read_liss(tmp_path).report.checks if "several waves" in c.name]
    assert check.passed is False
    assert "'9999999' in cs10c and 'A-9999999' in cs11d" in check.message
    assert not any(str(n) in check.message for n in KEYS)
    (check,) = [
        c for c in read_liss(tmp_path, least_shared=0).report.checks if "several waves" in c.name
    ]
    assert check.passed is True


def test_background_that_holds_few_of_the_persons_fails_a_check_that_names_both_forms(tmp_path):
    write_wave(tmp_path / "cs10c_2p_EN.sav", wave_frame("cs10c", month=201010, people=KEYS))
    background = background_frame(201010, people=KEYS)
    background["nomem_encr"] = [f"P{n}" for n in KEYS]
    write_background(tmp_path / "avars_201010.sav", background)
    (check,) = [
        c for c in read_liss(tmp_path).report.checks if c.name == "persons in the background"
    ]
    assert check.passed is False
    assert "'9999999' in cs10c_2p_EN.sav and 'A9999999' in the background" in check.message


def panel_wave(year, keys, *, clusters=None):
    frame = pd.DataFrame({"wave": year, "person_id": keys, "lonely": [0.0, 1.0, 1.0, 0.0]})
    report = HarmonisationReport("x", str(year), f"x{year}.sav", "synthetic", "all", 4, 4)
    design = Design()
    if clusters is not None:
        frame["household_id"] = clusters
        design = replace(design, cluster="household_id")
    return Survey(frame, design, report)


PANEL_KEYS = [1_000_019, 1_000_000, 3_000, 12]
OTHER_TYPES = {
    "numbers": [float(n) for n in PANEL_KEYS],
    "decimals": [f"{n}.0" for n in PANEL_KEYS],
    "zeros": [f"{n:09d}" for n in PANEL_KEYS],
    "mixed": [1_000_019, "1e6", 3_000.0, " 12"],
}


@pytest.mark.parametrize("kind", OTHER_TYPES)
def test_combine_when_waves_write_keys_in_different_forms_then_joins_their_persons(kind):
    waves = [
        panel_wave(2020, PANEL_KEYS, clusters=PANEL_KEYS),
        panel_wave(2022, pd.Series(OTHER_TYPES[kind], dtype=object), clusters=OTHER_TYPES[kind]),
    ]
    both = combine(waves, persons="shared")
    assert both.respondents["person_id"].value_counts().eq(2).all()
    assert both.respondents["cluster"].nunique() == 4
    (check,) = [c for c in both.report.checks if c.name == "persons in several waves"]
    assert check.passed is True


def test_combine_when_waves_of_a_panel_share_no_persons_then_a_check_fails():
    waves = [panel_wave(2020, PANEL_KEYS), panel_wave(2022, [f"NL-{n}" for n in PANEL_KEYS])]
    (check,) = [c for c in combine(waves, persons="shared").report.checks if "waves" in c.name]
    assert check.passed is False
    assert "share 0 of 4 persons (0%), fewer than 10%" in check.message
    assert "AA-" in check.message
    with pytest.raises(OptionError, match="least_shared is 2"):
        combine(waves, persons="shared", least_shared=2)


@pytest.mark.parametrize(("both", "passed"), [(0, False), (9, False), (10, True), (100, True)])
def test_share_of_persons_is_that_of_the_smaller_wave(both, passed):
    first = pd.Series([str(n) for n in range(100)])
    second = pd.Series([str(n) for n in range(100 - both, 300)])
    assert check_shared_persons([("a", first), ("b", second)]).passed is passed


@pytest.mark.parametrize("verb", ["panel_model", "check_dropout"])
def test_panel_verbs_when_a_frame_writes_keys_in_two_forms_then_see_the_same_persons(verb, rng):
    n = 40
    person = np.arange(1, n + 1)
    frame = pd.DataFrame(
        {
            "person_id": [*(f"{i}" for i in person), *(f"{i}.0" for i in person)],
            "wave": [2020] * n + [2022] * n,
            "y": rng.normal(size=2 * n),
        }
    ).drop(index=[45, 50, 61, 77])
    plain = frame.assign(person_id=frame["person_id"].str.removesuffix(".0").astype(int))
    run = (
        (lambda data: panel_model(data, "y", columns=PanelColumns()))
        if verb == "panel_model"
        else (lambda data: check_dropout(data, "y"))
    )
    assert repr(run(frame)) == repr(run(plain))


# ---------------------------------------------------------------- tables of the population


def town_survey(codes, n=60):
    turn = np.arange(n)
    frame = pd.DataFrame(
        {
            "municipality": [codes[at % 2] for at in turn],
            "lonely": (turn % 5 == 0).astype(float),
            "weight": 1.0 + turn % 3,
        }
    )
    report = HarmonisationReport("x", "2022", "x.sav", "synthetic", "all", n, n)
    return Survey(frame, Design(weight="weight"), report)


@pytest.mark.parametrize(
    "other", [(363, 34), (363.0, 34.0), ("363", "34"), ("363.0", "34.0"), ("GM0363", "GM0034")]
)
def test_population_when_its_classes_have_another_form_then_meets_the_same_respondents(other):
    survey = town_survey(["0363", "0034"])
    own, theirs = {"0363": 700.0, "0034": 300.0}, dict(zip(other, (700.0, 300.0), strict=True))
    for counts in (theirs, pd.DataFrame({"municipality": list(other), "population": [700, 300]})):
        margins = {"municipality": counts} if isinstance(counts, dict) else [counts]
        found = calibrate(survey, margins).respondents["weight_calibrated"]
        wanted = calibrate(survey, {"municipality": own}).respondents["weight_calibrated"]
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
    same = [
        standardise(survey, "lonely", standard=Standard.of(one, over="municipality")).rows[0]
        for one in (own, theirs)
    ]
    assert same[0].estimate == pytest.approx(same[1].estimate, rel=1e-12)


def test_population_whose_classes_would_become_one_is_matched_by_its_words_only():
    survey = town_survey(["0363", "0034"])
    with pytest.raises(UnknownCodeError, match="0363"):
        calibrate(survey, {"municipality": {363: 700.0, "363.0": 100.0, 34: 300.0}})
    with pytest.raises(UnknownCodeError, match="07"):
        calibrate(town_survey(["7", "07"]), {"municipality": {"7": 700.0, "8": 300.0}})


def test_stata_key_is_the_key_of_spss(tmp_path):
    frame = pd.DataFrame({"id": [7, 12]}).astype("int32")
    pyreadstat.write_dta(frame, tmp_path / "x.dta")
    found, _ = pyreadstat.read_dta(tmp_path / "x.dta")
    assert normal_keys(found["id"]).tolist() == ["7", "12"]


# ---------------------------------------------------------------- any mixture


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**13), st.sampled_from(sorted(FORMS)), st.integers(0, 3)),
        min_size=1,
        max_size=30,
    )
)
def test_any_mixture_of_forms_gives_the_keys_or_is_refused(cells):
    written = [" " * blanks + FORMS[form](key) for key, form, blanks in cells]
    try:
        found = normal_keys(pd.Series(written))
    except SchemaError:
        # Only where zeros stand beside none for one key, or digits were dropped.
        zeros = {key for key, form, _ in cells if FORMS[form](key).lstrip().startswith("0")}
        assert zeros & {key for key, *_ in cells} or any("e" in one for one in written)
        return
    assert found.tolist() == [str(key) for key, *_ in cells]
