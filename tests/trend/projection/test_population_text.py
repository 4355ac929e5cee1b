"""Populations, prevalences and standards with numbers as text: the same people, or a refusal."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import AmbiguousNumberError, SchemaError
from eenzaam_stats.estimation.calibration.margins import read_margins
from eenzaam_stats.estimation.variance.targets import Standard
from eenzaam_stats.trend.projection.projection_options import ProjectionOptions
from eenzaam_stats.trend.series.counts import interrupted_counts


def prevalences() -> pd.DataFrame:
    """Made up: two age bands in one wave."""
    return pd.DataFrame(
        {"wave": 2022, "age_group": ["18-64", "65+"], "estimate": [0.45, 0.5], "std_error": 0.01}
    )


def population() -> pd.DataFrame:
    """Made up: a village, with cells under and over a thousand people."""
    rows = [
        (year, low, high, 987 + 131 * (year - 2022) + 7 * low)
        for year in range(2022, 2031)
        for low, high in ((18, 64), (65, np.nan))
    ]
    return pd.DataFrame(rows, columns=["year", "age_low", "age_high", "persons"])


def people(frame: pd.DataFrame, **words: str | None) -> float:
    found = es.project(prevalences(), frame, to=2030, options=ProjectionOptions(**words))
    return found.row(2030).persons


def grouped(frame: pd.DataFrame, sign: str) -> pd.DataFrame:
    return frame.assign(persons=[f"{n:,}".replace(",", sign) for n in frame["persons"]])


@pytest.mark.parametrize("sign", [".", ",", " ", "'"])
def test_people_with_thousands_are_refused_and_counted_when_the_sign_is_said(sign):
    frame = grouped(population(), sign)
    with pytest.raises(AmbiguousNumberError, match=r"project\(\), population, column 'persons'"):
        people(frame)
    assert people(frame, thousands=sign) == pytest.approx(people(population()), rel=1e-12)


def test_people_that_pandas_took_for_decimals_are_refused():
    """``pd.read_csv`` makes 1.234 person of a Dutch 1.234, and a float has no sign to see."""
    text = grouped(population(), ".").to_csv(index=False)
    read = pd.read_csv(io.StringIO(text))
    assert read["persons"].min() < 2
    with pytest.raises(AmbiguousNumberError, match=r"all numbers are below 1,000.*dtype=str"):
        people(read)
    again = pd.read_csv(io.StringIO(text), dtype=str)
    assert people(again, thousands=".") == pytest.approx(people(population()), rel=1e-12)


def test_parts_of_people_are_people_when_nothing_speaks_against_it():
    frame = population()
    frame["persons"] = frame["persons"] + 0.125
    assert people(frame) > people(population())
    small = frame.assign(persons=12.5)
    assert people(small) == pytest.approx(12.5 * (0.45 + 0.5))
    small.loc[0, "persons"] = 987.0
    with pytest.raises(AmbiguousNumberError, match="people are counted in thousands"):
        people(small)
    assert people(small, decimal=".") == pytest.approx(12.5 * (0.45 + 0.5))
    shares = frame.assign(persons=np.where(frame["age_low"] == 18, 0.5, 1.25))
    assert people(shares) == pytest.approx(0.5 * 0.45 + 1.25 * 0.5)
    odd = frame.assign(persons=np.where(frame["age_low"] == 18, 12.125, 987.0))
    assert people(odd, decimal=".") == pytest.approx(12.125 * 0.45 + 987 * 0.5)


def test_ages_and_years_as_text_are_the_same_ages_and_years():
    frame = population().astype({"year": "str", "persons": "str"})
    frame["age_low"] = ["18.0", "65.0"] * 9
    frame["age_high"] = ["64", "NA"] * 9
    assert people(frame) == people(population())
    frame["year"] = [f"{year[0]}.{year[1:]}" for year in frame["year"]]
    with pytest.raises(AmbiguousNumberError, match="column 'year'"):
        people(frame)


@pytest.mark.parametrize("name", ["estimate", "std_error", "df"])
def test_words_among_prevalences_are_no_absent_numbers(name):
    frame = prevalences().assign(**{name: ["0,45", "onbekend"]})
    with pytest.raises(SchemaError, match=rf"needs numbers in column '{name}', but found words"):
        es.project(frame, population(), to=2030)


def test_prevalences_with_a_decimal_comma_are_the_same_prevalences():
    frame = prevalences().assign(estimate=["0,45", "0,5"], std_error=["0,01", "0,01"])
    rng = [np.random.default_rng(1) for _ in range(2)]
    options = ProjectionOptions(draws=200)
    text = es.project(frame, population(), to=2030, rng=rng[0], options=options).row(2030)
    truth = es.project(prevalences(), population(), to=2030, rng=rng[1], options=options).row(2030)
    assert (text.persons, text.conf_low) == (truth.persons, truth.conf_low)


COUNTS = {"18-64": "1.234", "65+": "987"}


def test_standard_and_margin_with_thousands_are_refused():
    frame = pd.DataFrame({"age_group": list(COUNTS), "population": list(COUNTS.values())})
    for given in (COUNTS, frame):
        with pytest.raises(AmbiguousNumberError, match="a standard population, column"):
            Standard.of(given, over="age_group")
    for margin in ({"age_group": COUNTS}, frame):
        with pytest.raises(AmbiguousNumberError, match=r"a margin, column 'population'"):
            read_margins(margin)
    plain = {"18-64": "1234", "65+": "987"}
    assert Standard.of(plain, over="age_group").shares[0][1] == pytest.approx(1234 / 2221)
    with pytest.raises(SchemaError, match="needs a count of at least 0 per class"):
        Standard.of({"18-64": "NA", "65+": "987"}, over="age_group")


def test_counts_with_thousands_are_refused():
    """1.000 is a whole number either way."""
    frame = pd.DataFrame({"wave": range(2012, 2020), "count": ["1.000", "987"] * 4})
    frame["denominator"] = "5000"
    with pytest.raises(AmbiguousNumberError, match="column 'count'"):
        interrupted_counts(frame, [es.Interruption("x", 2016.5)])


def test_series_with_thousands_are_refused():
    values = ["1.010", "987", "1.020", "990", "1.005", "995"]
    frame = pd.DataFrame({"wave": range(2015, 2021), "estimate": values})
    with pytest.raises(AmbiguousNumberError, match="column 'estimate'"):
        es.interrupted_time_series(frame, es.Interruption("x", 2018.5), estimator="ols")
