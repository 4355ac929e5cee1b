"""Choices of a panel model, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from eenzaam_stats.dates.waves import DateLike
from eenzaam_stats.trend.panel.marginal import AverageOver

Model = Literal["mixed", "gee_exchangeable", "gee_independence"]
Random = Literal["intercept", "slope"]
Likelihood = Literal["REML", "ML"]


@dataclass(frozen=True, slots=True)
class PanelOptions:
    """Choices of a panel model that few readers need to make.

    Attributes
    ----------
    model : {"mixed", "gee_exchangeable", "gee_independence"}
        Mixed model, or population-averaged by estimating equations.
    random : {"intercept", "slope"}
        Whether people differ in level only, or also in trend (linear mixed models).
    likelihood : {"REML", "ML"}
        For linear mixed models; ML to compare models with other terms.
    trend : bool
        Whether there is a straight line through time.
    origin : float, date or None
        Date at which the trend is 0; ``None`` for the first date.
    average_over : {"everyone", "wave"}
        Whose covariates the means per wave are averaged over.
    points : int
        Quadrature points per person of a logistic mixed model.
    """

    model: Model = "mixed"
    random: Random = "intercept"
    likelihood: Likelihood = "REML"
    trend: bool = True
    origin: DateLike | None = None
    average_over: AverageOver = "everyone"
    points: int = 15
