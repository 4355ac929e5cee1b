"""A series with autocorrelated errors by REML, in words and numbers of the package trend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError
from eenzaam_stats.numerics.series.ar_reml import fit_reml
from eenzaam_stats.numerics.series.reml_likelihood import RemlFit
from eenzaam_stats.numerics.series.satterthwaite import satterthwaite, satterthwaite_rows
from eenzaam_stats.trend.series.contrast import Fitted
from eenzaam_stats.trend.series.grid import grid_step, regular_step
from eenzaam_stats.trend.series.series import Series

Correlation = Literal["auto", "ar1", "car1"]
SmallSample = Literal["bounded", "kenward_roger", "plain", "none"]
SHORT_SERIES = 12
_PLAIN = "REML with plain errors and Satterthwaite degrees of freedom"
_ESTIMATORS = {
    "bounded": "REML with bounded small-sample errors and Satterthwaite degrees of freedom",
    "kenward_roger": "REML with Kenward-Roger errors and degrees of freedom",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """Dates as the process counts them.

    Attributes
    ----------
    on_grid : bool
        Whether it counts steps of a grid, with a correlation that may be negative.
    unit : float
        Length of one count in the unit of the waves: the step of the grid, else the median gap, so
        that the search does not depend on the unit of time.
    """

    on_grid: bool
    unit: float

    def dates(self, times: FloatArray) -> FloatArray:
        """Dates in counts from the first one."""
        counts: FloatArray = (times - times[0]) / self.unit
        return np.rint(counts) if self.on_grid else counts

    def per_unit(self, fit: RemlFit) -> tuple[float, float, float]:
        """Correlation, its error and the variance as they are shown.

        On a grid per step; else per unit of time, where the variance of a random walk is too.
        """
        if self.on_grid or fit.sampling_only:
            return fit.phi, fit.phi_std_error, fit.sigma2
        if fit.boundary:
            return fit.phi, fit.phi_std_error, fit.sigma2 / self.unit
        if fit.phi == 0.0:
            return 0.0, float("nan"), fit.sigma2
        # Searched in median gaps, so that years or days give the same fit, and shown per unit of
        # time: phi per year is phi per month to the twelfth.
        power = 1.0 / self.unit
        slope = power * fit.phi ** (power - 1.0)
        return fit.phi**power, slope * fit.phi_std_error, fit.sigma2


def reml_fitted(
    series: Series,
    x: FloatArray,
    *,
    correlation: Correlation,
    use_known: bool,
    small_sample: SmallSample = "bounded",
) -> Fitted:
    """Fit by REML, with errors for small samples and Satterthwaite degrees of freedom.

    Parameters
    ----------
    series : Series
    x : ndarray of float, shape (n, p)
        Design; its first column is the intercept.
    correlation : {"auto", "ar1", "car1"}
        As in ``FitOptions``.
    use_known : bool
        Whether the known sampling variances enter the model.
    small_sample : {"bounded", "kenward_roger", "plain", "none"}
        As in ``FitOptions``.

    Returns
    -------
    Fitted

    Raises
    ------
    OptionError
        If ``"ar1"`` is asked for waves that are on no grid.
    """
    clock = _clock(series.times, correlation)
    known = series.known if use_known else np.zeros(len(series))
    dates = clock.dates(series.times)
    # Beside sampling errors an alternating process would stand for their noise, and in continuous
    # time a negative correlation has no power.
    negative = clock.on_grid and not known.any()
    fit = fit_reml(series.values, x, dates, known=known, negative=negative)
    return with_errors(fit, clock, small_sample, use_known=bool(known.any()))


def with_errors(
    fit: RemlFit, clock: Clock, small_sample: SmallSample, *, use_known: bool
) -> Fitted:
    """A fit by REML with one kind of errors, in words."""
    phi, phi_std_error, variance = clock.per_unit(fit)
    textbook = small_sample == "kenward_roger"
    errors = {"bounded": fit.bounded, "kenward_roger": fit.kenward_roger}
    return Fitted(
        coefficients=fit.coefficients,
        covariance=errors.get(small_sample, fit.covariance),
        df_of=lambda c: _df(fit, c, expected=textbook),
        estimator=_ESTIMATORS.get(small_sample, _PLAIN),
        correlation=_in_words(fit, clock, phi=phi, known=use_known),
        phi=phi,
        phi_std_error=phi_std_error,
        variance=variance,
        log_likelihood=fit.log_likelihood,
        boundary=fit.boundary,
        unit=clock.unit if clock.on_grid else 1.0,
        notes=(
            *_notes(fit, known=use_known),
            *(_note_uncorrected(fit) if textbook else ()),
        ),
        method="reml",
        known=use_known,
        on_grid=clock.on_grid,
        df_rows=lambda rows: satterthwaite_rows(fit, rows, expected=textbook),
    )


def _clock(times: FloatArray, correlation: Correlation) -> Clock:
    step = grid_step(times) if correlation == "ar1" else regular_step(times)
    if correlation == "ar1" and step is None:
        raise OptionError(
            "correlation='ar1' needs waves on a regular grid (gaps allowed), and these are not. "
            "Use 'car1', which works on the dates themselves."
        )
    if step is None or correlation == "car1":
        # The median: one long gap, or two waves in a month, would else set the scale on which phi
        # is searched.
        return Clock(on_grid=False, unit=float(np.median(np.diff(times))))
    return Clock(on_grid=True, unit=step)


def _df(fit: RemlFit, c: FloatArray, *, expected: bool) -> tuple[float, bool]:
    """Satterthwaite df; at the boundary the undefined intercept plays no part."""
    if not fit.boundary:
        return satterthwaite(fit, c, expected=expected)
    used = c != 0.0
    inside = replace(
        fit,
        coefficients=fit.coefficients[used],
        covariance=fit.covariance[np.ix_(used, used)],
        slopes=fit.slopes[:, used][:, :, used],
    )
    return satterthwaite(inside, c[used], expected=expected)


def _note_uncorrected(fit: RemlFit) -> tuple[str, ...]:
    """Note where there is no correction of Kenward and Roger, or no covariance left by it."""
    if fit.sampling_only or not np.isfinite(fit.expected).all():
        return (
            "the correction of Kenward and Roger does not exist here: no variance was estimated, "
            "or the information on them is singular; errors are plain.",
        )
    inside = fit.kenward_roger[1:, 1:] if fit.boundary else fit.kenward_roger
    if np.linalg.eigvalsh(inside).min() > 0.0:
        return ()
    return (
        "the covariance of Kenward and Roger is none here: some combination of coefficients has a "
        "negative variance. Use small_sample='bounded'.",
    )


def _in_words(fit: RemlFit, clock: Clock, *, phi: float, known: bool) -> str:
    if fit.sampling_only:
        return "known sampling errors alone"
    process = "continuous-time AR(1) per unit of time"
    if clock.on_grid:
        process = f"AR(1) per step of {clock.unit:g}"
    if fit.boundary:
        process = "random walk (first differences)"
        return process + (" and known sampling errors" if known else "")
    return f"{process}, phi {phi:.4f}" + (" and known sampling errors" if known else "")


def _notes(fit: RemlFit, *, known: bool) -> tuple[str, ...]:
    n, notes = fit.n, []
    if n < SHORT_SERIES:
        notes.append(
            f"{n} waves are too few to estimate autocorrelation; least squares is the default "
            "below 12."
        )
    if fit.sampling_only:
        notes.append(
            "the known sampling errors explain all variation between waves: the process has "
            "variance 0 and no autocorrelation."
        )
    elif fit.phi == 0.0:
        notes.append(
            "the autocorrelation ended at its lower limit, 0: "
            + (
                "deviations beside the sampling errors are independent."
                if known
                else "estimates are those of independent errors, and the degrees of freedom allow "
                "for autocorrelation that was not seen."
            )
        )
    if fit.boundary:
        notes.append(
            "BOUNDARY: the autocorrelation ran to 1, so the series was differenced; levels are "
            "random walks and the intercept is not defined. The log likelihood is that of the "
            "differences and compares with no other model. Compare with estimator='ols'."
        )
    return tuple(notes)
