"""Prevalence per cell over the years of a projection, for many draws at once.

A path starts from the logit of every cell and moves by a trend, or mixes the cells of the start, as
when people take their prevalence along to an older age. Arrays in, numbers out; why a path moves is
the caller's affair. Draws are the last axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from eenzaam_stats.arrays import FloatArray

_PRIOR = 0.5  # of Jeffreys, for a proportion


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """How prevalence moves, and how unsure it is.

    Attributes
    ----------
    logit : ndarray of float, shape (years or 1, cells)
        Log-odds of every cell; one row where they stay what they are. With ``mixing``: of the start
        only. Minus or plus infinity for a prevalence of 0 or 1, which then never moves.
    level_sd : ndarray of float, shape (cells,)
        Standard deviation of the log-odds at the start.
    level_df : ndarray of float, shape (cells,)
        Degrees of freedom of these errors; infinite for a normal distribution.
    trend_years : ndarray of float, shape (years or 1, cells)
        What an error of one in the yearly slope does to the log-odds.
    trend_sd : ndarray of float, shape (slopes,)
        Standard deviation of each slope, the part that does not come from the start.
    trend_df : float
        Degrees of freedom of the slopes.
    trend_of : ndarray of int, shape (cells,)
        Slope of each cell.
    carried : ndarray of float, shape (cells,)
        Error of the slope that comes from an error of one in the start of the cell.
    mixing : ndarray of float, shape (years, cells, cells) or None
        Weights of the cells of the start in each cell of each year; rows add up to 1.
    floor, ceiling : float
        Bounds of the prevalence after the start.
    level_size : ndarray of float, shape (cells,), or None
        People behind a prevalence of 0 or 1, from whose posterior the start is drawn; NaN for other
        cells, and for cells that stay what they are.
    """

    logit: FloatArray
    level_sd: FloatArray
    level_df: FloatArray
    trend_years: FloatArray
    trend_sd: FloatArray
    trend_df: float
    trend_of: NDArray[np.intp]
    carried: FloatArray
    mixing: FloatArray | None = None
    floor: float = 0.0
    ceiling: float = 1.0
    level_size: FloatArray | None = None


def hold(logit: FloatArray, level_sd: FloatArray, level_df: FloatArray) -> Paths:
    """Paths that stay at the start.

    Parameters
    ----------
    logit, level_sd, level_df : ndarray of float, shape (cells,)
        Log-odds, their standard deviation and degrees of freedom.

    Returns
    -------
    Paths

    Examples
    --------
    >>> paths = hold(np.zeros(2), np.ones(2), np.full(2, np.inf))
    >>> point(paths, cell=1).tolist()
    [0.5]
    """
    n = len(logit)
    nothing = np.zeros(n)
    return Paths(
        logit[None, :], level_sd, level_df, np.zeros((1, n)), np.zeros(1), np.inf,
        np.zeros(n, np.intp), nothing,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class PathDraws:
    """Errors of the start and of the slopes on the log-odds; the last axis are the draws.

    Attributes
    ----------
    level : ndarray of float, shape (cells, draws or 1)
        Errors of the start; the log-odds themselves where they are infinite without an error.
    trend : ndarray of float, shape (slopes, draws or 1)
        Errors of the slopes that do not come from the start.
    """

    level: FloatArray
    trend: FloatArray

    def only(self, *, level: bool = False, trend: bool = False) -> PathDraws:
        """The same draws with one kind of error switched off."""
        return PathDraws(
            self.level if level else np.zeros((len(self.level), 1)),
            self.trend if trend else np.zeros((len(self.trend), 1)),
        )


def draw_paths(paths: Paths, *, draws: int, rng: np.random.Generator) -> PathDraws:
    """Draw errors of the start and of the slopes.

    Parameters
    ----------
    paths : Paths
        Standard deviations and degrees of freedom.
    draws : int
        How many.
    rng : numpy.random.Generator
        Source of chance; the same seed gives the same draws.

    Returns
    -------
    PathDraws
        Of Student's t with the degrees of freedom of each, times its standard deviation. A
        prevalence of 0 or 1 with m people behind it is drawn from the posterior under the prior of
        Jeffreys, a beta distribution with 1/2 and m + 1/2.

    Examples
    --------
    >>> paths = hold(np.zeros(2), np.array([0.0, 1.0]), np.full(2, np.inf))
    >>> drawn = draw_paths(paths, draws=10_000, rng=np.random.default_rng(1))
    >>> drawn.level.std(axis=1).round(1).tolist()
    [0.0, 1.0]
    """
    for_level, for_trend = rng.spawn(
        2
    )  # so that a scenario and its synthetic file share their start
    level = _student(paths.level_df, draws, for_level) * paths.level_sd[:, None]
    sizes = np.zeros(len(level)) if paths.level_size is None else paths.level_size
    for cell in np.flatnonzero(sizes > 0.0):
        # Nobody with the outcome among n says that it is rare, not that it cannot be. The log-odds
        # are infinite, so the share is drawn from what n answers leave possible.
        share = for_level.beta(_PRIOR, sizes[cell] + _PRIOR, draws)
        away = logit(np.maximum(share, np.finfo(np.float64).tiny))
        level[cell] = away if paths.logit[0, cell] < 0.0 else -away
    df = np.full(len(paths.trend_sd), paths.trend_df)
    return PathDraws(level, _student(df, draws, for_trend) * paths.trend_sd[:, None])


def _student(df: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Rows of Student's t; normal where the degrees of freedom are infinite."""
    rows = rng.standard_normal((len(df), draws))
    for row in np.flatnonzero(np.isfinite(df)):
        rows[row] /= np.sqrt(rng.chisquare(df[row], draws) / df[row])
    return rows


def point(paths: Paths, *, cell: int) -> FloatArray:
    """Prevalence of a cell without any error, shape (years or 1,).

    Examples
    --------
    >>> point(hold(np.array([-np.inf]), np.ones(1), np.ones(1)), cell=0).tolist()
    [0.0]
    """
    none = PathDraws(np.zeros((len(paths.level_sd), 1)), np.zeros((len(paths.trend_sd), 1)))
    return np.asarray(sample(paths, none, cell=cell)[:, 0])


def sample(paths: Paths, draws: PathDraws, *, cell: int) -> FloatArray:
    r"""Prevalence of a cell per year and draw.

    Parameters
    ----------
    paths : Paths
        How prevalence moves.
    draws : PathDraws
        Errors.
    cell : int
        Which cell.

    Returns
    -------
    ndarray of float, shape (years or 1, draws or 1)
        Proportions within the bounds; one row where every year is the same.

    Notes
    -----
    With start :math:`e` and slope error :math:`s = t + \sum_c k_c e_c` of the slope of the cell,
    the log-odds of a year are ``logit + e + trend_years * s``.

    Examples
    --------
    >>> paths = hold(np.zeros(1), np.ones(1), np.full(1, np.inf))
    >>> sample(paths, PathDraws(np.array([[0.0, 1.0]]), np.zeros((1, 1))), cell=0).round(2).tolist()
    [[0.5, 0.73]]
    """
    if paths.mixing is not None:
        start = expit(_level(paths.logit[0][:, None], draws.level))
        moved = paths.mixing[:, cell, :] @ start
    elif not paths.trend_years.any():
        moved = expit(_level(paths.logit[:, cell, None], draws.level[cell]))
    else:
        slope = _slope(paths, draws, int(paths.trend_of[cell]))
        moved = (
            paths.logit[:, cell, None]
            + draws.level[cell]
            + paths.trend_years[:, cell, None] * slope
        )
        moved = expit(moved)
    if paths.floor > 0.0 or paths.ceiling < 1.0:
        # The base year is what was measured; limits are for the years after it.
        moved[1:] = np.clip(moved[1:], paths.floor, paths.ceiling)
    return np.asarray(moved)


def _level(start: FloatArray, errors: FloatArray) -> FloatArray:
    """Start with its error; where it is infinite and drawn, what was drawn."""
    return np.where(np.isinf(start) & (errors != 0.0), errors, start + errors)


def _slope(paths: Paths, draws: PathDraws, which: int) -> FloatArray:
    """Error of one slope: its own, and what the starts of its cells carry into it."""
    # A base wave that is too high by chance makes level and slope too high at once. Drawn apart,
    # the two errors would seem to cancel.
    own = paths.carried * (paths.trend_of == which)
    return np.asarray(draws.trend[which] + own @ draws.level)
