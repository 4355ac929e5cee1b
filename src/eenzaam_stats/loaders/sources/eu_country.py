"""Is the order of the countries right? Sizes of the three small countries tell it.

Numbers for countries are alphabetical in English. Public scripts read them in the protocol order of
the Union, which turns Malta into the Netherlands; nothing else in a file of numbers shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from eenzaam_stats.errors import SchemaError, listed
from eenzaam_stats.results.estimates import CheckResult

CHECK_NAME = "order of the countries"
N_COUNTRIES = 27
# Respondents of the three countries that have about half as many as the others, as published.
SMALL_COUNTRIES: Mapping[str, int] = MappingProxyType(
    {"Cyprus": 503, "Luxembourg": 370, "Malta": 529}
)
# A small country has at most this share of the median size of the others; published: 0.53.
SMALL_SHARE = 0.75
_REMEDY = (
    "The countries are not in the alphabetical order of the codebook, or rows are missing; use the "
    "file with country names, or the file as published."
)


def country_order(country: pd.Series[Any], *, where: str) -> CheckResult:
    """Check the countries of the EU27 sample against the published sizes.

    Parameters
    ----------
    country : pandas.Series of length n
        Country of every row, in English; a missing country counts for none.
    where : str
        Source and file, for messages.

    Returns
    -------
    CheckResult
        Passed when all 27 countries are there and the three smallest are the published ones;
        ``passed`` is ``None`` when some countries are absent, so that nothing can be said.

    Raises
    ------
    SchemaError
        If the sizes contradict the names.

    Examples
    --------
    >>> two = pd.Series(["Netherlands"] * 3 + ["Malta"])
    >>> country_order(two, where="EU Loneliness Survey").passed is None
    True
    """
    sizes = country.value_counts()
    sizes = sizes[sizes > 0]
    own = ", ".join(f"{name} {int(sizes.get(name, 0)):,}" for name in SMALL_COUNTRIES)
    published = ", ".join(f"{name} {n:,}" for name, n in SMALL_COUNTRIES.items())
    if len(sizes) < N_COUNTRIES:
        return _of_part(sizes, own=own, published=published, where=where)
    others = sizes.drop(list(SMALL_COUNTRIES))
    limit = SMALL_SHARE * float(others.median())
    strange = others.index[others < limit].tolist()
    large = [name for name in SMALL_COUNTRIES if sizes[name] >= limit]
    if strange or large:
        found = ", ".join(f"{name} {int(sizes[name]):,}" for name in [*strange, *large])
        raise SchemaError(
            f"{where}: the sizes of the countries contradict their names ({found}; published as "
            f"the only small ones: {published}). {_REMEDY}"
        )
    exact = all(sizes[name] == n for name, n in SMALL_COUNTRIES.items())
    message = f"the three smallest countries are the published ones: {own}"
    return CheckResult(CHECK_NAME, True, message + ("" if exact else f"; published: {published}"))


def _of_part(sizes: pd.Series[int], *, own: str, published: str, where: str) -> CheckResult:
    large = [name for name, n in SMALL_COUNTRIES.items() if int(sizes.get(name, 0)) > n]
    if large:
        raise SchemaError(
            f"{where}: [{listed(large)}] with more respondents than were ever interviewed ({own}; "
            f"published: {published}). {_REMEDY}"
        )
    message = (
        f"the file holds {len(sizes)} of {N_COUNTRIES} countries, so their sizes do not show "
        "whether the order of the numbers is right; it rests on the codebook alone"
    )
    return CheckResult(CHECK_NAME, None, message)
