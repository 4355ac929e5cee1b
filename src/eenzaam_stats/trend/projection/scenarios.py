"""How prevalence may move until the last year of a projection: held, trend, cohort, or your own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.special import logit

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError, SchemaError, verb_named
from eenzaam_stats.numerics.people.logit_trend import LogitTrend, fit_logit_trend
from eenzaam_stats.numerics.people.prevalence_paths import Paths
from eenzaam_stats.trend.projection.cell_doubts import cell_doubts, require_cell_errors
from eenzaam_stats.trend.projection.prevalence_cells import prevalence_cells
from eenzaam_stats.trend.projection.scenario_path import ScenarioPath, Start
from eenzaam_stats.wave_names import same_wave

# The past trend of the log-odds per age group, continued with damping.

LEAST_WAVES = 3
PERIOD = 5  # years per element of the damping vector
DAMPING = (1.0, 0.75, 0.5, 0.25, 0.25)
PANDEMIC = range(2020, 2023)
FIRST_WAVE, FITTED = "observed", "fitted"


@dataclass(frozen=True, slots=True)
class TrendScenario:
    r"""Log-odds go on along the trend of the past waves, less and less of it.

    Attributes
    ----------
    damping : sequence of float
        Part of the slope that is kept in each next period of five years, 0-1; the last one goes on.
        ``(1.0,)`` is an undamped straight line.
    recent : int or None, default None
        Fit the last so many waves only; ``None`` takes all. At least three.
    wave_weight : mapping of int to float, optional
        Factor on the weight of a wave in the fit, 0-1, for waves of the pandemic for instance: at
        one half its variance counts as twice as large, at 0 it is left out. Waves that are not
        named have 1.
    start : {"observed", "fitted"}, default "observed"
        Whether the path starts from the base wave or from the line.
    floor, ceiling : float, default 0 and 1
        Bounds of the prevalence after the base year.
    pooled : bool, default False
        One slope for all ages instead of one per age group.
    name : str
        Short name.

    Notes
    -----
    With slope :math:`b` of an age group and :math:`d_j` the part kept in year :math:`j`,

    .. math:: \operatorname{logit} p_h = \operatorname{logit} p_0 + b \sum_{j \le h} d_j

    One slope per age group and one level per cell are fitted by weighted least squares, with the
    sampling variances where they are known; the scatter around the lines, pooled over age groups,
    widens the errors, with its degrees of freedom. An error of the base wave acts on the level and,
    through the fit, on the slope; what else is unsure about the slope is the source ``trend``.

    The default damping keeps the parts that the Nordic cancer projections keep. Few waves say
    little about a trend: four lonely percentages from 2012 to 2022 give three out of four people
    lonely in 2050 if the line goes on undamped.

    Examples
    --------
    >>> TrendScenario().years(7).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 5.75, 6.5]
    """

    damping: Sequence[float] = DAMPING
    recent: int | None = None
    wave_weight: Mapping[int, float] = field(default_factory=dict)
    start: str = FIRST_WAVE
    floor: float = 0.0
    ceiling: float = 1.0
    pooled: bool = False
    name: str = "trend"

    def __post_init__(self) -> None:
        values = list(self.damping)
        if not values or not all(0.0 <= value <= 1.0 for value in values):
            raise OptionError(
                f"damping is {values!r}, but it holds the part of the slope kept in each period of "
                f"{PERIOD} years, 0-1. Try {DAMPING}."
            )
        if self.recent is not None and self.recent < LEAST_WAVES:
            raise OptionError(
                f"recent is {self.recent!r}, but a trend needs at least {LEAST_WAVES} waves. "
                "Give 3 or more, or None for all."
            )
        if not 0.0 <= self.floor < self.ceiling <= 1.0:
            raise OptionError(
                f"floor and ceiling are {self.floor!r} and {self.ceiling!r}, but they bound a "
                "proportion. Give 0 <= floor < ceiling <= 1."
            )
        if self.start not in (FIRST_WAVE, FITTED):
            raise OptionError.among(self.start, (FIRST_WAVE, FITTED), name="start")
        for wave, weight in self.wave_weight.items():
            if not 0.0 <= weight <= 1.0:
                raise OptionError(
                    f"wave_weight of {wave} is {weight!r}, but it lies between 0 (left out) and 1."
                )

    def years(self, horizon: int) -> FloatArray:
        """Years of undamped slope that are passed after each year ahead, shape (horizon,)."""
        # The parts of the slope that the Nordic cancer projections keep (decision 0013); after the
        # last one that one goes on.
        kept = [self.damping[min(at // PERIOD, len(self.damping) - 1)] for at in range(horizon)]
        return np.cumsum(np.asarray(kept, float))

    def path(self, start: Start) -> ScenarioPath:
        """Prevalence of every cell in every year.

        Parameters
        ----------
        start : Start
            All waves, the base wave and the population.

        Returns
        -------
        ScenarioPath

        Raises
        ------
        SchemaError
            If fewer than three waves remain, a wave lacks a cell or a prevalence is 0 or 1.
        OptionError
            If a weighted wave is not there.
        """
        used, weights = self._waves(start)
        cells = start.cells
        estimate = cells.estimate[used]
        _fit_for_logits(estimate, [cells.waves[at] for at in used])
        counted = [at for at, weight in zip(used, weights, strict=True) if weight > 0.0]
        with verb_named("TrendScenario"):
            require_cell_errors(cells, counted)
        known = not np.isnan(cells.std_error[used]).any() and bool(
            (cells.std_error[used] > 0).all()
        )
        error = start.logit_errors()
        group = np.zeros_like(cells.band_numbers) if self.pooled else cells.band_numbers
        years = np.asarray([cells.waves[at] for at in used], float) - start.year
        fit = fit_logit_trend(
            years,
            np.log(estimate / (1.0 - estimate)),
            error[used] ** 2 if known else np.ones_like(estimate),
            group_of=group,
            wave_weight=weights,
            known=known,
        )
        ahead = np.concatenate([[0.0], self.years(len(start.people.years) - 1)])
        base = replace(start.hold(), trend_of=group, floor=self.floor, ceiling=self.ceiling)
        made = (
            _from_wave(base, fit, ahead, at=list(used).index(start.at))
            if self.start == FIRST_WAVE
            else _from_line(base, fit, ahead)
        )
        return ScenarioPath(
            made,
            self._words(start, used, weights),
            self._notes(start, used, fit),
            tuple(
                (f"{name} in {cells.waves[at]}", doubt)
                for at in counted
                for name, doubt in cell_doubts(cells, at)
            ),
        )

    def _waves(self, start: Start) -> tuple[list[int], FloatArray]:
        """Places of the waves in the fit, and the factors on their weights."""
        waves = start.cells.waves
        factors: dict[int, float] = {}
        for wave, factor in self.wave_weight.items():
            year = same_wave(wave, waves)
            if year is None:
                raise OptionError.among(wave, waves, name="wave_weight")
            factors[year] = factor
        # Waves after the base year would tell the projection what it projects.
        until = [at for at in range(len(waves)) if at <= start.at]
        used = until[-self.recent :] if self.recent else until
        weights = np.array([factors.get(waves[at], 1.0) for at in used], float)
        if np.count_nonzero(weights) < LEAST_WAVES:
            raise SchemaError(
                f"TrendScenario needs at least {LEAST_WAVES} waves up to {start.year}, but "
                f"{np.count_nonzero(weights)} remain of {list(waves)}. Add waves, or use "
                "ConstantPrevalence()."
            )
        return used, weights

    def _words(self, start: Start, used: Sequence[int], weights: FloatArray) -> str:
        waves = ", ".join(
            f"{start.cells.waves[at]}" + ("" if weight == 1.0 else f" (weight {weight:g})")
            for at, weight in zip(used, weights, strict=True)
        )
        kept = ", ".join(f"{100 * part:g}%" for part in self.damping)
        slopes = "one slope for all ages" if self.pooled else "a slope per age group"
        return (
            f"trend of the log-odds over the waves {waves}, {slopes}, from the {self.start} level; "
            f"kept per {PERIOD} years: {kept}"
        )

    def _notes(self, start: Start, used: Sequence[int], fit: LogitTrend) -> tuple[str, ...]:
        notes = [
            f"{len(used)} waves carry the trend ({fit.df:g} degrees of freedom, scatter "
            f"{fit.scatter:.3g}); the mean slope is {fit.slope.mean():+.4f} log-odds per year."
        ]
        corona = [
            start.cells.waves[at]
            for at in used
            if start.cells.waves[at] in PANDEMIC
            and self.wave_weight.get(start.cells.waves[at], 1.0) == 1.0
        ]
        if corona:
            notes.append(
                f"{', '.join(map(str, corona))} fell in the pandemic and count(s) fully; "
                "wave_weight gives them less."
            )
        if self.floor > 0.0 or self.ceiling < 1.0:
            notes.append(f"Prevalences are kept between {self.floor:g} and {self.ceiling:g}.")
        return tuple(notes)


def _fit_for_logits(estimate: FloatArray, waves: Sequence[int]) -> None:
    lacking = np.argwhere(np.isnan(estimate))
    if len(lacking):
        raise SchemaError(
            f"TrendScenario needs every cell in every wave, but {len(lacking)} are missing, first "
            f"in {waves[int(lacking[0][0])]}. Use the same age bands in all waves, or fewer waves."
        )
    flat = np.count_nonzero((estimate <= 0.0) | (estimate >= 1.0))
    if flat:
        raise SchemaError(
            f"TrendScenario needs prevalences between 0 and 1, but {flat} are 0 or 1, which have "
            "no log-odds. Join age bands."
        )


def _from_wave(base: Paths, fit: LogitTrend, ahead: FloatArray, *, at: int) -> Paths:
    """From the base wave: its error acts on the level, and on the slope as far as it made it."""
    carried = fit.influence[at]
    of_start = np.bincount(base.trend_of, carried**2 * base.level_sd**2, len(fit.slope))
    return replace(
        base,
        logit=base.logit + ahead[:, None] * fit.slope[base.trend_of],
        trend_years=np.broadcast_to(ahead[:, None], (len(ahead), len(base.level_sd))),
        # What the base wave did to the slope is drawn with the base wave; only the rest is left
        # here, or it would count twice.
        trend_sd=np.sqrt(np.maximum(fit.variance - of_start, 0.0)),
        trend_df=fit.df,
        carried=carried,
    )


def _from_line(base: Paths, fit: LogitTrend, ahead: FloatArray) -> Paths:
    """From the line at the base year: mean level and slope have independent errors."""
    years = ahead[:, None] - fit.centre
    return replace(
        base,
        logit=fit.mean + years * fit.slope[base.trend_of],
        level_sd=np.sqrt(fit.mean_variance),
        level_df=np.full(len(fit.mean), fit.df),
        trend_years=years,
        trend_sd=np.sqrt(fit.variance),
        trend_df=fit.df,
    )


OPEN_AGES = 5  # single ages that an open last band of the population is spread over

__all__ = ["CohortShift", "ConstantPrevalence", "TrendScenario", "UserScenario"]


@dataclass(frozen=True, slots=True)
class ConstantPrevalence:
    """Prevalence by age and sex stays what it was in the base wave; only the population moves.

    Attributes
    ----------
    name : str
        Short name.

    Examples
    --------
    >>> ConstantPrevalence().name
    'constant prevalence'
    """

    name: str = "constant prevalence"

    def path(self, start: Start) -> ScenarioPath:
        """Prevalence of the base wave in every year.

        Parameters
        ----------
        start : Start
            Base wave and population.

        Returns
        -------
        ScenarioPath
        """
        return ScenarioPath(start.hold(), f"prevalence of {start.year} held constant by age")


@dataclass(frozen=True, slots=True)
class CohortShift:
    """People keep the prevalence of the age that they had in the base year.

    Attributes
    ----------
    name : str
        Short name.

    Notes
    -----
    Someone of age :math:`a` in year :math:`t` has the prevalence of age :math:`a - (t - t_0)` in
    the base year. Who was too young for the survey then has that of its youngest band. Within a
    band of the population table single ages weigh alike; its open last band is spread over five
    ages. Age itself then has no effect at all, so this is one end of what may happen, with
    :class:`ConstantPrevalence` as the other.

    Examples
    --------
    >>> CohortShift().name
    'cohort shift'
    """

    name: str = "cohort shift"

    def path(self, start: Start) -> ScenarioPath:
        """Prevalence of every cell in every year as a mixture of the cells of the base year.

        Parameters
        ----------
        start : Start
            Base wave and population.

        Returns
        -------
        ScenarioPath
        """
        paths = replace(start.hold(), mixing=_mixing(start))
        floor = start.cells.edges[0][0]
        return ScenarioPath(
            paths,
            f"every birth cohort keeps its prevalence of {start.year}",
            (f"People younger than {floor} in {start.year} get the prevalence of the youngest.",),
        )


def _mixing(start: Start) -> FloatArray:
    """Weights of the base cells per year and cell, shape (years, cells, cells)."""
    cells, people = start.cells, start.people
    n_sexes, n_bands = len(cells.sexes), len(cells.bands)
    lows = np.array([low for low, _ in cells.edges], float)
    weights = np.zeros((len(people.years), n_bands, n_sexes, n_bands))
    for fine, (low, high) in enumerate(zip(people.lows, people.highs, strict=True)):
        if low < lows[0]:
            continue
        last = low + OPEN_AGES - 1 if np.isinf(high) else high
        ages = np.arange(low, last + 1)
        band = int(np.searchsorted(lows, low, side="right")) - 1
        then = ages[None, :] - start.horizon[:, None]
        source = np.clip(np.searchsorted(lows, then, side="right") - 1, 0, None)
        for one in range(n_bands):
            share = (source == one).mean(axis=1)
            # People of that age then and of their sex: cohorts are of unequal size, and a mean over
            # ages would forget it.
            weights[:, band, :, one] += share[:, None] * people.fine[:, fine, :]
    whole = weights.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        weights = np.where(whole > 0.0, weights / whole, np.eye(n_bands)[None, :, None, :])
    full = np.zeros((len(people.years), n_bands, n_sexes, n_bands, n_sexes))
    for sex in range(n_sexes):
        full[:, :, sex, :, sex] = weights[:, :, sex, :]
    n = n_bands * n_sexes
    return full.reshape(len(people.years), n, n)


@dataclass(frozen=True, slots=True, eq=False)
class UserScenario:
    """Prevalences of your own for some later years.

    Attributes
    ----------
    prevalence : pandas.DataFrame
        ``wave`` (year), ``age_group`` or ``age_band``, perhaps ``sex``, and ``estimate`` 0-1, in
        the bands of the base wave. Years between are on a straight line of the log-odds; after the
        last given year nothing changes.
    name : str
        Short name.

    Examples
    --------
    >>> UserScenario(pd.DataFrame(), name="half of it").name
    'half of it'
    """

    prevalence: pd.DataFrame
    name: str = "user scenario"

    def path(self, start: Start) -> ScenarioPath:
        """Prevalence of every cell in every year; the error of the base wave stays with it.

        Parameters
        ----------
        start : Start
            Base wave and population.

        Returns
        -------
        ScenarioPath

        Raises
        ------
        SchemaError
            If bands or sexes differ from those of the base wave, a year is not after the base year
            or a prevalence is 0 or 1.
        """
        given = prevalence_cells(self.prevalence)
        cells = start.cells
        if (given.bands, given.sexes) != (cells.bands, cells.sexes):
            raise SchemaError(
                f"UserScenario needs the cells of the base wave, {list(cells.bands)} by "
                f"{list(cells.sexes)}, but found {list(given.bands)} by {list(given.sexes)}. Use "
                "the same bands and sexes."
            )
        if given.waves[0] <= start.year:
            raise SchemaError(
                f"UserScenario needs years after the base year {start.year}, but the first is "
                f"{given.waves[0]}. Leave the others out."
            )
        logits = np.vstack([start.logit[None, :], logit(given.estimate)])
        if not np.isfinite(logits).all():
            raise SchemaError(
                "UserScenario needs a prevalence between 0 and 1 in every cell of every year, "
                "because it moves on the log-odds. Complete it, or write 0.001 for hardly anybody."
            )
        years = [start.year, *given.waves]
        moved = [np.interp(start.people.years, years, column) for column in logits.T]
        paths = replace(start.hold(), logit=np.stack(moved, axis=1))
        doubts = tuple(
            (f"{name} in {year}", doubt)
            for at, year in enumerate(given.waves)
            for name, doubt in cell_doubts(given, at)
        )
        words = f"prevalences of the user for {list(given.waves)}"
        return ScenarioPath(paths, words, doubts=doubts)
