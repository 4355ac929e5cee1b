"""Linear mixed model of a panel by REML or ML: random effects of persons and of households.

It searches the profiled likelihood of ``mixed_likelihood`` on the sums of ``mixed_sums``; 100,000
rows cost one pass. Arrays only: who is a person and what a term means belong to the verbs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.errors import ConvergenceError
from eenzaam_stats.numerics.panel.mixed_likelihood import Profile, profile, triangle
from eenzaam_stats.numerics.panel.mixed_sums import MixedSums, mixed_sums

# The search for the variances of a linear mixed model, and what the likelihood does around them.
# Newton steps end it, and a standard deviation at 0 is set to exactly 0. Arrays only.

# A relative standard deviation below this is tried at 0, and kept there when that is no worse.
_SMALL = 1e-3
# What rounding leaves of a difference between two deviances, per row.
_NO_WORSE = 1e-11
# Above this the residual variance is nothing beside that of persons.
_LARGEST = 1e5
_STEP = 1e-4
_POLISH = 12
# Newton decrement (in deviance) at which the search ends, and at which it counts as an answer.
_DONE, _GOOD = 1e-13, 1e-7
_STARTS = (1.0, 0.1)


def minimise_deviance(sums: MixedSums, *, restricted: bool) -> FloatArray:
    """Parameters at the least deviance, exactly 0 where a standard deviation is."""
    found = _search_parameters(sums, _STARTS[0], restricted=restricted)
    # A search that ended at 0 may have slid past a maximum beside it: a second start from small
    # variances decides.
    if at_boundary(sums, found).any():
        other = _search_parameters(sums, _STARTS[1], restricted=restricted)
        here, there = (profile(sums, at, restricted=restricted) for at in (found, other))
        found = other if there.deviance < here.deviance - _NO_WORSE * sums.n else found
    return _polish(sums, found, restricted=restricted)


def _search_parameters(sums: MixedSums, start: float, *, restricted: bool) -> FloatArray:
    on_diagonal = _on_diagonal(sums)
    result = optimize.minimize(
        _value_and_slope,
        np.where(on_diagonal, start, 0.0),
        args=(sums, restricted),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, _LARGEST) if there else (-_LARGEST, _LARGEST) for there in on_diagonal],
        options={"ftol": 1e-15, "gtol": 1e-7, "maxiter": 500},
    )
    found: FloatArray = np.asarray(result.x, dtype=np.float64)
    if np.abs(found).max() > 0.1 * _LARGEST:
        raise no_residual()
    return _settle_boundary(sums, found, restricted=restricted)


def _value_and_slope(at: FloatArray, sums: MixedSums, restricted: bool) -> tuple[float, FloatArray]:
    here = profile(sums, at, restricted=restricted)
    return here.deviance, here.slope


def _on_diagonal(sums: MixedSums) -> NDArray[np.bool_]:
    """Which parameters are relative standard deviations, at least 0."""
    rows, columns = np.tril_indices(sums.q)
    there = list(rows == columns)
    return np.array(there + [True] * (sums.household is not None), dtype=np.bool_)


def _settle_boundary(sums: MixedSums, found: FloatArray, *, restricted: bool) -> FloatArray:
    """Small standard deviations put at 0 where the deviance is no worse there."""
    deviance = profile(sums, found, restricted=restricted).deviance
    for at in np.flatnonzero(_on_diagonal(sums) & (found < _SMALL)):
        tried = found.copy()
        tried[at] = 0.0
        there = profile(sums, tried, restricted=restricted).deviance
        if there <= deviance + _NO_WORSE * sums.n:
            found, deviance = tried, there
    return found


def at_boundary(sums: MixedSums, found: FloatArray) -> NDArray[np.bool_]:
    """Which parameters are standard deviations of exactly 0."""
    return np.asarray(_on_diagonal(sums) & (found == 0.0), dtype=np.bool_)


def _polish(sums: MixedSums, found: FloatArray, *, restricted: bool) -> FloatArray:
    """Newton steps on the parameters that are not at a boundary."""
    free = np.flatnonzero(~at_boundary(sums, found))
    decrement = 0.0
    for _ in range(_POLISH):
        slope = profile(sums, found, restricted=restricted).slope[free]
        if not len(free):
            return found
        second = second_slope(sums, found, free, restricted=restricted)
        step = np.linalg.solve(second, slope)
        decrement = float(slope @ step)
        if abs(decrement) < _DONE:
            return found
        found = found.copy()
        found[free] -= step
    if abs(decrement) > _GOOD:
        raise ConvergenceError(
            "the variances of the mixed model were not found: the likelihood is flat around "
            f"{found.round(4).tolist()}. Leave out the random slope or the household."
        )
    return found


def around(
    sums: MixedSums, found: FloatArray, free: IntArray, *, restricted: bool
) -> Iterator[tuple[float, Profile, Profile]]:
    """The likelihood a small step below and above, per parameter that is free."""
    for at in free:
        h = _STEP * max(abs(float(found[at])), 0.01)
        low, high = found.copy(), found.copy()
        low[at] -= h
        high[at] += h
        below = profile(sums, low, restricted=restricted)
        yield 2.0 * h, below, profile(sums, high, restricted=restricted)


def second_slope(
    sums: MixedSums, found: FloatArray, free: IntArray, *, restricted: bool
) -> FloatArray:
    """Second derivative of the profiled deviance to the free parameters."""
    sides = around(sums, found, free, restricted=restricted)
    rows = [(high.slope - low.slope)[free] / width for width, low, high in sides]
    second = np.array(rows)
    return np.asarray((second + second.T) / 2.0)


def no_residual() -> ConvergenceError:
    """Error about an outcome in which nothing is left to chance."""
    return ConvergenceError(
        "the mixed model found nothing that varies within a person beyond its terms, so the "
        "residual variance is 0. Check that the outcome is not constant, and that it changes "
        "between the waves of a person."
    )


# A residual below this share of the outcome is what rounding leaves of 0.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """Linear mixed model.

    Attributes
    ----------
    coefficients : ndarray of float, shape (p,)
    covariance : ndarray of float, shape (p, p)
        Of the coefficients, the variances taken as known.
    person : ndarray of float, shape (q, q)
        Covariance of the random effects of a person: intercept (at time 0) and slope.
    household : float
        Variance between households; NaN without them.
    residual : float
        Residual variance.
    log_likelihood : float
        Restricted or full, with every constant, as R ``lme4`` counts it.
    restricted : bool
        REML or ML.
    n : int
        Rows.
    boundary : bool
        Whether a variance is estimated as 0, or intercept and slope as fully correlated.
    information : ndarray of float, shape (m, m)
        Second derivative of half the deviance to the m variance parameters that are not at a
        boundary, the logarithm of the residual variance last.
    slopes : ndarray of float, shape (m, p, p)
        Derivative of ``covariance`` to them.
    """

    coefficients: FloatArray
    covariance: FloatArray
    person: FloatArray
    household: float
    residual: float
    log_likelihood: float
    restricted: bool
    n: int
    boundary: bool
    information: FloatArray
    slopes: FloatArray


def fit_mixed(
    y: FloatArray,
    x: FloatArray,
    person: IntArray,
    *,
    time: FloatArray | None = None,
    household: IntArray | None = None,
    restricted: bool = True,
) -> MixedFit:
    r"""Fit a linear mixed model with effects of persons, and of households around them.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
        Outcome.
    x : ndarray of float, shape (n, p)
        Design of full rank.
    person : ndarray of int, shape (n,)
        Number of the person, 0 to m - 1, each of which occurs.
    time : ndarray of float, shape (n,), optional
        Time of a random slope, correlated with the intercept; without it a random intercept.
    household : ndarray of int, shape (m,), optional
        Number of the household of each person, 0 to h - 1, for a random intercept of households.
    restricted : bool, default True
        REML; otherwise maximum likelihood.

    Returns
    -------
    MixedFit

    Raises
    ------
    ConvergenceError
        If the columns explain the outcome exactly, or together with persons do.

    See Also
    --------
    satterthwaite : Degrees of freedom of a contrast of its coefficients.
    eenzaam_stats.numerics.panel.logistic_mixed : The same for yes and no.

    Notes
    -----
    :math:`y_{ij} = x_{ij}'\beta + h_{g(i)} + b_{0i} + b_{1i} t_{ij} + e_{ij}`, all random effects
    normal. The profiled deviance is minimised over relative standard deviations (L-BFGS with exact
    derivatives, then Newton). The search runs on standardised time, so neither its origin nor its
    unit matters; ``person`` is given for time as it came.

    **Unit.** That of the outcome; variances in its square.

    **Missing data.** None reaches these arrays. Rows that a person does not have are no problem
    when dropout depends on what was observed before (missing at random).

    **Validated against.** R ``lme4`` (REML, ML) and ``lmerTest`` (degrees of freedom), in
    ``tests/trend/panel/test_vs_lme4.py``.

    References
    ----------
    .. [1] Bates, D., Maechler, M., Bolker, B. & Walker, S. (2015). Fitting linear mixed-effects
       models using lme4. Journal of Statistical Software, 67(1). doi:10.18637/jss.v067.i01

    Examples
    --------
    Two balanced answers of three people: variance between people is that of the means (1) minus
    half the residual variance (0.5 / 2).

    >>> y = np.array([0.5, 1.5, 1.5, 2.5, 2.5, 3.5])
    >>> fit = fit_mixed(y, np.ones((6, 1)), np.array([0, 0, 1, 1, 2, 2]))
    >>> round(fit.residual, 6), round(float(fit.person[0, 0]), 6), fit.boundary
    (0.5, 0.75, False)
    """
    sums = mixed_sums(y, x, person, time=time, household=household)
    if sums.total[-1, -1] == 0.0 or sums.scale < _ROUNDING * float(np.sqrt(y @ y / len(y))):
        raise no_residual()
    found = minimise_deviance(sums, restricted=restricted)
    return _fit(sums, found, restricted=restricted)


def satterthwaite(fit: MixedFit, contrast: FloatArray) -> float:
    r"""Degrees of freedom of a combination of coefficients.

    Parameters
    ----------
    fit : MixedFit
        Fitted model.
    contrast : ndarray of float, shape (p,)
        Combination; not all 0.

    Returns
    -------
    float

    Notes
    -----
    :math:`2 v^2 / (g' A g)` with v the variance of the combination, g its derivative to the
    variance parameters and A their large-sample covariance. Parameters at a boundary are taken as
    known.

    **Unit.** Degrees of freedom.

    **Missing data.** None reaches these arrays.

    **Validated against.** R ``lmerTest``, in ``tests/trend/panel/test_vs_lme4.py``.

    References
    ----------
    .. [1] Kuznetsova, A., Brockhoff, P. B. & Christensen, R. H. B. (2017). lmerTest package: tests
       in linear mixed effects models. Journal of Statistical Software, 82(13).
       doi:10.18637/jss.v082.i13

    Examples
    --------
    The mean of three people who answered twice has the freedom of three means.

    >>> y = np.array([0.5, 1.5, 1.5, 2.5, 2.5, 3.5])
    >>> fit = fit_mixed(y, np.ones((6, 1)), np.array([0, 0, 1, 1, 2, 2]))
    >>> round(satterthwaite(fit, np.ones(1)), 3)
    2.0
    """
    variance = float(contrast @ fit.covariance @ contrast)
    slope = np.einsum("i,mij,j->m", contrast, fit.slopes, contrast)
    # A parameter at its boundary is taken as known (decision 0011): it has no curvature to be
    # unsure by.
    spread = float(slope @ np.linalg.solve(fit.information, slope))
    return 2.0 * variance**2 / spread if spread > 0.0 else float("inf")


def _fit(sums: MixedSums, found: FloatArray, *, restricted: bool) -> MixedFit:
    here = profile(sums, found, restricted=restricted)
    freedom = sums.n - sums.p if restricted else sums.n
    relative = here.squares / freedom
    residual = relative * sums.scale**2
    back = np.linalg.inv(sums.r)
    edge = at_boundary(sums, found)
    free = np.flatnonzero(~edge)
    information, slopes = _variance_information(sums, found, free, restricted=restricted)
    covariance = back @ here.inverse @ back.T
    likelihood = -0.5 * (
        here.deviance
        + freedom * (1.0 + np.log(2.0 * np.pi * sums.scale**2 / freedom))
        + (2.0 * np.log(np.abs(np.diag(sums.r))).sum() if restricted else 0.0)
    )
    return MixedFit(
        coefficients=sums.least_squares + sums.scale * (back @ here.shift),
        covariance=residual * covariance,
        person=residual * _as_time_came(sums, triangle(found, sums.q)),
        household=residual * float(found[-1]) ** 2 if sums.household is not None else float("nan"),
        residual=residual,
        log_likelihood=float(likelihood),
        restricted=restricted,
        n=sums.n,
        boundary=bool(edge.any()),
        information=information,
        slopes=residual * np.array([back @ slope @ back.T for slope in (*slopes, here.inverse)]),
    )


def _as_time_came(sums: MixedSums, lower: FloatArray) -> FloatArray:
    """Relative covariance of a person's effects for time as it came, not standardised."""
    if sums.q == 1:
        return lower @ lower.T
    change = np.array([[1.0, -sums.centre / sums.spread], [0.0, 1.0 / sums.spread]])
    half = change @ lower
    return half @ half.T


def _variance_information(
    sums: MixedSums, found: FloatArray, free: IntArray, *, restricted: bool
) -> tuple[FloatArray, list[FloatArray]]:
    """Information on the free parameters and log residual variance; slopes of the inverse.

    The profiled deviance has that of the residual variance taken out; it is put back here.
    """
    here = profile(sums, found, restricted=restricted)
    freedom = float(sums.n - sums.p if restricted else sums.n)
    cross = -freedom * here.squares_slope[free] / here.squares
    m = len(free)
    full = np.empty((m + 1, m + 1))
    full[m, m] = freedom
    full[m, :m] = full[:m, m] = cross
    slopes = []
    if m:
        second = second_slope(sums, found, free, restricted=restricted)
        full[:m, :m] = second + np.outer(cross, cross) / freedom
        sides = around(sums, found, free, restricted=restricted)
        slopes = [(high.inverse - low.inverse) / width for width, low, high in sides]
    return full / 2.0, slopes
