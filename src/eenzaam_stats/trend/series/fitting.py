"""One way to fit a series, whatever the estimator: coefficients in, contrasts with df out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError, list_all, verb
from eenzaam_stats.numerics.panel.mixed_sums import collinear
from eenzaam_stats.numerics.series.series_regression import (
    LARGEST_RHO,
    RhoType,
    SeriesFit,
    newey_west,
    ordinary,
    prais_winsten,
    random_effects,
)
from eenzaam_stats.trend.series.contrast import Fitted
from eenzaam_stats.trend.series.grid import require_even
from eenzaam_stats.trend.series.reml import SHORT_SERIES, Correlation, SmallSample, reml_fitted
from eenzaam_stats.trend.series.series import Series
from eenzaam_stats.trend.series.wave_errors import WithoutError
from eenzaam_stats.vocabulary import require_option

Estimator = Literal["auto", "reml", "ols", "newey_west", "prais_winsten", "random_effects"]
SamplingErrors = Literal["known", "ignored"]
_LEAST_RESIDUAL_DF = 2
# Residuals below this share of the series are rounding, and so are the errors made from them.
_EXACT = 1e-11
EXACT = "the terms fit the series exactly"


@dataclass(frozen=True, slots=True)
class FitOptions:
    """Choices of a fit that few readers need to make.

    Attributes
    ----------
    correlation : {"auto", "ar1", "car1"}
        AR(1) on a regular grid (gaps allowed), continuous-time AR(1) on real dates; by itself the
        first where the waves are on a grid and at least two thirds of its points have one. The
        two differ where the correlation may be negative, which only the first can be, and not
        beside known sampling errors: an alternating process would stand for their noise.
    lag : int
        Largest lag of Newey-West, from 0 to the waves minus 1.
    correction : bool
        Whether Newey-West multiplies by n / (n - p).
    rho_type : {"regress", "freg", "tscorr", "dw", "theil"}
        Autocorrelation of Prais-Winsten.
    sampling_errors : {"known", "ignored"}
        Whether the standard errors of the waves enter the model, where it can take them.
    small_sample : {"bounded", "kenward_roger", "plain"}
        How errors by REML count that the variances were estimated. ``"kenward_roger"``: covariance
        and degrees of freedom of Kenward and Roger (1997), with expected information, whatever they
        give. ``"bounded"``, a rule of this package: only what enlarges in their covariance, at most
        doubled, with Satterthwaite degrees of freedom by observed information. ``"plain"`` (or
        ``"none"``): errors of R ``nlme``, which are too small for few waves.
    without_error : {"refuse", "leave_out"} or float
        What to do with waves that have no sampling error (no degrees of freedom, no variance,
        nobody or everybody with the outcome): stop with their names, leave them out, or give them
        this standard error. With a stated error the result is flagged.
    """

    correlation: Correlation = "auto"
    lag: int = 1
    correction: bool = True
    rho_type: RhoType = "regress"
    sampling_errors: SamplingErrors = "known"
    small_sample: SmallSample = "bounded"
    without_error: WithoutError = "refuse"


def fit_series(
    series: Series,
    x: FloatArray,
    *,
    estimator: Estimator,
    options: FitOptions,
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

    Returns
    -------
    Fitted

    Raises
    ------
    OptionError
        If the waves are too few for the terms, the terms cannot be told apart, an estimator that
        counts waves gets uneven ones, or the lag is impossible.
    """
    _require_options(estimator, options)
    require_identified(x)
    use_known = options.sampling_errors == "known" and bool(series.known.any())
    chosen = _choose_estimator(estimator, len(series), use_known and bool(series.known.all()))
    if chosen == "reml":
        fitted = reml_fitted(
            series,
            x,
            correlation=options.correlation,
            use_known=use_known,
            small_sample=options.small_sample,
        )
        return without_rounding(fitted, series.values, x)
    fit, words = _least_squares(chosen, series, x, options)
    notes = (*_notes(estimator, chosen, len(series), use_known=use_known), *_note_held(fit))
    fitted = Fitted(
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
        method=chosen,
        known=chosen == "random_effects",
    )
    return without_rounding(fitted, series.values, x)


def without_rounding(fit: Fitted, y: FloatArray, x: FloatArray) -> Fitted:
    """A fit without the errors that are rounding, where its terms fit the series exactly.

    Known sampling errors stay errors in REML; elsewhere errors come from the residuals.
    """
    # By least squares whatever the estimator: where the terms fit exactly every estimator does, and
    # REML's own residuals are weighted with a variance that is rounding.
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    if np.abs(residual).max() > _EXACT * np.abs(y).max():
        return fit
    if fit.known and fit.method == "reml":
        return replace(fit, notes=(*fit.notes, f"{EXACT}."))
    nothing = np.full_like(fit.covariance, np.nan)
    note = f"{EXACT}: errors, intervals and p-values are rounding, and left out."
    return replace(fit, covariance=nothing, exact=True, notes=(*fit.notes, note))


def _require_options(estimator: Estimator, options: FitOptions) -> None:
    require_option(estimator, Estimator, name="estimator")
    require_option(options.correlation, Correlation, name="correlation")
    require_option(options.rho_type, RhoType, name="rho_type")
    require_option(options.sampling_errors, SamplingErrors, name="sampling_errors")
    require_option(options.small_sample, SmallSample, name="small_sample")


def require_identified(x: FloatArray, *, names: Sequence[str] = ()) -> None:
    """Raise an ``OptionError`` where the waves cannot tell the terms of a design apart."""
    n, p = x.shape
    if n - p < _LEAST_RESIDUAL_DF:
        raise OptionError(
            f"{verb()} needs at least {p + _LEAST_RESIDUAL_DF} waves for {p} terms, and the series "
            f"has {n}. Leave out effects, season or covariates."
        )
    same = collinear(x)
    if len(same):
        said = f"[{list_all(names[at] for at in same)}] say" if names else "some of them say"
        raise OptionError(
            f"{verb()} cannot tell its {p} terms apart with these {n} waves: {said} what the terms "
            "before them say. Leave those out, or change the dates."
        )


def _note_held(fit: SeriesFit) -> tuple[str, ...]:
    if abs(fit.rho) < LARGEST_RHO:
        return ()
    return (f"the autocorrelation left (-1, 1) and was held at {fit.rho:g}.",)


def _choose_estimator(estimator: Estimator, n: int, all_known: bool) -> str:
    if estimator != "auto":
        return estimator
    # The number of waves decides and never a test of the residuals: choosing by Durbin-Watson
    # undoes the coverage of both methods in short series.
    if n >= SHORT_SERIES:
        return "reml"
    return "random_effects" if all_known else "ols"


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
        if not known.all():
            raise OptionError(
                "estimator='random_effects' needs a sampling error above 0 in every wave, and "
                f"{int((known == 0.0).sum())} have none. Give a column std_error, or use "
                "estimator='ols'."
            )
        return random_effects(y, x, known), "meta-regression by REML with Knapp-Hartung errors"
    if chosen == "newey_west":
        _require_lag(options.lag, series)
        factor = "n/(n-p)" if options.correction else "no"
        words = f"least squares, Newey-West errors with lag {options.lag} and {factor} correction"
        return newey_west(y, x, lag=options.lag, correction=options.correction), words
    if chosen == "prais_winsten":
        # It counts rows. On 24 uneven months of Sicily AR(1) on the row number gives -.07 where
        # dates give .32.
        require_even(series.times, needed_for="estimator='prais_winsten'")
        words = f"Prais-Winsten, rho by {options.rho_type!r}, iterated"
        return prais_winsten(y, x, rho_type=options.rho_type), words
    return ordinary(y, x), "ordinary least squares, t with n - p degrees of freedom"


def _require_lag(lag: int, series: Series) -> None:
    if not isinstance(lag, int) or not 0 <= lag < len(series):
        raise OptionError(
            f"estimator='newey_west' needs a lag from 0 to {len(series) - 1}, and got {lag}. A "
            "usual one for waves per year is 1."
        )
    if lag > 0:
        require_even(series.times, needed_for=f"estimator='newey_west' with lag {lag}")


def _errors_in_words(chosen: str, fit: SeriesFit) -> str:
    words = {
        "random_effects": f"independent deviations (variance {fit.sigma2:.4g}) and known "
        "sampling errors",
        "prais_winsten": f"AR(1) errors, rho {fit.rho:.4f}",
        "newey_west": "errors of unknown autocorrelation up to the lag",
    }
    return words.get(chosen, "independent errors of equal variance")
