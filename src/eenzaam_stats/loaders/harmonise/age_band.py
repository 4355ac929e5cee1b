"""Age bands from ages, by the bands that the codebook lists."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eenzaam_stats.age_bands import OPEN_AGE, edges_by_group
from eenzaam_stats.loaders.codebook.layout import Variable
from eenzaam_stats.loaders.harmonise.column import KINDS, VALID, Harmonised
from eenzaam_stats.vocabulary import MissingKind


def band_ages(age: Harmonised, bands: Variable) -> Harmonised:
    """Age bands of people whose age is known.

    Parameters
    ----------
    age : Harmonised
        Ages in years.
    bands : Variable
        Variable whose values are bands such as ``18-24`` and ``85+``, bounds included.

    Returns
    -------
    Harmonised
        Ordered bands. An age below the lowest band is ``invalid``; a missing age stays missing with
        its kind.
    """
    words = [str(value) for value in bands.values]
    edges = edges_by_group(words).values()
    years = age.values.to_numpy(dtype=np.float64, na_value=np.nan)
    codes = np.full(len(years), VALID, dtype=np.int64)
    for place, (low, high) in enumerate(edges):
        codes[(years >= low) & (years <= (OPEN_AGE if high is None else high))] = place
    # Younger than the wave covers is not a missing answer: the person gave an age.
    outside = np.where(age.kinds == VALID, KINDS.index(MissingKind.INVALID), age.kinds)
    kinds = np.where(codes >= 0, VALID, outside).astype(np.int8)
    values = pd.Series(pd.Categorical.from_codes(codes, pd.Index(words), ordered=True))
    recode = f"years -> {len(words)} bands"
    return Harmonised(bands.name, age.source_name, values, kinds, (recode,))
