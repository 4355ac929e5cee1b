"""From base weights and margins to calibrated weights, or to an error that names the margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import ConvergenceError, OptionError, verb
from eenzaam_stats.estimation.calibration.margins import Wanted
from eenzaam_stats.numerics.survey.auxiliaries import Auxiliaries
from eenzaam_stats.numerics.survey.calibration import (
    CalibratedWeights,
    margin_errors,
    rake,
    refine,
    trim,
)
from eenzaam_stats.numerics.survey.distance_calibration import Distance, calibrate_by_distance
from eenzaam_stats.numerics.survey.margin_border import margin_border
from eenzaam_stats.vocabulary import CalibrationMethod

_FACTORS = ("post_stratify", "rake")
_SHOWN = 3
_REMEDY = "merge categories, or leave out a margin that contradicts the others."
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked of the weights.

    Attributes
    ----------
    method : {"post_stratify", "rake", "linear", "logit"}
    bounds, trim : tuple of float, or None
        Limits of the factor g, and of the weight over the mean weight.
    """

    method: CalibrationMethod
    bounds: tuple[float, float] | None
    trim: tuple[float, float] | None

    def adapt_to(self, goal: Wanted) -> Request:
        """Request for these margins; raking to one of them is post-stratification.

        Raises
        ------
        OptionError
            If options and margins do not fit the method.
        """
        if self.method in _FACTORS and goal.numeric:
            raise OptionError(
                f"method is {self.method!r}, which cannot meet the total of a numeric column "
                f"({goal.numeric[0][0]!r}). Choose 'linear' or 'logit'."
            )
        if self.method == "post_stratify" and len(goal.margins) > 1:
            raise OptionError(
                f"method is 'post_stratify', which takes one margin, and {len(goal.margins)} are "
                "given. Cross them in one frame, or choose 'rake'."
            )
        if self.bounds is not None and (self.method in _FACTORS or self.trim is not None):
            raise OptionError(
                "bounds belong to the methods 'linear' and 'logit', without trim. "
                "Choose one of those, or limit the weights with trim alone."
            )
        if self.trim is not None and not 0.0 <= self.trim[0] < 1.0 < self.trim[1]:
            raise OptionError(
                f"trim is {self.trim!r}, which does not lie around the mean weight. Give two "
                "multiples of it, one below 1 and one above; for instance (0.2, 5)."
            )
        # One margin is met in one round, and R's variance of a post-stratum is exact where that of
        # a raking is ten rounds.
        one = self.method == "rake" and len(goal.margins) == 1
        return replace(self, method="post_stratify") if one else self


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Weights with what the report needs.

    Attributes
    ----------
    weights, factors : ndarray of float, shape (n,)
        New weights, and new over base weight brought to the population total (g).
    base : ndarray of float, shape (n,)
        Base weights as they were.
    rounds : int
        Rounds or steps of the (last) calibration.
    largest_error : float
        Largest relative difference from a population figure.
    n_trimmed, trim_rounds : int
        Respondents brought to a limit, and how often weights were trimmed and calibrated again.
    """

    weights: FloatArray
    factors: FloatArray
    base: FloatArray
    rounds: int
    largest_error: float
    n_trimmed: int = 0
    trim_rounds: int = 0


def solve_weights(base: FloatArray, columns: Auxiliaries, goal: Wanted, request: Request) -> Result:
    """Calibrated weights.

    Parameters
    ----------
    base : ndarray of float, shape (n,)
        Base weights, above 0.
    columns : Auxiliaries
        Categories and numbers of the respondents.
    goal : Wanted
        Population figures.
    request : Request
        Method and limits.

    Returns
    -------
    Result

    Raises
    ------
    ConvergenceError
        If a population figure cannot be met within the limits, or a weight is not above 0.
    OptionError
        If bounds do not lie around 1, or are absent where the method needs them.
    """
    totals = np.array(goal.totals())
    # Bounds limit the factor after this step, so that they mean the same whether base weights are 1
    # for everybody or add up to the population. R bounds the weights as they come.
    start = base if goal.total is None else base * (goal.total / base.sum())
    solve = partial(_calibrate_base, columns=columns, totals=totals, request=request)
    found = solve(start)
    if request.bounds is not None and not found.has_converged:
        low, high = request.bounds
        _refuse_unreachable(low * start, high * start, (columns, totals), goal, limit="bounds")
    _require_met(found.errors, found, goal, columns=columns)
    n_trimmed = trim_rounds = 0
    if request.trim is not None:
        low, high = (multiple * found.weights.mean() for multiple in request.trim)
        limits = (np.full(len(base), low), np.full(len(base), high))
        _refuse_unreachable(*limits, (columns, totals), goal, limit="trim")
        difference = partial(margin_errors, auxiliaries=columns, totals=totals)
        cut = trim(found, solve, low=low, high=high, difference=difference)
        if not cut.within:
            _require_met(cut.errors, cut.calibrated, goal, columns=columns, limit="trim")
        found, trim_rounds = cut.calibrated, cut.rounds
        n_trimmed = int(cut.trimmed.sum())
    _require_positive(found.weights, goal, columns=columns)
    return Result(
        found.weights,
        found.factors(start),
        base,
        found.rounds,
        found.largest_error,
        n_trimmed,
        trim_rounds,
    )


def _calibrate_base(
    base: FloatArray, *, columns: Auxiliaries, totals: FloatArray, request: Request
) -> CalibratedWeights:
    if request.method in ("post_stratify", "rake"):
        found = rake(base, columns, totals)
        # Newton's steps run to weights of 0 where only those meet the margins; such margins are
        # named instead.
        if found.has_converged or margin_border(columns, totals) is not None:
            return found
        return refine(found, columns, totals)
    distance: Distance = "logit" if request.method == "logit" else "linear"
    return calibrate_by_distance(base, columns, totals, distance=distance, bounds=request.bounds)


def _refuse_unreachable(
    low: FloatArray,
    high: FloatArray,
    problem: tuple[Auxiliaries, FloatArray],
    goal: Wanted,
    *,
    limit: str,
) -> None:
    """Raise when all weights of a category at a limit do not reach its population."""
    columns, totals = problem
    category = columns.margin >= 0
    least, most = columns.totals(low), columns.totals(high)
    slack = 1e-9 * totals
    beyond = category & ((totals < least - slack) | (totals > most + slack))
    if beyond.any():
        at = int(np.flatnonzero(beyond)[0])
        raise ConvergenceError(
            f"{verb()} cannot reach the population of {goal.describe_totals()[at]}, "
            f"{totals[at]:,.10g}: "
            f"with {limit} its weights add up to {least[at]:,.6g} at least and {most[at]:,.6g} at "
            f"most. Widen {limit}, or merge the category."
        )


def _require_met(
    errors: FloatArray,
    found: CalibratedWeights,
    goal: Wanted,
    *,
    columns: Auxiliaries,
    limit: str = "",
) -> None:
    """Raise when a population figure is not met, with the one that is missed most."""
    if found.has_converged and not limit:
        return
    at = int(np.argmax(errors))
    reached = float(columns.totals(found.weights)[at])
    within = f" within {limit}" if limit else ""
    remedy = f"Widen the limits, {_REMEDY}"
    raise ConvergenceError(
        f"{verb()} does not reach the population of {goal.describe_totals()[at]}{within}: "
        f"{goal.totals()[at]:,.10g} wanted, relative difference {errors[at]:.2g} after "
        f"{found.rounds} round(s), when its weights added up to {reached:,.10g}. "
        f"{_border_words(goal, columns) or remedy}"
    )


def _border_words(goal: Wanted, columns: Auxiliaries) -> str:
    """Whether weights above 0 can meet the margins at all, and what stands in the way."""
    border = margin_border(columns, np.array(goal.totals()))
    if border is None:
        return ""
    names = goal.describe_totals()
    empty = [" with ".join(names[at] for at in pair) for pair in border.empty]
    nobody = f"nobody is {_some(empty)}" if empty else "some combinations have no respondents"
    remedy = _REMEDY[0].upper() + _REMEDY[1:]
    if not border.possible:
        return f"No weights meet these margins together, since {nobody}. {remedy}"
    zero = [" with ".join(names[at] for at in one) for one in border.zero]
    return (
        "These margins are at the border of an empty cell: they are met only when the "
        f"{border.respondents:,} respondent(s) {_some(zero)} get weight 0 or next to it, since "
        f"{nobody}. {remedy}"
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"in [{'; '.join(names[:_SHOWN])}]{more}"


def _require_positive(weights: FloatArray, goal: Wanted, *, columns: Auxiliaries) -> None:
    # a weight that is rounding of 0 is none: it would count a respondent out without a word
    bad = weights <= _NOTHING * np.abs(weights).mean()
    border = _border_words(goal, columns) if bad.any() else ""
    if border:
        raise ConvergenceError(
            f"{verb()} meets the margins with {int(bad.sum())} weight(s) not above 0 only. {border}"
        )
    if bad.any():
        raise ConvergenceError(
            f"{verb()} meets the margins with {int(bad.sum())} weight(s) not above 0 only (first "
            f"in calibrated row {int(bad.argmax()) + 1}). Give bounds above 0, for instance "
            "(0.3, 3), or choose 'rake'."
        )
