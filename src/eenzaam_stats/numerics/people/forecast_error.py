"""Errors of a population forecast, drawn from published bounds.

A bound is published for the whole population of a year. The draws share it over ages and years with
correlations of the caller's choice, so that the whole keeps its published bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from eenzaam_stats.arrays import FloatArray

HALF = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Relative bounds of a forecast per year.

    Attributes
    ----------
    levels : tuple of float
        Coverage of the bounds, ascending, such as ``(0.67, 0.95)``.
    lower, upper : ndarray of float, shape (levels, years)
        Distance from the forecast as a share of it, at least 0 and growing with the level.
    between_years : float
        Correlation of the errors of one year and the next, 0-1; at 1 a forecast is too high or too
        low in all years alike.
    between_ages : float
        Correlation of the errors of two groups of ages, 0-1.
    """

    levels: tuple[float, ...]
    lower: FloatArray
    upper: FloatArray
    between_years: float = 1.0
    between_ages: float = 1.0


def draw_scores(bounds: Bounds, *, groups: int, draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw standard normal errors of every group of ages and year.

    Parameters
    ----------
    bounds : Bounds
        Years and correlations.
    groups : int
        Groups of ages.
    draws : int
        How many.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray of float, shape (groups or 1, years or 1, draws)
        One group where all ages share their error, one year where all years do.

    Examples
    --------
    >>> flat = np.ones((1, 3))
    >>> bounds = Bounds((0.67,), flat, flat, between_years=0.5)
    >>> z = draw_scores(bounds, groups=2, draws=20_000, rng=np.random.default_rng(1))
    >>> z.shape, float(np.corrcoef(z[0, 0], z[0, 1])[0, 1].round(1))
    ((1, 3, 20000), 0.5)
    """
    years = 1 if bounds.between_years == 1.0 else bounds.lower.shape[1]
    shared = bounds.between_ages
    common = _over_years(years, draws, bounds.between_years, rng)
    if shared == 1.0:
        return common[None]
    own = np.stack([_over_years(years, draws, bounds.between_years, rng) for _ in range(groups)])
    return np.asarray(np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own)


def _over_years(years: int, draws: int, correlation: float, rng: np.random.Generator) -> FloatArray:
    z = rng.standard_normal((years, draws))
    for year in range(1, years):
        # The variance is 1 in every year: how bounds widen with the horizon is published, and may
        # not be counted again.
        z[year] = correlation * z[year - 1] + np.sqrt(1.0 - correlation**2) * z[year]
    return z


def factors(bounds: Bounds, scores: FloatArray, *, stretch: FloatArray | None = None) -> FloatArray:
    """Drawn over forecast population, from standard normal errors.

    Parameters
    ----------
    bounds : Bounds
        Published bounds; each side is used on its own.
    scores : ndarray of float, shape (years or 1, draws)
        Errors of one group of ages.
    stretch : ndarray of float, shape (years,), optional
        Factor on the scores, from :func:`stretching`.

    Returns
    -------
    ndarray of float, shape (years, draws)
        At least 0. A score at a published level gives its bound exactly; between two levels, and
        beyond the last, the bound moves linearly with the score.

    Examples
    --------
    >>> bounds = Bounds((0.67,), np.array([[0.1]]), np.array([[0.2]]))
    >>> at = float(norm.ppf(0.835))
    >>> factors(bounds, np.array([[-at, 0.0, at]])).round(3).tolist()
    [[0.9, 1.0, 1.2]]
    """
    z = scores if stretch is None else scores * stretch[:, None]
    knots = norm.ppf((1.0 + np.asarray(bounds.levels)) / HALF)
    below = _climb(np.maximum(-z, 0.0), knots, bounds.lower)
    above = _climb(np.maximum(z, 0.0), knots, bounds.upper)
    # Each side on its own, since published bounds are skewed. Past the outermost bound the last
    # line goes on, and fewer people than none there cannot be.
    return np.asarray(np.maximum(1.0 - below + above, 0.0))


def _climb(z: FloatArray, knots: FloatArray, bound: FloatArray) -> FloatArray:
    """Piecewise linear bound at a score of at least 0, per year."""
    starts = np.concatenate([[0.0], knots[:-1]])
    steps = np.diff(bound, axis=0, prepend=0.0) / (knots - starts)[:, None]
    total = np.zeros(np.broadcast_shapes(z.shape, (bound.shape[1], 1)))
    for index, (start, end) in enumerate(zip(starts, knots, strict=True)):
        last = index == len(knots) - 1
        part = np.maximum(z - start, 0.0) if last else np.clip(z - start, 0.0, end - start)
        total = total + steps[index][:, None] * part
    return total


def whole_correction(bounds: Bounds, scores: FloatArray, shares: FloatArray) -> FloatArray:
    r"""What every group gets on top, so that the whole has exactly its published distribution.

    Sums of groups with unequal sides are rounder than the bounds of the whole.

    Parameters
    ----------
    bounds : Bounds
        Published bounds.
    scores : ndarray of float, shape (groups, years or 1, draws)
        Errors of every group.
    shares : ndarray of float, shape (years, groups)
        Shares of the groups; rows add up to 1.

    Returns
    -------
    ndarray of float, shape (years, draws)
        :math:`F(z^*) - \sum_g s_g F(z_g)` with :math:`z^* = \sum_g s_g z_g` over its standard
        deviation.

    Examples
    --------
    >>> bounds = Bounds((0.67,), np.array([[0.1]]), np.array([[0.2]]), between_ages=0.0)
    >>> halves = np.array([[[-1.0]], [[1.0]]])
    >>> whole_correction(bounds, halves, np.array([[0.5, 0.5]])).round(3).tolist()
    [[-0.073]]
    """
    stretch = stretching(shares, bounds.between_ages)
    mixed = np.zeros((len(shares), scores.shape[-1]))
    summed = np.zeros_like(mixed)
    for group, z in enumerate(scores):
        mixed += shares[:, group, None] * z
        summed += shares[:, group, None] * factors(bounds, z, stretch=stretch)
    # Errors that are skewed do not add up to the published distribution of the whole, whatever
    # their correlation. The difference goes to all groups, so that the whole is exact.
    return factors(bounds, mixed * stretch[:, None]) - summed


def stretching(shares: FloatArray, between_ages: float) -> FloatArray:
    r"""Factor that gives the whole its published bounds although ages differ in their errors.

    Parameters
    ----------
    shares : ndarray of float, shape (years, groups)
        Shares of the groups of ages in the population; rows add up to 1.
    between_ages : float
        Correlation of two groups, 0-1.

    Returns
    -------
    ndarray of float, shape (years,)
        :math:`1 / \sqrt{r + (1 - r) \sum_g s_g^2}`.

    Examples
    --------
    >>> stretching(np.array([[0.5, 0.5]]), 0.0).round(3).tolist()
    [1.414]
    """
    return np.asarray(1.0 / np.sqrt(between_ages + (1.0 - between_ages) * (shares**2).sum(axis=1)))
