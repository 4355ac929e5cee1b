"""Why a projected number changes between two of its years."""

from __future__ import annotations

import numpy as np

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError
from eenzaam_stats.numerics.people.projection import Simulation, moment
from eenzaam_stats.results.change import CountChange
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.results.projection import ALL, TOTAL, ProjectedRow, Projection, ProjectionModel
from eenzaam_stats.trend.projection.decompose import About, Moment, decompose_counts


@in_words
def decompose(
    projection: Projection, *, from_year: int | None = None, to_year: int | None = None
) -> CountChange:
    """Split the change of a projected number into population size, structure and prevalence.

    Parameters
    ----------
    projection : Projection
        Result of :func:`eenzaam_stats.project`.
    from_year, to_year : int, optional
        Two of its years; the first and the last by default.

    Returns
    -------
    CountChange
        Effects in persons, with intervals from the draws of the projection where it has any, and
        the change booked by age band.

    Raises
    ------
    OptionError
        If a year is not in the projection.

    See Also
    --------
    eenzaam_stats.trend.projection.decompose.decompose_counts : For populations of your own.

    Notes
    -----
    **Unit.** Persons.

    **Missing data.** None reaches it.

    **Validated against.** The sum of the effects, and the same split of the printed example, in
    ``tests/trend/projection/test_projection.py``.

    Examples
    --------
    >>> import eenzaam_stats as es
    >>> parts = es.decompose(es.project("gezondheidsmonitor", "cbs_kernprognose_2016"))
    >>> [(one.part, round(one.persons)) for one in parts.effects]
    [('size', 281413), ('structure', 128511), ('prevalence', 0)]
    """
    model = projection.model
    years = (from_year or model.base_year, to_year or model.to)
    for year in years:
        if not model.base_year <= year <= model.to:
            raise OptionError(
                f"decompose() needs years of the projection, but found {year}. Choose from "
                f"{model.base_year}-{model.to}."
            )
    cells = [_cells(projection, year) for year in years]
    start, end = (
        Moment(year, [row.population for row in rows], [_share(row) for row in rows])
        for year, rows in zip(years, cells, strict=True)
    )
    return decompose_counts(
        start,
        end,
        groups=[row.age_group for row in cells[0]],
        draws=_draws(projection, years),
        level=model.level,
        about=About(
            model.outcome,
            _population(model),
            model.scenario,
            Doubt(model.flag, model.reason, disclosure=model.disclosure),
        ),
    )


def _population(model: ProjectionModel) -> str:
    """Whom and what the numbers count, with what is not official or not real."""
    words = f"{model.people}, {model.population}{'' if model.official else ' (not official)'}"
    return f"{words}, synthetic prevalences" if model.synthetic else words


def _cells(projection: Projection, year: int) -> list[ProjectedRow]:
    """Finest groups of a year: bands by sex, or bands."""
    rows = [row for row in projection.rows if row.year == year and row.age_group != ALL]
    return [row for row in rows if row.sex != TOTAL] or rows


def _share(row: ProjectedRow) -> float:
    """Prevalence; 0 where nobody lives, which counts nobody."""
    return row.prevalence if row.population > 0.0 else 0.0


def _draws(projection: Projection, years: tuple[int, int]) -> tuple[Moment, Moment] | None:
    made = projection.simulated
    if not isinstance(made, Simulation):
        return None
    drawn = (moment(made, year - projection.model.base_year) for year in years)
    one, two = (
        Moment(year, persons, np.asarray(prevalence))
        for year, (persons, prevalence) in zip(years, drawn, strict=True)
    )
    return one, two
