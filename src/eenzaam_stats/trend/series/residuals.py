"""Checks of residual autocorrelation: information for the reader, never a switch of the method."""

from __future__ import annotations

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.series.autocorrelation import breusch_godfrey, durbin_watson, ljung_box
from eenzaam_stats.results.estimates import CheckResult

_SIGNIFICANT = 0.05
_YEAR = 12
_LEAST = 4


def residual_checks(y: FloatArray, x: FloatArray, *, season: bool) -> tuple[CheckResult, ...]:
    """Breusch-Godfrey and Ljung-Box tests of the least-squares residuals.

    Parameters
    ----------
    y, x
        Series and design.
    season : bool
        Whether order 12 is tested as well.

    Returns
    -------
    tuple of CheckResult
        ``passed`` says whether p is above 0.05, and ``None`` where the series is too short.
    """
    # Of least squares: those of a fit with AR(1) have lost what is tested. It is information, and
    # never changes the estimator.
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    n, p = x.shape
    orders = (1, _YEAR) if season else (1,)
    rows = [
        CheckResult(
            "Durbin-Watson",
            None,
            f"{durbin_watson(residual):.3f} on the residuals of least squares (2 is none)",
        )
    ]
    for order in orders:
        if n - p - order < _LEAST:
            rows.append(
                CheckResult(f"Breusch-Godfrey {order}", None, f"{n} waves are too few for it")
            )
            continue
        for name, (statistic, p_value) in (
            ("Breusch-Godfrey", breusch_godfrey(residual, x, order=order)),
            ("Ljung-Box", ljung_box(residual, order=order)),
        ):
            rows.append(
                CheckResult(
                    f"{name} {order}",
                    p_value > _SIGNIFICANT,
                    f"chi-square {statistic:.3f} on {order}, p {p_value:.3g}; information only",
                )
            )
    return tuple(rows)
