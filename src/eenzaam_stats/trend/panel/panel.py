"""The verb ``panel_model``: people who answered several times, with dropout and refreshment.

It opens the panel, asks for the columns, hands them to ``numerics`` and words the result.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import BoolArray, FloatArray
from eenzaam_stats.errors import ConvergenceError, EenzaamStatsWarning, SchemaError, verb
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.numerics.panel.logistic import LogisticFit, logistic_regression
from eenzaam_stats.numerics.t_distribution import t_quantile
from eenzaam_stats.results.doubt import Doubt, inherit_flag
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.results.panel import PanelFit, WaveCount
from eenzaam_stats.trend.panel.marginal import AverageOver, wave_means
from eenzaam_stats.trend.panel.models import fit_panel, list_coefficients
from eenzaam_stats.trend.panel.options import Likelihood, Model, PanelOptions, Random
from eenzaam_stats.trend.panel.rows import Family, PanelColumns, PanelRows, panel_rows
from eenzaam_stats.trend.panel.terms import InterruptionLike, PanelTerm, panel_design, terms_in
from eenzaam_stats.trend.series.grid import whole_years
from eenzaam_stats.trend.series.interruption import CONVENTIONS
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Flag, require_option


@in_words
def panel_model(
    data: object,
    outcome: str,
    *,
    interruptions: Sequence[PanelTerm | InterruptionLike] = (),
    family: Family = "linear",
    columns: PanelColumns | None = None,
    options: PanelOptions | None = None,
    level: float = 0.95,
) -> PanelFit:
    r"""Model the answers of people who took part in several waves.

    Parameters
    ----------
    data : Survey or frame
        One row per person and wave, in a frame of any engine, for instance what ``read_liss``
        gives after ``score``.
    outcome : str
        A number, or a flag (boolean or 0/1) with ``family="logistic"``.
    interruptions : sequence of PanelTerm or Interruption
        Levels and slopes in given periods; an ``Interruption`` with an end has a change during
        and a change after.
    family : {"linear", "logistic"}, default "linear"
        Model of the outcome itself, or of the log odds of yes.
    columns : PanelColumns, optional
        Names of person, wave, date, household and covariates; ``person_id`` and ``wave`` without.
    options : PanelOptions, optional
        Mixed or population-averaged, random slope, REML or ML, origin of the trend, whose
        covariates to average over.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    PanelFit
        Coefficients, variances, standardised mean or prevalence per wave, who came and went.

    Raises
    ------
    UnknownColumnError, SchemaError
        If a column is absent or holds other values, a person occurs twice in a wave, or the
        outcome does not vary.
    OptionError
        If options do not go together, a period has no rows, or terms say the same.
    DesignError
        If nobody answered twice, households cannot be told from people, or somebody has more than
        one household: make a column with the first household of each person.
    ConvergenceError
        If terms separate yes from no, or nothing varies within people.

    See Also
    --------
    eenzaam_stats.trend.panel.panel.check_dropout : Is dropout related to answers?
    eenzaam_stats.prevalence : Each wave by itself, with weights.

    Notes
    -----
    :math:`y_{ij} = x_{ij}'\beta + h_{g(i)} + b_{0i} (+ b_{1i} t_{ij}) + e_{ij}`, or
    :math:`\mathrm{logit}\,P(y_{ij} = 1) = x_{ij}'\beta + b_i`. The mean of a wave puts its date
    beside every person's covariates and averages, each person counted once; in a logistic mixed
    model over the random effect as well, so that it is a prevalence in the population and not that
    of a median person. Covariates are taken as fixed. No weights: LISS delivers none.

    Logistic mixed coefficients are person-specific and larger than population-averaged ones.

    **Unit.** That of the outcome; log odds; means per wave in the unit of the outcome or 0-1.

    **Missing data.** Rows without the outcome or a covariate are left out and counted. Mixed
    models are right when absence depends on earlier answers (missing at random), means of waves
    are not.

    **Validated against.** R ``lme4`` and ``lmerTest`` (``tests/trend/panel/test_vs_lme4.py``),
    ``geepack`` (``tests/trend/panel/test_vs_geepack.py``).

    References
    ----------
    .. [1] Bazo-Alvarez, J. C., Morris, T. P., Pham, T. M., Carpenter, J. R. & Petersen, I. (2020).
       Handling missing values in interrupted time series analysis of longitudinal
       individual-level data. Clinical Epidemiology, 12, 1045-1057. doi:10.2147/CLEP.S266428

    Examples
    --------
    Four people in four waves; two units more in the last two:

    >>> import pandas as pd
    >>> panel = pd.DataFrame({"person_id": [1, 2, 3, 4] * 4, "wave": sorted([1, 2, 3, 4] * 4)})
    >>> panel["y"] = panel["person_id"] + 2.0 * (panel["wave"] > 2)
    >>> panel["y"] += [0, 1, 1, 0, 1, 0, 0, 1] * 2
    >>> fit = panel_model(panel, "y", interruptions=[PanelTerm("after", 3)],
    ...                   options=PanelOptions(trend=False))
    >>> fit.n_persons, round(fit.coefficient("after").estimate, 3)
    (4, 2.0)
    """
    options = options or PanelOptions()
    _require_options(family, options, level)
    everything = panel_rows(data, outcome, columns=columns or PanelColumns(), family=family)
    terms, left_out, apart = terms_in(interruptions, everything.times, everything.calendar)
    rows = _keep_rows(everything, everything.complete & ~left_out)
    design = panel_design(rows, terms, trend=options.trend, origin=options.origin)
    fit = fit_panel(rows, design, family=family, options=options)
    part = fit.averaging
    unclear = whole_years(everything.times, tuple(d for t in terms for d in (t.start, t.end)))
    p = len(design.names)
    doubts = wave_doubts(everything, everything.complete & ~left_out, left_out)
    doubt = inherit_flag(zip(rows.labels, doubts, strict=True), errors_from="model")
    return PanelFit(
        outcome=outcome,
        source=rows.source,
        family=family,
        model=fit.words,
        coefficients=list_coefficients(part, design.names, level=level),
        covariance=tuple(tuple(row) for row in part.covariance[:p, :p].tolist()),
        variances=fit.variances,
        correlation=fit.correlation,
        marginal=wave_means(
            rows, design, part, doubts=doubts, average_over=options.average_over, level=level
        ),
        dropout=wave_counts(everything),
        log_likelihood=fit.log_likelihood,
        n_rows=len(rows.y),
        n_persons=int(rows.person.max()) + 1,
        n_households=0 if rows.household is None else len(np.unique(rows.household)),
        n_missing=int((~everything.has_outcome).sum()),
        n_without_covariate=int((everything.has_outcome & ~everything.complete).sum()),
        n_washout=int((everything.complete & left_out).sum()),
        level=level,
        origin=design.origin,
        convention=CONVENTIONS["date"] if terms else "",
        boundary=fit.boundary,
        notes=(*([unclear] if unclear else []), *apart, *fit.notes),
        version=VERSION,
        flag=doubt.flag,
        reason=doubt.reason,
    )


def _require_options(family: Family, options: PanelOptions, level: float) -> None:
    require_option(family, Family, name="family")
    require_option(options.model, Model, name="model")
    require_option(options.random, Random, name="random")
    require_option(options.likelihood, Likelihood, name="likelihood")
    require_option(options.average_over, AverageOver, name="average_over")
    require_level(level)


def _keep_rows(rows: PanelRows, keep: NDArray[np.bool_]) -> PanelRows:
    """Some rows, with persons numbered without gaps."""
    if not keep.any():
        raise SchemaError(
            f"{verb()} needs rows with an outcome and every covariate, and found none. Name other "
            "covariates."
        )
    _, person = np.unique(rows.person[keep], return_inverse=True)
    return replace(
        rows,
        y=rows.y[keep],
        person=person.reshape(-1).astype(np.int64),
        wave=rows.wave[keep],
        times=rows.times[keep],
        household=None if rows.household is None else rows.household[keep],
        covariates=rows.covariates[keep],
        unit=rows.unit[keep],
        stratum=rows.stratum[keep],
    )


# Waves of a panel that say little by themselves: one person, one cluster, everybody the same. A
# model gives such a wave a mean with an error of its own, borrowed from the others; that stays
# and is marked.

NOBODY = "nobody in the group has an answer"


def wave_doubts(rows: PanelRows, used: BoolArray, out: BoolArray) -> tuple[Doubt, ...]:
    """Doubt of every wave, as the means and shares of the wave alone would have.

    Parameters
    ----------
    rows : PanelRows
        The whole panel.
    used : ndarray of bool, shape (n,)
        Rows in the model.
    out : ndarray of bool, shape (n,)
        Rows left out on purpose: a wave of these only is not doubted.

    Returns
    -------
    tuple of Doubt
        One per wave, in order.
    """
    return tuple(
        _doubt(rows, used & (rows.wave == at), asked=bool((~out & (rows.wave == at)).any()))
        for at in range(len(rows.labels))
    )


def _doubt(rows: PanelRows, inside: BoolArray, *, asked: bool) -> Doubt:
    y = rows.y[inside]
    if not len(y):
        return Doubt(Flag.UNCERTAIN, NOBODY, no_error=True) if asked else Doubt()
    pairs = np.unique(np.stack([rows.stratum[inside], rows.unit[inside]]), axis=1)
    df = pairs.shape[1] - len(np.unique(pairs[0]))
    binary = bool(np.isin(rows.y[rows.has_outcome], (0.0, 1.0)).all())
    same = y[0] if np.ptp(y) == 0.0 else np.nan
    findings = (
        (binary and same == 0.0, "nobody who answered has the outcome"),
        (binary and same == 1.0, "everybody who answered has the outcome"),
        (not binary and not np.isnan(same), "everybody who answered gave the same answer"),
        (df <= 0, "no degrees of freedom"),
    )
    reason = "; ".join(words for there, words in findings if there)
    return Doubt(Flag.UNCERTAIN, reason, no_error=True) if reason else Doubt()


# Who takes part in which wave: the pattern of a panel, and whether answers tell who leaves.

NAME = "dropout and answers"
_LARGE_DF = 1e9


@in_words
def check_dropout(
    data: object, outcome: str, *, columns: PanelColumns | None = None, level: float = 0.95
) -> CheckResult:
    r"""Check whether people who are absent in the next wave answered differently now.

    Parameters
    ----------
    data : Survey or frame
        One row per person and wave, in a frame of any engine. A row without an outcome counts as
        taking part.
    outcome : str
        A number, or 0/1.
    columns : PanelColumns, optional
        Names of the columns; ``person_id`` and ``wave`` without it. Covariates and household play
        no part.
    level : float, default 0.95
        The check fails when the interval of the odds ratio leaves out 1.

    Returns
    -------
    CheckResult
        ``passed`` is ``None`` when there is one wave, or nobody or everybody is absent next.

    Raises
    ------
    SchemaError, UnknownColumnError
        As in :func:`panel_model`.

    See Also
    --------
    warn_of_dropout : The same as a warning, for whoever analyses means of waves.
    panel_model : What to use instead of means of waves.

    Notes
    -----
    Logistic regression of "absent in the next wave" on the answer now, with one intercept per
    wave, over all person-waves but those of the last wave; errors robust by person. Waves in which
    nobody or everybody is absent next say nothing and are left out.

    A pass is not a proof: dropout can depend on what was never observed.

    **Unit.** Odds ratio per unit of the outcome.

    **Missing data.** Rows without an outcome are not in the regression; they count as present.

    **Validated against.** R ``geepack::geeglm(corstr = "independence")``, in
    ``tests/trend/panel/test_dropout.py``.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame(
    ...     {
    ...         "person_id": [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 5],
    ...         "wave": [1] * 8 + [2] * 4,
    ...         "lonely": [0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1],
    ...     }
    ... )
    >>> check_dropout(panel, "lonely").passed
    True
    """
    require_level(level)
    rows = panel_rows(data, outcome, columns=columns or PanelColumns(), family="linear")
    now = rows.has_outcome & (rows.wave < len(rows.labels) - 1)
    absent = _absent_next(rows)
    used = now & _informative(rows, now, absent)
    if not used.any():
        return CheckResult(
            NAME, None, "nobody who answered is absent in the next wave while others are present"
        )
    y, x = absent[used].astype(np.float64), _design(rows, used)
    if np.ptp(rows.y[used]) == 0.0:
        return CheckResult(NAME, None, "everyone who can be absent next gave the same answer")
    counts = f"{int(y.sum()):,} of {len(y):,} answers were the last before an absence"
    try:
        fit = logistic_regression(y, x, rows.person[used])
    except ConvergenceError:
        return CheckResult(
            NAME, False, f"the answers now tell without exception who is absent next; {counts}"
        )
    return _judge_fit(fit, outcome, counts, level=level)


@in_words
def warn_of_dropout(
    data: object, outcome: str, *, columns: PanelColumns | None = None, level: float = 0.95
) -> CheckResult:
    """Warn when means of waves would be analysed although dropout follows from answers.

    Parameters
    ----------
    data, outcome, columns, level
        As in :func:`check_dropout`.

    Returns
    -------
    CheckResult
        That of :func:`check_dropout`.

    Warns
    -----
    EenzaamStatsWarning
        If the check fails.

    See Also
    --------
    check_dropout : Without a warning.

    Notes
    -----
    The mean of a wave is that of those who stayed. A mixed model uses the earlier answers of those
    who left, and is right when dropout depends on nothing else (missing at random).

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"person_id": [1, 2, 1, 2], "wave": [1, 1, 2, 2], "y": [1, 2, 3, 4]})
    >>> warn_of_dropout(panel, "y").passed is None
    True
    """
    result = check_dropout(data, outcome, columns=columns, level=level)
    if result.passed is False:
        warnings.warn(
            f"Means of {outcome!r} per wave describe those who stayed: {result.message}. Use "
            "panel_model(), which keeps the earlier answers of those who left.",
            EenzaamStatsWarning,
            stacklevel=3,
        )
    return result


def wave_counts(rows: PanelRows) -> tuple[WaveCount, ...]:
    """Who came and went, per wave."""
    first, last = _first_and_last(rows)
    present = _present(rows)
    before = np.zeros_like(present)
    before[:, 1:] = present[:, :-1]
    result = []
    n_waves = len(rows.labels)
    for at, label in enumerate(rows.labels):
        here = present[:, at]
        in_wave = rows.wave == at
        result.append(
            WaveCount(
                wave=label,
                n_persons=int(here.sum()),
                n_valid=int((in_wave & rows.has_outcome).sum()),
                n_new=int((here & (first == at)).sum()),
                n_returned=int((here & (first < at) & ~before[:, at]).sum()),
                n_left=int((here & (last == at)).sum()) if at < n_waves - 1 else None,
            )
        )
    return tuple(result)


def _present(rows: PanelRows) -> BoolArray:
    """Whether a person has a row in a wave, shape (persons, waves)."""
    present = np.zeros((int(rows.person.max()) + 1, len(rows.labels)), dtype=np.bool_)
    present[rows.person, rows.wave] = True
    return present


def _first_and_last(rows: PanelRows) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    present = _present(rows)
    return present.argmax(axis=1), present.shape[1] - 1 - present[:, ::-1].argmax(axis=1)


def _absent_next(rows: PanelRows) -> BoolArray:
    # Nobody is absent after the last wave: the panel ended, not the person.
    present = np.column_stack([_present(rows), np.ones(int(rows.person.max()) + 1, dtype=np.bool_)])
    return np.asarray(~present[rows.person, rows.wave + 1], dtype=np.bool_)


def _informative(rows: PanelRows, now: BoolArray, absent: BoolArray) -> BoolArray:
    """Rows of waves after which some are absent and some are not."""
    n = np.bincount(rows.wave[now], minlength=len(rows.labels))
    gone = np.bincount(rows.wave[now & absent], minlength=len(rows.labels))
    return np.asarray(((gone > 0) & (gone < n))[rows.wave], dtype=np.bool_)


def _design(rows: PanelRows, used: BoolArray) -> FloatArray:
    """The answer, and one column per wave."""
    waves = rows.wave[used]
    # A level per wave, so that a wave in which many left and many were lonely says nothing by
    # itself: people of one wave are compared.
    dummies = [(waves == wave).astype(np.float64) for wave in np.unique(waves)]
    return np.column_stack([rows.y[used], *dummies])


def _judge_fit(fit: LogisticFit, outcome: str, counts: str, *, level: float) -> CheckResult:
    b, se = float(fit.coefficients[0]), math.sqrt(float(fit.covariance[0, 0]))
    half = float(t_quantile(level, _LARGE_DF)) * se
    p = 2.0 * float(special.ndtr(-abs(b) / se)) if se > 0.0 else 0.0
    # A pass proves nothing about answers that were never given.
    related = abs(b) > half
    words = "more" if b > 0 else "less"
    found = (
        f"people with a higher {outcome!r} are {words} often absent in the next wave"
        if related
        else f"no relation was found between {outcome!r} and absence in the next wave"
    )
    return CheckResult(
        NAME,
        not related,
        f"{found}: odds ratio {math.exp(b):.3g} per unit ({level:.0%} interval "
        f"{math.exp(b - half):.3g} to {math.exp(b + half):.3g}, p {p:.2g}); {counts}",
    )
