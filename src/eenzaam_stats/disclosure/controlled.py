"""The verb ``round_release``: counts as multiples of a base whose sums still hold everywhere.

Rounding each count by itself breaks the sums, and the breaks tell what was rounded. Controlled
rounding chooses up or down for all counts of a release together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.disclosure.counts import YES, Shown, list_shown_counts
from eenzaam_stats.disclosure.decision import cross_values
from eenzaam_stats.disclosure.derived import is_counted, require_released
from eenzaam_stats.disclosure.feasible import Line, parts
from eenzaam_stats.disclosure.relations import systems
from eenzaam_stats.disclosure.system import System, Terms
from eenzaam_stats.errors import DisclosureError, OptionError, SchemaError
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.vocabulary import Disclosure, Flag

FARTHEST = 3  # multiples beyond the neighbours that are tried where the neighbours do not do
_FAR = 1e3  # cost of a multiple that is no neighbour, in bases
_SECONDS = 120.0
_NEAR = 1e-6


@overload
def round_release(estimates: Estimates, base: int = ...) -> Estimates: ...
@overload
def round_release(estimates: Sequence[Estimates], base: int = ...) -> tuple[Estimates, ...]: ...


def round_release(
    estimates: Estimates | Sequence[Estimates], base: int = 5
) -> Estimates | tuple[Estimates, ...]:
    r"""Round the counts of tables that are shown together so that every sum holds.

    Parameters
    ----------
    estimates : Estimates, or sequence of Estimates
        Prevalences and distributions that will be shown together, margins included.
    base : int, default 5
        Every count becomes a multiple of it.

    Returns
    -------
    Estimates, or tuple of Estimates
        The same tables with rounded ``n_valid``, ``n_missing`` and ``n_outcome``. The estimate is
        the share of the rounded counts, **not weighted**; everything that was computed from the
        counts as they were is left out: errors, limits, degrees of freedom, weights, design
        effects, missing answers by kind and reasons. The footnote says the base, and how many
        counts are no neighbouring multiple.

    Raises
    ------
    OptionError
        If the base is no whole number above 1.
    SchemaError
        If a row is hidden, or a table holds something else than shares of people.
    DisclosureError
        If tables count different people, or no rounding was found.

    See Also
    --------
    eenzaam_stats.suppress : Hide counts instead.
    eenzaam_stats.audit : What a reader can find.

    Notes
    -----
    Zero-restricted controlled rounding [1]_: a count :math:`v` becomes
    :math:`b \lfloor v/b \rfloor` or :math:`b \lceil v/b \rceil`, a multiple stays, and the sums
    of the release hold: cells and margins, answers of a question, classes, outcomes that are parts
    of each other, people without a group. The choice with the least sum of changes is found by a
    programme over whole numbers (HiGHS) for each component of the release. In three or more
    dimensions there may be none: then the next multiples are allowed, as few as possible. A reader
    knows a count to less than two bases, so that a base of 5 does not give what a threshold of 10
    asks for. The same tables give the same rounding.

    **Unit.** People, unweighted.

    **Missing data.** Missing answers are counts and rounded too.

    **Validated against.** Identities in random releases, in ``tests/disclosure``.

    References
    ----------
    .. [1] Cox, L. H. (1987). A constructive procedure for unbiased controlled rounding. Journal of
       the American Statistical Association, 82, 520-524.

    Examples
    --------
    >>> from eenzaam_stats.results.estimates import Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "microdata", "Taylor", 0.95,
    ...                 "weight", "", 0, "0")
    >>> def row(group, n, yes):
    ...     return Estimate(group, yes / n, 0.1, 0.1, 0.9, n - 1, n, 0, float(n), 1.0,
    ...                     n_outcome=yes)
    >>> cells = Estimates(("region",), (row(("a",), 41, 21), row(("b",), 8, 4)), note)
    >>> rounded, everyone = round_release([cells, Estimates((), (row((), 49, 25),), note)])
    >>> [(one.n_valid, one.n_outcome) for one in (*rounded.rows, *everyone.rows)]
    [(40, 20), (10, 5), (50, 25)]
    """
    if isinstance(base, bool) or not isinstance(base, int) or base <= 1:
        raise OptionError(
            f"base is {base!r}, which is no whole number above 1. Choose one, for instance 5."
        )
    alone = isinstance(estimates, Estimates)
    tables = (estimates,) if isinstance(estimates, Estimates) else tuple(estimates)
    _require(tables)
    numbered = list(enumerate(tables))
    shown = list(list_shown_counts(numbered))
    found: dict[tuple[int, int], dict[str, int]] = {}
    far = 0
    for system in systems(shown, cross_values(numbered, shown)).values():
        printed = [
            (unknown, shown[number], word)
            for unknown, rows in enumerate(system.shows)
            for number in rows
            if (word := _column(system, unknown, shown[number], tables))
        ]
        problem = _Rounding(system, base, frozenset(unknown for unknown, *_ in printed))
        rounded = problem.solve()
        far += problem.far(rounded)
        for unknown, one, word in printed:
            found.setdefault((one.table, one.row), {})[word] = round(rounded[unknown])
    result = tuple(
        _round_table(table, [found[at, row] for row in range(len(table.rows))], base, far)
        for at, table in numbered
    )
    return result[0] if alone else result


def _require(tables: Sequence[Estimates]) -> None:
    require_released(tables, verb="round_release()")
    for at, table in enumerate(tables, start=1):
        shares = isinstance(table, Estimates) and is_counted(table)
        if not shares or table.footnote.statistic != "proportion":
            raise SchemaError(
                f"round_release() rounds the counts of prevalences and distributions, and table "
                f"{at} is a {table.footnote.statistic}. Round the prevalences, and suppress the "
                "others with es.suppress."
            )
        hidden = sum(
            row.flag is Flag.SUPPRESSED or row.n_valid is None or row.n_outcome is None
            for row in table.rows
        )
        if hidden:
            raise SchemaError(
                f"round_release() needs every count, and {hidden} row(s) of table {at} have none. "
                "Round the tables before es.suppress, or do one of the two."
            )


def _column(system: System, unknown: int, one: Shown, tables: Sequence[Estimates]) -> str:
    """Column of the row that prints a count; empty for those without an outcome."""
    entered = system.where[unknown][0]
    own = [kind for kind, _ in one.counts if system.same.get(kind, kind) == entered]
    kind = min(own, key=lambda name: (name[0] != "class", name[-1] != YES))
    if kind[0] != "class":
        return {"valid": "n_valid", "missing": "n_missing"}[kind[0]] if not kind[2:] else ""
    label = one.outcome in tables[one.table].by
    return "n_outcome" if label or kind[2] == YES else ""


def _round_table(
    table: Estimates, counts: Sequence[dict[str, int]], base: int, far: int
) -> Estimates:
    beyond = f", {far} of them no neighbour" if far else ""
    words = f"counts rounded to multiples of {base} so that sums hold{beyond}"
    note = replace(
        table.footnote,
        method=f"unweighted share of {words}",
        weight="",
        stratum="",
        cluster="",
        disclosure=words,
        n_without_group=base * round((table.footnote.n_without_group or 0) / base),
    )
    rows = tuple(_round_row(row, one, base) for row, one in zip(table.rows, counts, strict=True))
    return Estimates(table.by, rows, note)


def _round_row(row: Estimate, counts: dict[str, int], base: int) -> Estimate:
    n, yes, nothing = counts["n_valid"], counts["n_outcome"], math.nan
    words = f"rounded to multiples of {base}"
    return Estimate(
        *(row.group, yes / n if n else nothing, nothing, nothing, nothing),
        *(None, n, counts["n_missing"], nothing, nothing),
        flag=row.flag if n >= _STEPS * base else Flag.UNCERTAIN,
        reason="" if row.flag is Flag.RELIABLE and n >= _STEPS * base else words,
        n_outcome=yes,
        disclosure=Disclosure.SAFE,
        disclosure_reason=words,
    )


_STEPS = 10  # bases in a group below which a share of rounded counts is uncertain


@dataclass(slots=True)
class _Rounding:
    """Counts of one source, and the multiples that they may become."""

    system: System
    base: int
    printed: frozenset[int]

    def solve(self) -> FloatArray:
        """Rounded value of every unknown."""
        lines, value = self._lines()
        result = np.array(value, dtype=np.float64)
        for part in parts(lines, [math.nan] * len(value)):
            unknowns = sorted(part.unknowns, key=self._name)
            within = sorted((lines[one].terms for one in part.lines), key=self._names)
            result[unknowns] = self._part(unknowns, within, result[unknowns])
        return result

    def far(self, rounded: FloatArray) -> int:
        """Counts that are shown and did not become a neighbouring multiple."""
        return sum(
            abs(rounded[at] - self.system.value[at]) >= self.base - _NEAR for at in self.printed
        )

    def _lines(self) -> tuple[list[Line], list[float]]:
        """Equations, each with an unknown more where people without a group are missing in it."""
        value = list(self.system.value)
        lines = []
        for terms in self.system.equations():
            if any(self.system.where[at][0][0] == "sum" for at, _ in terms):
                continue
            rest = -sum(factor * value[at] for at, factor in terms)
            more = ((len(value), math.copysign(1.0, rest)),) if abs(rest) > _NEAR else ()
            value += [abs(rest) for _ in more]
            lines.append(Line((*terms, *more)))
        return lines, value

    def _name(self, unknown: int) -> tuple[object, ...]:
        known = unknown < len(self.system.where)
        return (0, *self.system.where[unknown]) if known else (1, (), (), (str(unknown),))

    def _names(self, terms: Terms) -> list[tuple[object, ...]]:
        return [(*self._name(at), factor) for at, factor in terms]

    def _part(
        self, unknowns: Sequence[int], lines: Sequence[Terms], value: FloatArray
    ) -> FloatArray:
        """Rounded values of one component."""
        place = {at: number for number, at in enumerate(unknowns)}
        row = np.repeat(np.arange(len(lines)), [len(terms) for terms in lines])
        column = np.array([place[at] for terms in lines for at, _ in terms], dtype=np.int64)
        factor = np.array([one for terms in lines for _, one in terms])
        sums = sparse.csr_array((factor, (row, column)), shape=(len(lines), len(unknowns)))
        printed = np.array([at in self.printed for at in unknowns])
        for beyond in range(FARTHEST + 1):
            found = self._multiples(sums, value / self.base, printed, beyond)
            if found is not None:
                return self.base * found
        raise DisclosureError(
            f"round_release() found no multiples of {self.base} whose sums hold for "
            f"{len(unknowns)} counts that hang together. Give fewer tables, or another base."
        )

    @staticmethod
    def _multiples(
        sums: sparse.csr_array, value: FloatArray, printed: NDArray[np.bool_], beyond: int
    ) -> FloatArray | None:
        """Whole numbers near the values: floor, plus one or nothing, plus what lies beyond."""
        count = len(value)
        low = np.floor(value + _NEAR)
        whole = np.abs(value - np.round(value)) < _NEAR
        up = np.where(printed, np.where(whole, 0.0, 1.0), np.inf)
        down = np.where(printed, 0.0, low)
        step = np.where(printed, np.minimum(beyond, low), 0.0), np.where(printed, beyond, 0.0)
        # where the floor is taken the change is the remainder, where the ceiling, the rest of it
        cost = np.where(printed, 1.0 - 2.0 * (value - low), 0.0)
        found = milp(
            np.concatenate([cost, np.full(2 * count, _FAR)]),
            constraints=LinearConstraint(
                sparse.hstack([sums, -sums, sums]), -(sums @ low), -(sums @ low)
            ),
            integrality=np.ones(3 * count, dtype=np.int64),
            bounds=Bounds(
                np.concatenate([-down, np.zeros(2 * count)]), np.concatenate([up, *step])
            ),
            options={"time_limit": _SECONDS, "mip_rel_gap": 0.0},
        )
        if found.x is None:
            return None
        moved = np.round(found.x)
        multiples: FloatArray = low + moved[:count] - moved[count : 2 * count] + moved[2 * count :]
        return multiples
