"""Regression on a sample: pseudo-likelihood coefficients, and what each row adds to them.

Arrays only. The coefficients are those of a weighted generalised linear model; the influence of the
rows turns them, their differences and averages of predictions into totals of a design, whose
variance is that of any other total.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import ConvergenceError

RegressionFamily = Literal["logit", "linear", "poisson"]
TOLERANCE = 1e-8  # of R
_STEPS = 200
_MOVING = 0.1  # in log odds or log rates; at the usual stop other fits move by less than 1e-3
_SEPARATION = (
    "the columns of the model tell the outcome of some rows exactly, so that a coefficient grows "
    "without end. Leave out the column, or join the category in which everybody or nobody has the "
    "outcome with another."
)
# The fit stops before a share that goes to 0 is there: in samples of 100 to 100,000 rows of which
# half were separated, the share was 1.2e-9 at the stop; fewer separated rows stop it sooner.
_SEPARATED = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class SampleRegression:
    """Coefficients of a weighted regression and the influence of its rows.

    Attributes
    ----------
    family : {"logit", "linear", "poisson"}
    coefficients : ndarray of float, shape (p,)
    influence : ndarray of float, shape (n, p)
        What each row adds to the coefficients, weight included: the columns sum to 0.
    deviance, null_deviance : float
        With the weights as they were given.
    """

    family: RegressionFamily
    coefficients: FloatArray
    influence: FloatArray
    deviance: float
    null_deviance: float

    def mean(self, x: FloatArray) -> FloatArray:
        """Expected outcome of rows, shape (n,)."""
        return invert_link(self.family, x @ self.coefficients)

    def slope(self, x: FloatArray) -> FloatArray:
        """Derivative of the expected outcome to the linear predictor, shape (n,)."""
        return differentiate_mean(self.family, self.mean(x))


def invert_link(family: RegressionFamily, predictor: FloatArray) -> FloatArray:
    """Expected outcome at a linear predictor, by the canonical link.

    Examples
    --------
    >>> invert_link("logit", np.array([0.0])).tolist()
    [0.5]
    """
    if family == "linear":
        return predictor
    if family == "poisson":
        return np.exp(predictor)
    return 1.0 / (1.0 + np.exp(-predictor))


def fit_regression(
    y: FloatArray,
    x: FloatArray,
    weight: FloatArray,
    *,
    family: RegressionFamily,
    start: FloatArray | None = None,
    tolerance: float = TOLERANCE,
) -> SampleRegression:
    r"""Fit a generalised linear model by pseudo-likelihood.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
        Outcome: 0 or 1, a number, or a count.
    x : ndarray of float, shape (n, p)
        Columns of the model, of full rank.
    weight : ndarray of float, shape (n,)
        Weights above 0, with a mean near 1.
    family : {"logit", "linear", "poisson"}
        Each with its canonical link.
    start : ndarray of float, shape (p,), optional
        Coefficients of a fit that is near.
    tolerance : float, default 1e-8
        Relative change of the deviance at which the steps stop.

    Returns
    -------
    SampleRegression

    Raises
    ------
    ConvergenceError
        If the fit does not converge, or a combination of columns tells the outcome exactly.

    Notes
    -----
    With the canonical link the estimating equations are :math:`\sum w_i (y_i - \mu_i) x_i = 0`, and
    row i adds :math:`w_i (y_i - \mu_i) x_i A^{-1}` with :math:`A = \sum w_i v_i x_i x_i'` and
    :math:`v_i = d\mu_i / d\eta_i` [1]_. Steps are iteratively reweighted least squares, with the
    first values, the stop and the weights of the last step of R's ``glm``: with the usual tolerance
    the errors of a logistic model differ from their limit in the fifth digit, as those of R do.

    **Unit.** Log odds, units of the outcome, or log rates.

    **Missing data.** None; rows are complete.

    **Validated against.** ``svyglm`` of R ``survey``, in ``tests/estimation/test_model.py``.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex
       surveys. International Statistical Review, 51(3), 279-292. doi:10.2307/1402588

    Examples
    --------
    >>> y, x = np.array([0.0, 1.0, 1.0, 1.0]), np.array([[1, 0], [1, 0], [1, 1], [1, 1.0]])
    >>> fit = fit_regression(y, x, np.ones(4), family="linear")
    >>> fit.coefficients.round(3).tolist(), fit.influence[:2].round(3).tolist()
    ([0.5, 0.5], [[-0.25, 0.25], [0.25, -0.25]])
    """
    predictor = _first_predictor(family, y, weight) if start is None else x @ start
    mean = invert_link(family, predictor)
    deviance = _deviance(family, y, mean, weight)
    for _ in range(_STEPS):
        working = weight * differentiate_mean(family, mean)
        coefficients = _solve_step(family, y, x, weight, predictor=predictor)
        predictor = x @ coefficients
        mean = invert_link(family, predictor)
        before, deviance = deviance, _deviance(family, y, mean, weight)
        _require_inside(family, mean)
        if abs(deviance - before) / (abs(deviance) + 0.1) < tolerance:
            break
    else:
        raise ConvergenceError(
            f"the fit did not converge in {_STEPS} steps. Leave out columns, or divide numbers of "
            "very different sizes by their usual size."
        )
    # The deviance of a few separated rows is so small that the fit stops while their log odds grow
    # by 1 a step, as in R, with a standard error that looks like one.
    after = x @ _solve_step(family, y, x, weight, predictor=predictor)
    if family != "linear" and np.abs(after - predictor).max() > _MOVING:
        raise ConvergenceError(_SEPARATION)
    # the weights of the last step, which were those before it: as R has them
    bread = np.linalg.inv(x.T @ (working[:, None] * x))
    score = working * (y - mean) / differentiate_mean(family, mean)
    overall = np.full(len(y), float(weight @ y / weight.sum()))
    return SampleRegression(
        family,
        coefficients,
        score[:, None] * x @ bread,
        deviance,
        _deviance(family, y, overall, weight),
    )


def _solve_step(
    family: RegressionFamily,
    y: FloatArray,
    x: FloatArray,
    weight: FloatArray,
    *,
    predictor: FloatArray,
) -> FloatArray:
    """Coefficients one step of reweighted least squares on."""
    mean = invert_link(family, predictor)
    slope = differentiate_mean(family, mean)
    root, target = np.sqrt(weight * slope), predictor + (y - mean) / slope
    solved = np.linalg.lstsq(root[:, None] * x, root * target, rcond=None)[0]
    return np.asarray(solved, dtype=np.float64)


def differentiate_mean(family: RegressionFamily, mean: FloatArray) -> FloatArray:
    """Derivative of the expected outcome to the linear predictor, at the expected outcome."""
    if family == "linear":
        return np.ones_like(mean)
    return mean if family == "poisson" else mean * (1.0 - mean)


def _first_predictor(family: RegressionFamily, y: FloatArray, weight: FloatArray) -> FloatArray:
    """Where R starts: at outcomes drawn a little away from the border."""
    if family == "linear":
        return y
    if family == "poisson":
        return np.log(y + 0.1)
    inside = (weight * y + 0.5) / (weight + 1.0)
    return np.log(inside / (1.0 - inside))


def _deviance(
    family: RegressionFamily, y: FloatArray, mean: FloatArray, weight: FloatArray
) -> float:
    if family == "linear":
        return float(weight @ (y - mean) ** 2)
    if family == "poisson":
        return 2.0 * float(weight @ (special.xlogy(y, y / mean) - (y - mean)))
    likelihood = special.xlogy(y, mean) + special.xlogy(1.0 - y, 1.0 - mean)
    return -2.0 * float(weight @ likelihood)


def _require_inside(family: RegressionFamily, mean: FloatArray) -> None:
    if family == "logit" and (np.minimum(mean, 1.0 - mean) < _SEPARATED).any():
        raise ConvergenceError(_SEPARATION)
    if not np.isfinite(mean).all():
        raise ConvergenceError(
            "the fit went beyond all numbers. Leave out columns, or divide numbers of very "
            "different sizes by their usual size."
        )


def prediction_influence(fit: SampleRegression, x: FloatArray, weight: FloatArray) -> FloatArray:
    r"""What each row adds to the weighted mean of predictions.

    Parameters
    ----------
    fit : SampleRegression
    x : ndarray of float, shape (n, p)
        Rows at which is predicted: those of the sample, with one variable set to a value.
    weight : ndarray of float, shape (n,)

    Returns
    -------
    ndarray of float, shape (n,)
        Weight included; sums to 0. The people over whom is averaged are a sample as well.

    Notes
    -----
    :math:`m = \sum w_i \mu(x_i) / W`; row i adds :math:`w_i (\mu(x_i) - m) / W` and, by the delta
    method, its influence on the coefficients times :math:`\sum w_i v_i x_i / W` [1]_.

    References
    ----------
    .. [1] Graubard, B. I. & Korn, E. L. (1999). Predictive margins with survey data. Biometrics,
       55(2), 652-659. doi:10.1111/j.0006-341X.1999.00652.x

    Examples
    --------
    >>> y, x = np.array([0.0, 1.0, 1.0, 1.0]), np.array([[1, 0], [1, 0], [1, 1], [1, 1.0]])
    >>> fit = fit_regression(y, x, np.ones(4), family="linear")
    >>> prediction_influence(fit, x * [1, 0], np.ones(4)).round(3).tolist()
    [-0.25, 0.25, 0.0, 0.0]
    """
    share = weight / weight.sum()
    mean = fit.mean(x)
    gradient = (share * fit.slope(x)) @ x
    influence: FloatArray = share * (mean - share @ mean) + fit.influence @ gradient
    return influence
