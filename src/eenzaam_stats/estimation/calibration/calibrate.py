"""The verb ``calibrate``: weights that meet population margins, and a design that knows them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import DesignError, OptionError, SchemaError, UnknownColumnError
from eenzaam_stats.estimation.aggregates import frame as door
from eenzaam_stats.estimation.calibration.calibration_report import Findings, reported
from eenzaam_stats.estimation.calibration.margins import Margins, Wanted, wanted
from eenzaam_stats.estimation.calibration.match import Outside, placed
from eenzaam_stats.estimation.calibration.weights import Request, made
from eenzaam_stats.survey import Calibration, Survey
from eenzaam_stats.vocabulary import CalibrationMethod, require_option

FloatArray = NDArray[np.float64]
CALIBRATED = "weight_calibrated"
_WHERE = "calibrate()"


@in_words
def calibrate(
    survey: Survey,
    margins: Margins,
    *,
    method: CalibrationMethod = "rake",
    bounds: tuple[float, float] | None = None,
    trim: tuple[float, float] | None = None,
    outside: Outside = "error",
    weight: str = CALIBRATED,
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
    weight : str, default "weight_calibrated"
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
    eenzaam_stats.estimation.with_age_bands : Age bands in the words of such margins.

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
    >>> from eenzaam_stats.survey import Design, HarmonisationReport
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
    goal = wanted(margins)
    request = Request(method, bounds, trim).fitted(goal)
    frame = _opened(survey, goal, weight)
    rows = placed(frame, goal, outside=outside)
    inside = rows.inside
    frame, base_name = _with_base(frame.filter(inside.tolist()), survey, weight=weight)
    base = _base_weights(frame, base_name)
    result = made(base, rows.auxiliaries(goal), goal, request)
    design = replace(
        survey.design,
        weight=weight,
        calibration=Calibration(
            request.method,
            base_weight=base_name,
            margins=tuple(margin.columns for margin in goal.margins),
            numeric=tuple(name for name, _ in goal.numeric),
        ),
    )
    findings = Findings(goal, request, result, rows.left_out, weight=weight, base_name=base_name)
    return replace(
        survey,
        respondents=_with_column(frame, weight, result.weights).to_native(),
        design=design,
        report=reported(survey, findings),
    )


def _opened(survey: Survey, goal: Wanted, weight: str) -> door.Eager:
    """Eager frame with every column that is needed, and room for the new one."""
    frame = door.opened(survey.respondents, where=_WHERE)
    if not isinstance(frame, nw.DataFrame):
        raise SchemaError(
            f"{_WHERE} needs respondents in memory: an eager frame of pandas, Polars or PyArrow. "
            "Collect them first."
        )
    names = (*goal.columns, *(name for name, _ in goal.numeric))
    needed = [*names, survey.design.weight] if survey.design.weight else [*names]
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise UnknownColumnError.among(missing, frame.columns, needed_for=_WHERE)
    if weight in frame.columns:
        raise SchemaError(
            f"{_WHERE} needs to add column {weight!r}, which is there already, perhaps from an "
            "earlier calibration. Name another with weight=."
        )
    if survey.design.replicates is not None:
        raise DesignError(
            f"{_WHERE} cannot calibrate replicate weights, which the design has. "
            "Use the weights as they were delivered, or take the replicates out of the design."
        )
    _require_one_wave(frame, goal)
    typed = door.with_found_types(frame, frame.columns)
    return typed if isinstance(typed, nw.DataFrame) else frame


def _require_one_wave(frame: door.Eager, goal: Wanted) -> None:
    if "wave" not in frame.columns or (
        goal.margins and all("wave" in margin.columns for margin in goal.margins)
    ):
        return
    waves = sorted(str(value) for value in frame.get_column("wave").unique().to_list())
    if len(waves) > 1:
        raise DesignError(
            f"{_WHERE} needs one wave per population, and the respondents are of {len(waves)}: "
            f"{', '.join(waves)}. Calibrate each wave, or cross every margin with 'wave'."
        )


def _with_base(frame: door.Eager, survey: Survey, *, weight: str) -> tuple[door.Eager, str]:
    """Frame with a base weight, and the name of its column."""
    if survey.design.weight is not None:
        return frame, survey.design.weight
    name = f"{weight}_base"
    if name in frame.columns:
        raise SchemaError(
            f"{_WHERE} needs to add column {name!r}, which is there already. "
            "Name another with weight=, or make it the weight of the design."
        )
    return _with_column(frame, name, np.ones(len(frame))), name


def _base_weights(frame: door.Eager, name: str) -> FloatArray:
    dtype = frame.schema[name]
    if not dtype.is_numeric():
        raise door.not_numbers(name, "base weights", kind=str(dtype), where=_WHERE)
    column = frame.select(door.number(name).alias(name)).get_column(name)
    base = np.asarray(column.to_numpy(), dtype=np.float64)
    bad = ~(np.isfinite(base) & (base > 0.0))
    if bad.any():
        first = int(bad.argmax()) + 1
        raise door.bad_weights(name, where=_WHERE, count=int(bad.sum()), first=first)
    if not len(base):
        raise OptionError(f"{_WHERE} left out every respondent. Compare the margins with the data.")
    return base


def _with_column(frame: door.Eager, name: str, values: FloatArray) -> door.Eager:
    series: nw.Series[Any] = nw.new_series(name, values, nw.Float64, backend=frame.implementation)
    return frame.with_columns(series)
