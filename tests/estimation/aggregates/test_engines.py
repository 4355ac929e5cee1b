"""The engine of the frame, the type of a column and the way it says "missing" change nothing."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.respondents import DJG_ITEMS
from eenzaam_stats.scoring import DJG11, score

# Parallel engines sum in another order; observed 1e-14.
RTOL = 1e-12
DESIGN = {"weight": "weight", "stratum": "thin", "single_psu": "certainty"}
SIZES = ("small", "medium", "large")


def in_polars(frame: pd.DataFrame) -> pl.DataFrame:
    """Polars keeps the order of categories in an Enum; from_pandas does not make one."""
    table = pl.from_pandas(frame)
    return table.with_columns(pl.col("^size$").cast(pl.String).cast(pl.Enum(SIZES)))


def in_duckdb(frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    """DuckDB keeps the order of categories in an ENUM; Arrow does not tell it."""
    relation = duckdb.from_arrow(in_polars(frame).to_arrow())
    if "size" not in frame:
        return relation
    return relation.project(f"* REPLACE (size::VARCHAR::ENUM{SIZES} AS size)")


ENGINES = {
    "pandas": lambda frame: frame,
    "pandas_nullable": lambda frame: frame.convert_dtypes(),
    "pandas_arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "pandas_index_repeats": lambda frame: frame.set_axis([0] * len(frame)),
    "polars": in_polars,
    "polars_lazy": lambda frame: in_polars(frame).lazy(),
    "duckdb": in_duckdb,
    "polars_chunks": lambda frame: pl.concat(
        [in_polars(frame[:700]), in_polars(frame[700:])], rechunk=False
    ),
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "pyarrow_chunks": lambda frame: pa.concat_tables(
        [
            pa.Table.from_pandas(part.reset_index(drop=True), preserve_index=False)
            for part in (frame[:700], frame[700:])
        ]
    ),
}
OUTCOMES = {
    "int8": lambda y: y.fillna(0).astype("int8"),
    "uint8": lambda y: y.fillna(0).astype("uint8"),
    "float32": lambda y: y.astype("float32"),
    "float64": lambda y: y,
    "bool": lambda y: y.fillna(0).astype("bool"),
    "Int8": lambda y: y.astype("Int8"),
    "boolean": lambda y: y.astype("boolean"),
    "Float64": lambda y: y.astype("Float64"),
    "bool[pyarrow]": lambda y: y.astype("boolean").astype("bool[pyarrow]"),
    "object_bool": lambda y: y.map({1.0: True, 0.0: False}).astype("object").where(y.notna(), None),
    "object_int": lambda y: y.map({1.0: 1, 0.0: 0}).astype("object").where(y.notna(), pd.NA),
}
# the second part has one sex only
PARTS = (slice(0, 2000), slice(2000, None))
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "n_valid", "n_missing"]
NUMBERS += ["weight_sum", "deff"]


@pytest.fixture(scope="module")
def mixed(people) -> pd.DataFrame:
    """Respondents with a key of every kind: text, number, two categories, missing."""
    sizes = pd.cut(people["weight"], [0, 10, 30, 1e6], labels=SIZES)
    return people.assign(
        size=sizes,
        name=("r" + people["region"].astype(str)).astype("category"),
        half=people["team"].where(people["team"] < 3, np.nan),
        old=people["team"] > 4,
    )


def equal(left, right, by):
    assert left[list(by)].equals(right[list(by)])
    for name in NUMBERS:
        np.testing.assert_allclose(left[name], right[name], rtol=RTOL, err_msg=name)
    assert left["flag"].equals(right["flag"])


@pytest.mark.parametrize(
    "by", [(), ("region",), ("sex", "size"), ("name",), ("half", "old"), ("thin", "size")]
)
@pytest.mark.parametrize("engine", ENGINES)
def test_engine_changes_nothing(mixed, make_survey, engine, by):
    expected = prevalence(make_survey(mixed, **DESIGN), "y_na", by=by)
    found = prevalence(make_survey(ENGINES[engine](mixed), **DESIGN), "y_na", by=by)
    equal(found.tidy(), expected.tidy(), by)
    assert found.footnote == expected.footnote


@pytest.mark.parametrize("engine", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("kind", OUTCOMES)
def test_type_of_the_outcome_changes_nothing(people, make_survey, kind, engine):
    answers = OUTCOMES[kind](people["y_na"])
    plain = answers.astype("float64") if kind in {"int8", "uint8", "bool"} else people["y_na"]
    expected = prevalence(make_survey(people.assign(y_na=plain), **DESIGN), "y_na", by="region")
    typed = ENGINES[engine](people.assign(y_na=answers))
    found = prevalence(make_survey(typed, **DESIGN), "y_na", by="region")
    equal(found.tidy(), expected.tidy(), ["region"])


@pytest.mark.parametrize("kind", ["int8", "int16", "float32", "Int64"])
def test_type_of_the_weight_does_not_overflow_its_squares(people, make_survey, kind):
    whole = people.assign(weight=np.clip(people["weight"].round(), 1, 120))
    narrow = whole.assign(weight=whole["weight"].astype(kind))
    expected = prevalence(make_survey(whole, **DESIGN), "y_na", by="region").tidy()
    found = prevalence(make_survey(narrow, **DESIGN), "y_na", by="region").tidy()
    equal(found, expected, ["region"])


def test_nan_in_polars_and_arrow_is_a_missing_answer_and_a_missing_group(people, make_survey):
    expected = prevalence(make_survey(people, **DESIGN), "y_na", by="region")
    nan = people["y_na"].to_numpy()
    as_polars = pl.from_pandas(people.drop(columns="y_na")).with_columns(y_na=pl.Series(nan))
    assert as_polars["y_na"].null_count() == 0
    found = prevalence(make_survey(as_polars, **DESIGN), "y_na", by="region")
    equal(found.tidy(), expected.tidy(), ["region"])
    grouped = prevalence(make_survey(as_polars, **DESIGN), "y", by="y_na")
    assert [row.group for row in grouped.rows] == [("0",), ("1",)]
    assert grouped.footnote.n_without_group == int(people["y_na"].isna().sum())


def test_arrow_chunks_may_number_their_categories_differently(people, make_survey):
    ordered = people.sort_values("sex", ascending=False)
    chunks = [pa.array(ordered["sex"].tolist()[part]).dictionary_encode() for part in PARTS]
    assert chunks[0].dictionary != chunks[1].dictionary
    table = pa.Table.from_pandas(ordered.drop(columns="sex"), preserve_index=False)
    table = table.append_column("sex", pa.chunked_array(chunks))
    found = prevalence(make_survey(table, **DESIGN), "y", by="sex").tidy()
    equal(found, prevalence(make_survey(people, **DESIGN), "y", by="sex").tidy(), ["sex"])


@pytest.mark.parametrize("engine", ["pandas", "polars", "pyarrow"])
def test_scored_survey_of_any_engine_gives_the_weighted_share_of_its_totals(
    people, make_survey, rng, engine
):
    lonely = rng.random((len(people), 11)) < rng.beta(1, 1.3, (len(people), 1))
    # items 2, 3, 5, 6, 9, 10 count a yes, the others a no, all count the neutral answer
    keyed = np.isin(np.arange(1, 12), [2, 3, 5, 6, 9, 10])
    neutral = lonely & (rng.random(lonely.shape) < 0.3)
    words = np.where(neutral, "more_or_less", np.where(lonely == keyed, "yes", "no"))
    answers = pd.DataFrame(words, columns=DJG_ITEMS)
    frame = ENGINES[engine](people.join(answers))
    survey = score(make_survey(frame, **DESIGN), DJG11)
    estimates = prevalence(survey, "severely_lonely")
    share = np.average(lonely.sum(axis=1) >= 9, weights=people["weight"])
    assert estimates.rows[0].estimate == pytest.approx(share, rel=RTOL)
    assert estimates.footnote.scale == DJG11.name
