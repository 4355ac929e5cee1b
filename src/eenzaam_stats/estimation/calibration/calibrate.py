"""The verb ``calibrate``: weights that meet population margins, and a design that knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import BoolArray, FloatArray, IntArray
from eenzaam_stats.design import Calibration
from eenzaam_stats.errors import (
    DesignError,
    OptionError,
    SchemaError,
    UnknownCodeError,
    UnknownColumnError,
    verb,
)
from eenzaam_stats.estimation.aggregates import engine_frame
from eenzaam_stats.estimation.aggregates.domains import text
from eenzaam_stats.estimation.calibration.margins import Margin, Margins, Wanted, read_margins
from eenzaam_stats.estimation.calibration.weights import Request, Result, solve_weights
from eenzaam_stats.estimation.class_names import same_classes
from eenzaam_stats.numerics.survey.auxiliaries import Auxiliaries, auxiliaries
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import CalibrationMethod, require_option

# Respondents compared with population margins: who belongs to which category, and who to none.

Outside = Literal["error", "leave_out"]


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Respondents with their categories.

    Attributes
    ----------
    codes : tuple of ndarray of int, each of shape (n,)
        Category per margin, -1 where there is none.
    numeric : ndarray of float, shape (n, q)
        Numeric columns, NaN where missing.
    left_out : tuple of (str, int)
        Reasons to leave respondents out, and how many; each respondent is counted once.
    """

    codes: tuple[IntArray, ...]
    numeric: FloatArray
    left_out: tuple[tuple[str, int], ...]

    @property
    def inside(self) -> BoolArray:
        """Respondents with a category in every margin and every number, shape (n,)."""
        found = np.isfinite(self.numeric).all(axis=1)
        for code in self.codes:
            found &= code >= 0
        return np.asarray(found)

    def auxiliaries(self, wanted: Wanted) -> Auxiliaries:
        """Auxiliary variables of the respondents inside."""
        inside = self.inside
        return auxiliaries(
            [code[inside] for code in self.codes],
            [len(margin.classes) for margin in wanted.margins],
            numeric=self.numeric[inside],
        )


def match_margins(frame: engine_frame.Eager, wanted: Wanted, *, outside: Outside) -> Placed:
    """Respondents in the categories of the margins.

    Parameters
    ----------
    frame : narwhals.DataFrame
        Respondents.
    wanted : Wanted
        Margins.
    outside : {"error", "leave_out"}
        What a respondent does who lacks a variable or whose category no margin counts.

    Returns
    -------
    Placed

    Raises
    ------
    SchemaError
        If a variable is missing and that is an error, or a population category has no respondents.
    UnknownCodeError
        If respondents have a category that the margin does not count.
    """
    n = len(frame)
    free = np.ones(n, dtype=np.bool_)
    reasons: list[tuple[str, int]] = []
    words = {name: _words(frame, name) for name in wanted.columns}
    numeric = np.column_stack(
        [_number(frame, name) for name, _ in wanted.numeric] or [np.empty((n, 0))]
    )
    for name in wanted.columns:
        _leave_out(free, reasons, words[name] == "", f"{name} is missing", outside=outside)
    for (name, _), column in zip(wanted.numeric, numeric.T, strict=True):
        _leave_out(free, reasons, ~np.isfinite(column), f"{name} is missing", outside=outside)
    codes = []
    for margin in wanted.margins:
        code = _codes(margin, [words[name] for name in margin.columns])
        _place_unknown(margin, words, code, (free, reasons), outside=outside)
        codes.append(code)
    found = Placed(tuple(codes), numeric, tuple(reasons))
    _require_respondents(found, wanted)
    return found


def _words(frame: engine_frame.Eager, name: str) -> NDArray[np.object_]:
    """Values as text, empty where missing."""
    keys = frame.select(engine_frame.key(frame, name).alias(name)).get_column(name)
    code, values = pd.factorize(pd.Series(keys.to_list(), dtype="object"))
    words = np.array([*(text(value) for value in values), ""], dtype="object")
    return words[code]


def _number(frame: engine_frame.Eager, name: str) -> FloatArray:
    engine_frame.require_numeric(frame, name, flag=False)
    column = frame.select(engine_frame.number(name).alias(name)).get_column(name)
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _codes(margin: Margin, words: Sequence[NDArray[np.object_]]) -> IntArray:
    rows, present = pd.factorize(pd.MultiIndex.from_arrays(words))
    classes = [tuple(map(str, one)) for one in present]
    known = same_classes([one for one in classes if "" not in one], margin.classes)
    number = {one: at for at, one in enumerate(margin.classes)}
    table = np.array([number[known[one]] if one in known else -1 for one in classes], np.int64)
    return table[rows]


def _leave_out(
    free: BoolArray, reasons: list[tuple[str, int]], rows: BoolArray, why: str, *, outside: Outside
) -> None:
    """Count respondents that leave for a reason, or stop."""
    rows = rows & free
    count = int(rows.sum())
    if not count:
        return
    if outside == "error":
        raise SchemaError(
            f"{verb()} needs every margin variable in every row, and {why} in {count} row(s) "
            f"(first in row {int(rows.argmax()) + 1}). Complete it, or leave those rows out with "
            "outside='leave_out'."
        )
    free &= ~rows
    reasons.append((f"not calibrated: {why}", count))


def _place_unknown(
    margin: Margin,
    words: dict[str, NDArray[np.object_]],
    code: IntArray,
    found: tuple[BoolArray, list[tuple[str, int]]],
    *,
    outside: Outside,
) -> None:
    """Respondents whose category the margin does not count leave, or stop the run."""
    free, reasons = found
    strangers = (code < 0) & free
    if not strangers.any():
        return
    first = int(strangers.argmax())
    one = tuple(str(words[name][first]) for name in margin.columns)
    same = strangers.copy()
    for name, value in zip(margin.columns, one, strict=True):
        same &= words[name] == value
    if outside == "error":
        what = "gives 0 people" if one in margin.empty else "lacks"
        raise UnknownCodeError(
            f"{verb()}: {int(same.sum())} respondent(s) have "
            f"{margin.describe_category(one)} (first in row "
            f"{first + 1}), which the margin {what}. Add it, merge it, or leave those rows out "
            "with outside='leave_out'."
        )
    free &= ~strangers
    reasons.append(
        (f"not calibrated: {margin.name} is a category without population", int(strangers.sum()))
    )


def _require_respondents(found: Placed, wanted: Wanted) -> None:
    inside = found.inside
    for margin, code in zip(wanted.margins, found.codes, strict=True):
        counts = np.bincount(code[inside], minlength=len(margin.classes))
        nobody = [
            margin.describe_category(margin.classes[at]) for at in np.flatnonzero(counts == 0)
        ]
        if nobody:
            raise SchemaError(
                f"{verb()} needs respondents in every category of the population, and there are "
                f"none with {'; '.join(nobody)}. Merge categories, in the margin and in the data."
            )


# What a calibration did, in the terms of the report. No weight is computed here.


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


def report_calibration(survey: Survey, findings: Findings) -> HarmonisationReport:
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


CALIBRATED = "weight_calibrated"


@in_words
def calibrate(
    survey: Survey,
    margins: Margins,
    *,
    method: CalibrationMethod = "rake",
    bounds: tuple[float, float] | None = None,
    trim: tuple[float, float] | None = None,
    outside: Outside = "error",
    into: str = CALIBRATED,
) -> Survey:
    r"""Calibrate the weights of a survey to population margins.

    Parameters
    ----------
    survey : Survey
        Respondents in an eager frame of pandas, Polars or PyArrow. Their design weight is the base
        weight; without one (LISS) it is 1 for everybody, in a column that is added. The survey is
        not changed.
    margins : mapping or sequence
        Column to people per category, ``{"sex": {"men": 8.7e6, "women": 8.9e6}}``; or frames with
        one or more columns and ``population``, where several columns are crossed; or series with
        named index levels. A column with one number is a numeric auxiliary with its population
        total (``"linear"`` and ``"logit"``). Only proportions between the base weights matter, and
        margins may be percentages.
    method : {"post_stratify", "rake", "linear", "logit"}, default "rake"
        ``"post_stratify"`` takes one margin; raking to one margin is the same, and is recorded
        as such.
    bounds : tuple of float, optional
        Smallest and largest factor g between new and base weight, after the base weights are
        brought to the population total; for ``"linear"`` and, needed, ``"logit"``.
    trim : tuple of float, optional
        Smallest and largest weight, as multiples of the mean weight: weights are trimmed and
        calibrated again until both hold.
    outside : {"error", "leave_out"}, default "error"
        What happens to a respondent who lacks a variable of the margins, or whose category has no
        population. Who is left out is counted in the report, and is no longer in the survey.
    into : str, default "weight_calibrated"
        Column to add.

    Returns
    -------
    Survey
        New survey with the weight, a design whose ``calibration`` lets variances count it, and a
        report that says how near the margins are and how far the weights moved.

    Raises
    ------
    SchemaError
        If margins differ in total, count nobody or negatively, have a category without respondents,
        or a respondent lacks a variable; or the column is there already.
    UnknownCodeError
        If respondents have a category that the margin does not count.
    UnknownColumnError
        If a column is absent.
    DesignError
        If base weights are not above 0, the survey has replicate weights, or several waves are to
        share the margins of one population.
    OptionError
        If an option does not fit the method.
    ConvergenceError
        If a margin cannot be met, with its name.

    See Also
    --------
    population_margins : Margins from the packaged population.
    eenzaam_stats.estimation.with_age_bands : Age bands in the terms of such margins.

    Notes
    -----
    Raking multiplies weights by one factor per category; linear and logit calibration move them the
    least in their distance. All end with :math:`\sum_i w_i x_i = t` to a relative 1e-11.
    Calibration repairs only what the margins explain of who answered.

    **Unit.** That of the margins: with people, weighted totals are people.

    **Missing data.** A respondent without a margin variable stops the run, or is left out.

    **Validated against.** ``postStratify``, ``rake`` and ``calibrate`` of R ``survey``, in
    ``tests/numerics``; the margins, in ``tests/estimation/calibration/test_calibrate.py``.

    References
    ----------
    .. [1] Deville, J.-C. and Sarndal, C.-E. (1992). Calibration estimators in survey sampling.
       Journal of the American Statistical Association, 87(418), 376-382.
       doi:10.1080/01621459.1992.10475217

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> people = pd.DataFrame({"sex": ["men", "men", "men", "women"]})
    >>> report = HarmonisationReport("made_up", "2022", "people.csv", "synthetic", "four", 4, 4)
    >>> moved = calibrate(Survey(people, Design(), report), {"sex": {"men": 60, "women": 60}})
    >>> moved.respondents["weight_calibrated"].tolist()
    [20.0, 20.0, 20.0, 60.0]
    >>> moved.design.calibration.method, moved.design.calibration.margins
    ('post_stratify', (('sex',),))
    """
    require_option(method, CalibrationMethod, name="method")
    require_option(outside, Outside, name="outside")
    goal = read_margins(margins)
    request = Request(method, bounds, trim).adapt_to(goal)
    frame = _open_frame(survey, goal, into)
    rows = match_margins(frame, goal, outside=outside)
    inside = rows.inside
    frame, base_name = _with_base(frame.filter(inside.tolist()), survey, weight=into)
    base = _base_weights(frame, base_name)
    result = solve_weights(base, rows.auxiliaries(goal), goal, request)
    design = replace(
        survey.design,
        weight=into,
        calibration=Calibration(
            request.method,
            base_weight=base_name,
            margins=tuple(margin.columns for margin in goal.margins),
            numeric=tuple(name for name, _ in goal.numeric),
        ),
    )
    findings = Findings(goal, request, result, rows.left_out, weight=into, base_name=base_name)
    return replace(
        survey,
        respondents=_with_column(frame, into, result.weights).to_native(),
        design=design,
        report=report_calibration(survey, findings),
    )


def _open_frame(survey: Survey, goal: Wanted, weight: str) -> engine_frame.Eager:
    """Eager frame with every column that is needed, and space for the new one."""
    frame = engine_frame.open_frame(survey.respondents)
    if not isinstance(frame, nw.DataFrame):
        raise SchemaError(
            f"{verb()} needs respondents in memory: an eager frame of pandas, Polars or PyArrow. "
            "Collect them first."
        )
    names = (*goal.columns, *(name for name, _ in goal.numeric))
    needed = [*names, survey.design.weight] if survey.design.weight else [*names]
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise UnknownColumnError.among(missing, frame.columns)
    if weight in frame.columns:
        raise SchemaError(
            f"{verb()} needs to add column {weight!r}, which is there already, perhaps from an "
            "earlier calibration. Name another with weight=."
        )
    if survey.design.replicates is not None:
        raise DesignError(
            f"{verb()} cannot calibrate replicate weights, which the design has. "
            "Use the weights as they were delivered, or take the replicates out of the design."
        )
    _require_one_wave(frame, goal)
    typed = engine_frame.with_found_types(frame, frame.columns)
    return typed if isinstance(typed, nw.DataFrame) else frame


def _require_one_wave(frame: engine_frame.Eager, goal: Wanted) -> None:
    if "wave" not in frame.columns or (
        goal.margins and all("wave" in margin.columns for margin in goal.margins)
    ):
        return
    waves = sorted(str(value) for value in frame.get_column("wave").unique().to_list())
    if len(waves) > 1:
        raise DesignError(
            f"{verb()} needs one wave per population, and the respondents are of {len(waves)}: "
            f"{', '.join(waves)}. Calibrate each wave, or cross every margin with 'wave'."
        )


def _with_base(
    frame: engine_frame.Eager, survey: Survey, *, weight: str
) -> tuple[engine_frame.Eager, str]:
    """Frame with a base weight, and the name of its column."""
    if survey.design.weight is not None:
        return frame, survey.design.weight
    name = f"{weight}_base"
    if name in frame.columns:
        raise SchemaError(
            f"{verb()} needs to add column {name!r}, which is there already. "
            "Name another with weight=, or make it the weight of the design."
        )
    return _with_column(frame, name, np.ones(len(frame))), name


def _base_weights(frame: engine_frame.Eager, name: str) -> FloatArray:
    dtype = frame.schema[name]
    if not dtype.is_numeric():
        raise engine_frame.not_numbers(name, "base weights", kind=str(dtype))
    column = frame.select(engine_frame.number(name).alias(name)).get_column(name)
    base = np.asarray(column.to_numpy(), dtype=np.float64)
    bad = ~(np.isfinite(base) & (base > 0.0))
    if bad.any():
        first = int(bad.argmax()) + 1
        raise engine_frame.bad_weights(name, count=int(bad.sum()), first=first)
    if not len(base):
        raise OptionError(f"{verb()} left out every respondent. Compare the margins with the data.")
    return base


def _with_column(frame: engine_frame.Eager, name: str, values: FloatArray) -> engine_frame.Eager:
    series: nw.Series[Any] = nw.new_series(name, values, nw.Float64, backend=frame.implementation)
    return frame.with_columns(series)
