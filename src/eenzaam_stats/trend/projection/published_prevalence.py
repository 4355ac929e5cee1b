"""Published percentages of the Gezondheidsmonitor, as age bands that add up to the whole."""

from __future__ import annotations

import pandas as pd

from eenzaam_stats.age_bands import PUBLISHED_BANDS, band_edges
from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError
from eenzaam_stats.published.population_editions import OBSERVED
from eenzaam_stats.published.reference import persons, reference
from eenzaam_stats.vocabulary import Disclosure

TABLE = "gezondheidsmonitor"
WAVE = 2022


@in_words
def prevalence_by_age(wave: int | None = None, *, outcome: str = "lonely") -> pd.DataFrame:
    """Prevalence at 18-74, 75-84 and 85 and over, from the packaged table.

    Only the whole and the two oldest bands are published by age; the youngest band takes the value
    that makes the three, among the residents of that year, add up to the published whole.

    Parameters
    ----------
    wave : int, optional
        Wave with all three percentages: 2020 or 2022, the last by default.
    outcome : str, default "lonely"
        ``lonely``, or ``severely_lonely`` where its bands are published.

    Returns
    -------
    pandas.DataFrame
        ``wave, age_group, estimate``; ``attrs`` say what it is.

    Raises
    ------
    OptionError
        If the wave or the outcome has no published percentages by age.

    Notes
    -----
    **Unit.** Proportions. They were printed in whole or tenths of a per cent, without a standard
    error; rounding alone makes the number of people unsure by about one in a hundred.

    **Missing data.** None reaches it.

    **Validated against.** The same bands in the letter's ledger, in
    ``tests/trend/projection/test_projection_known.py``.

    Examples
    --------
    >>> prevalence_by_age(2022)["estimate"].round(4).tolist()
    [0.4784, 0.52, 0.63]
    """
    year = WAVE if wave is None else wave
    table = reference(TABLE)
    rows = table[(table["outcome"] == outcome) & (table["sex"] == "total")]
    rows = rows[(rows["evidence"] != "unverified") & (rows["age_floor"] == 18)]
    known = {
        (str(row["wave"]), str(row["group"])): float(row["value"]) / 100
        for row in rows.to_dict("records")
        if row["dimension"] in {"total", "age"}
    }
    needed = ("total", *PUBLISHED_BANDS[1:])
    waves = [
        int(one)
        for one in sorted({wave for wave, _ in known})
        if all((one, group) in known for group in needed)
    ]
    if year not in waves:
        raise OptionError.among(year, waves, name=f"wave of published {outcome} by age")
    whole, *older = (known[str(year), group] for group in needed)
    edges = band_edges(PUBLISHED_BANDS)
    n = [persons(OBSERVED, year, age_from=low, age_to=high) for low, high in edges]
    # The youngest band is what the published whole leaves. Its own percentage is not published, and
    # a guess would not add up.
    rest = whole * sum(n) - sum(p * one for p, one in zip(older, n[1:], strict=True))
    frame = pd.DataFrame(
        {
            "wave": year,
            "age_group": list(PUBLISHED_BANDS),
            "estimate": [rest / n[0], *older],
        }
    )
    frame.attrs = {
        "outcome": outcome,
        "disclosure": str(Disclosure.PUBLIC),
        "source": f"Gezondheidsmonitor Volwassenen en Ouderen {year}, published percentages",
    }
    return frame
