"""Regressions on a sample against R ``survey``, identities, and what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import ReplicateWeights
from eenzaam_stats.errors import (
    ConvergenceError,
    DesignError,
    OptionError,
    SchemaError,
    UnknownColumnError,
)
from eenzaam_stats.estimation import model
from estimation.design_reference import margins_of

# both fits stop when coefficients move by less than 1e-12 of their size: observed 4e-10
RTOL = 1e-8
EXACT = 1e-14  # as the references were made
TABLES = ("coefficients", "covariance", "terms", "margins")
KEYS = ["design", "family", "formula"]
DESIGNS = {
    "stratified": {"stratum": "stratum"},
    "clustered": {"stratum": "stratum", "cluster": "cluster"},
    "clustered_fpc": {"stratum": "stratum", "cluster": "cluster", "fpc": "fpc"},
    "clustered_lonely": {
        "stratum": "stratum_lonely",
        "cluster": "cluster",
        "single_psu": "centred",
    },
}


@pytest.fixture(scope="module")
def expected(reference_folder) -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(reference_folder / f"model_{name}.csv") for name in TABLES}


@pytest.fixture(scope="module")
def surveys(reference_folder, make_survey):
    people = pd.read_csv(reference_folder / "design_input.csv")
    made = {name: make_survey(people, weight="weight", **how) for name, how in DESIGNS.items()}
    known = people[people["wave"] == 2022].dropna(subset=["age_group", "sex"])
    population = pd.read_csv(reference_folder / "design_population.csv")
    made["post_stratified"] = es.calibrate(
        make_survey(known, weight="weight", stratum="stratum", cluster="cluster"),
        margins_of("post_stratify", population),
        method="post_stratify",
    )
    made["jackknife"] = jackknifed(people, make_survey)
    return made


def jackknifed(people, make_survey):
    """Weights without one cluster at a time, as ``as.svrepdesign(type = "JKn")`` makes them."""
    clusters = people[["stratum", "cluster"]].drop_duplicates().itertuples(index=False)
    count = people.groupby("stratum")["cluster"].nunique()
    columns, scales = {}, []
    for at, (stratum, cluster) in enumerate(clusters):
        n = count[stratum]
        inside = people["stratum"] == stratum
        gone = inside & (people["cluster"] == cluster)
        columns[f"r{at}"] = people["weight"] * np.where(gone, 0, np.where(inside, n / (n - 1), 1))
        scales.append((n - 1) / n)
    frame = pd.concat([people, pd.DataFrame(columns)], axis=1)
    replicates = ReplicateWeights(tuple(columns), "JKn", rscales=tuple(scales))
    return make_survey(frame, weight="weight", replicates=replicates)


def cases():
    formulas = [
        ("logit", "y ~ sex + age_group"),
        ("logit", "y ~ sex * age_group + household"),
        ("linear", "score ~ sex + age_group + region"),
        ("poisson", "score ~ sex + household"),
    ]
    names = [*DESIGNS, "post_stratified", "jackknife"]
    return [(name, *one) for name in names for one in formulas]


@pytest.mark.parametrize(("name", "family", "formula"), cases())
def test_model_equals_svyglm(name, family, formula, surveys, expected):
    fit = model(surveys[name], formula, family=family, tolerance=EXACT)
    want = {
        table: rows[
            (rows["design"] == name) & (rows["family"] == family) & (rows["formula"] == formula)
        ]
        for table, rows in expected.items()
    }
    terms = want["coefficients"].set_index("term")
    for one in fit.coefficients:
        row = terms.loc[term_of_r(one.term)]
        np.testing.assert_allclose(
            [one.estimate, one.std_error], [row["estimate"], row["std_error"]], rtol=RTOL
        )
        assert one.df == row["df"]
        assert one.p_value == pytest.approx(row["p_value"], rel=1e-6)
    assert len(fit.coefficients) == len(terms)
    order = [term_of_r(one.term) for one in fit.coefficients]
    theirs = list(terms.index)
    square = want["covariance"].pivot_table(index="row", columns="column", values="value")
    at = [theirs.index(term) for term in order]
    size = np.sqrt(np.diag(square.to_numpy()))[at]
    away = np.array(fit.covariance) - square.to_numpy()[np.ix_(at, at)]
    assert np.abs(away / np.outer(size, size)).max() < RTOL
    tests = {one.term: one for one in fit.terms}
    for row in want["terms"].itertuples():
        one = tests[row.term]
        assert (one.statistic, one.df) == (pytest.approx(row.statistic, rel=RTOL), row.df)
        assert one.p_value == pytest.approx(row.p_value, rel=1e-6)
    adjusted = {one.value: one for one in fit.adjusted if one.variable == "sex"}
    for row in want["margins"].itertuples():
        one = adjusted[row.value]
        np.testing.assert_allclose(
            [one.estimate, one.std_error], [row.estimate, row.std_error], rtol=RTOL
        )


def term_of_r(term: str) -> str:
    return term.replace("[T.", "").replace("]", "")


def test_every_reference_is_compared(expected):
    for rows in expected.values():
        assert set(rows["design"]) <= {name for name, *_ in cases()}
    assert len(expected["coefficients"]) == 150
    assert len(expected["margins"]) == 40


@pytest.mark.witness
@pytest.mark.parametrize(
    ("file", "design", "formula", "family"),
    [
        ("apistrat", {"stratum": "stype"}, "api00 ~ ell + meals + mobility", "linear"),
        ("apiclus1", {"cluster": "dnum"}, "hi ~ meals + stype", "logit"),
    ],
)
def test_model_equals_svyglm_on_the_school_samples(
    shared_data, make_survey, file, design, formula, family
):
    schools = pd.read_csv(shared_data / "survey" / f"{file}.csv")
    schools["hi"] = (schools["api00"] > 700).astype(float)
    fit = model(make_survey(schools, weight="pw", fpc="fpc", **design), formula, family=family)
    rows = pd.read_csv(shared_data / "survey" / "expected_glm.csv")
    rows = rows[rows["model"].str.startswith(f"{file}_")].set_index("term")
    assert len(rows) == len(fit.coefficients) == 4
    for one in fit.coefficients:
        row = rows.loc[term_of_r(one.term)]
        np.testing.assert_allclose(
            [one.estimate, one.std_error, one.statistic],
            row[["estimate", "se", "t"]].to_numpy(dtype=float),
            rtol=RTOL,
        )


def test_saturated_model_gives_the_prevalences_of_its_groups(surveys):
    """A model of one classification is the table of it, with the same standard errors."""
    survey = surveys["clustered_fpc"]
    table = es.prevalence(survey, "y", by="sex").tidy().set_index("sex")
    for family in ("logit", "linear"):
        fit = model(survey, "y ~ sex", family=family)
        for one in fit.adjusted:
            row = table.loc[one.value]
            np.testing.assert_allclose(
                [one.estimate, one.std_error], [row["estimate"], row["std_error"]], rtol=1e-9
            )
    effect = model(survey, "y ~ sex", family="linear").effects[0]
    assert effect.estimate == pytest.approx(table["estimate"]["women"] - table["estimate"]["men"])
    slope = model(survey, "y ~ sex", family="linear").coefficient("sex[T.women]")
    assert (effect.estimate, effect.std_error) == (
        pytest.approx(slope.estimate),
        pytest.approx(slope.std_error),
    )


def test_slope_of_a_number_in_a_linear_model_is_its_coefficient(surveys):
    fit = model(surveys["clustered"], "score ~ sex + household", family="linear")
    [effect] = [one for one in fit.effects if one.variable == "household"]
    one = fit.coefficient("household")
    np.testing.assert_allclose(
        [effect.estimate, effect.std_error], [one.estimate, one.std_error], rtol=1e-7
    )


def test_rows_without_a_variable_are_counted_and_the_design_stays_whole(surveys):
    survey = surveys["clustered_fpc"]
    frame = survey.respondents.copy()
    frame.loc[frame["sex"] == "men", "household"] = np.nan
    fit = model(dataclasses.replace(survey, respondents=frame), "y ~ household")
    lacking = frame[["y", "household"]].isna()
    assert fit.n == int((~lacking.any(axis=1)).sum())
    assert fit.n + fit.n_missing == len(frame)
    assert dict(fit.missing) == {"household": lacking["household"].sum(), "y": lacking["y"].sum()}


def test_model_of_a_part_of_the_file_has_the_errors_of_a_domain(surveys):
    survey = surveys["clustered_fpc"]
    frame = survey.respondents
    part = frame.assign(score=frame["score"].where(frame["sex"] == "women"))
    fit = model(dataclasses.replace(survey, respondents=part), "score ~ 1", family="linear")
    row = es.mean(survey, "score", by="sex").details().set_index("sex").loc["women"]
    one = fit.coefficients[0]
    assert one.term == "(Intercept)"
    np.testing.assert_allclose(
        [one.estimate, one.std_error, one.df], [row["estimate"], row["std_error"], row["df"]]
    )
    assert not fit.adjusted
    assert fit.n_missing == len(frame) - int(row["n_valid"])


@pytest.mark.parametrize("engine", ["polars", "pyarrow", "lazy"])
def test_engines_agree(surveys, engine):
    import polars as pl

    survey = surveys["clustered"]
    kept = ["y", "sex", "age_group", "weight", "stratum", "cluster"]
    frame = pl.from_pandas(survey.respondents[kept])
    other = {"polars": frame, "pyarrow": frame.to_arrow(), "lazy": frame.lazy()}[engine]
    one = model(survey, "y ~ sex + age_group").tidy()
    two = model(dataclasses.replace(survey, respondents=other), "y ~ sex + age_group").tidy()
    pd.testing.assert_frame_equal(one, two, rtol=1e-10)


def test_order_of_categories_decides_the_first_class(surveys):
    survey = surveys["stratified"]
    order = pd.CategoricalDtype(["women", "men", "nobody"])
    frame = survey.respondents.assign(sex=survey.respondents["sex"].astype(order))
    fit = model(dataclasses.replace(survey, respondents=frame), "y ~ sex")
    assert [one.term for one in fit.coefficients] == ["(Intercept)", "sex[T.men]"]
    assert [one.value for one in fit.adjusted] == ["women", "men"]


REFUSED = {
    "formula": ("y ~ ~ sex", {}, OptionError, "needs a formula such as 'lonely ~"),
    "no outcome": ("~ sex", {}, OptionError, "needs a formula|needs one outcome"),
    "two outcomes": ("y + score ~ sex", {}, OptionError, "needs one outcome before ~"),
    "absent": ("y ~ gender", {}, UnknownColumnError, r"\[.gender.\], which are not in the data"),
    "unscored": ("lonely ~ sex", {}, UnknownColumnError, "Run es.score first: it adds 'lonely'"),
    "numbers": ("score ~ sex", {}, SchemaError, "needs 0 or 1 in 'score'"),
    "text": ("region ~ sex", {}, SchemaError, "holds text"),
    "family": ("y ~ sex", {"family": "probit"}, OptionError, "'logit', 'linear', 'poisson'"),
    "level": ("y ~ sex", {"level": 95}, OptionError, "level"),
    "twice": ("y ~ sex + I(2 * household) + household", {}, SchemaError, "made by those before"),
    "function": ("y ~ nosuch(sex)", {}, UnknownColumnError, "nosuch"),
    "logarithm": ("y ~ log(sex)", {}, OptionError, "cannot make the columns"),
    "separated": ("y ~ told", {}, ConvergenceError, "tell the outcome of some rows exactly"),
    "constant": ("one ~ sex", {}, SchemaError, "is the same in all"),
    "empty": ("y ~ gone", {}, SchemaError, "and there is none"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_modelled_is_refused_in_words(surveys, case):
    formula, options, kind, words = REFUSED[case]
    survey = surveys["stratified"]
    frame = survey.respondents.assign(
        told=lambda rows: np.where(rows["y"] == 1, 1.0, rows["household"] % 2), one=1.0, gone=np.nan
    )
    with pytest.raises(kind, match=words):
        model(dataclasses.replace(survey, respondents=frame), formula, **options)


@pytest.mark.parametrize("people", [1, 5, 10, 30, 200])
def test_a_class_that_tells_the_outcome_is_found_however_small(surveys, people):
    survey = surveys["stratified"]
    frame = survey.respondents.dropna(subset=["y"]).reset_index(drop=True)
    group = frame["sex"].astype("object").where(frame["sex"].notna(), "men")
    group[frame.index[frame["y"] == 1][:people]] = "told"
    with pytest.raises(ConvergenceError, match="tell the outcome of some rows exactly"):
        model(dataclasses.replace(survey, respondents=frame.assign(group=group)), "y ~ group")
    # the rare outcome of a large sample is none of these
    rare = frame.assign(rare=(np.arange(len(frame)) % 400 == 0).astype(float))
    assert model(dataclasses.replace(survey, respondents=rare), "rare ~ sex").n > 0


def test_a_class_in_which_nothing_is_counted_has_no_rate(surveys):
    survey = surveys["stratified"]
    group = np.where(np.arange(len(survey.respondents)) < 5, "none", "some")
    frame = survey.respondents.assign(
        group=group, count=np.where(group == "none", 0.0, np.arange(len(group)) % 3)
    )
    with pytest.raises(ConvergenceError, match="tell the outcome of some rows exactly"):
        model(dataclasses.replace(survey, respondents=frame), "count ~ group", family="poisson")


@pytest.mark.parametrize("size", [1e-9, 1e9, 1e14])
def test_numbers_of_any_size_have_a_linear_model(surveys, size):
    survey = surveys["clustered"]
    frame = survey.respondents.assign(large=survey.respondents["score"] * size)
    one = model(survey, "score ~ sex + region", family="linear")
    two = model(
        dataclasses.replace(survey, respondents=frame), "large ~ sex + region", family="linear"
    )
    for a, b in zip(one.coefficients, two.coefficients, strict=True):
        np.testing.assert_allclose(
            [b.estimate / size, b.std_error / size], [a.estimate, a.std_error], rtol=1e-8
        )


@pytest.mark.parametrize("name", ["data", "read", "survey", "frame"])
def test_a_formula_sees_the_survey_and_no_variable_of_the_program(surveys, name):
    with pytest.raises((UnknownColumnError, OptionError)):
        model(surveys["stratified"], f"y ~ poly({name}, 2)")


@pytest.mark.parametrize("terms", ["poly(score, 2)", "bs(score, df=4)", "log(score + 1)"])
def test_functions_of_a_number_have_the_columns_of_formulaic(surveys, terms):
    import statsmodels.api as sm
    from formulaic import model_matrix

    survey = surveys["stratified"]
    fit = model(survey, f"y ~ {terms}", weights=None, tolerance=EXACT)
    rows = survey.respondents[["y", "score"]].dropna().astype(float)
    columns = model_matrix(f"y ~ {terms}", rows)
    other = sm.GLM(columns.lhs, columns.rhs, family=sm.families.Binomial()).fit(tol=1e-12)
    np.testing.assert_allclose(
        [one.estimate for one in fit.coefficients], other.params, rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("missing", [None, pd.NA, np.nan])
def test_flags_in_a_column_of_objects_are_flags(surveys, missing):
    survey = surveys["stratified"]
    y = survey.respondents["y"]
    flags = y.map({1: True, 0: False}).astype(object).where(y.notna(), missing)
    changed = dataclasses.replace(survey, respondents=survey.respondents.assign(flag_=flags))
    one, two = model(survey, "y ~ sex"), model(changed, "flag_ ~ sex")
    assert [c.estimate for c in one.coefficients] == [c.estimate for c in two.coefficients]
    assert two.n_missing == one.n_missing


UNUSABLE = {
    "weight that is absent": ("y ~ sex", {"weights": "none"}, UnknownColumnError, r"\['none'\]"),
    "weight of text": ("y ~ sex", {"weights": "region"}, DesignError, "needs numbers as weights"),
    "missing weight": ("y ~ sex", {"weights": "half"}, DesignError, "finite weight above 0"),
    "infinite": ("y ~ endless", {}, SchemaError, "column 'endless' has 1 row"),
    "logarithm of 0": ("y ~ log(household - 9)", {}, SchemaError, "gives no number in"),
    "one class": ("y ~ same", {}, SchemaError, "needs 2 to 60 classes in column 'same'"),
    "a class each": ("y ~ own", {}, SchemaError, "needs 2 to 60 classes in column 'own'"),
    "two parts": ("y ~ sex | region", {}, OptionError, "needs one list of terms after ~"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNUSABLE)
@pytest.mark.filterwarnings("ignore:invalid value encountered in log")
def test_what_is_in_the_columns_is_refused_in_words(surveys, case):
    formula, options, kind, words = UNUSABLE[case]
    survey = surveys["stratified"]
    n = len(survey.respondents)
    frame = survey.respondents.assign(
        endless=np.where(np.arange(n) == 3, np.inf, 1.0 * np.arange(n)),
        half=np.where(np.arange(n) == 4, np.nan, 1.0),
        same="a",
        own=[f"p{at}" for at in range(n)],
    )
    with pytest.raises(kind, match=words):
        model(dataclasses.replace(survey, respondents=frame), formula, **options)


def test_weights_must_be_chosen(make_survey, surveys):
    frame = surveys["stratified"].respondents
    with pytest.raises(DesignError, match="weights=None"):
        model(make_survey(frame), "y ~ sex")
    assert (
        model(make_survey(frame), "y ~ sex", weights=None).n
        == frame[["y", "sex"]].notna().all(axis=1).sum()
    )


def test_result_says_what_it_is(surveys):
    fit = model(surveys["clustered"], "y ~ sex + age_group")
    assert list(fit.tidy().columns) == [
        *("term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"),
        *("flag", "reason"),
    ]
    for frame in (fit.tests(), fit.adjusted_means(), fit.marginal_effects(), fit.glance()):
        assert list(frame.columns[-2:]) == ["flag", "reason"]
    assert fit.source == "made_up 2022 (synthetic)"
    assert len(fit.glance()) == 1
    assert "Logistic regression y ~ sex + age_group" in fit.describe()
    assert list(fit.tests()["term"]) == ["sex", "age_group"]
    with pytest.raises(KeyError, match="is not a term"):
        fit.coefficient("sex")
    low = model(surveys["clustered"], "y ~ sex", level=0.5).coefficients[0]
    wide = model(surveys["clustered"], "y ~ sex", level=0.99).coefficients[0]
    assert wide.conf_low < low.conf_low < low.conf_high < wide.conf_high
