"""One way to fit a series, whatever the estimator: coefficients in, contrasts with df out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.errors import OptionError
from eenzaam_stats.numerics.ar_reml import fit_reml
from eenzaam_stats.numerics.reml_likelihood import RemlFit
from eenzaam_stats.numerics.satterthwaite import satterthwaite
from eenzaam_stats.numerics.series_regression import (
    RhoType,
    SeriesFit,
    newey_west,
    ordinary,
    prais_winsten,
    random_effects,
)
from eenzaam_stats.trend.contrast import Fitted
from eenzaam_stats.trend.series import Series
from eenzaam_stats.vocabulary import require_option

FloatArray = NDArray[np.float64]
Estimator = Literal["auto", "reml", "ols", "newey_west", "prais_winsten", "random_effects"]
Correlation = Literal["auto", "ar1", "car1"]
SHORT_SERIES = 12
_LEAST_RESIDUAL_DF = 2
# Waves are on a grid when every gap is a whole number of the smallest, within this share of it.
_GRID = 1e-6


@dataclass(frozen=True, slots=True)
class FitOptions:
    """Choices of a fit that few readers need to make.

    Attributes
    ----------
    correlation : {"auto", "ar1", "car1"}
        AR(1) on a regular grid (gaps allowed), continuous-time AR(1) on real dates; by itself the
        first where the waves are on a grid.
    lag : int
        Largest lag of Newey-West.
    correction : bool
        Whether Newey-West multiplies by n / (n - p).
    rho_type : {"regress", "freg", "tscorr", "dw", "theil"}
        Autocorrelation of Prais-Winsten.
    sampling_errors : {"known", "ignored"}
        Whether the standard errors of the waves enter the model, where it can take them.
    """

    correlation: Correlation = "auto"
    lag: int = 1
    correction: bool = True
    rho_type: RhoType = "regress"
    sampling_errors: Literal["known", "ignored"] = "known"


def fit_series(
    series: Series,
    x: FloatArray,
    *,
    estimator: Estimator,
    options: FitOptions,
    where: str,
) -> Fitted:
    """Fit a regression of a series.

    Parameters
    ----------
    series : Series
        Values, dates and known sampling variances.
    x : ndarray of float, shape (n, p)
        Design; its first column is the intercept.
    estimator : str
        ``"auto"``: below 12 waves least squares (with known variances meta-regression), from 12 on
        REML with autocorrelated errors. The length decides and no test does.
    options : FitOptions
        Further choices.
    where : str
        Verb that needs it, for messages.

    Returns
    -------
    Fitted

    Raises
    ------
    OptionError
        If the waves are too few for the terms, or the terms cannot be told apart.
    """
    require_option(estimator, Estimator, name="estimator")
    _require_identified(x, where=where)
    use_known = options.sampling_errors == "known" and bool(series.known.any())
    chosen = _chosen(estimator, len(series), use_known)
    if chosen == "reml":
        return _reml(series, x, options, use_known=use_known)
    fit, words = _least_squares(chosen, series, x, options)
    notes = _notes(estimator, chosen, len(series), use_known=use_known)
    return Fitted(
        coefficients=fit.coefficients,
        covariance=fit.covariance,
        df_of=lambda _: (fit.df, False),
        estimator=words,
        correlation=_errors_in_words(chosen, fit),
        phi=fit.rho if chosen == "prais_winsten" else float("nan"),
        phi_std_error=float("nan"),
        variance=fit.sigma2,
        log_likelihood=float("nan"),
        boundary=False,
        unit=1.0,
        notes=notes,
    )


def grid_step(times: FloatArray) -> float | None:
    """Smallest gap when every gap is a whole number of it, else ``None``.

    Examples
    --------
    >>> grid_step(np.array([2008.0, 2009.0, 2011.0])), grid_step(np.array([1.0, 2.0, 3.5, 4.1]))
    (1.0, None)
    """
    gaps = np.diff(times)
    step = float(gaps.min())
    whole = gaps / step
    return step if np.abs(whole - np.rint(whole)).max() < _GRID * len(times) else None


def _require_identified(x: FloatArray, *, where: str) -> None:
    n, p = x.shape
    if n - p < _LEAST_RESIDUAL_DF:
        raise OptionError(
            f"{where} needs at least {p + _LEAST_RESIDUAL_DF} waves for {p} terms, and the series "
            f"has {n}. Leave out effects, season or covariates."
        )
    if np.linalg.matrix_rank(x) < p:
        raise OptionError(
            f"{where} cannot tell its {p} terms apart with these {n} waves: two of them say the "
            "same. Leave out an effect, or change the dates."
        )


def _chosen(estimator: Estimator, n: int, use_known: bool) -> str:
    if estimator != "auto":
        return estimator
    if n >= SHORT_SERIES:
        return "reml"
    return "random_effects" if use_known else "ols"


def _notes(estimator: str, chosen: str, n: int, *, use_known: bool) -> tuple[str, ...]:
    notes = []
    if n < SHORT_SERIES:
        chosen_by = "was chosen" if estimator == "auto" else "was asked for"
        notes.append(
            f"{n} waves are too few to estimate autocorrelation; {chosen.replace('_', ' ')} "
            f"{chosen_by}. With strong autocorrelation its intervals are too narrow."
        )
    elif chosen != "reml":
        notes.append(
            f"{chosen.replace('_', ' ')} gives intervals that are too narrow when errors are "
            "autocorrelated and the series is short; reml is the default from 12 waves on."
        )
    if use_known and chosen != "random_effects":
        notes.append(f"the known sampling errors play no part in {chosen.replace('_', ' ')}.")
    return tuple(notes)


def _least_squares(
    chosen: str, series: Series, x: FloatArray, options: FitOptions
) -> tuple[SeriesFit, str]:
    y, known = series.values, series.known
    if chosen == "random_effects":
        if not known.any():
            raise OptionError(
                "estimator='random_effects' needs the sampling errors of the waves. Give a column "
                "std_error, or use estimator='ols'."
            )
        return random_effects(y, x, known), "meta-regression by REML with Knapp-Hartung errors"
    if chosen == "newey_west":
        factor = "n/(n-p)" if options.correction else "no"
        words = f"least squares, Newey-West errors with lag {options.lag} and {factor} correction"
        return newey_west(y, x, lag=options.lag, correction=options.correction), words
    if chosen == "prais_winsten":
        words = f"Prais-Winsten, rho by {options.rho_type!r}, iterated"
        return prais_winsten(y, x, rho_type=options.rho_type), words
    return ordinary(y, x), "ordinary least squares, t with n - p degrees of freedom"


def _errors_in_words(chosen: str, fit: SeriesFit) -> str:
    words = {
        "random_effects": f"independent deviations (variance {fit.sigma2:.4g}) and known "
        "sampling errors",
        "prais_winsten": f"AR(1) errors, rho {fit.rho:.4f}",
        "newey_west": "errors of unknown autocorrelation up to the lag",
    }
    return words.get(chosen, "independent errors of equal variance")


def _reml(series: Series, x: FloatArray, options: FitOptions, *, use_known: bool) -> Fitted:
    times = series.times
    known = series.known if use_known else np.zeros(len(series))
    step = grid_step(times)
    on_grid = step is not None and options.correlation != "car1"
    if options.correlation == "ar1" and step is None:
        raise OptionError(
            "correlation='ar1' needs waves on a regular grid (gaps allowed), and these are not. "
            "Use 'car1', which works on the dates themselves."
        )
    unit = step if on_grid and step is not None else 1.0
    dates = np.rint((times - times[0]) / unit) if on_grid else times - times[0]
    fit = fit_reml(series.values, x, dates, known=known, negative=on_grid)
    return Fitted(
        coefficients=fit.coefficients,
        covariance=fit.covariance,
        df_of=lambda c: _df(fit, c),
        estimator="REML with Satterthwaite degrees of freedom",
        correlation=_process_in_words(fit, on_grid=on_grid, unit=unit, known=bool(known.any())),
        phi=fit.phi,
        phi_std_error=fit.phi_std_error,
        variance=fit.sigma2,
        log_likelihood=fit.log_likelihood,
        boundary=fit.boundary,
        unit=unit,
        notes=_reml_notes(fit, len(series)),
    )


def _df(fit: RemlFit, c: FloatArray) -> tuple[float, bool]:
    """Satterthwaite df; at the boundary the undefined intercept plays no part."""
    used = c != 0.0
    inside = RemlFit(
        coefficients=fit.coefficients[used],
        covariance=fit.covariance[np.ix_(used, used)],
        phi=fit.phi,
        sigma2=fit.sigma2,
        log_likelihood=fit.log_likelihood,
        n=fit.n,
        rank=fit.rank,
        boundary=fit.boundary,
        information=fit.information,
        slopes=fit.slopes[:, used][:, :, used],
        sampling_only=fit.sampling_only,
    )
    return satterthwaite(inside, c[used])


def _process_in_words(fit: RemlFit, *, on_grid: bool, unit: float, known: bool) -> str:
    if fit.sampling_only:
        return "known sampling errors alone"
    process = f"AR(1) per step of {unit:g}" if on_grid else "continuous-time AR(1) per unit of time"
    if fit.boundary:
        process = "random walk (first differences)"
        return process + (" and known sampling errors" if known else "")
    return f"{process}, phi {fit.phi:.4f}" + (" and known sampling errors" if known else "")


def _reml_notes(fit: RemlFit, n: int) -> tuple[str, ...]:
    notes = []
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
    if fit.boundary:
        notes.append(
            "BOUNDARY: the autocorrelation ran to 1, so the series was differenced; levels are "
            "random walks and the intercept is not defined. Compare with estimator='ols'."
        )
    return tuple(notes)
