"""The synthetic file as its reader finds it: prevalences, missing answers, scores, layout."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.published.reference import persons
from eenzaam_stats.synthetic import synthesise_gezondheidsmonitor

# Four standard errors, as this source promises; one seed is fixed, so the test cannot flicker.
STANDARD_ERRORS = 4.0
# Expected prevalences against published ones: observed 2e-12.
MODEL = 1e-9
# Sum of 100,000 weights after a round trip through the file: observed 1e-14 relative.
WEIGHT_SUM = 1e-9

ROWS = 100_000
SMALL = 4_000
WEIGHTS = {2012: "weegfactor3", 2016: "ewGGD", 2020: "ewGGDkern", 2022: "ewGGD"}
FLOORS = {2012: 19, 2016: 19, 2020: 18, 2022: 18}
ITEMS = [f"GGEEB2{number:02}" for number in range(1, 12)]
# Manual of the scale: items whose agreement speaks for loneliness, and against it.
EMOTIONAL = [2, 3, 5, 6, 9, 10]
SOCIAL = [1, 4, 7, 8, 11]


def read(path):
    return pyreadstat.read_sav(path, user_missing=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("synthetic")


@pytest.fixture(scope="module")
def large(folder):
    """Report, values and metadata of a file of 2022 with 100,000 rows."""
    path = folder / "gm2022.sav"
    report = synthesise_gezondheidsmonitor(path, wave=2022, n=ROWS)
    return report, *read(path)


@pytest.fixture(scope="module", params=WEIGHTS)
def small(request, folder):
    """Report, values and metadata of a small file of every wave."""
    path = folder / f"small{request.param}.sav"
    report = synthesise_gezondheidsmonitor(path, wave=request.param, n=SMALL)
    return report, *read(path)


def scored_by_hand(frame):
    """Emotional, social and total score from the raw codes 1 ja, 2 min of meer, 3 nee, 9."""
    codes = {number: frame[f"GGEEB2{number:02}"].to_numpy() for number in range(1, 12)}
    points = {n: np.isin(codes[n], (1, 2)) for n in EMOTIONAL}
    points |= {n: np.isin(codes[n], (2, 3)) for n in SOCIAL}
    gone = {n: ~np.isin(codes[n], (1, 2, 3)) for n in codes}

    def added(values, numbers):
        return np.sum([values[n] for n in numbers], axis=0)

    scores = {}
    for name, numbers, allowed in (
        ("emotional", EMOTIONAL, 0),
        ("social", SOCIAL, 0),
        ("total", EMOTIONAL + SOCIAL, 1),
    ):
        score = added(points, numbers).astype(float)
        scores[name] = np.where(added(gone, numbers) <= allowed, score, np.nan)
    return scores


def weighted_share(frame, threshold, *, rows=None, weight="ewGGD"):
    """Share at or above a total among valid totals, with its linearised standard error."""
    total = scored_by_hand(frame)["total"]
    keep = ~np.isnan(total) & (True if rows is None else np.asarray(rows))
    w, y = frame[weight].to_numpy()[keep], total[keep] >= threshold
    share = (w * y).sum() / w.sum()
    return share, np.sqrt(((w * (y - share)) ** 2).sum()) / w.sum()


# ------------------------------------------------------------------ prevalences


@pytest.mark.parametrize(
    ("group", "threshold", "published"),
    [
        ("everyone", 3, 0.486),
        ("everyone", 9, 0.142),
        # Third party, one decimal; the file aims at 13.84 and 14.55 so that both give 14.2.
        ("men", 9, 0.138),
        ("women", 9, 0.145),
        ("75-84", 3, 0.52),
        ("85+", 3, 0.63),
    ],
)
def test_weighted_prevalence_from_the_raw_codes_meets_the_published_one(
    large, group, threshold, published
):
    _, frame, _ = large
    rows = {
        "everyone": None,
        "men": frame["AGGSA202"] == 1,
        "women": frame["AGGSA202"] == 2,
        "75-84": frame["LeeftijdSub"] == 6,
        "85+": frame["LeeftijdSub"] == 7,
    }[group]
    share, error = weighted_share(frame, threshold, rows=rows)
    assert abs(share - published) < STANDARD_ERRORS * error


def test_weighted_prevalence_per_cell_meets_the_model(large):
    report, frame, _ = large
    sexes = {"men": 1, "women": 2}
    bands = {c.age_group: i for i, c in enumerate(report.cells[::2], start=1)}
    compared = 0
    for cell in report.cells:
        rows = (frame["LeeftijdSub"] == bands[cell.age_group]) & (
            frame["AGGSA202"] == sexes[cell.sex]
        )
        assert rows.sum() == cell.rows
        for threshold, expected in (
            (3, cell.lonely_expected),
            (9, cell.severely_lonely_expected),
        ):
            share, error = weighted_share(frame, threshold, rows=rows)
            assert abs(share - expected) < STANDARD_ERRORS * error
            compared += 1
    assert compared == 28


def test_model_meets_targets_and_published_figures(small):
    report, _, _ = small
    for cell in report.cells:
        assert cell.lonely_expected == pytest.approx(cell.lonely_target, abs=MODEL)
        assert cell.severely_lonely_expected == pytest.approx(
            cell.severely_lonely_target, abs=MODEL
        )
    for margin in report.margins:
        assert margin.expected == pytest.approx(margin.target, abs=MODEL)
        if margin.sex == "total":
            assert margin.expected == pytest.approx(margin.printed_pct / 100, abs=MODEL)
    totals = {m.outcome for m in report.margins if (m.group, m.sex) == ("total", "total")}
    assert totals == {"lonely", "severely_lonely"}


def test_wrong_weight_shows(large):
    _, frame, _ = large
    right, error = weighted_share(frame, 3)
    wrong, _ = weighted_share(frame, 3, weight="ewCBSGGD")
    assert abs(wrong - right) > STANDARD_ERRORS * error


# ------------------------------------------------------------------ missing answers


def test_missing_answers_are_few_and_depend_on_nothing(large):
    _, frame, _ = large
    items = frame[ITEMS]
    assert (items == 9).mean().between(0.018, 0.022).all()
    assert items.isna().mean().between(0.004, 0.008).all()
    assert items.isna().all(axis=1).mean() == pytest.approx(0.005, abs=0.001)
    # Item 3 (emotional, 1 and 2 lonely) against a gap in item 2.
    answered = items["GGEEB203"].isin([1, 2, 3])
    lonely, gap = items["GGEEB203"].isin([1, 2])[answered], (items["GGEEB202"] == 9)[answered]
    correlation = np.corrcoef(lonely, gap)[0, 1]
    assert abs(correlation) < STANDARD_ERRORS / np.sqrt(answered.sum())


def test_all_three_answers_occur_in_every_item(large):
    _, frame, _ = large
    for item in ITEMS:
        shares = frame[item].value_counts(normalize=True)
        assert set(shares.index) == {1, 2, 3, 9}
        assert shares[[1, 2, 3]].min() > 0.03


# ------------------------------------------------------------------ scores in the file


def test_published_scores_follow_the_manual(small):
    report, frame, _ = small
    asked = frame[report.weight].notna().to_numpy()
    hand = scored_by_hand(frame)
    total = hand["total"]
    known = ~np.isnan(total)

    def expected(values, *, missing):
        return np.where(asked, np.where(np.isnan(values), missing, values), np.nan)

    def above(score, bound):
        return np.where(np.isnan(score), np.nan, score >= bound)

    severe = np.where(known & (total < 3), 8, above(total, 9))
    category = np.select([total < 3, total < 9, total < 11], [0, 1, 2], 3) + np.where(
        known, 0, np.nan
    )
    columns = {
        "GGEES203": expected(total, missing=99),
        "GGEES204": expected(hand["emotional"], missing=9),
        "GGEES205": expected(hand["social"], missing=9),
        "GGEES208": expected(category, missing=9),
        "GGEES209": expected(severe, missing=9),
        "GGEES217": expected(above(total, 3), missing=9),
    }
    for name, bound in ((("215", "216"), 2), (("218", "219"), 3)):
        if (report.wave == 2016) == (bound == 2) and report.wave != 2012:
            for code, part in zip(name, ("emotional", "social"), strict=True):
                columns[f"GGEES{code}"] = expected(above(hand[part], bound), missing=9)
    for name, values in columns.items():
        np.testing.assert_array_equal(frame[name].to_numpy(), values, err_msg=name)
    assert {name for name in frame if name.startswith("GGEES")} == set(columns)


def test_unknown_codes_of_the_scores_occur(large):
    _, frame, _ = large
    assert (frame["GGEES203"] == 99).any()
    assert (frame["GGEES203"] == 9).any()
    assert set(frame["GGEES209"]) == {0, 1, 8, 9}


# ------------------------------------------------------------------ layout


def test_names_labels_and_missing_declarations_are_those_of_the_codebook(small):
    report, frame, meta = small
    codebook = load_codebook("gezondheidsmonitor").wave(report.wave)
    checked = 0
    for variable in codebook.variables:
        name = variable.source_names[0]
        if name not in frame:
            continue
        checked += 1
        assert meta.column_names_to_labels[name] == variable.label_nl
        assert meta.variable_value_labels.get(name, {}) == variable.value_labels
        declared = [{"lo": c, "hi": c} for c in variable.missing] * variable.declared_missing
        assert meta.missing_ranges.get(name, []) == declared
    assert checked >= 11 + 6 + 8
    assert all(meta.column_names_to_labels.values())


def test_every_code_in_the_file_is_in_the_codebook(small):
    report, frame, _ = small
    codebook = load_codebook("gezondheidsmonitor").wave(report.wave)
    labelled = [v for v in codebook.variables if v.codes and v.source_names[0] in frame]
    for variable in labelled:
        found = set(frame[variable.source_names[0]].dropna())
        assert found <= set(variable.value_labels)
    assert len(labelled) >= 20


def test_8_of_the_severe_flag_is_not_declared_missing(small):
    _, _, meta = small
    assert meta.missing_ranges["GGEES209"] == [{"lo": 9.0, "hi": 9.0}]
    assert meta.missing_ranges["GGEES203"] == [{"lo": 99.0, "hi": 99.0}]
    assert "MIREB201" not in meta.missing_ranges


def test_design_columns_are_those_of_the_wave(small):
    report, frame, _ = small
    codebook = load_codebook("gezondheidsmonitor").wave(report.wave)
    assert report.weight == WEIGHTS[report.wave]
    for name in (*codebook.wrong_weights, *codebook.discouraged_weights, "PrimaireEenheid"):
        assert name in frame
    assert ("ewGGDlang" in frame) == (report.wave == 2020)
    assert frame["PrimaireEenheid"].notna().all()
    assert (frame["PrimaireEenheid"].value_counts() == 1).sum() >= 4


def test_weights_add_up_to_the_population(small):
    report, frame, _ = small
    wanted = persons("cbs_observed", report.wave, age_from=FLOORS[report.wave])
    assert frame[report.weight].sum() == pytest.approx(wanted, rel=WEIGHT_SUM)
    assert sum(cell.population_n for cell in report.cells) == wanted


def test_weighted_age_and_sex_equal_the_population(large):
    report, frame, _ = large
    sums = frame.groupby(["LeeftijdSub", "AGGSA202"])["ewGGD"].sum()
    np.testing.assert_allclose(
        sums.to_numpy(), [cell.population_n for cell in report.cells], rtol=WEIGHT_SUM
    )
    assert (frame["LeeftijdSub"] >= 5).mean() == pytest.approx(0.5, abs=0.05)


def test_age_groups_of_both_classifications_agree(large):
    _, frame, _ = large
    table = pd.crosstab(frame["LeeftijdSub"], frame["Lftcat5"])
    assert (table.loc[1, [2, 3, 4, 5]] == 0).all()
    assert table.loc[5, 4] == table.loc[5].sum()
    assert (table.loc[[6, 7], 5] == table.loc[[6, 7]].sum(axis=1)).all()
    assert table.loc[2, 1] > 0
    assert table.loc[2, 2] > 0


def test_gender_with_three_values_stands_beside_sex_with_two(large):
    _, frame, _ = large
    assert set(frame["AGGSA202"]) == {1, 2}
    assert set(frame["AGGSA201"]) == {1, 2, 3}


@pytest.mark.parametrize(
    ("wave", "column", "ours"), [(2016, "MIDGV201", 2), (2020, "Surveynummer", 1)]
)
def test_respondents_of_cbs_have_no_items_scores_or_weight(folder, wave, column, ours):
    path = folder / f"cbs{wave}.sav"
    report = synthesise_gezondheidsmonitor(path, wave=wave, n=2000)
    frame, meta = read(path)
    cbs = frame[column] > ours
    assert cbs.sum() == 30
    assert sum(cell.rows for cell in report.cells) == 1970
    assert frame.loc[cbs, [*ITEMS, "GGEES203", "GGEES209", report.weight]].isna().all(axis=None)
    assert frame.loc[~cbs, report.weight].notna().all()
    assert set(frame[column]) <= set(meta.variable_value_labels[column])
    if wave == 2016:
        older = frame["LFT0109"] >= 65
        assert set(frame.loc[older & ~cbs, column]) == {2}
        assert set(frame.loc[~older & ~cbs, column]) == {1}


def test_municipality_is_text_in_2022_and_a_number_before(small):
    report, frame, _ = small
    if report.wave == 2022:
        assert frame["Gemeentecode"].str.fullmatch(r"[0-2]\d[01]\d").all()
        assert frame["Gemeentecode"].str.startswith("0").any()
    else:
        assert frame["Gemeentecode"].between(101, 2514).all()
    assert set(frame["MIREB201"]) == set(range(1, 26))
    assert frame["volgnummer"].is_unique


def test_undeclared_missing_codes_of_2016_occur(folder):
    path = folder / "traps2016.sav"
    synthesise_gezondheidsmonitor(path, wave=2016, n=5000)
    frame, meta = read(path)
    assert {8, 9} <= set(frame["herkomst"])
    assert {8, 9} <= set(frame["Etniciteit"])
    assert "herkomst" not in meta.missing_ranges
    assert "Etniciteit" not in meta.missing_ranges


# ------------------------------------------------------------------ synthetic, and said so


def test_file_says_everywhere_that_it_is_synthetic(small):
    report, frame, meta = small
    assert meta.file_label.startswith(f"SYNTHETIC Gezondheidsmonitor {report.wave}")
    assert set(frame["herkomst_bestand"]) == {"synthetic"}
    assert "SYNTHETIC DATA" in "".join(meta.notes)
    assert "ASSUMED, not data" in " ".join(line.strip() for line in meta.notes)
    assert report.origin == "synthetic"


def test_report_names_what_is_assumed_and_describes_itself(small):
    report, _, _ = small
    assert any("ASSUMED, not data" in said for said in report.assumptions)
    text = report.describe()
    assert text.startswith(f"SYNTHETIC Gezondheidsmonitor {report.wave}, file small")
    assert "No respondent is real" in text
    assert text.count("\n  published ") == len(report.margins)
    assert str(report) == text


def test_report_can_be_written_as_json(small):
    report, _, _ = small
    read_back = json.loads(json.dumps(asdict(report), allow_nan=False))
    assert read_back["rows"] == SMALL
    assert len(read_back["cells"]) == 14
