"""Age bands for respondents whose age in years is known, in the terms of a population margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import narwhals.stable.v2 as nw

from eenzaam_stats.age_bands import ADULT_BANDS, AGE_BAND, band_edges
from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import SchemaError, UnknownColumnError, verb
from eenzaam_stats.estimation.aggregates import engine_frame
from eenzaam_stats.survey import Survey


@in_words
def with_age_bands(
    survey: Survey,
    bands: Sequence[str] = ADULT_BANDS,
    *,
    age: str = "age",
    column: str = AGE_BAND,
) -> Survey:
    """Add a column with the age band of each respondent.

    Parameters
    ----------
    survey : Survey
        Respondents in a frame of any engine.
    bands : sequence of str, default 18-24, 25-34, ..., 75+
        Bands with both ends included, without gap; the last may be open.
    age : str, default "age"
        Column with the age in years.
    column : str, default "age_band"
        Column to add, text.

    Returns
    -------
    Survey
        A new survey; an age outside the bands, or a missing one, has no band.

    Raises
    ------
    UnknownColumnError
        If there is no age.
    SchemaError
        If the column is there already.
    OptionError
        If a band is not one or leaves a gap.

    See Also
    --------
    eenzaam_stats.population_margins : The population of the same bands.

    Notes
    -----
    **Missing data.** A missing age stays missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> report = HarmonisationReport("made_up", "2022", "people.csv", "synthetic", "four", 4, 4)
    >>> survey = Survey(pd.DataFrame({"age": [17, 18, 64, 80]}), Design(), report)
    >>> banded = with_age_bands(survey, ["18-64", "65+"])
    >>> banded.respondents["age_band"].fillna("none").tolist()
    ['none', '18-64', '18-64', '65+']
    """
    edges = band_edges(bands)
    frame = engine_frame.open_frame(survey.respondents)
    present = frame.collect_schema().names()
    if age not in present:
        raise UnknownColumnError.among([age], present)
    if column in present:
        raise SchemaError(
            f"{verb()} needs to add column {column!r}, which is there already. "
            "Name another column, or use the one that is there."
        )
    years, found = engine_frame.number(age), nw.lit(None, nw.String)
    for band, (low, high) in zip(bands, edges, strict=True):
        inside = years >= low if high is None else (years >= low) & (years < high + 1)
        found = nw.when(inside).then(nw.lit(band)).otherwise(found)
    return replace(survey, respondents=frame.with_columns(found.alias(column)).to_native())
