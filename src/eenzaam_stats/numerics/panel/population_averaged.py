"""Regression of a panel for the population as a whole, by generalised estimating equations (GEE).

The work is done by statsmodels. Arrays only.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.errors import ConvergenceError
from eenzaam_stats.numerics.panel.logistic import separation_error

WorkingCorrelation = Literal["exchangeable", "independence"]
_ROUNDS = 200
_SEPARATED = 1e-6  # a probability nearer to 0 or 1: in a separated class of 1,500 rows 2e-11


@dataclass(frozen=True, slots=True, eq=False)
class AveragedFit:
    """Population-averaged regression.

    Attributes
    ----------
    coefficients : ndarray of float, shape (p,)
    covariance : ndarray of float, shape (p, p)
        Robust by person, without a small-sample factor.
    correlation : float
        Working correlation between two answers of a person; 0 with independence.
    """

    coefficients: FloatArray
    covariance: FloatArray
    correlation: float


def fit_averaged(
    y: FloatArray,
    x: FloatArray,
    person: IntArray,
    *,
    binary: bool,
    correlation: WorkingCorrelation = "exchangeable",
) -> AveragedFit:
    """Fit a linear or logistic regression with robust errors by person.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
        Outcome; 0 or 1 where ``binary``.
    x : ndarray of float, shape (n, p)
        Design of full rank.
    person : ndarray of int, shape (n,)
        Number of the person.
    binary : bool
        Whether the logit of a probability is modelled.
    correlation : {"exchangeable", "independence"}, default "exchangeable"
        Working correlation of the answers of a person.

    Returns
    -------
    AveragedFit

    Raises
    ------
    ConvergenceError
        If the equations are not solved, or terms tell the outcome of some rows exactly.

    See Also
    --------
    eenzaam_stats.numerics.panel.mixed_model : The model with effects of persons.

    Notes
    -----
    **Unit.** That of the outcome, or log odds of the population (nearer to 0 than those of a
    mixed model).

    **Missing data.** None reaches these arrays. Unlike a mixed model, estimating equations ask that
    dropout does not depend on earlier answers; independence suffers most.

    **Validated against.** R ``geepack::geeglm``, to 1e-4 (statsmodels estimates the working
    correlation a little differently), in ``tests/trend/panel/test_vs_geepack.py``.

    Examples
    --------
    >>> y = np.array([1.0, 3.0, 2.0, 6.0])
    >>> fit = fit_averaged(y, np.ones((4, 1)), np.array([0, 0, 1, 1]), binary=False,
    ...                    correlation="independence")
    >>> float(fit.coefficients[0]), round(float(fit.covariance[0, 0]), 4)
    (3.0, 0.5)
    """
    import statsmodels.api as sm  # noqa: PLC0415  (loads a lot)

    structures = {
        "exchangeable": sm.cov_struct.Exchangeable,
        "independence": sm.cov_struct.Independence,
    }
    family = sm.families.Binomial() if binary else sm.families.Gaussian()
    structure = structures[correlation]()
    model = sm.GEE(y, x, groups=person, family=family, cov_struct=structure)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        result = model.fit(maxiter=_ROUNDS, ctol=1e-9)
    if not (result.converged and np.isfinite(result.params).all()):
        words = f" ({found[-1].message})" if found else ""
        raise ConvergenceError(
            f"the estimating equations were not solved in {_ROUNDS} rounds{words}. Leave out a "
            "term, or use a mixed model."
        )
    coefficients = np.asarray(result.params, dtype=np.float64)
    # the equations of a separated class are solved to any digit by a log odds without end
    if binary and (special.expit(-np.abs(x @ coefficients)) < _SEPARATED).any():
        raise separation_error()
    alpha = 0.0 if correlation == "independence" else float(structure.dep_params)
    covariance = np.asarray(result.cov_robust, dtype=np.float64)
    return AveragedFit(coefficients, covariance, alpha)
