"""Power of a planned interrupted series, by simulation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.dates.axis import Calendar
from eenzaam_stats.dates.waves import DateLike, dates_of_waves
from eenzaam_stats.errors import OptionError, verb
from eenzaam_stats.numerics.series.ar_process import correlation
from eenzaam_stats.numerics.t_distribution import t_quantile
from eenzaam_stats.results.checks import EffectPower, PowerResult
from eenzaam_stats.trend.series.contrast import contrast
from eenzaam_stats.trend.series.design import Season, SeriesDesign
from eenzaam_stats.trend.series.fitting import Estimator, FitOptions, fit_series
from eenzaam_stats.trend.series.interruption import Interruption, date_interruptions
from eenzaam_stats.trend.series.interruption_terms import build_terms
from eenzaam_stats.trend.series.series import Series, waves_alone


@dataclass(frozen=True, slots=True)
class PlannedSeries:
    """A series that is still to be measured.

    Attributes
    ----------
    waves : sequence of float or date
        Dates of any kind.
    start : float or date
        Date of the interruption.
    level, slope : float
        Effects that are planted: jump at the date, and change of the slope per unit of time.
    sd : float
        Standard deviation of what moves the series besides its trend.
    phi : float
        Autocorrelation of that over one unit of time; negative only for waves at whole distances.
    std_error : float or sequence of float
        Sampling errors of the waves; 0 for none. For a share p among n respondents with design
        effect d it is sqrt(d p (1 - p) / n).
    """

    waves: Sequence[DateLike]
    start: DateLike
    level: float = 0.0
    slope: float = 0.0
    sd: float = 1.0
    phi: float = 0.0
    std_error: float | Sequence[float] = 0.0


@in_words
def find_power(
    planned: PlannedSeries,
    *,
    rng: np.random.Generator,
    replications: int = 1_000,
    estimator: Estimator = "auto",
    options: FitOptions | None = None,
    level: float = 0.95,
) -> PowerResult:
    """Simulate a planned series and count how often its effects are found.

    Parameters
    ----------
    planned : PlannedSeries
        Dates, effects and errors.
    rng : numpy.random.Generator
        Source of chance; the same one gives the same answer.
    replications : int, default 1000
        Simulated series.
    estimator : str, default "auto"
        As in :func:`eenzaam_stats.interrupted_time_series`.
    options : FitOptions, optional
    level : float, default 0.95
        Coverage of the intervals: an effect is found when its interval leaves out 0.

    Returns
    -------
    PowerResult
        Power with its Monte Carlo error, false positives, coverage, and whether the standard errors
        are as large as the estimates vary, for the level and the slope change.

    Raises
    ------
    OptionError
        If the plan has fewer than three waves on a side, an impossible autocorrelation, no error at
        all, or a negative one.

    Notes
    -----
    The series have a normal process with the given autocorrelation and normal sampling errors,
    which are known to the fit. Power that is asked of the wrong autocorrelation is wrong: simulate
    several.

    **Validated against.** The noncentral t distribution for independent errors, in
    ``tests/trend/series/test_power.py``.

    Examples
    --------
    >>> plan = PlannedSeries(range(24), start=12, level=1.0)
    >>> found = find_power(plan, rng=np.random.default_rng(1), replications=200, estimator="ols")
    >>> [row.effect for row in found.rows], 0.1 < found.rows[0].power < 0.35
    (['level change', 'slope change'], True)
    """
    times, known, start, calendar = _open_plan(planned)
    if replications < 1 or not 0.0 < level < 1.0:
        raise OptionError(
            f"{verb()} needs at least 1 replication and level between 0 and 1, and got "
            f"{replications} and {level:g}."
        )
    empty = np.empty((len(times), 0))
    nothing, has_errors = np.zeros(len(times)), bool(known.any())
    series = Series(times, nothing, known, empty, (), "planned", "simulation", has_errors, calendar)
    ones = date_interruptions([Interruption("planned", start=start)], series)
    terms = build_terms(ones, series, ramp="date")
    x = SeriesDesign(float(times[0]), Season(), (), terms).matrix(times, empty)
    truth = np.array([planned.level, planned.slope])
    options, found, words = options or FitOptions(), [], ""
    for errors in _simulate_errors(planned, series, rng, replications):
        # Without intercept and trend: the effects of every estimator here are the same whatever
        # those are.
        one = replace(series, values=errors + x[:, 2:] @ truth)
        fit = fit_series(one, x, estimator=estimator, options=options)
        words = words or fit.estimator
        effects = [contrast(fit, row, level=level) for row in np.eye(4)[2:]]
        found.append([(e.estimate, e.std_error, e.df) for e in effects])
    numbers = np.array(found)
    rows = [
        _row(name, float(truth[at]), numbers[:, at], level)
        for at, name in enumerate(("level change", "slope change"))
    ]
    return PowerResult(tuple(rows), replications, words, level)


def _open_plan(planned: PlannedSeries) -> tuple[FloatArray, FloatArray, float, Calendar]:
    """Dates in order, sampling variances, the date of the interruption, and the calendar."""
    times, calendar = dates_of_waves(planned.waves, column="waves")
    given = np.asarray(planned.std_error, dtype=np.float64)
    if given.size not in (1, len(times)):
        raise OptionError(
            f"{verb()} needs one sampling error or one per wave, and got {given.size} for "
            f"{len(times)} waves. Change the plan."
        )
    errors = np.broadcast_to(given.reshape(-1), times.shape)
    start = waves_alone(times, calendar).date(planned.start, what="the start")
    sides = [int((times < start).sum()), int((times >= start).sum())]
    faults = {
        f"three waves or more on either side of {start:g}, each once; it has {sides[0]} "
        f"before and {sides[1]} after": min(sides) >= 3 and len(np.unique(times)) == len(times),
        f"an autocorrelation between -1 and 1 (got {planned.phi:g}), from 0 up for waves at other "
        "than whole distances": -1.0 < planned.phi < 1.0
        and (planned.phi >= 0.0 or bool((np.diff(np.sort(times)) % 1.0 == 0.0).all())),
        f"errors of at least 0 and one of them above it (sd is {planned.sd:g})": planned.sd >= 0.0
        and bool((errors >= 0.0).all())
        and (planned.sd > 0.0 or bool((errors > 0.0).all())),
    }
    for needed, there in faults.items():
        if not there:
            raise OptionError(f"{verb()} needs {needed}. Change the plan.")
    order = np.argsort(times)
    return times[order], np.asarray(errors[order] ** 2), start, calendar


def _simulate_errors(
    planned: PlannedSeries, series: Series, rng: np.random.Generator, replications: int
) -> FloatArray:
    """Errors of the waves, shape (replications, n)."""
    times, known = series.times, series.known
    together = np.eye(len(times)) if planned.phi == 0.0 else correlation(times, planned.phi)
    shocks = rng.normal(size=(2, replications, len(times)))
    process = planned.sd * shocks[0] @ np.linalg.cholesky(together).T
    return np.asarray(process + np.sqrt(known) * shocks[1])


def _row(name: str, truth: float, numbers: FloatArray, level: float) -> EffectPower:
    estimate, error, df = numbers.T
    limit = t_quantile(level, np.minimum(df, 1e9)) * error
    power = float((np.abs(estimate) > limit).mean())
    # Power of a test that rejects too often is no power, so coverage is always beside it.
    held = float((np.abs(estimate - truth) <= limit).mean())
    return EffectPower(
        effect=name,
        truth=truth,
        power=power,
        power_error=math.sqrt(power * (1.0 - power) / len(estimate)),
        false_positive=1.0 - held,
        coverage=held,
        mean_std_error=float(error.mean()),
        sd_estimate=float(estimate.std(ddof=1)) if len(estimate) > 1 else math.nan,
    )
