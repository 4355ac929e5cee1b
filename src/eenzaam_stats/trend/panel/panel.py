"""The verb ``panel_model``: people who answered several times, with dropout and refreshment.

It opens the panel, asks for the columns, hands them to ``numerics`` and words the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import BoolArray
from eenzaam_stats.errors import SchemaError, verb
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.results.doubt import Doubt, inherit_flag
from eenzaam_stats.results.panel import PanelFit
from eenzaam_stats.trend.panel.dropout import wave_counts
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
