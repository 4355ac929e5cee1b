"""Which rows of a release are hidden, and why: the rules first, then what would give them away."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from eenzaam_stats.disclosure.counts import Columns, Kind, Shown, Values, list_shown_counts
from eenzaam_stats.disclosure.moves import MARGIN
from eenzaam_stats.disclosure.profiles import DisclosureProfile
from eenzaam_stats.disclosure.relations import Cell, systems
from eenzaam_stats.disclosure.rules import disclosive
from eenzaam_stats.disclosure.secondary import Secret, protect_secrets
from eenzaam_stats.disclosure.solver import Equations, Programme
from eenzaam_stats.disclosure.system import Rule, System, Terms
from eenzaam_stats.disclosure.unclear import unclear_rows
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.vocabulary import Disclosure

SUBTRACTION = "would reveal a suppressed estimate by subtraction"
BEFORE = "suppressed before"
_LEAST = 1e-6
_WHOLE = 2.0  # two people: a whole number is not found


@dataclass(frozen=True, slots=True)
class Printed:
    """Rows of a release with their counts.

    Attributes
    ----------
    shown : sequence of Shown
        Counts of each row.
    estimates : sequence of Estimate
        The rows.
    """

    shown: Sequence[Shown]
    estimates: Sequence[Estimate]

    def find_released(self, rows: set[int], hidden: set[int]) -> set[int]:
        """Rows that have left before: they are safe already, and others are not checked yet."""
        if not any(self.estimates[at].disclosure is Disclosure.UNCHECKED for at in rows):
            return set()
        return {at for at in rows - hidden if self.estimates[at].disclosure is Disclosure.SAFE}


def reasons_of_estimates(
    tables: Sequence[tuple[int, Estimates]],
    forced: Sequence[Sequence[str]],
    profile: DisclosureProfile,
) -> dict[int, list[str]]:
    """Why each row is hidden, in words; empty where it is shown.

    Parameters
    ----------
    tables : sequence of (int, Estimates)
        Tables with their number in the release.
    forced : sequence of sequence of str
        Per number and row, why a row is hidden whatever its counts are; empty without a reason.
    profile : DisclosureProfile
        Rules.

    Returns
    -------
    dict of int to list of str
        Per number of a table, one reason for each row.
    """
    shown = list(list_shown_counts(tables))
    by_number = dict(tables)
    estimates = [by_number[one.table].rows[one.row] for one in shown]
    reasons = [
        BEFORE
        if row.disclosure is Disclosure.SUPPRESSED
        else disclosive(row, profile, statistic=by_number[one.table].footnote.statistic)
        or forced[one.table][one.row]
        for one, row in zip(shown, estimates, strict=True)
    ]
    if any(reasons):
        _protect(Printed(shown, estimates), reasons, profile, cross_values(tables, shown))
    result = {number: [""] * len(table.rows) for number, table in tables}
    for one, reason in zip(shown, reasons, strict=True):
        result[one.table][one.row] = reason
    return result


def cross_values(
    tables: Sequence[tuple[int, Estimates]], shown: Sequence[Shown]
) -> dict[str, list[Cell]]:
    """Values that occur together of columns that stand in no table together."""
    first = {one.table: one for one in reversed(shown)}
    columns: dict[str, dict[str, None]] = {}
    for one in shown:
        columns.setdefault(one.people, {}).update(dict.fromkeys(one.columns))
    crossings = {frozenset(one.columns) for one in first.values()}
    found: dict[str, list[Cell]] = {}
    asked: set[tuple[str, str, str, Columns]] = set()
    for number, table in tables:
        people = table.people()
        if people is None or number not in first:
            continue
        source = first[number].people
        names = tuple(name for name in columns[source] if name not in first[number].fixed)
        together = any(one >= set(names) for one in crossings)
        key = (source, table.footnote.population, table.footnote.wave, names)
        if not together and key not in asked:
            asked.add(key)
            found.setdefault(source, []).extend((names, group) for group in people.values(names))
    return found


def _protect(
    printed: Printed,
    reasons: list[str],
    profile: DisclosureProfile,
    crossed: dict[str, list[Cell]],
) -> None:
    """Enter the reason of every further row that has to be hidden."""
    deepest = max(len(one.columns) for one in printed.shown)
    cost = {
        number: (1.0 + 0.1 * math.log1p(row.n_valid or 0))
        * MARGIN ** (deepest - len(printed.shown[number].columns))
        for number, row in enumerate(printed.estimates)
    }
    for source, system in systems(printed.shown, crossed).items():
        own = {number for number, one in enumerate(printed.shown) if one.people == source}
        hidden = {number for number in own if reasons[number]}
        if not hidden:
            continue
        left = printed.find_released(own, hidden)
        unclear = unclear_rows(system, system.classes) - left - hidden
        for number in unclear:
            reasons[number] = SUBTRACTION
        hidden |= unclear
        secrets = [
            one
            for one in _secrets(system, printed, hidden, profile)
            if not left & set(system.shows[one.unknown])
        ]
        found = protect_secrets(
            system, secrets, hidden=hidden, cost={at: cost[at] for at in own - left}
        )
        for number in found - hidden:
            reasons[number] = SUBTRACTION


def _secrets(
    system: System, printed: Printed, hidden: set[int], profile: DisclosureProfile
) -> list[Secret]:
    """Counts that the hidden rows are hidden for."""
    people = float(max(profile.least_n, profile.least_cell, 2))
    # a table that is checked again has rows that were hidden for others, with narrower bounds
    checked = all(row.disclosure is not Disclosure.UNCHECKED for row in printed.estimates)
    left = _WHOLE if checked else people
    earlier = {at for at, count in enumerate(system.value) if math.isnan(count)}
    fill(system, people)
    rows: dict[int, list[int]] = {}
    for unknown, numbers in enumerate(system.shows):
        for number in numbers:
            if number in hidden:
                rows.setdefault(number, []).append(unknown)
    found: dict[int, Secret] = {}
    for number, unknowns in rows.items():
        before = any(unknown in earlier for unknown in unknowns)
        for unknown in [*unknowns, *_others(system, unknowns)]:
            kind, count = system.where[unknown][0], system.value[unknown]
            row = printed.estimates[number]
            if _is_secret(kind, count, row, profile):
                width = _width(system, unknown, profile, row)
                if before and kind[0] != "sum":
                    width = min(width, left)
                found[unknown] = Secret(unknown, width, before=before)
    return list(found.values())


def _others(system: System, unknowns: Sequence[int]) -> list[int]:
    """People in any other class than the one that a row of a distribution shows."""
    where = [system.where[at] for at in unknowns]
    own = [kind for kind, _, _ in where if kind[0] == "class"]
    valid = [kind for kind, _, _ in where if kind[0] == "valid"]
    if len(own) != 1 or not valid:
        return []
    other: Kind = ("other", *own[0][1:])
    terms = ((valid[0], -1.0), (own[0], 1.0), (other, 1.0))
    rule = Rule(terms, frozenset([other]))
    if rule not in system.rules:
        system.rules.append(rule)
        system.like[other] = own[0]
    _, columns, values = where[0]
    at = system.unknown(other, columns, values)
    cells = [system.cells[kind, columns][values] for kind in (valid[0], own[0])]
    system.value[at] = system.value[cells[0]] - system.value[cells[1]]
    return [at]


def _width(system: System, unknown: int, profile: DisclosureProfile, row: Estimate) -> float:
    """Least distance between the bounds of a count, as the profile says."""
    kind, columns, values = system.where[unknown]
    if kind[0] == "sum":
        return max(profile.of_sum(system.value[unknown], row).width, _LEAST)
    known = [one for one in system.totals if set(one) <= system.derivable(columns)]
    totals = [_total(system, kind, one, system.project(values, columns, one)) for one in known]
    return profile.of_people(total=min(totals)).width


def _total(system: System, kind: Kind, columns: Columns, values: Values) -> float:
    """People of a kind in everyone, or in a wave or part."""
    rule = next((one for one in system.rules if one.terms[-1][0] == kind), None)
    if kind[0] == "other" and rule is not None:
        terms = [(one, -factor) for one, factor in rule.terms[:-1]]
    else:
        terms = [(kind, 1.0)]
    found = [(system.cells.get((one, columns), {}).get(values), factor) for one, factor in terms]
    return sum(math.inf if at is None else factor * system.value[at] for at, factor in found)


def _is_secret(kind: Kind, count: float, row: Estimate, profile: DisclosureProfile) -> bool:
    """Whether a count is what the row is hidden for.

    The number who answered is one where it is small itself; a class where the row was hidden for
    its share, and of two classes only the one that is small when the rule is on small classes.
    """
    n = row.n_valid
    if kind[0] in ("missing", "sum"):
        return kind[0] == "sum"
    if n is None:
        # hidden before: who answered can be known from another outcome, and is checked there
        return kind[0] in ("class", "other")
    few = n < profile.least_n
    if kind[0] == "valid":
        return few
    least = max(profile.least_cell, 1 if profile.group_disclosure else 0)
    by_rule = row.n_outcome is not None and min(row.n_outcome, n - row.n_outcome) < least
    return few or count < least or not by_rule


# Counts that nobody printed: numbers that agree with everything that is shown.

_ELASTIC = 1e4


@dataclass(frozen=True, slots=True)
class Component:
    """Unknown counts that a chain of sums ties to each other.

    Attributes
    ----------
    unknowns : tuple of int
        Their numbers.
    rows : tuple of tuple of (int, float)
        Equations on their places here.
    right : tuple of float
        Right-hand sides.
    """

    unknowns: tuple[int, ...]
    rows: tuple[Terms, ...]
    right: tuple[float, ...]


def components(system: System, free: set[int]) -> Iterator[Component]:
    """Components of the unknowns in ``free``; every other count is taken as known."""
    equations: list[tuple[Terms, float]] = []
    for terms in system.equations():
        inside = tuple(one for one in terms if one[0] in free)
        if inside:
            known = sum(factor * system.value[at] for at, factor in terms if at not in free)
            equations.append((inside, -known))
    order = sorted(free)
    place = {unknown: at for at, unknown in enumerate(order)}
    row = np.repeat(np.arange(len(equations)), [len(inside) for inside, _ in equations])
    column = [place[at] for inside, _ in equations for at, _ in inside]
    ties = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(len(equations), len(order)))
    _, label = connected_components(ties.T @ ties, directed=False)
    unknowns: dict[int, list[int]] = {}
    for at, unknown in enumerate(order):
        unknowns.setdefault(int(label[at]), []).append(unknown)
    own = {unknown: at for inside in unknowns.values() for at, unknown in enumerate(inside)}
    found: dict[int, list[tuple[Terms, float]]] = {one: [] for one in unknowns}
    for inside, right in equations:
        terms = tuple((own[at], factor) for at, factor in inside)
        found[int(label[place[inside[0][0]]])].append((terms, right))
    for one, ids in unknowns.items():
        rows, rights = zip(*found[one], strict=True) if found[one] else ((), ())
        yield Component(tuple(ids), tuple(rows), tuple(rights))


def fill(system: System, people: float) -> None:
    """Give counts that were hidden before values that agree with everything shown.

    Values near ``people`` are taken where there is a choice, so that none is at its bound.
    """
    free = {at for at, count in enumerate(system.value) if math.isnan(count)}
    for component in components(system, free) if free else ():
        count, slack = len(component.unknowns), len(component.rows)
        # each count is a part up to `people` and a rest; a sum may miss people without a group
        rows = [
            (
                *((at, factor) for at, factor in row),
                *((at + count, factor) for at, factor in row),
                (2 * count + number, 1.0),
                (2 * count + slack + number, -1.0),
            )
            for number, row in enumerate(component.rows)
        ]
        upper = np.concatenate([np.full(count, people), np.full(count + 2 * slack, np.inf)])
        cost = np.concatenate(
            [np.full(count, -1.0), np.full(count, 1e-3), np.full(2 * slack, _ELASTIC)]
        )
        found = Programme(Equations.of(rows), component.right, upper).least(cost)
        for at, unknown in enumerate(component.unknowns):
            system.value[unknown] = 0.0 if found is None else float(found[at] + found[at + count])
