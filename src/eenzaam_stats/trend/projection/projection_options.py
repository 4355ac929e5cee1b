"""Options of a projection: whom it counts, and which errors are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from eenzaam_stats.cell_text import Decimal, NumberFormat, Thousands
from eenzaam_stats.errors import OptionError
from eenzaam_stats.trend.projection.population import Households
from eenzaam_stats.trend.projection.population_error import PopulationError

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
