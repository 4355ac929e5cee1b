"""Sums from which design-based variances are made, and the strata they belong to. Arrays only."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np

from eenzaam_stats.arrays import BoolArray, FloatArray, IntArray

SinglePsu = Literal["certainty", "centred", "average", "collapsed", "fail"]
SinglePsuDomain = Literal["full_design", "as_single_psu"]


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
        Sums :math:`\sum w^2 v_1^2, \sum w^2 v_1 v_2, \sum w^2 v_2^2`, of ``w v`` less ``centre``;
        not used with clusters.
    inner : ndarray of int, shape (k,), or None
        Number of the second-stage unit in the whole design, from 0; ``None`` with one stage.
    centre : ndarray of float, shape (k, 2), or None
        What ``second`` is taken about; ``None`` for 0.
    """

    domain: IntArray
    stratum: IntArray
    cluster: IntArray | None
    n: FloatArray
    first: FloatArray
    second: FloatArray
    inner: IntArray | None = None
    centre: FloatArray | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                value.setflags(write=False)

    def within(self) -> Moments:
        """Sums for the second stage: clusters are the strata, second-stage units the units."""
        cluster = np.zeros_like(self.stratum) if self.cluster is None else self.cluster
        return replace(self, stratum=cluster, cluster=self.inner, inner=None)

    def take(self, chosen: BoolArray) -> Moments:
        """Return the sums of some cells, ``chosen`` of shape (k,)."""
        return Moments(
            domain=self.domain[chosen],
            stratum=self.stratum[chosen],
            cluster=None if self.cluster is None else self.cluster[chosen],
            n=self.n[chosen],
            first=self.first[chosen],
            second=self.second[chosen],
            inner=None if self.inner is None else self.inner[chosen],
            centre=None if self.centre is None else self.centre[chosen],
        )

    def about_zero(self) -> FloatArray:
        """``second`` about 0, shape (k, 3)."""
        if self.centre is None:
            return self.second
        one, two = self.centre.T
        left = (self.first - self.n[:, None] * self.centre).T
        added = (
            2.0 * one * left[0] + self.n * one**2,
            one * left[1] + two * left[0] + self.n * one * two,
            2.0 * two * left[1] + self.n * two**2,
        )
        return np.asarray(self.second + np.column_stack(added))


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    r"""Sampling units per stratum, and what a stratum with one of them does.

    Attributes
    ----------
    n : ndarray of float, shape (h,)
        Units (rows or clusters) of each stratum in the **full** design, with or without an answer,
        in or out of any domain.
    fraction : ndarray of float, shape (h,)
        Finite population correction, 1 - n / N; 1 without one. A stratum drawn completely has 0.
    single_psu : {"certainty", "centred", "average", "collapsed", "fail"}
        Rule for a stratum with one unit; ``"fail"`` adds nothing here, ``single_psu_strata`` finds
        what the verb then refuses.
    single_psu_domain : {"full_design", "as_single_psu"}
        Whether a stratum with one unit in the domain counts as one too, with ``"centred"``
        and ``"average"``.
    merged : ndarray of int, shape (h,), or None
        Number that the strata share which ``"collapsed"`` merges (see :func:`neighbours`).
    inner : Strata or None
        Second stage, one element per cluster of the design: units drawn in it and, as fraction,
        :math:`(n_h / N_h)(1 - m_c / M_c)`. ``None`` with one stage, and where the first stage is
        taken from an infinite population, whose variance holds that of the second.
    """

    n: FloatArray
    fraction: FloatArray
    single_psu: SinglePsu = "certainty"
    single_psu_domain: SinglePsuDomain = "full_design"
    merged: IntArray | None = None
    inner: Strata | None = None

    @property
    def single(self) -> BoolArray:
        """Whether a stratum has one unit and was not drawn completely, shape (h,)."""
        # Drawn completely, a stratum of one unit is the whole stratum and not a sample of it.
        found: BoolArray = (self.n == 1.0) & (self.fraction > 0.0)
        return found


def neighbours(single: BoolArray, *, rank: IntArray, part: IntArray) -> IntArray:
    """Strata that are merged so that none has one unit: two by two, three at the end.

    Parameters
    ----------
    single : ndarray of bool, shape (h,)
        Strata with one unit.
    rank : ndarray of int, shape (h,)
        Place of each stratum in its order, which may not depend on the answers.
    part : ndarray of int, shape (h,)
        Strata are merged within a part only.

    Returns
    -------
    ndarray of int, shape (h,)
        The same number for strata that are merged. The only one of its part that has one unit joins
        the stratum after it, or before it when it is the last.

    Examples
    --------
    >>> single = np.array([True, False, True, True, False])
    >>> neighbours(single, rank=np.arange(5), part=np.zeros(5, dtype=int)).tolist()
    [0, 1, 0, 0, 4]
    >>> neighbours(np.array([False, True]), rank=np.arange(2), part=np.zeros(2, dtype=int)).tolist()
    [0, 0]
    """
    merged = np.arange(len(single))
    for number in np.unique(part[single]):
        own = np.flatnonzero(part == number)
        own = own[np.argsort(rank[own], kind="stable")]
        alone = own[single[own]]
        if len(alone) == 1:
            at = int(np.flatnonzero(own == alone[0])[0])
            beside = own[at + 1 : at + 2] if at + 1 < len(own) else own[at - 1 : at]
            merged[alone] = merged[beside] if len(beside) else alone
            continue
        # An odd one joins the last pair: alone it would be single again.
        pair = np.minimum(np.arange(len(alone)) // 2, len(alone) // 2 - 1)
        merged[alone] = alone[2 * pair]
    return merged.astype(np.int64)


def collapse_strata(strata: Strata) -> tuple[IntArray, Strata]:
    """Number of the stratum that each stratum becomes, and those strata.

    Parameters
    ----------
    strata : Strata
        Strata with the rule; nothing changes unless it is ``"collapsed"``.

    Returns
    -------
    home : ndarray of int, shape (h,)
    strata : Strata
        Units and population of merged strata are added.

    Examples
    --------
    >>> merged = np.array([0, 1, 0])
    >>> strata = Strata(np.array([1.0, 4.0, 1.0]), np.array([0.5, 1.0, 0.75]), "collapsed",
    ...                 merged=merged)
    >>> home, fewer = collapse_strata(strata)
    >>> home.tolist(), fewer.n.tolist(), fewer.fraction.round(3).tolist()
    ([0, 1, 0], [2.0, 4.0], [0.667, 1.0])
    """
    if strata.single_psu != "collapsed" or strata.merged is None:
        return np.arange(len(strata.n)), strata
    home = np.unique(strata.merged, return_inverse=True)[1].reshape(-1).astype(np.int64)
    n = np.bincount(home, strata.n).astype(np.float64)
    with np.errstate(divide="ignore"):
        # The population of merged strata is the sum of theirs, n / (1 - f) each; infinite without a
        # correction for a finite population, which then has a fraction of 1.
        people = np.bincount(home, strata.n / (1.0 - strata.fraction))
    fewer = replace(strata, n=n, fraction=1.0 - n / people, single_psu="certainty", merged=None)
    return home, fewer
