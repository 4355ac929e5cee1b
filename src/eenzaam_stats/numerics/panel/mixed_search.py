"""The search for the variances of a linear mixed model, and what the likelihood does around them.

Newton steps end it, and a standard deviation at 0 is set to exactly 0. Arrays only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from eenzaam_stats.errors import ConvergenceError
from eenzaam_stats.numerics.panel.mixed_likelihood import Profile, profile
from eenzaam_stats.numerics.panel.mixed_sums import MixedSums

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

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


def minimised(sums: MixedSums, *, restricted: bool) -> FloatArray:
    """Parameters at the least deviance, exactly 0 where a standard deviation is."""
    found = _searched(sums, _STARTS[0], restricted=restricted)
    if at_boundary(sums, found).any():
        other = _searched(sums, _STARTS[1], restricted=restricted)
        here, there = (profile(sums, at, restricted=restricted) for at in (found, other))
        found = other if there.deviance < here.deviance - _NO_WORSE * sums.n else found
    return _polished(sums, found, restricted=restricted)


def _searched(sums: MixedSums, start: float, *, restricted: bool) -> FloatArray:
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
    return _settled(sums, found, restricted=restricted)


def _value_and_slope(at: FloatArray, sums: MixedSums, restricted: bool) -> tuple[float, FloatArray]:
    here = profile(sums, at, restricted=restricted)
    return here.deviance, here.slope


def _on_diagonal(sums: MixedSums) -> NDArray[np.bool_]:
    """Which parameters are relative standard deviations, at least 0."""
    rows, columns = np.tril_indices(sums.q)
    there = list(rows == columns)
    return np.array(there + [True] * (sums.household is not None), dtype=np.bool_)


def _settled(sums: MixedSums, found: FloatArray, *, restricted: bool) -> FloatArray:
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


def _polished(sums: MixedSums, found: FloatArray, *, restricted: bool) -> FloatArray:
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
