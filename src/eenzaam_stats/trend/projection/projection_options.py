"""Options of a projection: whom it counts, and which errors are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.cell_text import Decimal, NumberFormat, Thousands
from eenzaam_stats.errors import OptionError, SchemaError, UnknownColumnError
from eenzaam_stats.numerics.people.forecast_error import Bounds
from eenzaam_stats.published.population_editions import PROGNOSE_2023
from eenzaam_stats.published.reference import reference
from eenzaam_stats.trend.projection.population import Households, People

# How unsure a population forecast is: published bounds, by years ahead.

PUBLISHED = PROGNOSE_2023
_NEEDED = ("year", "bound", "level", "value")
_NAME = "PopulationError"


@dataclass(frozen=True, slots=True, eq=False)
class PopulationError:
    """Which bounds are used for the population, and how errors go together.

    Attributes
    ----------
    bounds : str or pandas.DataFrame, default "cbs_prognose_2023"
        Edition in the packaged table ``forecast_milestones`` with bounds in at least two years, or
        a frame with ``year, bound`` (``point``, ``lower``, ``upper``), ``level`` (0-1; empty for
        ``point``) and ``value`` in persons, of the whole population.
    between_years : float, default 1
        Correlation of the errors of two years that follow each other.
    between_ages : float, default 1
        Correlation of the errors of two age bands.

    Notes
    -----
    Bounds are taken as shares of the forecast, by the number of years since the first year of the
    edition, on straight lines between the published years; each side is used on its own. They are
    published for people of all ages together and are given to the ages of the survey alike. With a
    correlation between ages below 1 the errors of the bands are widened so that the whole keeps its
    bounds. Nobody publishes these correlations: 1 makes a draw of the forecast too high or too low
    everywhere.

    Examples
    --------
    >>> PopulationError().bounds
    'cbs_prognose_2023'
    """

    bounds: str | pd.DataFrame = PUBLISHED
    between_years: float = 1.0
    between_ages: float = 1.0

    def __post_init__(self) -> None:
        for name in ("between_years", "between_ages"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise OptionError(
                    f"{name} is {getattr(self, name)!r}, but a correlation of errors lies between "
                    "0 and 1 here."
                )

    def of(self, people: People) -> tuple[Bounds, str]:
        """Bounds for every year of a projection, and a sentence that says whose they are.

        Parameters
        ----------
        people : People
            Years, and which of them were counted; those get no error.

        Returns
        -------
        bounds : Bounds
        words : str

        Raises
        ------
        OptionError
            If the edition has no bounds.
        SchemaError
            If the table of bounds is not complete.
        """
        table, edition = _table(self.bounds)
        levels, years, lower, upper = _relative(table)
        # By years since its own first year: an older forecast has had longer to go wrong in the
        # same calendar year.
        ahead = np.maximum(np.asarray(people.years, float) - people.first_forecast, 0.0)
        known = np.asarray(years, float) - years[0]
        sides = [np.stack([_at(ahead, known, row) for row in side]) for side in (lower, upper)]
        counted = np.asarray(people.counted)
        for side in sides:
            # Counted years are known.
            side[:, counted] = 0.0
        own = "" if edition == people.edition else f", borrowed for {people.edition}"
        words = (
            f"Error of the population: published {', '.join(f'{x:.0%}' for x in levels)} bounds of "
            f"{edition}{own}, by years since {people.first_forecast}; that errors correlate "
            f"{self.between_years:g} between years and {self.between_ages:g} between ages is an "
            "assumption."
        )
        return Bounds(levels, sides[0], sides[1], self.between_years, self.between_ages), words


def _at(ahead: FloatArray, known: FloatArray, row: FloatArray) -> FloatArray:
    """Straight lines between the known years; the last line goes on."""
    inside = np.interp(ahead, known, row)
    slope = (row[-1] - row[-2]) / (known[-1] - known[-2])
    return np.where(ahead > known[-1], row[-1] + slope * (ahead - known[-1]), inside)


def _table(bounds: str | pd.DataFrame) -> tuple[pd.DataFrame, str]:
    if isinstance(bounds, pd.DataFrame):
        missing = [name for name in _NEEDED if name not in bounds]
        if missing:
            names = [str(name) for name in bounds]
            raise UnknownColumnError.among(missing, names, needed_for=_NAME)
        return bounds, "the user"
    table = reference("forecast_milestones")
    whole = table[(table["quantity"] == "population") & (table["age_low"] == 0)]
    whole = whole[whole["age_high"].isna() & whole["year"].notna()]
    limits = whole[whole["bound"] != "point"].groupby("edition")["year"].nunique()
    known = [str(name) for name in limits[limits > 1].index]
    if bounds not in known:
        raise OptionError.among(bounds, known, name="bounds (edition with bounds in several years)")
    return whole[whole["edition"] == bounds], bounds


def _relative(
    table: pd.DataFrame,
) -> tuple[tuple[float, ...], list[int], FloatArray, FloatArray]:
    """Levels, years, and distance of each bound as a share of the forecast, per level and year."""
    point = table[table["bound"] == "point"].set_index("year")["value"].astype(float)
    limits = table[table["bound"] != "point"]
    levels = tuple(sorted({float(level) for level in limits["level"]}))
    years = sorted({int(year) for year in limits["year"]})
    sides = []
    for name, sign in (("lower", -1.0), ("upper", 1.0)):
        rows = limits[limits["bound"] == name]
        wide = rows.pivot_table(index="level", columns="year", values="value", aggfunc="first")
        wide = wide.reindex(index=levels, columns=years)
        share = sign * (wide.astype(float).div(point.reindex(years), axis=1) - 1.0)
        sides.append(share.to_numpy(float))
    if len(years) < 2 or np.isnan(sides).any() or (np.diff(sides, axis=1) < 0).any():
        raise SchemaError(
            f"{_NAME} needs a point, a lower and an upper bound of every level in at least two "
            f"years, wider for higher levels, but the table has levels {list(levels)} and years "
            f"{years} with gaps or in another order. Complete it."
        )
    if (np.asarray(sides) < 0).any():
        raise SchemaError(f"{_NAME} needs bounds around the point, but one lies beyond it.")
    return levels, years, sides[0], sides[1]


LEAST_DRAWS = 100


@dataclass(frozen=True, slots=True)
class ProjectionOptions:
    """Whom a projection counts, and what is drawn.

    Attributes
    ----------
    base_year : int or None, default None
        Wave to start from; the last one by default.
    base_population : str or None, default None
        Packaged edition for the base year and the years before the forecast starts, such as
        ``cbs_observed``. ``None`` takes every year from the forecast.
    households : {"residents", "private_households"}, default "residents"
        Whom the numbers count; the population must count the same. Surveys cover private
        households: counting residents gives people in institutions the same prevalence.
    age_floor : int or None, default None
        Youngest age that you mean to count; a prevalence with another floor is refused.
    draws : int, default 2000
        Draws behind the intervals.
    sampling, trend : bool, default True
        Whether sampling errors, and errors of the trend, are drawn.
    population : PopulationError or None
        Bounds of the forecast that are drawn; ``None`` draws none.
    decimal, thousands : str or None
        Signs before decimals and between thousands, where numbers of a frame stand as text.
    """

    base_year: int | None = None
    base_population: str | None = None
    households: Households = "residents"
    age_floor: int | None = None
    draws: int = 2000
    sampling: bool = True
    trend: bool = True
    population: PopulationError | None = field(default_factory=PopulationError)
    decimal: Decimal | None = None
    thousands: Thousands | None = None

    @property
    def numbers(self) -> NumberFormat:
        """How numbers are written where they stand as text."""
        return NumberFormat(self.decimal, self.thousands)

    def enough_draws(self) -> None:
        """Refuse an interval from a handful of draws.

        Raises
        ------
        OptionError
            If there are fewer than a hundred.
        """
        if self.draws < LEAST_DRAWS:
            raise OptionError(
                f"project() needs at least {LEAST_DRAWS} draws for an interval, but draws is "
                f"{self.draws}. Draw more, or leave rng out."
            )
