"""PySpark frames give what pandas gives; skipped where PySpark or a Java runtime is absent."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import DesignError, SchemaError

pytestmark = pytest.mark.spark
# Sums in another order; observed 2e-15.
RTOL = 1e-12


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed (extra 'spark')")
    if shutil.which("java") is None:
        pytest.skip("PySpark needs a Java runtime, and there is none on this machine")
    with warnings.catch_warnings():
        # PySpark says at its start that it does not yet fully support pandas 3
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        session = (
            SparkSession.builder.master("local[2]")
            .appName("eenzaam_stats tests")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        assert pyspark.__version__
        yield session
        session.stop()


@pytest.fixture(scope="module")
def frames(spark, people) -> tuple[pd.DataFrame, Any]:
    columns = ["region", "sex", "thin", "team", "weight", "y", "y_na"]
    frame = people[columns]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = frame.astype("object").where(frame.notna(), None)
        schema = "region int, sex string, thin int, team int, weight double, y int, y_na double"
        return frame, spark.createDataFrame(
            [tuple(row) for row in rows.itertuples(index=False)], schema=schema
        )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("by", [(), ("region",), ("region", "sex")])
@pytest.mark.parametrize(
    "design",
    [
        {"stratum": "thin", "single_psu": "certainty"},
        {"stratum": "region", "cluster": "team", "single_psu": "certainty"},
    ],
)
def test_spark_frame_gives_what_pandas_gives(frames, make_survey, design, by):
    plain, sparks = frames
    expected = es.prevalence(make_survey(plain, weight="weight", **design), ["y", "y_na"], by=by)
    survey = make_survey(plain, weight="weight", **design)
    found = es.prevalence(
        es.Survey(sparks, survey.design, survey.report), ["y", "y_na"], by=by
    ).tidy()
    expected = expected.tidy()
    assert found[["outcome", *by]].equals(expected[["outcome", *by]])
    for name in ("estimate", "std_error", "conf_low", "conf_high", "df", "n_valid", "n_missing"):
        np.testing.assert_allclose(found[name], expected[name], rtol=RTOL, err_msg=name)
    assert len(found) == 2 * {0: 1, 1: 12, 2: 24}[len(by)]


@pytest.mark.filterwarnings("ignore")
def test_spark_frame_with_wrong_values_is_refused_with_their_number(frames, make_survey):
    plain, sparks = frames
    survey = make_survey(plain, weight="weight")
    wrong = es.Survey(sparks, survey.design, survey.report)
    with pytest.raises(SchemaError, match=r"'region' holds other values \(\d+ row\(s\)\)"):
        es.prevalence(wrong, "region")
    from pyspark.sql import functions

    negative = sparks.withColumn("weight", functions.lit(-1.0))
    with pytest.raises(DesignError, match=r"'weight' has 2400 row\(s\)"):
        es.prevalence(es.Survey(negative, survey.design, survey.report), "y")


@pytest.mark.filterwarnings("ignore")
def test_a_mean_far_from_zero_keeps_its_spread(frames, make_survey):
    people, rows = frames
    import pyspark.sql.functions as f

    design = {"weight": "weight", "stratum": "thin", "single_psu": "certainty"}
    far = es.mean(make_survey(rows.withColumn("z", f.col("y") + 1e6), **design), "z").rows[0]
    near = es.mean(make_survey(people, **design), "y").rows[0]
    assert far.std_error == pytest.approx(near.std_error, rel=1e-9)
