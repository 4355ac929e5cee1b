"""Population margins of age band and sex, from the packaged population tables.

It counts residents per band; what the margins are used for is not its affair.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from eenzaam_stats.age_bands import ADULT_BANDS, AGE_BAND, band_edges
from eenzaam_stats.arguments import in_words
from eenzaam_stats.published.population_editions import OBSERVED
from eenzaam_stats.published.reference import COUNTED_SEXES, persons


@in_words
def population_margins(
    year: int,
    *,
    bands: Sequence[str] = ADULT_BANDS,
    edition: str = OBSERVED,
    age_column: str = AGE_BAND,
    sex_column: str = "sex",
) -> tuple[pd.DataFrame, ...]:
    """Count residents per age band and sex on 1 January of a year, as one crossed margin.

    **Residents are not private households.** The tables count everybody, also in institutions; most
    surveys cover private households only, and lack mainly the oldest who live in care.

    Parameters
    ----------
    year : int
        Calendar year.
    bands : sequence of str, default 18-24, 25-34, ..., 75+
        Age bands with both ends included, one after the other without gap; the last may be open,
        as ``75+``. They must not cut a band of the table.
    edition : str, default "cbs_observed"
        Population edition, as in :func:`~eenzaam_stats.published.reference.persons`.
    age_column, sex_column : str
        Names of the columns of the margin, those of the respondents.

    Returns
    -------
    tuple of pandas.DataFrame
        One margin with the columns ``age_column``, ``sex_column`` and ``population``; its ``attrs``
        say what was counted.

    Raises
    ------
    OptionError
        If a band is not one, leaves a gap or cuts a band of the table, or the edition lacks the
        year.

    See Also
    --------
    eenzaam_stats.calibrate : Weights that meet the margins.
    eenzaam_stats.estimation.with_age_bands : The same bands for respondents whose age is known.

    Notes
    -----
    **Unit.** Persons.

    **Missing data.** None. The tables know men and women only.

    **Validated against.** :func:`~eenzaam_stats.published.reference.persons`, in
    ``tests/published/test_population_margins.py``.

    Examples
    --------
    >>> (margin,) = population_margins(2022, bands=("18-64", "65+"))
    >>> margin.to_dict("list")["population"]
    [5414342, 1639810, 5350033, 1885643]
    >>> margin.attrs["population"]
    'all residents on 1 January 2022 (cbs_observed), not private households only'
    """
    edges = band_edges(bands)
    rows = [
        (band, str(sex), persons(edition, year, age_from=low, age_to=high, sex=sex))
        for sex in COUNTED_SEXES
        for band, (low, high) in zip(bands, edges, strict=True)
    ]
    margin = pd.DataFrame(rows, columns=[age_column, sex_column, "population"])
    margin.attrs["population"] = (
        f"all residents on 1 January {year} ({edition}), not private households only"
    )
    return (margin,)
