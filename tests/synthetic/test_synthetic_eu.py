"""The synthetic EU Loneliness Survey, counted in its files: sizes, shares, flavours, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.published.reference import reference
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.synthetic.eu_people import DJG_NUMBERS, allocate_rows, nine_items
from eenzaam_stats.synthetic.eu_survey import synthesise_eu_survey
from eenzaam_stats.vocabulary import Origin

DJG = [f"loneliness_djg_{letter}" for letter in "abcdef"]
UCLA = [f"loneliness_ucla_{letter}" for letter in "abc"]
DIRECT = "loneliness_direct"
# Sizes that the publisher states for the three small countries.
SMALL = {"Cyprus": 503, "Luxembourg": 370, "Malta": 529}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("eu")
    for name in ("full_values.csv", "full_labels.csv", "full.dta"):
        synthesise_eu_survey(folder / name)
    return folder


@pytest.fixture(scope="module")
def codes(folder):
    return pd.read_csv(folder / "full_values.csv")


@pytest.fixture(scope="module")
def words(folder):
    return pd.read_csv(folder / "full_labels.csv")


def published(outcome):
    """Share in percent as printed, by country, among people who answered."""
    table = reference("eu_loneliness_survey", evidence="derived")
    own = table["outcome"].eq(outcome) & table["threshold"].str.endswith("missing excluded")
    return table[own & table["dimension"].eq("country") & table["sex"].eq("total")].set_index(
        "group"
    )


def test_full_file_has_the_published_size_of_every_country(words):
    sizes = words["country"].value_counts()
    assert len(words) == 25_646
    assert len(sizes) == 27
    assert {name: int(sizes[name]) for name in SMALL} == SMALL
    assert sizes["Netherlands"] == 1_008
    assert sizes.drop(list(SMALL)).between(1_000, 1_105).all()


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("mostly_or_always_lonely", ["All of the time", "Most of the time"]),
        (
            "sometimes_to_always_lonely",
            ["All of the time", "Most of the time", "Some of the time"],
        ),
    ],
)
def test_direct_question_of_every_country_gives_the_figure_of_the_table(words, outcome, said):
    table = published(outcome)
    frequencies = words[DIRECT].str.endswith("of the time")
    answered = words[frequencies]
    shares = answered[DIRECT].isin(said).groupby(answered["country"]).mean() * 100
    counts = answered["country"].value_counts()
    for country in shares.index:
        assert round(float(shares[country]), 2) == table.loc[country, "value"], country
        assert counts[country] == table.loc[country, "n"], country


def test_dutch_figure_of_the_direct_question_is_99_of_965(codes):
    dutch = codes.loc[codes["country"] == 20, DIRECT]
    assert ((dutch <= 2).sum(), (dutch <= 5).sum(), len(dutch)) == (99, 965, 1_008)


def test_three_flavours_hold_the_same_people(folder, codes, words):
    frame, meta = pyreadstat.read_dta(folder / "full.dta")
    pd.testing.assert_frame_equal(frame, codes, check_dtype=False, rtol=1e-12)
    for name, labels in meta.variable_value_labels.items():
        named = codes[name].map(lambda code, said=labels: said.get(code, code))
        assert named.astype(str).tolist() == words[name].astype(str).tolist(), name


def test_labels_flavour_writes_the_typographic_apostrophe(folder):
    text = (folder / "full_labels.csv").read_text("utf-8")
    assert "Don\N{RIGHT SINGLE QUOTATION MARK}t know" in text
    assert "Don't know" not in text


def test_file_says_in_every_row_and_in_its_label_that_it_is_synthetic(folder, codes, words):
    assert set(codes["source"]) == set(words["source"]) == {"synthetic"}
    _, meta = pyreadstat.read_dta(folder / "full.dta", metadataonly=True)
    assert "SYNTHETIC" in meta.file_label
    assert "no real respondents" in meta.file_label


def test_items_point_the_same_way_and_agree_with_the_direct_question(codes):
    # By hand: 1 yes, 2 more or less, 3 no; a-c lonely on 1-2, d-f lonely on 2-3.
    full = codes[(codes[DJG] <= 3).all(axis=1) & (codes[DIRECT] <= 5)]
    emotional = full[DJG[:3]].le(2).sum(axis=1)
    social = full[DJG[3:]].ge(2).sum(axis=1)
    assert emotional.corr(social) > 0.3
    assert emotional.corr(full[DIRECT]) < -0.4
    assert social.corr(full[DIRECT]) < -0.3


def test_some_people_skipped_the_whole_block_and_some_single_items(codes):
    gone = codes[DJG] == 999
    assert gone.all(axis=1).sum() > 60
    assert (gone.sum(axis=1) == 1).sum() > 500
    assert codes[UCLA].isin([1, 2, 3, 999]).all(axis=None)
    assert codes[DIRECT].isin([998]).sum() > 300
    assert codes[DIRECT].isin([999]).sum() > 300


def test_faults_of_public_copies_are_there_to_be_caught(codes):
    assert (codes["age"] == 15).sum() > 0
    assert (codes["age"] == 997).sum() > 0
    assert (codes["date_birth_year"] == 1).sum() > 0


def test_weight_within_countries_has_mean_one_in_each_and_the_other_over_all(codes):
    means = codes.groupby("country")["w_country"].mean()
    np.testing.assert_allclose(means, 1.0, rtol=1e-12)
    assert codes["w_eu27"].mean() == pytest.approx(1.0, rel=1e-12)
    assert codes.groupby("country")["w_eu27"].mean().std() > 0.1


def test_small_file_keeps_the_proportions_of_the_countries(tmp_path):
    report = synthesise_eu_survey(tmp_path / "small_labels.csv", n=2_565)
    sizes = pd.read_csv(tmp_path / "small_labels.csv")["country"].value_counts()
    assert report.rows == sizes.sum() == 2_565
    # A tenth of 503, 370, 529 and 1008.
    wanted = {"Cyprus": 50.3, "Luxembourg": 37.0, "Malta": 52.9, "Netherlands": 100.8}
    assert all(abs(sizes[name] - n) < 1.0 for name, n in wanted.items())


def test_rows_are_allocated_by_largest_remainder():
    # Shares of 10 in 7 rows: 3.5, 2.1, 1.4; the row left over goes to the largest remainder.
    assert allocate_rows(np.array([5, 3, 2]), rows=7).tolist() == [4, 2, 1]


def test_sample_of_four_countries_has_its_own_key_and_no_union_weight(tmp_path):
    report = synthesise_eu_survey(tmp_path / "four.dta", sample="eu4")
    frame, _ = pyreadstat.read_dta(tmp_path / "four.dta")
    assert report.rows == len(frame) == 4_029
    # France, Italy, Poland and Sweden in the alphabetical list of 27.
    assert set(frame["country"]) == {10, 15, 21, 27}
    assert "id" in frame.columns
    assert {"id_pers", "w_eu27"}.isdisjoint(frame.columns)
    assert any("EU4" in said for said in report.assumptions)


def test_same_seed_gives_the_same_file_and_another_seed_other_people(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        synthesise_eu_survey(tmp_path / f"{name}_values.csv", n=1_500, seed=seed)
    first, second, other = (
        (tmp_path / f"{name}_values.csv").read_bytes() for name in ("a", "b", "c")
    )
    assert first == second
    assert first != other


def test_report_lists_both_shares_of_every_country(tmp_path):
    report = synthesise_eu_survey(tmp_path / "d_values.csv")
    assert report.origin is Origin.SYNTHETIC
    assert len(report.margins) == 54
    dutch = [m for m in report.margins if m.group == "Netherlands"]
    assert [m.printed_pct for m in dutch] == [10.26, 22.69]
    assert dutch[0].expected == pytest.approx(99 / 965)
    text = report.describe()
    assert "No respondent is real" in text
    assert "published mostly_or_always_lonely, Netherlands, total: 10.26 % (derived)" in text
    assert "severely" not in text


def test_statements_follow_the_blocks_of_the_short_scale():
    blocks = {item.number: item.subscale for item in DJG6.items}
    assert [blocks[number] for number in DJG_NUMBERS] == ["emotional"] * 3 + ["social"] * 3
    assert nine_items().dimension.tolist()[:6] == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("name", ["eu.csv", "eu.sav", "eu_values.parquet"])
def test_name_without_a_known_ending_is_refused(tmp_path, name):
    with pytest.raises(OptionError, match=r"Choose one of '_values\.csv', '_labels\.csv', '\.dta'"):
        synthesise_eu_survey(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_impossible_requests_are_refused(tmp_path):
    target = tmp_path / "eu_values.csv"
    with pytest.raises(OptionError, match=r"n is 999, too few"):
        synthesise_eu_survey(target, n=999)
    with pytest.raises(OptionError, match=r"seed is -1"):
        synthesise_eu_survey(target, seed=-1)
    with pytest.raises(OptionError, match=r"sample is 'eu28'"):
        synthesise_eu_survey(target, sample="eu28")
    with pytest.raises(SourceError, match=r"synthesise_eu_survey\(\) needs an existing folder"):
        synthesise_eu_survey(tmp_path / "absent" / "eu_values.csv")
    assert list(tmp_path.iterdir()) == []


def test_failed_writing_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    with pytest.raises(SourceError, match=r"synthesise_eu_survey\(\) cannot write eu_values"):
        synthesise_eu_survey(tmp_path / "eu_values.csv", n=1_000)
    assert list(tmp_path.iterdir()) == []
