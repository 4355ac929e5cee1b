"""Why a projected number changes between two of its years."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.numerics.people.count_change import count_effects
from eenzaam_stats.numerics.people.projection import Simulation, moment
from eenzaam_stats.results.change import NAN, ChangePart, CountChange
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.results.projection import ALL, TOTAL, ProjectedRow, Projection, ProjectionModel
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Disclosure


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
    eenzaam_stats.trend.projection.projected_change.decompose_counts : For populations of your own.

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


# Why a number of people changes: population size, structure or prevalence. The arithmetic is in
# numerics; here stand the intervals and the rule for percentages.

EFFECTS = ("size", "structure", "prevalence")
NEAR_ZERO = 0.01  # of the first number: a smaller change gets no percentages
LEAST_DRAWS = 100
N_TOTALS = 3  # start, end and change


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """People and prevalence per cell on 1 January of a year.

    Attributes
    ----------
    year : int
        Calendar year.
    persons : array_like of float
        Shape (cells,), or (draws, cells) for draws. At least 0, not all 0.
    prevalence : array_like of float
        The same cells, 0-1.
    """

    year: int
    persons: ArrayLike
    prevalence: ArrayLike


@dataclass(frozen=True, slots=True)
class About:
    """What a decomposition is about, for its words.

    Attributes
    ----------
    outcome : str
        What is counted.
    population : str
        Which population, with its edition.
    scenario : str
        How the prevalence moves.
    doubt : Doubt
        Of the prevalences.
    """

    outcome: str = "lonely"
    population: str = ""
    scenario: str = "constant prevalence"
    doubt: Doubt = field(default=Doubt(disclosure=Disclosure.UNSTATED))


@in_words
def decompose_counts(
    start: Moment,
    end: Moment,
    *,
    groups: Sequence[str],
    draws: tuple[Moment, Moment] | None = None,
    level: float = 0.95,
    about: About | None = None,
) -> CountChange:
    r"""Split the change in a number of people into size, structure and prevalence.

    Parameters
    ----------
    start, end : Moment
        The two years, each with its people and prevalences per cell.
    groups : sequence of str
        Age group of every cell: the change is also booked by it.
    draws : tuple of Moment, optional
        The same two years, one row per draw; gives the intervals. A prevalence or population that
        is not drawn may keep one row.
    level : float, default 0.95
        Coverage of the intervals.
    about : About, optional
        Words for the result.

    Returns
    -------
    CountChange
        Effects in persons always; percentages when the change is at least one per cent of the first
        number and, with draws, its interval does not hold 0.

    Raises
    ------
    SchemaError
        If cells differ, a number of people is negative, a prevalence is outside 0-1 or a population
        is empty.
    OptionError
        If the level is outside 0-1 or there are too few draws.

    See Also
    --------
    eenzaam_stats.numerics.people.count_change.count_effects : The arithmetic.

    Notes
    -----
    With :math:`N` people, shares :math:`s` and prevalences :math:`p`,
    :math:`N\,\sum_c s_c\,p_c` has three factors; each effect is its replacement averaged over all
    orders (Das Gupta), so the order of the years only flips signs. Intervals are percentiles of the
    effects of the draws; the effects of the point values are no mean of them.

    **Unit.** Persons.

    **Missing data.** Refused: a cell without people or prevalence would lower the total silently.

    **Validated against.** The printed examples of Das Gupta (1993) in
    ``tests/numerics/people/test_decomposition_examples.py``, and a Dutch count of 2017 and 2050 in
    ``tests/trend/projection/test_decompose.py``.

    References
    ----------
    .. [1] Das Gupta P (1993). Standardization and decomposition of rates. US Census P23-186.

    Examples
    --------
    >>> found = decompose_counts(
    ...     Moment(2022, [50, 50], [0.1, 0.2]),
    ...     Moment(2050, [50, 60], [0.1, 0.2]),
    ...     groups=["18-74", "75+"],
    ... )
    >>> [(one.part, round(one.persons, 3)) for one in found.effects]
    [('size', 1.523), ('structure', 0.477), ('prevalence', 0.0)]
    >>> [(one.part, round(one.persons, 3)) for one in found.booked]
    [('18-74', 0.0), ('75+', 2.0)]
    """
    if not 0 < level < 1:
        raise OptionError(f"level is {level!r}, but coverage lies between 0 and 1. Try 0.95.")
    names = tuple(dict.fromkeys(groups))
    point = _numbers(start, end, groups)
    limits = np.full((2, len(point)), NAN)
    n_draws = 0
    if draws is not None:
        drawn = _numbers(*draws, groups)
        n_draws = drawn.shape[-1] if drawn.ndim > 1 else 1
        if n_draws < LEAST_DRAWS:
            raise OptionError(
                f"decompose() needs at least {LEAST_DRAWS} draws for an interval, but found "
                f"{n_draws}. Draw more, or leave draws out."
            )
        tail = (1 - level) / 2
        # Of the effects of the same draws: effects of limits would add up the worst of each factor.
        limits = np.quantile(drawn, [tail, 1 - tail], axis=-1)
    parts, allowed = _parts(np.vstack([point, limits]), names)
    told, first = about or About(), N_TOTALS + len(EFFECTS)
    return CountChange(
        start_year=start.year,
        end_year=end.year,
        effects=parts[N_TOTALS:first],
        booked=parts[first:],
        start=parts[0],
        end=parts[1],
        change=parts[2],
        outcome=told.outcome,
        population=told.population,
        scenario=told.scenario,
        level=level,
        draws=n_draws,
        percent_rule=_rule(allowed),
        version=VERSION,
        flag=told.doubt.flag,
        reason=told.doubt.reason,
        disclosure=told.doubt.disclosure,
    )


def _numbers(start: Moment, end: Moment, groups: Sequence[str]) -> FloatArray:
    """Start, end, change, three effects and the change per group, with the draws behind."""
    n, p = _read_moment(start, len(groups))
    m, q = _read_moment(end, len(groups))
    effects = count_effects(n, m, prevalence_start=p, prevalence_end=q)
    before, after = n * p, m * q
    totals = np.broadcast_arrays(before.sum(-1), after.sum(-1), (after - before).sum(-1))
    names = tuple(dict.fromkeys(groups))
    member = np.array([[group == name for group in groups] for name in names], float)
    booked = np.moveaxis((after - before) @ member.T, -1, 0)
    return np.concatenate([np.stack(totals), effects, booked])


def _read_moment(moment: Moment, n_cells: int) -> tuple[FloatArray, FloatArray]:
    persons, prevalence = np.asarray(moment.persons, float), np.asarray(moment.prevalence, float)
    for name, values, top in (("persons", persons, math.inf), ("prevalence", prevalence, 1.0)):
        if values.ndim not in {1, 2} or values.shape[-1] != n_cells:
            raise SchemaError(
                f"decompose() needs {name} of {n_cells} cell(s) in {moment.year}, one per group, "
                f"but found the shape {values.shape}. Use the same cells in the same order."
            )
        wrong = ~((values >= 0) & (values <= top))
        if wrong.any():
            raise SchemaError(
                f"decompose() needs {name} between 0 and {top:g} in {moment.year}, but found "
                f"{values[wrong][0]:g} in {int(wrong.sum())} place(s). Repair the values."
            )
    return persons, prevalence


def _parts(values: FloatArray, names: tuple[str, ...]) -> tuple[tuple[ChangePart, ...], bool]:
    """All parts in order, and whether they have percentages.

    ``values`` has a row for the point and one for each limit.
    """
    whole, (low, high) = values[0, 2], values[1:, 2]
    allowed = _percentages_allowed(values[0, 0], whole, low, high)
    kinds = ["number", "number", "change"] + ["effect"] * len(EFFECTS) + ["booked"] * len(names)
    labels = ["start", "end", "change", *EFFECTS, *names]
    parts = tuple(
        ChangePart(
            kind=kind,
            part=part,
            persons=float(values[0, at]),
            conf_low=float(values[1, at]),
            conf_high=float(values[2, at]),
            percent=float(100 * values[0, at] / whole) if allowed and kind != "number" else NAN,
        )
        for at, (kind, part) in enumerate(zip(kinds, labels, strict=True))
    )
    return parts, allowed


def _percentages_allowed(start: float, change: float, low: float, high: float) -> bool:
    if abs(change) < NEAR_ZERO * start or change == 0:
        return False
    # A percentage of a change that may be 0 has no sign that could be trusted.
    return not low <= 0 <= high


def _rule(allowed: bool) -> str:
    """When percentages are given, and whether they are."""
    rule = (
        f"Percentages of the change are given when it is at least {NEAR_ZERO:.0%} of the first "
        "number and its interval does not hold 0"
    )
    return f"{rule}." if allowed else f"{rule}; here they are not."
