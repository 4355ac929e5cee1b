"""What a calibration did, in the words of the report. No weight is computed here."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.estimation.calibration.margins import Wanted
from eenzaam_stats.estimation.calibration.weights import Request, Result
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.survey import HarmonisationReport, Survey

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Everything that the report says about one calibration.

    Attributes
    ----------
    goal : Wanted
    request : Request
    result : Result
    left_out : tuple of (str, int)
        Reasons and numbers of respondents left out.
    weight, base_name : str
        Columns with the new and the base weight.
    """

    goal: Wanted
    request: Request
    result: Result
    left_out: tuple[tuple[str, int], ...]
    weight: str
    base_name: str


def reported(survey: Survey, findings: Findings) -> HarmonisationReport:
    """Report with the calibration in it.

    Parameters
    ----------
    survey : Survey
        Survey before calibration.
    findings : Findings
        What was done.

    Returns
    -------
    HarmonisationReport
    """
    report = survey.report
    lost = sum(count for _, count in findings.left_out)
    return replace(
        report,
        n_kept=report.n_kept - lost,
        dropped=(*report.dropped, *findings.left_out),
        checks=(*report.checks, _check(findings)),
        notes=(*report.notes, *_notes(survey, findings)),
    )


def _check(findings: Findings) -> CheckResult:
    goal, result = findings.goal, findings.result
    margins = ", ".join([*(m.name for m in goal.margins), *(name for name, _ in goal.numeric)])
    return CheckResult(
        "calibration",
        True,
        f"{findings.weight!r} meets {len(goal.totals())} population figures ({margins}); largest "
        f"relative difference {result.largest_error:.1g} after {result.rounds} round(s) of "
        f"{findings.request.method}",
    )


def _notes(survey: Survey, findings: Findings) -> tuple[str, ...]:
    result, goal = findings.result, findings.goal
    n, low, high = len(result.weights), result.factors.min(), result.factors.max()
    effect, before = kish_effect(result.weights), kish_effect(result.base)
    base = (
        f"{findings.base_name!r}, 1 for everybody,"
        if survey.design.weight is None
        else (f"{findings.base_name!r}")
    )
    notes = [
        f"calibrated from {base} by factors of {low:.3g} to {high:.3g} of the base weight brought "
        f"to the population total; Kish effect {effect:.3f} (before {before:.3f}), "
        f"effective n {n / effect:,.0f} of {n:,}"
    ]
    if findings.request.trim is not None:
        least, most = findings.request.trim
        notes.append(
            f"weights of {result.n_trimmed:,} respondent(s) trimmed to {least:g} to {most:g} times "
            f"the mean, and calibrated again {result.trim_rounds} time(s)"
        )
    if survey.design.calibration is not None:
        notes.append("the base weights were calibrated before; variances count the last one only")
    about = dict.fromkeys(margin.about for margin in goal.margins if margin.about)
    return (*notes, *(f"margins count {words}" for words in about))


def kish_effect(weights: FloatArray) -> float:
    """Kish's design effect of unequal weights, n times the sum of squares over the squared sum.

    Examples
    --------
    >>> round(kish_effect(np.array([1.0, 1.0, 2.0])), 3)
    1.125
    """
    return float(len(weights) * (weights @ weights) / weights.sum() ** 2)
