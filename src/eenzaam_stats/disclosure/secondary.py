"""Secondary suppression: hide as little more as keeps every disclosive row unknown.

Hiding more never narrows what is possible, so a row that is protected once stays protected.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.disclosure.linked import Linked, bounds, ties_of

BoolArray = NDArray[np.bool_]
_ROUNDING = 1e-7
_QUANTITIES = 3


def protected(
    found: Linked, primary: BoolArray, *, protection: float, cost: NDArray[np.float64]
) -> BoolArray:
    """Rows to hide so that no primary row can be found out.

    Parameters
    ----------
    found : Linked
        Linked rows with their counts.
    primary : ndarray of bool, shape (r,)
        Rows that are disclosive by themselves.
    protection : float
        Least distance between the bounds that anyone can compute for each count of such a row.
    cost : ndarray of float, shape (r,)
        What hiding a row costs; the cheapest tied row is hidden first.

    Returns
    -------
    ndarray of bool, shape (r,)
        Primary rows and those hidden for them.

    Notes
    -----
    Each round takes the first row whose bounds are too near to each other and hides the cheapest
    row that stands in a sum with a hidden row of its chain. It ends at the latest when everything
    that is tied is hidden.
    """
    hidden = primary.copy()
    for row in np.flatnonzero(primary):
        while not _is_protected(found, hidden, int(row), protection):
            candidate = _cheapest(found, hidden, int(row), cost)
            if candidate is None:
                break
            hidden[candidate] = True
    return hidden


def _is_protected(found: Linked, hidden: BoolArray, row: int, protection: float) -> bool:
    for quantity in range(_QUANTITIES):
        if quantity and (found.counts[quantity] == found.counts[0]).all():
            continue
        low, high = bounds(found, hidden, row=row, quantity=quantity)
        if high - low < protection - _ROUNDING:
            return False
    return True


def _cheapest(found: Linked, hidden: BoolArray, row: int, cost: NDArray[np.float64]) -> int | None:
    """Cheapest row still shown that is tied to the row, or to what is tied to it."""
    near = ties_of(found, row)
    shown = near[~hidden[near]]
    if not len(shown):
        chain = {int(other) for one in near for other in ties_of(found, int(one))}
        shown = np.array(sorted(other for other in chain if not hidden[other]), dtype=np.int64)
    if not len(shown):
        left = np.flatnonzero(~hidden)
        shown = left.astype(np.int64)
    return int(shown[np.argmin(cost[shown])]) if len(shown) else None
