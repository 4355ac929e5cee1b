"""Frozen results of an interrupted series: effects, coefficients, waves and how it was fitted.

Nothing here computes a statistic, opens a file or draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from eenzaam_stats.output_check import remembering
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.vocabulary import Disclosure, Flag


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One wave of a series, on the scale of the model.

    Attributes
    ----------
    time : float
        Date of the wave.
    value, std_error, value_low, value_high : float
        Estimate, its known sampling error and the interval of that; NaN without one.
    used : bool
        Whether the wave is in the fit; a washout wave is not.
    fitted : float
        Model with the interruptions.
    counterfactual, counterfactual_error, counterfactual_low, counterfactual_high : float
        Model without them (or the extrapolated trend), its standard error and interval.
    """

    time: float
    value: float
    std_error: float
    value_low: float
    value_high: float
    used: bool
    fitted: float
    counterfactual: float
    counterfactual_error: float
    counterfactual_low: float
    counterfactual_high: float


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient of the regression.

    Attributes
    ----------
    term : str
        Name of the design column.
    estimate, std_error, conf_low, conf_high, df, statistic, p_value : float
        NaN where it does not exist (the intercept of a differenced series).
    """

    term: str
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    df: float
    statistic: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect of an interruption.

    Attributes
    ----------
    interruption : str
        Its name.
    effect : str
        ``level change``, ``slope change``, ``slope after``, the same ``during`` and ``after`` an
        episode, or ``effect`` against the counterfactual at a date.
    date : float
        Date of an effect against the counterfactual; NaN for changes.
    estimate, std_error, conf_low, conf_high, df, statistic, p_value : float
        On the scale of the model.
    relative, relative_low, relative_high : float
        Effect over counterfactual, 0 without effect, with limits by the delta method; on the logit
        scale the ratio of the shares with and without, minus 1. NaN for changes.
    absolute, absolute_low, absolute_high : float
        Effect in the unit of the series: on the logit scale a difference of shares, else the same
        as ``estimate``. NaN for changes.
    """

    interruption: str
    effect: str
    date: float
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    df: float
    statistic: float
    p_value: float
    relative: float = float("nan")
    relative_low: float = float("nan")
    relative_high: float = float("nan")
    absolute: float = float("nan")
    absolute_low: float = float("nan")
    absolute_high: float = float("nan")


@dataclass(frozen=True, slots=True)
class SeriesModel:
    """How a series was fitted, in words and numbers.

    Attributes
    ----------
    outcome, source : str
        What the values are and where they come from.
    link : str
        ``identity``, ``logit``, or ``log`` for rates.
    estimator : str
        Name of the estimator, with its lag or formula.
    correlation : str
        Error structure in words.
    phi, phi_std_error : float
        Correlation over one step of the grid, or over one unit of time where there is no grid
        (``correlation`` says which); NaN without one. The error is NaN where phi is at a limit.
    variance : float
        Of the process, or of the residuals; of a random walk per step or unit of time.
    log_likelihood : float
        Restricted, for REML; NaN otherwise. At the boundary that of the first differences, which
        have one value less: it compares with no other model.
    n, n_before, n_during, n_after, n_washout : int
        Waves in the fit, before the first interruption, during an episode, after, and left out.
    level : float
        Coverage of the intervals.
    convention : str
        Where the trend after an interruption starts.
    boundary : bool
        Whether the correlation ran to 1 and the series was differenced.
    notes : tuple of str
        What a reader must know: why this estimator, clipped degrees of freedom, boundary.
    version : str
        Version of the package.
    method : str
        The estimator in one word, for labels.
    known : bool
        Whether known sampling errors are in the model.
    flag : Flag
        Whether the fit can be used as it stands.
    reason : str
        Which waves are doubted and why, or what is wrong with the fit; empty otherwise.
    disclosure : Disclosure
        Whether it may leave: the worst of what it is made of, by ``output_check``.
    """

    outcome: str
    source: str
    link: str
    estimator: str
    correlation: str
    phi: float
    phi_std_error: float
    variance: float
    log_likelihood: float
    n: int
    n_before: int
    n_during: int
    n_after: int
    n_washout: int
    level: float
    convention: str
    boundary: bool
    notes: tuple[str, ...]
    version: str
    method: str = ""
    known: bool = False
    flag: Flag = Flag.RELIABLE
    reason: str = ""
    disclosure: Disclosure = Disclosure.UNCHECKED

    def mark_rows(self, rows: Sequence[Any]) -> pd.DataFrame:
        """Fresh frame of rows of this fit, each with its flag and reason."""
        frame = pd.DataFrame([asdict(row) for row in rows])
        marked = frame.assign(flag=str(self.flag), reason=self.reason)
        return remembering(marked, self.disclosure)

    def doubts(self) -> tuple[str, ...]:
        """The flag and its reason as a line of text, where there is one."""
        return (f"{self.flag}: {self.reason}",) if self.reason else ()


@dataclass(frozen=True, slots=True)
class InterruptedFit:
    """An interrupted time series, fitted.

    Attributes
    ----------
    effects : tuple of Effect
        Changes per interruption, then effects at dates.
    coefficients : tuple of Coefficient
        Every term of the regression.
    points : tuple of SeriesPoint
        Every wave, with its fit and its counterfactual.
    interruptions : tuple of (str, float, float)
        Name, start and end (infinite without one), for pictures.
    model : SeriesModel
        How it was fitted.
    checks : tuple of CheckResult
        Residual autocorrelation; information, never a switch.
    """

    effects: tuple[Effect, ...]
    coefficients: tuple[Coefficient, ...]
    points: tuple[SeriesPoint, ...]
    interruptions: tuple[tuple[str, float, float], ...]
    model: SeriesModel
    checks: tuple[CheckResult, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Fresh frame, one row per effect, with the flag and the reason of the fit."""
        return self.model.mark_rows(self.effects)

    def terms(self) -> pd.DataFrame:
        """Fresh frame, one row per coefficient, with the flag and the reason of the fit."""
        return self.model.mark_rows(self.coefficients)

    def series(self) -> pd.DataFrame:
        """Fresh frame, one row per wave: value, fit, counterfactual, flag and reason of the fit."""
        return self.model.mark_rows(self.points)

    def effect(self, interruption: str, effect: str) -> Effect:
        """The effect with this name; an unknown one is an error.

        Raises
        ------
        KeyError
            If there is none.
        """
        for one in self.effects:
            if (one.interruption, one.effect) == (interruption, effect):
                return one
        raise KeyError(f"no {effect!r} of {interruption!r}; see tidy() for the effects there are")

    def describe(self) -> str:
        """What was fitted, in sentences."""
        model = self.model
        names = ", ".join(name for name, _, _ in self.interruptions)
        head = (
            f"Interrupted time series of {model.outcome} ({model.source}) on the {model.link} "
            f"scale, {model.n} waves ({model.n_before} before, {model.n_during} during, "
            f"{model.n_after} after, {model.n_washout} left out), interruption(s): {names}. "
            f"{model.estimator}; {model.correlation}; {model.level:.0%} intervals. "
            f"{model.convention} eenzaam_stats {model.version}."
        )
        notes = (*model.doubts(), *(f"note: {note}" for note in model.notes))
        return "\n".join([head, *notes])

    def report(self) -> pd.DataFrame:
        """Reporting table: every item that reviewers of such studies ask for, and its value."""
        model = self.model
        items = [
            ("outcome and source", f"{model.outcome}, {model.source}"),
            ("link", model.link),
            ("interruptions", "; ".join(_interruption(one) for one in self.interruptions)),
            ("waves before, during, after", f"{model.n_before}, {model.n_during}, {model.n_after}"),
            ("waves left out (washout)", str(model.n_washout)),
            ("dates of the waves", ", ".join(f"{point.time:g}" for point in self.points)),
            ("sampling errors known", _describe_known(self.points)),
            ("estimator", model.estimator),
            ("errors", model.correlation),
            ("autocorrelation (SE)", f"{model.phi:.4f} ({model.phi_std_error:.4f})"),
            ("boundary", "yes: first differences" if model.boundary else "no"),
            ("start of the trend after", model.convention),
            *((f"{one.interruption}: {_name(one)}", _interval(one)) for one in self.effects),
            *((f"check: {check.name}", check.message) for check in self.checks),
            *(("note", note) for note in (*model.doubts(), *model.notes)),
            ("software", f"eenzaam_stats {model.version}"),
        ]
        table = pd.DataFrame(items, columns=["item", "value"])
        return remembering(table, model.disclosure)


def _interruption(one: tuple[str, float, float]) -> str:
    name, start, end = one
    return f"{name} from {start:g}" + (f" to {end:g}" if end < float("inf") else "")


def _describe_known(points: tuple[SeriesPoint, ...]) -> str:
    return "yes" if all(point.std_error == point.std_error for point in points) else "no"


def _name(effect: Effect) -> str:
    return f"{effect.effect} at {effect.date:g}" if effect.date == effect.date else effect.effect


def _interval(effect: Effect) -> str:
    seen = ""
    if effect.relative == effect.relative:
        seen = f", absolute {effect.absolute:.4g}, relative {effect.relative:.1%}"
    return (
        f"{effect.estimate:.5g} ({effect.conf_low:.5g} to {effect.conf_high:.5g}), df "
        f"{effect.df:.1f}, p {effect.p_value:.3g}{seen}"
    )
