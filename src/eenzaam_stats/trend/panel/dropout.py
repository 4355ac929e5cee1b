"""Who takes part in which wave: the pattern of a panel, and whether answers tell who leaves."""

from __future__ import annotations

import math
import warnings

import numpy as np
from numpy.typing import NDArray
from scipy import special

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import BoolArray, FloatArray
from eenzaam_stats.errors import ConvergenceError, EenzaamStatsWarning
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.numerics.panel.logistic import LogisticFit, logistic_regression
from eenzaam_stats.numerics.t_distribution import t_quantile
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.results.panel import WaveCount
from eenzaam_stats.trend.panel.rows import PanelColumns, PanelRows, panel_rows

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
