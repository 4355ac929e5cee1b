"""One way to fit a panel model, whatever the model: arrays in, coefficients and variances out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.errors import DesignError, OptionError, verb
from eenzaam_stats.numerics.panel.logistic_mixed import fit_logistic_mixed
from eenzaam_stats.numerics.panel.mixed_model import MixedFit, fit_mixed, satterthwaite
from eenzaam_stats.numerics.panel.population_averaged import WorkingCorrelation, fit_averaged
from eenzaam_stats.numerics.t_distribution import t_quantile, two_sided_p
from eenzaam_stats.results.panel import VarianceComponent
from eenzaam_stats.results.series import Coefficient
from eenzaam_stats.trend.panel.marginal import LARGE_DF, Averaging
from eenzaam_stats.trend.panel.options import PanelOptions
from eenzaam_stats.trend.panel.rows import Family, PanelRows
from eenzaam_stats.trend.panel.terms import PanelDesign

# Squared correlation of intercept and slope that rounding leaves of 1.
_SINGULAR = 1.0 - 1e-9
_LARGE_SAMPLE = "large-sample limits"
# Variance of a standard logistic distribution: what chance adds on the log-odds scale.
_LOGISTIC = math.pi**2 / 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A fitted panel model.

    Attributes
    ----------
    averaging : Averaging
        Coefficients, covariance, degrees of freedom.
    words : str
        Estimator, random effects and degrees of freedom.
    variances : tuple of VarianceComponent
    correlation, log_likelihood : float
    boundary : bool
    notes : tuple of str
    """

    averaging: Averaging
    words: str
    variances: tuple[VarianceComponent, ...]
    correlation: float
    log_likelihood: float
    boundary: bool
    notes: tuple[str, ...]


def fit_panel(
    rows: PanelRows, design: PanelDesign, *, family: Family, options: PanelOptions
) -> Fitted:
    """Fit a panel model.

    Parameters
    ----------
    rows : PanelRows
        Complete rows, persons numbered without gaps.
    design : PanelDesign
        Their columns.
    family : {"linear", "logistic"}
        Scale of the outcome.
    options : PanelOptions
        Model.

    Returns
    -------
    Fitted

    Raises
    ------
    DesignError
        If the panel cannot tell people from chance, or people from households.
    OptionError
        If the options do not go together.
    ConvergenceError
        If there is no solution.
    """
    _require_together(rows, family, options)
    if options.model != "mixed":
        return _fit_averaged(rows, design, family=family, options=options)
    _require_repeated(rows, options)
    if family == "logistic":
        return _logistic(rows, design, options)
    household = _number_households(rows.person, rows.household)
    time = rows.times - design.origin if options.random == "slope" else None
    fit = fit_mixed(
        rows.y,
        design.x,
        rows.person,
        time=time,
        household=household,
        restricted=options.likelihood == "REML",
    )
    return _linear(fit, options)


def list_coefficients(
    fit: Averaging, names: tuple[str, ...], *, level: float
) -> tuple[Coefficient, ...]:
    """Every coefficient as a row."""
    rows = []
    for at, name in enumerate(names):
        df = fit.df_of(np.eye(len(names))[at])
        b = float(fit.coefficients[at])
        se = math.sqrt(float(fit.covariance[at, at]))
        half = float(t_quantile(level, min(df, LARGE_DF))) * se
        t = b / se
        p = float(two_sided_p(t, min(df, LARGE_DF)))
        rows.append(Coefficient(name, b, se, b - half, b + half, df, t, p))
    return tuple(rows)


def _require_together(rows: PanelRows, family: Family, options: PanelOptions) -> None:
    plain = family == "linear" and options.model == "mixed"
    if options.random == "slope" and not plain:
        raise OptionError(
            f"{verb()} has a random slope in linear mixed models only. Use random='intercept'."
        )
    if rows.household is not None and not plain:
        raise OptionError(
            f"{verb()} has effects of households in linear mixed models only. Leave the household "
            "out of the columns."
        )
    if options.points < 1:
        raise OptionError(f"points is {options.points!r}, which is not a number of points.")


def _require_repeated(rows: PanelRows, options: PanelOptions) -> None:
    n, persons = len(rows.y), int(rows.person.max()) + 1
    if persons < 2:
        raise DesignError(f"{verb()} needs several people, and found one. Analyse it as a series.")
    effects = 2 if options.random == "slope" else 1
    # With as many effects as answers the residual variance is not known, and any split of it fits.
    if n <= effects * persons:
        hint = "Use random='intercept'." if effects == 2 else "Use prevalence() or mean() per wave."
        raise DesignError(
            f"{verb()} needs more answers than random effects to tell people from chance, and has "
            f"{n:,} answers of {persons:,} people with {effects} effect(s) each. {hint}"
        )


def _number_households(person: IntArray, of_row: IntArray | None) -> IntArray | None:
    """Number of the household of each person, who may have one only."""
    if of_row is None:
        return None
    persons = int(person.max()) + 1
    household = np.zeros(persons, dtype=np.int64)
    household[person] = of_row
    # One household a person: two would need crossed effects, and the first would silently take the
    # answers of the second.
    moved = len(np.unique(person[household[person] != of_row]))
    if moved:
        raise DesignError(
            f"{verb()} needs people who stay in one household, and {moved:,} of {persons:,} have "
            "more than one. Make a column with the first household of each person, or leave "
            "households out."
        )
    found, numbers = np.unique(household, return_inverse=True)
    if len(found) == persons:
        raise DesignError(
            f"{verb()} needs households with several people, and all {persons:,} have one. Leave "
            "households out."
        )
    return numbers.reshape(-1).astype(np.int64)


def _linear(fit: MixedFit, options: PanelOptions) -> Fitted:
    edge = fit.boundary
    person = fit.person
    slope = options.random == "slope"
    components = [
        VarianceComponent("person", "intercept", float(person[0, 0]), bool(person[0, 0] == 0))
    ]
    if slope:
        singular = bool(person[0, 1] ** 2 >= _SINGULAR * person[0, 0] * person[1, 1])
        components += [
            VarianceComponent("person", "slope", float(person[1, 1]), bool(person[1, 1] == 0)),
            VarianceComponent("person", "intercept and slope", float(person[0, 1]), singular),
        ]
    if not math.isnan(fit.household):
        components.append(
            VarianceComponent("household", "intercept", fit.household, fit.household == 0.0)
        )
    components.append(VarianceComponent("residual", "", fit.residual))
    effects = "a random intercept" + (" and slope" if slope else "") + " per person"
    effects += "" if math.isnan(fit.household) else " and a random intercept per household"
    between = float(person[0, 0]) + (0.0 if math.isnan(fit.household) else fit.household)
    correlation = math.nan if slope else between / (between + fit.residual)
    return Fitted(
        averaging=Averaging(
            fit.coefficients, _border_covariance(fit.covariance), 0.0, False, _satterthwaite_df(fit)
        ),
        words=f"linear mixed model by {options.likelihood} with {effects}, Satterthwaite degrees "
        "of freedom",
        variances=tuple(components),
        correlation=correlation,
        log_likelihood=fit.log_likelihood,
        boundary=edge,
        notes=_edge_notes(edge),
    )


def _satterthwaite_df(fit: MixedFit) -> Callable[[FloatArray], float]:
    return lambda contrast: satterthwaite(fit, contrast)


def _edge_notes(edge: bool) -> tuple[str, ...]:
    if not edge:
        return ()
    return (
        "BOUNDARY: a variance is estimated as 0, or intercept and slope as fully correlated; "
        "the model has more random effects than these data can tell apart.",
    )


def _logistic(rows: PanelRows, design: PanelDesign, options: PanelOptions) -> Fitted:
    fit = fit_logistic_mixed(rows.y, design.x, rows.person, points=options.points)
    covariance = np.where(np.isfinite(fit.covariance), fit.covariance, 0.0)
    variance = fit.sd**2
    return Fitted(
        averaging=Averaging(fit.coefficients, covariance, fit.sd, True, _large),
        words=f"logistic mixed model with a random intercept per person, adaptive quadrature with "
        f"{options.points} points, {_LARGE_SAMPLE}, coefficients for a person",
        variances=(VarianceComponent("person", "intercept", variance, fit.boundary),),
        correlation=variance / (variance + _LOGISTIC),
        log_likelihood=fit.log_likelihood,
        boundary=fit.boundary,
        notes=_edge_notes(fit.boundary),
    )


def _fit_averaged(
    rows: PanelRows, design: PanelDesign, *, family: Family, options: PanelOptions
) -> Fitted:
    working: WorkingCorrelation = (
        "independence" if options.model == "gee_independence" else "exchangeable"
    )
    fit = fit_averaged(
        rows.y, design.x, rows.person, binary=family == "logistic", correlation=working
    )
    return Fitted(
        averaging=Averaging(
            fit.coefficients, _border_covariance(fit.covariance), 0.0, family == "logistic", _large
        ),
        words=f"population-averaged model by estimating equations, {working} working correlation, "
        f"errors robust by person, {_LARGE_SAMPLE}",
        variances=(),
        correlation=fit.correlation,
        log_likelihood=math.nan,
        boundary=False,
        notes=(
            "Estimating equations ask that dropout does not depend on earlier answers; a mixed "
            "model does not.",
        ),
    )


def _border_covariance(covariance: FloatArray) -> FloatArray:
    """Covariance with zeros for a standard deviation that plays no part."""
    return np.pad(covariance, (0, 1))


def _large(_: FloatArray) -> float:
    return math.inf
