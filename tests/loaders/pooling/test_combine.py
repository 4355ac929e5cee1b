"""Combining changes no estimate of a single survey, and pools nothing in silence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.design import Design
from eenzaam_stats.errors import DesignError, OptionError, SchemaError, UnknownColumnError
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.pooling.combine import combine
from eenzaam_stats.loaders.pooling.stacking import merge_categories
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.survey import ColumnReport, HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Origin

ANSWERS = ["no", "more_or_less", "yes"]
EMOTIONAL = (2, 3, 5, 6, 9, 10)
SHORT = (3, 4, 7, 8, 9, 10)
# Sums of the same numbers in another order: observed 1e-16, up to 1e-12.
SAME = 1e-12


def survey(
    source: str = "x",
    wave: int = 2020,
    *,
    n: int = 200,
    strata: int = 4,
    items: tuple[int, ...] = SHORT,
    seed: int = 1,
    weight: bool = True,
    ages: tuple[str, ...] = ("18-64", "65+"),
    floor: int | None = 18,
) -> Survey:
    rng = np.random.default_rng(seed + wave)
    frame = pd.DataFrame({"source": pd.Series([source] * n, dtype="str"), "wave": wave})
    frame["person_id"] = pd.Series([str(i) for i in range(n)], dtype="str")
    bands = rng.integers(0, len(ages), n)
    frame["age_group"] = pd.Categorical.from_codes(bands, pd.Index(ages), ordered=True)
    design = Design(single_psu="certainty")
    if weight:
        frame["weight"] = rng.uniform(0.5, 2.0, n)
        design = replace(design, weight="weight")
    if strata:
        frame["stratum"] = pd.Series(rng.integers(0, strata, n)).astype("str")
        design = replace(design, stratum="stratum")
    latent = rng.normal(-0.8, 1.0, n)
    for number in items:
        lonelier = np.digitize(latent + rng.normal(0.0, 0.7, n), [0.0, 1.0])
        codes = lonelier if number in EMOTIONAL else 2 - lonelier
        frame[f"djg_{number}"] = pd.Categorical.from_codes(codes, pd.Index(ANSWERS), ordered=True)
    report = HarmonisationReport(
        source=source,
        wave=str(wave),
        file=f"{source}{wave}.sav",
        origin=Origin.MICRODATA,
        population=f"people of {floor} and older",
        n_read=n + 1,
        n_kept=n,
        dropped=(("blank", 1),),
        columns=tuple(ColumnReport(f"djg_{i}", f"q{i}", n) for i in items),
        checks=(CheckResult("duplicates", True, "none"),),
        notes=("read",),
        age_floor=floor,
    )
    return Survey(frame, design, report)


def scored(one: Survey) -> Survey:
    return score(one, DJG6, subscale_cutoff="cbs")


def reported(one: Survey, **changes: object) -> Survey:
    return replace(one, report=replace(one.report, **changes))


# ---------------------------------------------------------------- estimates


def test_estimates_by_wave_are_those_of_the_separate_surveys():
    parts = [scored(survey(wave=year, n=n)) for year, n in ((2016, 150), (2020, 220), (2022, 90))]
    together = prevalence(combine(parts), "lonely", by=["wave"]).rows
    assert len(together) == 3
    for row, part in zip(together, parts, strict=True):
        (alone,) = prevalence(part, "lonely").rows
        assert row.estimate == pytest.approx(alone.estimate, rel=SAME)
        assert row.std_error == pytest.approx(alone.std_error, rel=SAME)
        assert row.conf_low == pytest.approx(alone.conf_low, rel=SAME)
        assert (row.df, row.n_valid, row.n_missing) == (alone.df, alone.n_valid, alone.n_missing)
        assert row.weight_sum == pytest.approx(alone.weight_sum, rel=SAME)


def test_surveys_without_strata_become_one_stratum_each_with_the_same_estimates():
    parts = [scored(survey(wave=year, strata=0)) for year in (2020, 2022)]
    whole = combine(parts)
    assert whole.respondents["stratum"].nunique() == 2
    for row, part in zip(prevalence(whole, "lonely", by=["wave"]).rows, parts, strict=True):
        (alone,) = prevalence(part, "lonely").rows
        assert row.estimate == pytest.approx(alone.estimate, rel=SAME)
        assert row.std_error == pytest.approx(alone.std_error, rel=SAME)
        assert row.df == alone.df


def test_all_together_follows_the_sums_of_weights_by_pencil():
    # 1 of 2 in the first, 1 of 4 in the second, weights 3 and 1: (3*1 + 1*1) / (3*2 + 1*4) = 0.4
    parts = []
    for year, weight, yes in ((2020, 3.0, [1, 0]), (2022, 1.0, [1, 0, 0, 0])):
        frame = pd.DataFrame({"wave": year, "lonely": yes, "weight": weight})
        report = HarmonisationReport("x", str(year), f"{year}", Origin.MICRODATA, "all", 1, 1)
        parts.append(Survey(frame, Design(weight="weight"), report))
    whole = combine(parts)
    assert prevalence(whole, "lonely").rows[0].estimate == pytest.approx(0.4, rel=SAME)
    (check,) = [c for c in whole.report.checks if c.name == "weights of the surveys"]
    assert check.passed is False
    assert "x 2020 2020 6.0, x 2022 2022 4.0" in check.message


def test_no_weight_is_rescaled_and_no_survey_is_changed():
    parts = [survey(wave=2020), survey(wave=2022)]
    before = [part.respondents.copy(deep=True) for part in parts]
    whole = combine(parts)
    weights = np.concatenate([part.respondents["weight"].to_numpy() for part in parts])
    np.testing.assert_array_equal(whole.respondents["weight"].to_numpy(), weights)
    for part, frame in zip(parts, before, strict=True):
        pd.testing.assert_frame_equal(part.respondents, frame)


# ---------------------------------------------------------------- strata, clusters, persons


def test_two_files_never_share_a_stratum():
    one = survey()
    other = reported(survey(), file="copy.sav")
    whole = combine([one, other])
    assert whole.respondents["stratum"].nunique() == 8
    assert all(" / " in value for value in whole.respondents["stratum"])


def test_clusters_of_different_people_are_made_unique_per_survey():
    parts = [
        replace(one, design=replace(one.design, cluster="person_id"))
        for one in (survey(n=50), survey("y", n=50))
    ]
    whole = combine(parts)
    assert whole.design.cluster == "cluster"
    assert whole.respondents["cluster"].nunique() == 100


def test_waves_of_a_panel_share_clusters_and_strata():
    parts = [survey(wave=year, n=50, strata=0) for year in (2020, 2021)]
    whole = combine([*parts, survey("y", n=30, strata=0)], persons="shared")
    assert whole.respondents["cluster"].nunique() == 50 + 30
    assert whole.respondents["stratum"].nunique() == 2
    assert any("waves of one panel" in note for note in whole.report.notes)


def test_panel_of_households_keeps_the_household_as_cluster():
    parts = []
    for year in (2020, 2021):
        one = survey(wave=year, n=50, strata=0)
        one.respondents["household_id"] = [str(i // 2) for i in range(50)]
        parts.append(replace(one, design=replace(one.design, cluster="household_id")))
    assert combine(parts, persons="shared").respondents["cluster"].nunique() == 25
    assert combine(parts).respondents["cluster"].nunique() == 50


def test_keys_that_occur_again_are_counted_and_said():
    check = combine([survey(n=50), survey(wave=2022, n=60)]).report.checks[1]
    assert check.name == "persons in several surveys"
    assert check.message == "x: 50 key(s) occur again in another survey, taken as different people"


def test_units_that_change_stratum_in_a_panel_are_refused():
    with pytest.raises(DesignError, match=r"each sampling unit in one stratum.* unit\(s\) change"):
        combine([survey(wave=2020), survey(wave=2021)], persons="shared")


def test_shared_persons_need_waves_of_one_source():
    with pytest.raises(DesignError, match=r"several waves of one source, and got \['x', 'y'\]"):
        combine([survey(), survey("y")], persons="shared")


def test_shared_persons_need_a_key():
    parts = [survey(wave=year, strata=0) for year in (2020, 2021)]
    del parts[1].respondents["person_id"]
    with pytest.raises(DesignError, match=r"x 2021 x2021.sav has no column 'person_id'"):
        combine(parts, persons="shared")


def test_blank_stratum_is_refused_with_its_row():
    one = survey()
    one.respondents.loc[4, "stratum"] = None
    with pytest.raises(DesignError, match=r"'stratum' in every row.*1 row\(s\), first in row 5"):
        combine([one, survey(wave=2022)])


def test_column_of_the_design_that_is_not_there_is_named():
    one = survey()
    del one.respondents["weight"]
    with pytest.raises(UnknownColumnError, match=r"design of x 2020 x2020.sav, needs.*'weight'"):
        combine([one, survey(wave=2022)])


# ---------------------------------------------------------------- refusals


def test_different_instruments_are_refused_and_can_be_allowed():
    parts = [survey(), survey("y", items=(1, 2))]
    with pytest.raises(SchemaError, match=r"different instruments.*y 2020 y2020.sav: items djg_1"):
        combine(parts)
    whole = combine(parts, allow=("instrument",))
    assert any("different instruments differ" in note for note in whole.report.notes)


def test_scored_and_unscored_surveys_are_different_instruments():
    with pytest.raises(SchemaError, match=r"DJG6 scored \(cbs\).*items djg_3"):
        combine([scored(survey()), survey(wave=2022)])


def test_same_score_from_a_longer_list_is_the_same_instrument():
    parts = [scored(survey()), scored(survey("y", items=tuple(range(1, 12))))]
    assert len(combine(parts).respondents) == 400


def test_different_age_floors_are_refused_and_can_be_allowed():
    parts = [survey(floor=18), survey(wave=2022, floor=19)]
    with pytest.raises(SchemaError, match=r"different age floors.*18 and older.*19 and older"):
        combine(parts)
    assert combine(parts, allow=("age_floor",)).report.age_floor is None
    assert combine([survey(), survey(wave=2022)]).report.age_floor == 18


def test_different_populations_are_refused_and_can_be_allowed():
    parts = [survey(), reported(survey(wave=2022), population="pupils of 18 and older")]
    with pytest.raises(SchemaError, match=r"different populations.*pupils"):
        combine(parts)
    allowed = combine(parts, allow=("population",)).report.population
    assert allowed == "people of 18 and older; pupils of 18 and older"


def test_populations_are_compared_with_their_ages_where_a_floor_is_not_stated():
    parts = [survey(floor=18), reported(survey(wave=2022, floor=19), age_floor=None)]
    with pytest.raises(SchemaError, match=r"different populations.*people of 19 and older"):
        combine(parts)


def test_synthetic_and_real_respondents_are_refused_and_can_be_allowed():
    parts = [survey(), reported(survey(wave=2022), origin=Origin.SYNTHETIC)]
    with pytest.raises(SchemaError, match=r"synthetic and real respondents silently"):
        combine(parts)
    assert combine(parts, allow=("origin",)).report.origin is Origin.SYNTHETIC


def test_weighted_and_unweighted_surveys_are_refused_and_can_be_allowed():
    parts = [survey(), survey(wave=2022, weight=False)]
    with pytest.raises(DesignError, match=r"weighted and unweighted.*x2022.sav: without weights"):
        combine(parts)
    whole = combine(parts, allow=("weight",))
    assert (whole.respondents["weight"].to_numpy()[200:] == 1.0).all()
    assert "x 2022 x2022.sav has no weights: every respondent counts 1" in whole.report.notes


def test_surveys_without_weights_stay_without():
    whole = combine([survey(weight=False), survey(wave=2022, weight=False)])
    assert whole.design.weight is None
    assert "weight" not in whole.respondents


def test_the_same_file_twice_is_refused_and_two_files_of_one_name_can_be_allowed():
    with pytest.raises(SchemaError, match=r"\['x 2020 x2020.sav'\] more than once"):
        combine([survey(), survey()])
    whole = combine([survey(), survey(seed=2)], allow=("same_file",))
    assert whole.respondents["stratum"].nunique() == 8


def test_rules_for_lonely_strata_must_agree_or_be_stated():
    parts = [survey(), survey(wave=2022)]
    parts[1] = replace(parts[1], design=replace(parts[1].design, single_psu="fail"))
    with pytest.raises(DesignError, match=r"'certainty'; x 2022 x2022.sav: 'fail'"):
        combine(parts)
    assert combine(parts, single_psu="fail").design.single_psu == "fail"


def test_finite_population_correction_is_for_all_or_none():
    parts = [survey(), survey(wave=2022)]
    for part in parts:
        part.respondents["size"] = 1000.0
    one, other = (replace(part, design=replace(part.design, fpc="size")) for part in parts)
    assert combine([one, other]).design.fpc == "fpc"
    with pytest.raises(DesignError, match=r"finite population correction in all.*x 2022"):
        combine([one, parts[1]])


@pytest.mark.parametrize(
    ("surveys", "options", "error", "match"),
    [
        ([], {}, OptionError, "at least one survey"),
        ([1], {}, SchemaError, "number 1 is int"),
        ([survey()], {"persons": "same"}, OptionError, "persons is 'same'.*'different', 'shared'"),
        ([survey()], {"allow": ("all",)}, OptionError, "allow is 'all'.*'instrument', 'age_floor'"),
        ([survey()], {"single_psu": "x"}, OptionError, "single_psu is 'x'.*'certainty'"),
    ],
)
def test_wrong_arguments_name_their_options(surveys, options, error, match):
    with pytest.raises(error, match=match):
        combine(surveys, **options)


def test_other_frames_are_refused():
    pl = pytest.importorskip("polars")
    one = survey()
    other = replace(one, respondents=pl.DataFrame({"wave": [1]}))
    with pytest.raises(SchemaError, match=r"pandas frame, and those of survey 1 are polars"):
        combine([other])


# ---------------------------------------------------------------- columns


def test_categories_are_joined_in_their_order():
    parts = [survey(ages=("18-24", "25+")), survey(wave=2022, ages=("18-24", "25-64", "65+"))]
    column = combine(parts).respondents["age_group"]
    assert list(column.cat.categories) == ["18-24", "25+", "25-64", "65+"]
    assert column.cat.ordered
    joined = [value for part in parts for value in part.respondents["age_group"]]
    assert column.tolist() == joined


def test_contradictory_orders_are_no_order():
    parts = [survey(ages=("a", "b")), survey(wave=2022, ages=("b", "a"))]
    assert not combine(parts).respondents["age_group"].cat.ordered
    assert merge_categories([["a", "b"], ["b", "a"]]) == (["a", "b"], False)


def test_absent_item_is_missing_as_not_asked_in_frame_and_report():
    parts = [survey(n=30), survey("y", n=20, items=(3, 4, 7, 8, 9))]
    whole = combine(parts, allow=("instrument",))
    own = whole.respondents
    assert own["djg_10"].isna().sum() == 20
    assert (own["djg_10_missing"][30:] == "not_asked").all()
    assert own["djg_10_missing"][:30].isna().all()
    (column,) = [c for c in whole.report.columns if c.name == "djg_10"]
    assert (column.n_valid, column.missing) == (30, (("not_asked", 20),))


def test_absent_number_and_flag_stay_missing():
    one, other = survey(n=3), survey(wave=2022, n=2)
    one.respondents["age"] = pd.array([20, 30, 40], dtype="Int64")
    one.respondents["published_lonely"] = [True, False, True]
    frame = combine([one, other]).respondents
    assert frame["age"].tolist()[:3] == [20, 30, 40]
    assert frame[["age", "published_lonely"]][3:].isna().all(axis=None)
    assert str(frame["published_lonely"].dtype) == "boolean"


def test_columns_with_different_kinds_of_values_are_refused():
    one, other = survey(), survey(wave=2022)
    one.respondents["mode"] = "online"
    other.respondents["mode"] = range(200)
    with pytest.raises(SchemaError, match=r"column 'mode'.*x2020.sav: text; .*: numbers"):
        combine([one, other])


def test_keys_with_different_kinds_of_values_become_text():
    one, other = survey(), survey(wave=2022)
    other.respondents["person_id"] = [float(n) for n in range(200)]
    both = combine([one, other]).respondents["person_id"]
    assert both.tolist() == [str(n) for n in range(200)] * 2


# ---------------------------------------------------------------- report


def test_report_adds_counts_and_keeps_each_finding_with_its_survey():
    report = combine([survey(), survey("y", 2022)]).report
    assert (report.source, report.wave) == ("x, y", "2020, 2022")
    assert (report.n_read, report.n_kept, report.dropped) == (402, 400, (("blank", 2),))
    assert [c.n_valid for c in report.columns] == [400] * 6
    assert "y 2022 y2022.sav: read" in report.notes
    assert "x 2020 x2020.sav: duplicates" in [check.name for check in report.checks]
    assert "402 rows read, 400 kept" in report.describe()


def test_design_columns_of_one_survey_are_not_counted_as_unasked_in_another():
    one, other = survey(), survey(wave=2022, strata=0)
    columns = (*one.report.columns, ColumnReport("stratum", "s", 200))
    report = combine([reported(one, columns=columns), other]).report
    (column,) = [c for c in report.columns if c.name == "stratum"]
    assert (column.n_valid, column.missing) == (200, ())


def test_scoring_reports_are_added_when_all_agree():
    whole = combine([scored(survey(n=200)), scored(survey(wave=2022, n=100))])
    (report,) = whole.scoring
    assert (report.scale, report.n_rows, report.n_valid) == ("DJG6", 300, 300)
    assert "x 2020 x2020.sav: " in report.direction.message
    assert prevalence(whole, "lonely").footnote.scale == "DJG6"


def test_scoring_reports_that_differ_are_not_carried():
    parts = [scored(survey()), survey(wave=2022)]
    assert combine(parts, allow=("instrument",)).scoring == ()


def test_one_survey_can_be_combined_alone():
    alone = scored(survey())
    (before,) = prevalence(alone, "lonely").rows
    (after,) = prevalence(combine([alone]), "lonely").rows
    assert after == before


def test_a_column_named_cluster_is_no_cluster_unless_a_design_says_so():
    parts = [survey(wave=2020), survey(wave=2022)]
    for part in parts:
        part.respondents["cluster"] = 1
    assert combine(parts).design.cluster is None
    named = [replace(part, design=replace(part.design, cluster="cluster")) for part in parts]
    assert combine(named).design.cluster == "cluster"
