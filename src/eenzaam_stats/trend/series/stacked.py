"""Several series as one regression: rows below each other, no process from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.numerics.series.series_regression import newey_west
from eenzaam_stats.trend.series.contrast import Fitted
from eenzaam_stats.trend.series.design import Design
from eenzaam_stats.trend.series.fitting import Estimator, without_rounding
from eenzaam_stats.trend.series.grid import require_even
from eenzaam_stats.trend.series.plan import Plan
from eenzaam_stats.trend.series.reml import SHORT_SERIES
from eenzaam_stats.trend.series.series import Series

FloatArray = NDArray[np.float64]
# steps between two series in one fit: no autocorrelation below 1 reaches across
_APART = 1e6
_DIGITS = 8


def rounded_dates(times: FloatArray) -> FloatArray:
    """Dates without the last digits, in which those of two series differ by rounding alone."""
    return np.unique(np.round(times, _DIGITS))


def stacked_rows(design: Design, used: Sequence[Series]) -> FloatArray:
    """Design of the treated series, then of the controls."""
    blocks = [design.matrix(one.times, one.covariates) for one in used]
    return np.vstack([blocks[0], *(block * design.shared for block in blocks[1:])])


def one_after_another(used: Sequence[Series]) -> Series:
    """All series as one, so far apart in time that no process reaches from one to the next."""
    steps = [float(np.diff(one.times).min()) for one in used]
    length = max(float(one.times[-1] - one.times[0]) for one in used)
    errors = all(one.has_errors for one in used)
    apart = min(steps) * np.ceil(max(_APART, 10.0 * length / min(steps)))
    return replace(
        used[0],
        times=np.concatenate([one.times + k * apart for k, one in enumerate(used)]),
        values=np.concatenate([one.values for one in used]),
        known=np.concatenate([one.known if errors else 0.0 * one.known for one in used]),
        covariates=np.vstack([one.covariates for one in used]),
        has_errors=errors,
    )


def chosen_by_shortest(used: Sequence[Series]) -> Estimator:
    """Estimator by the number of waves of the shortest series."""
    if min(len(one) for one in used) >= SHORT_SERIES:
        return "reml"
    return "random_effects" if all(one.known.all() for one in used) else "ols"


def few_waves(used: Sequence[Series]) -> tuple[str, ...]:
    """Note where a series is too short for its autocorrelation."""
    fewest = min(len(one) for one in used)
    if fewest >= SHORT_SERIES:
        return ()
    return (
        f"{fewest} waves in a series are too few to estimate autocorrelation; with strong "
        "autocorrelation the intervals are too narrow.",
    )


def unknown_errors(used: Sequence[Series]) -> tuple[str, ...]:
    """Note where some series only have sampling errors."""
    known = sum(one.has_errors for one in used)
    if known in (0, len(used)):
        return ()
    return (f"sampling errors play no part: only {known} of {len(used)} series have them.",)


def newey_west_within(series: Series, used: Sequence[Series], x: FloatArray, plan: Plan) -> Fitted:
    """Least squares of all rows, with products of residuals within each series only."""
    options = plan.options.fit
    for one in used:
        require_even(one.times, needed_for=f"estimator='newey_west' with lag {options.lag}")
    starts = np.cumsum([len(one) for one in used])[:-1].tolist()
    fit = newey_west(
        series.values, x, lag=options.lag, correction=options.correction, starts=starts
    )
    fitted = Fitted(
        coefficients=fit.coefficients,
        covariance=fit.covariance,
        df_of=lambda _: (fit.df, False),
        estimator=f"least squares, Newey-West errors with lag {options.lag} within each series",
        correlation="errors of unknown autocorrelation up to the lag",
        phi=float("nan"),
        phi_std_error=float("nan"),
        variance=fit.sigma2,
        log_likelihood=float("nan"),
        boundary=False,
        unit=1.0,
        notes=few_waves(used),
        method="newey_west",
    )
    return without_rounding(fitted, series.values, x)
