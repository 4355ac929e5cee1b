"""Whether waves of a panel share their persons: keys written in another form find nobody again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from eenzaam_stats.errors import OptionError
from eenzaam_stats.keys import key_form
from eenzaam_stats.results.estimates import CheckResult

NAME = "persons in several waves"
# Between the first and the last wave of a long panel one in five stay; by chance nobody does.
LEAST_SHARED = 0.1
# A background file holds everybody of its month.
LEAST_FOUND = 0.5


def require_share(value: float, *, name: str) -> None:
    """Raise unless a share lies from 0 to 1."""
    if not 0 <= value <= 1:
        raise OptionError(f"{name} is {value}. Choose a share from 0 to 1.")


def check_shared_persons(
    waves: Sequence[tuple[str, pd.Series[Any]]], *, least: float = LEAST_SHARED
) -> CheckResult:
    """Compare the persons of waves that follow each other.

    Parameters
    ----------
    waves : sequence of (str, pandas.Series of str)
        Name of each wave and its keys in their normal form, in order.
    least : float, default 0.1
        Share (0-1) of the smaller of two waves that must be in the other.

    Returns
    -------
    CheckResult
        ``passed`` is false when a pair shares fewer; the message names both forms of the keys.

    Examples
    --------
    >>> one, other = pd.Series(["1000019", "1000023"]), pd.Series(["NL-1000019", "NL-1000023"])
    >>> print(check_shared_persons([("w1", one), ("w2", other)]).message)
    w1 and w2 share 0 of 2 persons (0%), fewer than 10%: keys look like '9999999' in w1 and ...
    """
    found: list[str] = []
    shares: list[float] = []
    for (one, first), (other, second) in pairwise(waves):
        keys = set(first.dropna()), set(second.dropna())
        smaller = min(map(len, keys))
        if not smaller:
            continue
        both = len(keys[0] & keys[1])
        shares.append(both / smaller)
        if both < least * smaller:
            found.append(
                f"{one} and {other} share {both:,} of {smaller:,} persons ({both / smaller:.0%}), "
                f"fewer than {least:.0%}: keys look like {key_form(keys[0])} in {one} and "
                f"{key_form(keys[1])} in {other}"
            )
    if not shares:
        return CheckResult(NAME, None, "one wave, or no keys: nobody can occur twice")
    if found:
        return CheckResult(NAME, False, "; ".join(found))
    return CheckResult(
        NAME, True, f"waves that follow each other share at least {min(shares):.0%} of the persons"
    )
