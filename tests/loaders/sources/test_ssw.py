"""CBS SSW is read through a mapping of what is public; its synthetic file has published figures."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import DesignError, OptionError, ScaleError, SchemaError, SourceError
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.mapping.mapping import check_mapping
from eenzaam_stats.loaders.pooling.combine import combine
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.loaders.sources.ssw import read_ssw
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.synthetic.gezondheidsmonitor import synthesise_gezondheidsmonitor
from eenzaam_stats.synthetic.ssw import CBS_ORDER, NAMES, mapping_text, synthesise_ssw
from eenzaam_stats.vocabulary import Origin
from loaders.mapping.mapped_files import write_mapping

# CBS, table 85766NED, 2022, percent of people of 15 and older: severely lonely as printed, lonely
# as the sum of the printed somewhat and severely lonely.
PRINTED = {
    ("total", "severely_lonely"): 10.7,
    ("total", "lonely"): 39.9,
    ("men", "severely_lonely"): 10.4,
    ("men", "lonely"): 40.3,
    ("women", "severely_lonely"): 11.0,
    ("women", "lonely"): 39.5,
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ssw")
    report = synthesise_ssw(folder / "ssw.sav", n=20_000, seed=7)
    return folder / "ssw.sav", folder / "ssw.toml", report


@pytest.fixture(scope="module")
def survey(written):
    path, mapping, _ = written
    return score(read_ssw(path, mapping), DJG6, subscale_cutoff="cbs")


def changed(written, folder, **source):
    """Mapping of the synthetic file with other fields in its [source]."""
    raw = tomllib.loads(written[1].read_text("utf-8"))
    raw["source"].update(source)
    return write_mapping(raw, folder / "mine.toml")


# ---------------------------------------------------------------- the synthetic file


def test_model_meets_every_published_figure(written):
    margins = written[2].margins
    assert len(margins) == len(PRINTED)
    for margin in margins:
        printed = PRINTED[margin.sex, margin.outcome]
        assert margin.printed_pct == printed
        # the total of both sexes may differ from its own print by rounding: half a digit
        assert margin.expected * 100 == pytest.approx(printed, abs=0.05)


@pytest.mark.parametrize("outcome", ["lonely", "severely_lonely"])
def test_estimates_from_the_file_are_the_published_ones(survey, outcome):
    rows = {row.group[0]: row for row in prevalence(survey, outcome, by="sex").rows}
    assert set(rows) == {"men", "women"}
    for sex, row in rows.items():
        # one seed in a thousand is further away than 3.3 standard errors
        assert abs(row.estimate - PRINTED[sex, outcome] / 100) < 3.3 * row.std_error


def test_synthetic_file_is_read_with_its_own_mapping_and_says_that_it_is_synthetic(survey):
    frame = survey.respondents
    assert len(frame) == 20_000
    assert survey.report.origin is Origin.SYNTHETIC
    assert frame["source"].unique().tolist() == ["ssw (synthetic)"]
    assert (survey.design.weight, survey.design.stratum) == ("weight", "stratum")
    assert survey.report.age_floor == 15
    assert survey.report.population == "people of 15 and older in private households"
    assert [n for n in range(1, 12) if f"djg_{n}" in frame] == [3, 4, 7, 8, 9, 10]
    assert any("in the order 3 4 7 9 8 10" in note for note in survey.report.notes)


def test_classes_of_cbs_follow_from_the_score(survey):
    frame = survey.respondents
    valid = frame["djg6_emotional"].notna()
    assert valid.sum() > 15_000
    # CBS: 0 not, 1-2 somewhat, 3 severely, per subscale
    expected = frame.loc[valid, "djg6_emotional"].astype("int64") == 3
    assert (frame.loc[valid, "severely_emotionally_lonely"].astype(bool) == expected).all()


def test_direction_of_the_synthetic_file_passes_and_a_reversed_mapping_fails(
    written, tmp_path, survey
):
    assert survey.scoring[0].direction.passed is True
    raw = tomllib.loads(written[1].read_text("utf-8"))
    for row in raw["variable"]:
        if row["name"] in ("djg_4", "djg_7", "djg_8"):
            row["codes"] = {"1": "no", "2": "more_or_less", "3": "yes"}
    mapping = write_mapping(raw, tmp_path / "reversed.toml")
    with pytest.raises(ScaleError, match=r"code 1 is labelled 'Ja' in the file"):
        read_ssw(written[0], mapping)
    frame, _ = pyreadstat.read_sav(written[0], user_missing=True)
    bare = tmp_path / "bare.sav"
    pyreadstat.write_sav(frame, bare)
    with pytest.raises(ScaleError, match="direction check failed"):
        score(read_ssw(bare, mapping), DJG6, strict=True)


def test_items_are_matched_by_name_and_not_by_place(written, survey):
    raw = pd.DataFrame(pyreadstat.read_sav(written[0], user_missing=True)[0])
    codes = {1.0: "yes", 2.0: "more_or_less", 3.0: "no"}
    assert CBS_ORDER == (3, 4, 7, 9, 8, 10)
    places = [list(raw.columns).index(NAMES[f"djg_{number}"]) for number in CBS_ORDER]
    assert places == sorted(places)
    for number in CBS_ORDER:
        expected = raw[NAMES[f"djg_{number}"]].map(codes)
        own = survey.respondents[f"djg_{number}"].astype(object)
        assert (own.isna() == expected.isna()).all()
        assert (own.dropna() == expected.dropna()).all()


def test_every_row_label_and_name_says_that_it_is_made_up(written):
    frame, meta = pyreadstat.read_sav(written[0])
    assert meta.file_label.startswith("SYNTHETIC")
    assert (frame["herkomst_bestand"] == "synthetic").all()
    assert all(name.startswith("vz_") for name in frame.columns if name != "herkomst_bestand")
    assert "made up" in written[1].read_text("utf-8")


def test_weights_add_up_to_the_residents_of_each_sex(written):
    frame, _ = pyreadstat.read_sav(written[0])
    sums = frame.groupby("vz_geslacht")["vz_gewicht"].sum()
    # CBS, residents of 15 and older on 1 January 2022: about 7.4 million of each sex
    assert sums.to_numpy() == pytest.approx([7.4e6, 7.5e6], rel=0.02)


def test_same_seed_gives_the_same_file(tmp_path):
    for name in ("a.sav", "b.sav"):
        synthesise_ssw(tmp_path / name, n=1000, seed=3)
    frames = [pyreadstat.read_sav(tmp_path / name)[0] for name in ("a.sav", "b.sav")]
    pd.testing.assert_frame_equal(*frames)
    synthesise_ssw(tmp_path / "c.sav", n=1000, seed=4)
    other = pyreadstat.read_sav(tmp_path / "c.sav")[0]
    assert np.any(other["vz_leegte"] != frames[0]["vz_leegte"])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"wave": 2021}, r"wave is 2021.*Choose one of 2022"),
        ({"n": 999}, r"n is 999, too few for a survey"),
        ({"seed": -1}, r"seed is -1, which is below 0"),
    ],
)
def test_wrong_options_of_the_twin_are_named(tmp_path, options, match):
    with pytest.raises(OptionError, match=match):
        synthesise_ssw(tmp_path / "a.sav", **options)
    assert list(tmp_path.iterdir()) == []


def test_synthetic_file_needs_an_spss_name_and_a_folder(tmp_path):
    with pytest.raises(OptionError, match=r"suffix of the file to write is '.csv'"):
        synthesise_ssw(tmp_path / "a.csv")
    with pytest.raises(SourceError, match=r"synthesise_ssw\(\) needs an existing folder"):
        synthesise_ssw(tmp_path / "no" / "a.sav")


def test_mapping_of_the_synthetic_file_has_no_problem(written):
    assert written[1].read_text("utf-8") == mapping_text()
    assert {check.passed for check in check_mapping(written[1])} == {True, None}


# ---------------------------------------------------------------- demands of read_ssw


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ({"name": "other"}, r"name is 'other'; read_ssw\(\) needs 'ssw'"),
        ({"age_floor": 18}, r"age_floor is 18; for SSW 15 is needed"),
        ({"households": "all"}, r"households is 'all'; for SSW 'private' is needed"),
        ({"instrument": "none"}, r"instrument does not hold 'DJG6', the items of SSW"),
        ({"wave": 2017}, r"wave is 2017; SSW has these six items from 2019 on"),
    ],
)
def test_mapping_must_be_one_of_ssw(written, tmp_path, source, match):
    with pytest.raises(SchemaError, match=match):
        read_ssw(written[0], changed(written, tmp_path, **source))


def test_absent_item_is_named(written, tmp_path):
    raw = tomllib.loads(written[1].read_text("utf-8"))
    raw["variable"] = [row for row in raw["variable"] if row["name"] != "djg_9"]
    mapping = write_mapping(raw, tmp_path / "mine.toml")
    with pytest.raises(SchemaError, match=r"DJG6 needs a row for each.*absent: 'djg_9'"):
        read_ssw(written[0], mapping)


# ---------------------------------------------------------------- like any other source


def test_two_waves_are_combined_and_estimated_as_alone(written, tmp_path):
    parts = []
    for wave, seed in ((2022, 1), (2023, 2)):
        path = tmp_path / f"ssw{wave}.sav"
        synthesise_ssw(path, n=2_000, seed=seed)
        mapping = changed(written, tmp_path, wave=wave)
        parts.append(score(read_ssw(path, mapping), DJG6, subscale_cutoff="cbs"))
    whole = combine(parts)
    assert whole.respondents["stratum"].nunique() == 24
    for outcome in ("lonely", "severely_socially_lonely"):
        rows = prevalence(whole, outcome, by=["wave"]).rows
        assert [row.group for row in rows] == [("2022",), ("2023",)]
        for row, part in zip(rows, parts, strict=True):
            (alone,) = prevalence(part, outcome).rows
            assert row.estimate == pytest.approx(alone.estimate, rel=1e-12)
            assert row.std_error == pytest.approx(alone.std_error, rel=1e-12)
            assert (row.df, row.n_missing) == (alone.df, alone.n_missing)


def test_ssw_and_the_health_monitor_are_not_pooled_silently(survey, tmp_path):
    path = tmp_path / "gm.sav"
    synthesise_gezondheidsmonitor(path, wave=2022, n=1_000)
    monitor = score(read_gezondheidsmonitor(path, wave=2022), DJG11)
    with pytest.raises(SchemaError, match=r"different instruments.*DJG6 scored.*DJG11 scored"):
        combine([survey, monitor])
    with pytest.raises(SchemaError, match=r"age floors.*15 and older.*18 and older"):
        combine([survey, monitor], allow=("instrument",))
    allowed = ("instrument", "age_floor", "population")
    with pytest.raises(DesignError, match=r"State it with single_psu=, one of 'certainty'"):
        combine([survey, monitor], allow=allowed)
    whole = combine([survey, monitor], allow=allowed, single_psu="certainty")
    assert len(whole.respondents) == len(survey.respondents) + len(monitor.respondents)
    assert (whole.respondents["djg_1_missing"][: len(survey.respondents)] == "not_asked").all()
