"""The verb ``audit``: what a reader of released tables can work out about each hidden row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from eenzaam_stats.disclosure.counts import Shown, shown_counts
from eenzaam_stats.disclosure.derived import Released, is_counted, require_released
from eenzaam_stats.disclosure.intervals import components
from eenzaam_stats.disclosure.profiles import DisclosureProfile, profile_of
from eenzaam_stats.disclosure.relations import systems
from eenzaam_stats.disclosure.system import System
from eenzaam_stats.results import Estimates
from eenzaam_stats.vocabulary import Flag

_WORDS = {"valid": "with an answer", "class": "in class", "sum": "sum of the number"}
_NEAR, _DIGITS = 1e-6, 6


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reader can work out about one count of a hidden row.

    Attributes
    ----------
    table : int
        Which table, from 1.
    group : tuple of str
        Group of the row.
    what : str
        People with an answer, or in a class; or the sum of a number.
    low, high : float
        Least and largest number that agree with everything shown; infinite where nothing bounds it.
    ties : int
        How many sums tie it to other hidden counts.
    """

    table: int
    group: tuple[str, ...]
    what: str
    low: float
    high: float
    ties: int

    @property
    def width(self) -> float:
        """Distance of the bounds; 0 where the count is found out."""
        return self.high - self.low


def audit(
    estimates: Estimates | Sequence[Released], profile: str | DisclosureProfile = "strict10"
) -> tuple[Bounds, ...]:
    """Bounds of hidden counts that are narrower than the profile protects, from what is shown.

    Parameters
    ----------
    estimates : Estimates, or sequence of Estimates and Comparisons
        Released tables, of this package or entered from elsewhere; a hidden row has the flag
        ``suppressed``. Give everything that can be read together.
    profile : str or DisclosureProfile, default "strict10"
        Its thresholds say how far apart bounds should lie.

    Returns
    -------
    tuple of Bounds
        The narrowest first; empty when no count is narrower. For the place where the respondents
        are: it holds what must not be found.

    Raises
    ------
    OptionError, SchemaError, DisclosureError
        As in :func:`eenzaam_stats.suppress`.

    See Also
    --------
    eenzaam_stats.suppress : Hide what this would find.

    Notes
    -----
    Two linear programmes a count, per component of the hidden counts that sums tie to each other
    (HiGHS, one model a component). Bounds on whole numbers can only be nearer.

    **Unit.** People, unweighted.

    **Missing data.** A row that was hidden for another one may have narrower bounds than the
    profile asks of a row that breaks a rule; which rows those are cannot be seen from outside.

    Examples
    --------
    >>> from eenzaam_stats.results import Estimate, Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "microdata", "Taylor", 0.95,
    ...                 "weight", "", 0, "0")
    >>> def row(group, n, yes):
    ...     return Estimate(group, yes / n, 0.1, 0.1, 0.9, n - 1, n, 0, float(n), 1.0,
    ...                     n_outcome=yes)
    >>> regions = Estimates(("region",), (row(("a",), 40, 20), row(("b",), 8, 4).hidden()), note)
    >>> everyone = Estimates((), (row((), 48, 24),), note)
    >>> [(one.group, one.what, one.low, one.high) for one in audit([regions, everyone])][-1]
    (('b',), 'with an answer', 8.0, 8.0)
    """
    chosen = profile_of(profile)
    tables = tuple(estimates) if isinstance(estimates, Sequence) else (estimates,)
    require_released(tables)
    counted = [
        (at, table)
        for at, table in enumerate(tables)
        if isinstance(table, Estimates) and is_counted(table)
    ]
    shown = list(shown_counts(counted))
    hidden = {
        number
        for number, one in enumerate(shown)
        if dict(counted)[one.table].rows[one.row].flag is Flag.SUPPRESSED
    }
    people = float(max(chosen.least_n, chosen.least_cell, 2))
    found = [
        bounds
        for system in systems(shown, {}).values()
        for bounds in _bounds(system, shown, hidden)
        if bounds.width < people - _NEAR
    ]
    return tuple(sorted(found, key=lambda one: (one.width, one.table, one.group, one.what)))


def _bounds(system: System, shown: Sequence[Shown], hidden: set[int]) -> list[Bounds]:
    free = {at for at, count in enumerate(system.value) if math.isnan(count)}
    found = []
    for component in components(system, free):
        asked = [
            at
            for at in component.unknowns
            if hidden & set(system.shows[at]) and system.where[at][0][0] in _WORDS
        ]
        for unknown, (low, high) in component.ranges(asked).items():
            kind, _, values = system.where[unknown]
            number = min(hidden & set(system.shows[unknown]))
            found.append(
                Bounds(
                    table=shown[number].table + 1,
                    group=values,
                    what=" ".join([_WORDS[kind[0]], *kind[2:]]),
                    low=round(low, _DIGITS) + 0.0,  # never a negative nought
                    high=round(high, _DIGITS) + 0.0,
                    ties=len(component.rows),
                )
            )
    return found
