"""Means and prevalences per wave from a panel model, as if everyone had taken part in all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.panel.standardised import mean_probability
from eenzaam_stats.numerics.survey.intervals import logit_interval
from eenzaam_stats.numerics.t_distribution import t_quantile
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.results.panel import WaveMean
from eenzaam_stats.trend.panel.rows import PanelRows
from eenzaam_stats.trend.panel.terms import PanelDesign

AverageOver = Literal["everyone", "wave"]
LARGE_DF = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Averaging:
    """What of a fit is needed to average it.

    Attributes
    ----------
    coefficients : ndarray of float, shape (p,)
    covariance : ndarray of float, shape (p + 1, p + 1)
        Of the coefficients and the standard deviation of the random intercept; zeros for the
        latter where it plays no part.
    sd : float
        That standard deviation on the log-odds scale; 0 where it plays no part.
    logistic : bool
        Whether the coefficients are log odds.
    df_of : callable
        Degrees of freedom of a combination of coefficients.
    """

    coefficients: FloatArray
    covariance: FloatArray
    sd: float
    logistic: bool
    df_of: Callable[[FloatArray], float]


def wave_means(
    rows: PanelRows,
    design: PanelDesign,
    fit: Averaging,
    *,
    doubts: Sequence[Doubt],
    average_over: AverageOver,
    level: float,
) -> tuple[WaveMean, ...]:
    """Standardised mean or prevalence of each wave that is in the model.

    Parameters
    ----------
    rows : PanelRows
        Rows of the model.
    design : PanelDesign
        Their columns.
    fit : Averaging
        What was fitted.
    doubts : sequence of Doubt
        Of every wave.
    average_over : {"everyone", "wave"}
        Whose covariates: of all people, each counted once in total, or of those in the wave.
    level : float
        Coverage of the intervals.

    Returns
    -------
    tuple of WaveMean
        Delta-method errors, the covariates taken as fixed.
    """
    # Each person once in total: who answered ten times would else make the standard population.
    once = 1.0 / np.bincount(rows.person)[rows.person]
    everyone = _distinct(design.covariates, once)
    result = []
    for at, label in enumerate(rows.labels):
        inside = rows.wave == at
        if not inside.any():
            continue
        people, weight = everyone
        if average_over == "wave":
            people, weight = _distinct(design.covariates[inside], np.ones(int(inside.sum())))
        dated = design.dated[inside].mean(axis=0)
        x = np.column_stack([np.broadcast_to(dated, (len(people), len(dated))), people])
        numbers = _average(x, weight, fit, level=level)
        result.append(
            WaveMean(
                label,
                float(rows.times[inside].mean()),
                *numbers,
                int(inside.sum()),
                doubts[at].flag,
                doubts[at].reason,
            )
        )
    return tuple(result)


def _distinct(covariates: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Different rows of covariates with their share."""
    if not covariates.shape[1]:
        return covariates[:1], np.ones(1)
    people, at = np.unique(covariates, axis=0, return_inverse=True)
    share = np.bincount(at.reshape(-1), weights=weight)
    return people, share / share.sum()


def _average(
    x: FloatArray, weight: FloatArray, fit: Averaging, *, level: float
) -> tuple[float, float, float, float, float]:
    """Estimate, standard error, limits and degrees of freedom."""
    mean = weight @ x
    if not fit.logistic:
        estimate = float(mean @ fit.coefficients)
        error = float(np.sqrt(mean @ fit.covariance[:-1, :-1] @ mean))
        df = fit.df_of(mean)
        half = float(t_quantile(level, min(df, LARGE_DF))) * error
        return estimate, error, estimate - half, estimate + half, df
    # Averaged over the random effect: putting 0 there gives the prevalence of a median person,
    # which lies nearer to 0 or 1.
    estimate, slope = mean_probability(x, weight, fit.coefficients, sd=fit.sd)
    error = float(np.sqrt(slope @ fit.covariance @ slope))
    low, high = logit_interval(estimate, error, df=LARGE_DF, level=level)
    return estimate, error, float(low), float(high), float("inf")
