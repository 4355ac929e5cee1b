"""Whether waves lie at equal distances, on a grid with gaps, or anywhere."""

from __future__ import annotations

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError

_MONTH = "Name the column with the month of the interview as month=."

# Waves are on a grid when every gap is a whole number of the smallest, within this share of it.
_TOLERANCE = 1e-6
# A grid is regular enough for AR(1), with a correlation that may be negative, when this share of
# its points has a wave; on a thinner one an alternating process fits dates that nobody chose.
_FILLED = 2.0 / 3.0


def grid_step(times: FloatArray) -> float | None:
    """Smallest gap when every gap is a whole number of it, else ``None``.

    Examples
    --------
    >>> grid_step(np.array([2008.0, 2009.0, 2011.0])), grid_step(np.array([1.0, 2.0, 3.5, 4.1]))
    (1.0, None)
    """
    gaps = np.diff(times)
    step = float(gaps.min())
    return step if _whole(gaps / step) else None


def regular_step(times: FloatArray) -> float | None:
    """Step of the grid when at least two thirds of its points have a wave, else ``None``.

    Examples
    --------
    >>> regular_step(np.array([1.0, 2.0, 4.0])), regular_step(np.array([1.0, 2.0, 12.0]))
    (1.0, None)
    """
    step = grid_step(times)
    if step is None:
        return None
    # Years 2008, 2010, 2020 lie on a grid of two years as well; what decides is how much of it was
    # measured.
    points = round(float(times[-1] - times[0]) / step) + 1
    return step if len(times) >= _FILLED * points else None


def shares_grid(before: FloatArray, later: FloatArray, step: float) -> bool:
    """Whether later waves lie on the grid of the waves before.

    Examples
    --------
    >>> shares_grid(np.array([2014.0, 2016.0, 2018.0]), np.array([2019.0, 2020.0]), 2.0)
    False
    """
    return _whole((later - before[0]) / step)


def require_even(times: FloatArray, *, needed_for: str) -> None:
    """Raise an ``OptionError`` unless all waves lie at the same distance."""
    gaps = np.diff(times)
    if np.abs(gaps / gaps.min() - 1.0).max() > _TOLERANCE * len(times):
        raise OptionError(
            f"{needed_for} needs waves at equal distances, since it counts waves and not time, and "
            f"the gaps run from {gaps.min():g} to {gaps.max():g}. Use estimator='reml', which "
            "knows the dates."
        )


def _whole(steps: FloatArray) -> bool:
    return bool(np.abs(steps - np.rint(steps)).max() < _TOLERANCE * (len(steps) + 1))


def whole_years(times: FloatArray, borders: tuple[float, ...], *, advice: str = _MONTH) -> str:
    """Note when dates are whole years and a period starts or ends inside one of them.

    Examples
    --------
    >>> whole_years(np.array([2019.0, 2020.0]), (2020.2,))[:42]
    'Waves of 2020 are dated 1 January, before '
    >>> whole_years(np.array([2019.8, 2020.8]), (2020.2,))
    ''
    """
    if not (times == np.floor(times)).all():
        return ""
    inside = [border for border in borders if np.isfinite(border) and border % 1.0 > 0.0]
    found = sorted({int(border) for border in inside if (times == np.floor(border)).any()})
    if not found:
        return ""
    years = ", ".join(map(str, found))
    return (
        f"Waves of {years} are dated 1 January, before a period that starts or ends in that year. "
        f"{advice}"
    )
