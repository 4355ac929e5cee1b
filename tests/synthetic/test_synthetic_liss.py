"""The synthetic LISS panel, counted in its files: shares, people over time, names, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.synthetic.liss import synthesise_liss

N = 2_000
YEARS = range(2008, 2026)
LONELY_IS_YES = (284, 288, 289)
LONELY_IS_NO = (285, 286, 287)
# Shares of 2019 and 2022 as printed: somewhat plus strongly, and strongly lonely, DJG-6.
PRINTED = {2019: (0.344, 0.087), 2022: (0.399, 0.107)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthetic") / "liss"
    synthesise_liss(folder, n=N)
    return folder


@pytest.fixture(scope="module")
def waves(folder):
    frames = {}
    for path in sorted(folder.glob("cs*")):
        frame, _ = pyreadstat.read_sav(path)
        year = 2000 + int(path.name[2:4])
        frames[year] = frame.rename(
            columns={name: name.removeprefix(path.name[:5]) for name in frame}
        )
    return frames


@pytest.fixture(scope="module")
def backgrounds(folder):
    return {int(path.name[6:12]): pyreadstat.read_sav(path)[0] for path in folder.glob("avars_*")}


def totals(frame):
    """DJG-6 totals by hand: keyed answers, at most one missing, which counts 0."""
    items = frame[[str(suffix) for suffix in (*LONELY_IS_YES, *LONELY_IS_NO)]]
    items = items.where(items.isin([1, 2, 3]))
    keyed = pd.concat(
        [items[str(suffix)].isin([1, 2]) for suffix in LONELY_IS_YES]
        + [items[str(suffix)].isin([2, 3]) for suffix in LONELY_IS_NO],
        axis=1,
    )
    return keyed.sum(axis=1).where(items.isna().sum(axis=1) <= 1)


def test_every_wave_has_its_file_and_the_background_of_its_months(folder, waves, backgrounds):
    names = {path.name for path in folder.iterdir()}
    assert {
        "cs08a_2p_EN.sav",
        "cs11d_EN_3.0p.sav",
        "cs12e_1.0p_EN.sav",
        "cs20m_EN_1.1p.sav",
    } <= names
    assert sorted(waves) == list(YEARS)
    assert sorted(backgrounds) == sorted(year * 100 + month for year in YEARS for month in (10, 11))
    assert {len(frame) for frame in waves.values()} == {N}
    assert len(names) == 18 + 36


@pytest.mark.parametrize(("first", "last", "borrowed"), [(2008, 2020, 2019), (2021, 2025, 2022)])
def test_borrowed_shares_are_met_by_hand_scoring(waves, first, last, borrowed):
    pooled = pd.concat([totals(waves[year]) for year in range(first, last + 1)]).dropna()
    for lowest, printed in zip((2, 5), PRINTED[borrowed], strict=True):
        # People stay for years, so the rows count for about a third of their number.
        error = np.sqrt(printed * (1 - printed) / (len(pooled) / 3))
        assert (pooled >= lowest).mean() == pytest.approx(printed, abs=4 * error)


def test_report_gives_borrowed_and_expected_shares(tmp_path):
    report = synthesise_liss(tmp_path / "liss", wave=[2019, 2022], n=100)
    assert [(m.group, m.printed_pct) for m in report.margins] == [
        ("2019", 34.4),
        ("2019", 8.7),
        ("2022", 39.9),
        ("2022", 10.7),
    ]
    assert all(m.expected == pytest.approx(m.target, abs=1e-9) for m in report.margins)
    assert report.rows == 200
    assert "an ASSUMPTION" in report.describe()


def test_people_leave_and_others_come(waves):
    people = {year: set(frame["nomem_encr"]) for year, frame in waves.items()}
    assert all(len(own) == N for own in people.values())
    for year in YEARS[1:]:
        stayed = len(people[year] & people[year - 1]) / N
        assert 0.5 < stayed < 0.95
    assert 0 < len(people[2025] & people[2008]) < 0.5 * N


def test_loneliness_stays_with_a_person(waves):
    both = pd.concat(
        {year: waves[year].set_index("nomem_encr").pipe(totals) for year in (2015, 2016)}, axis=1
    ).dropna()
    assert len(both) > 1_000
    assert 0.4 < both[2015].corr(both[2016]) < 0.8


def test_households_hold_people_together_and_some_split(backgrounds):
    before, after = (backgrounds[month].set_index("nomem_encr") for month in (201010, 201110))
    sizes = before.groupby("nohouse_encr").size()
    assert sizes.max() <= 5
    assert sizes.mean() > 1.5
    both = before.index.intersection(after.index)
    moved = (before.loc[both, "nohouse_encr"] != after.loc[both, "nohouse_encr"]).mean()
    assert 0 < moved < 0.05
    assert not set(before["nohouse_encr"]) & set(before.index)


def test_respondents_are_in_the_background_and_old_enough(waves, backgrounds):
    for year, frame in waves.items():
        for month, own in frame.groupby("_m"):
            people = backgrounds[int(month)].set_index("nomem_encr").loc[own["nomem_encr"]]
            assert month // 100 == year
            assert people["leeftijd"].min() >= 16
    assert min(background["leeftijd"].min() for background in backgrounds.values()) < 16


def test_missing_codes_follow_the_wave(waves):
    items = [str(suffix) for suffix in range(284, 290)]
    for year, frame in waves.items():
        gaps = frame[items]
        assert gaps.isna().to_numpy().any()
        assert (gaps == -9).to_numpy().any() == (year >= 2020)
        assert not (gaps == 999).to_numpy().any()
        assert (frame["283"] == (-9 if year >= 2020 else 999)).any()
        assert not (frame["283"] == (999 if year >= 2020 else -9)).any()


def test_third_sex_and_origin_begin_in_their_year(backgrounds):
    for month, frame in backgrounds.items():
        assert frame["geslacht"].isin([1, 2]).all() == (month < 202202)
        assert ("herkomstgroep" in frame) == (month >= 201010)


def test_every_file_and_row_says_that_it_is_synthetic(folder):
    paths = list(folder.iterdir())
    for path in paths:
        frame, meta = pyreadstat.read_sav(path)
        assert meta.file_label.startswith("SYNTHETIC")
        assert set(frame["herkomst_bestand"]) == {"synthetic"}
    assert len(paths) == 54


def test_same_seed_gives_the_same_people_and_another_does_not(tmp_path):
    def read(name, **options):
        synthesise_liss(tmp_path / name, wave=2012, n=200, **options)
        return pyreadstat.read_sav(tmp_path / name / "cs12e_1.0p_EN.sav")[0]

    pd.testing.assert_frame_equal(read("one", seed=7), read("two", seed=7))
    assert not read("three", seed=8).equals(read("four", seed=9))


def test_empty_folder_may_exist_and_nothing_is_left_beside_it(tmp_path):
    (tmp_path / "liss").mkdir()
    synthesise_liss(tmp_path / "liss", wave=2012, n=100)
    assert [path.name for path in tmp_path.iterdir()] == ["liss"]
    assert len(list((tmp_path / "liss").iterdir())) == 3


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"n": 99}, "n is 99. Choose 100 or more, up to 20,000"),
        ({"n": 20_001}, "n is 20001. Choose 100 or more, up to 20,000"),
        ({"seed": -1}, "seed is -1. Choose 0 or more."),
        ({"wave": 2007}, "wave is 2007, which is not an option"),
        ({"wave": []}, "wave is an empty list"),
    ],
)
def test_options_that_cannot_be_used_are_explained(tmp_path, options, match):
    with pytest.raises(OptionError, match=match):
        synthesise_liss(tmp_path / "liss", **options)
    assert not list(tmp_path.iterdir())


def test_folder_with_content_or_without_parent_is_refused(tmp_path):
    (tmp_path / "real.sav").write_text("x")
    with pytest.raises(SourceError, match="is there with content"):
        synthesise_liss(tmp_path, n=100)
    with pytest.raises(SourceError, match="is there with content"):
        synthesise_liss(tmp_path / "real.sav", n=100)
    with pytest.raises(SourceError, match="Make it, or name another"):
        synthesise_liss(tmp_path / "none" / "liss", n=100)
