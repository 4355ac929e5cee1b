"""Sums from which design-based variances are made, and the strata they belong to. Arrays only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LonelyStratum = Literal["certainty", "centred", "average", "fail"]
LonelyDomain = Literal["full_design", "as_lonely"]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    r"""Weighted sums over the answered rows of each cell.

    Each row has two variables, so that every statistic is a function of their weighted sums: (yes,
    no) for a proportion, (1, y) for a mean, (x, y) for a ratio. A cell is a domain within a stratum
    or, with clusters, within a cluster; a cell may occur more than once (parts of a file).

    Attributes
    ----------
    domain, stratum : ndarray of int, shape (k,)
        Numbers of domain and stratum, from 0.
    cluster : ndarray of int, shape (k,), or None
        Number of the cluster in the whole design, from 0; ``None`` when each row is its own unit.
    n : ndarray of float, shape (k,)
        Answered rows.
    first : ndarray of float, shape (k, 2)
        Sums :math:`\sum w v_1, \sum w v_2`.
    second : ndarray of float, shape (k, 3)
        Sums :math:`\sum w^2 v_1^2, \sum w^2 v_1 v_2, \sum w^2 v_2^2`; not used with clusters.
    """

    domain: IntArray
    stratum: IntArray
    cluster: IntArray | None
    n: FloatArray
    first: FloatArray
    second: FloatArray

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                value.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Sampling units per stratum, and what a stratum with one of them does.

    Attributes
    ----------
    n : ndarray of float, shape (h,)
        Units (rows or clusters) of each stratum in the **full** design, with or without an answer,
        in or out of any domain.
    fraction : ndarray of float, shape (h,)
        Finite population correction, 1 - n / N; 1 without one. A stratum drawn completely has 0.
    lonely : {"certainty", "centred", "average", "fail"}
        Rule for a stratum with one unit; ``"fail"`` adds nothing here, :func:`lonely_strata` finds
        what the verb then refuses.
    lonely_domain : {"full_design", "as_lonely"}
        Whether a stratum with one unit in the domain is treated as lonely too, with ``"centred"``
        and ``"average"``.
    """

    n: FloatArray
    fraction: FloatArray
    lonely: LonelyStratum = "certainty"
    lonely_domain: LonelyDomain = "full_design"
