"""The verb ``suppress``: hide what would give a person away, and say so.

A hidden estimate is missing with a reason, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.disclosure.linked import Linked, linked
from eenzaam_stats.disclosure.profiles import DisclosureProfile, profile_of
from eenzaam_stats.disclosure.rules import disclosive, unreliable
from eenzaam_stats.disclosure.secondary import protected
from eenzaam_stats.errors import DisclosureError, SchemaError
from eenzaam_stats.results import Estimate, Estimates, Footnote
from eenzaam_stats.vocabulary import Disclosure, Flag

BoolArray = NDArray[np.bool_]
DIFFERENCING = "would reveal a suppressed estimate by subtraction"
_HIDDEN = (Disclosure.PRIMARY, Disclosure.SECONDARY)


@overload
def suppress(estimates: Estimates, profile: str | DisclosureProfile = ...) -> Estimates: ...
@overload
def suppress(
    estimates: Sequence[Estimates], profile: str | DisclosureProfile = ...
) -> tuple[Estimates, ...]: ...


def suppress(
    estimates: Estimates | Sequence[Estimates], profile: str | DisclosureProfile = "strict10"
) -> Estimates | tuple[Estimates, ...]:
    """Suppress estimates that could tell something about a person.

    Parameters
    ----------
    estimates : Estimates or sequence of Estimates
        Tables that will be shown together, margins included: what one hides another could give
        away. They are not changed.
    profile : str or DisclosureProfile, default "strict10"
        Name of a profile, or one of your own.

    Returns
    -------
    Estimates or tuple of Estimates
        The same tables. A suppressed row has no estimate, no error and no counts, the flag
        ``suppressed`` and a reason: ``primary`` where it breaks a rule, ``secondary`` where it
        would reveal another by subtraction. Other rows are ``safe``. The footnote says the profile,
        its source, and how many rows were suppressed.

    Raises
    ------
    OptionError
        If no profile has that name.
    SchemaError
        If the rows lack the counts that the rules need.

    See Also
    --------
    check_disclosure : The findings, without hiding anything.
    require_checked : Raise when something was not checked.

    Notes
    -----
    Tables are linked when they hold the same outcome of the same source and one is a margin of
    another; the total of every table counts as known. After suppression the bounds that anyone can
    compute for the people, those with and those without the outcome of a primary row lie at least
    ``max(least_n, least_cell, 2)`` apart. Tables that are shown elsewhere, or later, are not known
    here: give everything that is shown in one call.

    **Unit.** Unweighted people.

    **Missing data.** Rows that were suppressed before stay so.

    **Validated against.** An attack by linear programmes on 1,000 random tables, in
    ``tests/disclosure``.

    References
    ----------
    .. [1] Hundepool, A., et al. (2012). Statistical disclosure control. Wiley.

    Examples
    --------
    >>> from eenzaam_stats.results import Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "microdata", "Taylor", 0.95,
    ...                 "weight", "", 0, "0")
    >>> def row(name, n, yes):
    ...     return Estimate((name,), yes / n, 0.1, 0.1, 0.9, n - 1, n, 0, float(n), 1.0,
    ...                     n_outcome=yes, largest_weight_share=1 / n)
    >>> table = Estimates(("region",), (row("a", 40, 20), row("b", 8, 4), row("c", 60, 25)), note)
    >>> [str(one.disclosure) for one in suppress(table).rows]
    ['secondary', 'primary', 'safe']
    """
    chosen = profile_of(profile)
    tables = (estimates,) if isinstance(estimates, Estimates) else tuple(estimates)
    result = list(tables)
    for places in _families(tables):
        family = [tables[at] for at in places]
        for at, table in zip(places, _suppressed(family, chosen), strict=True):
            result[at] = table
    return result[0] if isinstance(estimates, Estimates) else tuple(result)


def require_checked(tables: Sequence[Estimates]) -> None:
    """Raise when an estimate was not checked for disclosure.

    Parameters
    ----------
    tables : sequence of Estimates
        What is about to be written.

    Raises
    ------
    DisclosureError
        If a row is unchecked.
    """
    unchecked = sum(
        row.disclosure is Disclosure.UNCHECKED for table in tables for row in table.rows
    )
    if unchecked:
        raise DisclosureError(
            f"{unchecked} estimate(s) were not checked for disclosure and are not written. Use "
            "es.suppress with a profile such as 'strict10' first."
        )


def _families(tables: Sequence[Estimates]) -> list[list[int]]:
    """Tables of one outcome and source, which may be margins of each other."""
    found: dict[tuple[str, ...], list[int]] = {}
    for at, table in enumerate(tables):
        note = table.footnote
        key = (note.outcome, note.scale, note.source, note.wave, note.statistic)
        found.setdefault(key, []).append(at)
    return list(found.values())


def _suppressed(family: Sequence[Estimates], profile: DisclosureProfile) -> list[Estimates]:
    for table in family:
        _require_counts(table)
    found = linked(family)
    reasons = [disclosive(family[t].rows[r], profile) for t, r in found.position]
    before = [family[t].rows[r].disclosure in _HIDDEN for t, r in found.position]
    primary = np.array([bool(why) for why in reasons], dtype=np.bool_) & ~np.array(before)
    hidden = _hidden(found, primary, profile, family)
    result = []
    for t, table in enumerate(family):
        rows = []
        for at, (owner, r) in enumerate(found.position):
            if owner == t:
                row = table.rows[r]
                new = (
                    _without_numbers(row, reasons[at]) if hidden[at] else _safe(row, profile, table)
                )
                rows.append(row if row.disclosure in _HIDDEN else new)
        result.append(replace(table, rows=tuple(rows), footnote=_footnote(table, rows, profile)))
    return result


def _hidden(
    found: Linked, primary: BoolArray, profile: DisclosureProfile, family: Sequence[Estimates]
) -> BoolArray:
    if not primary.any():
        return primary
    margins = np.array([len(family[t].by) for t, _ in found.position], dtype=np.float64)
    deepest = margins.max(initial=0.0)
    # a margin says more than a cell, so it is hidden only when no cell is left
    cost = found.counts[0] + 1e9 * (deepest - margins)
    protection = float(max(profile.least_n, profile.least_cell, 2))
    return protected(found, primary, protection=protection, cost=cost)


def _require_counts(table: Estimates) -> None:
    broken = [row for row in table.rows if row.n_valid is None and row.disclosure not in _HIDDEN]
    if broken:
        raise SchemaError(
            f"suppress() needs the unweighted number of people in every group, and {len(broken)} "
            "row(s) have none. Use estimates from es.prevalence, es.mean or es.total."
        )


def _safe(row: Estimate, profile: DisclosureProfile, table: Estimates) -> Estimate:
    """Row that may be shown, with the doubts of the profile."""
    doubt = unreliable(row, level=table.footnote.level) if profile.reliability else ""
    reasons = "; ".join(filter(None, [row.reason, doubt]))
    return replace(
        row,
        disclosure=Disclosure.SAFE,
        disclosure_reason=f"meets {profile.name}",
        flag=Flag.UNCERTAIN if reasons else row.flag,
        reason=reasons,
    )


def _without_numbers(row: Estimate, reason: str) -> Estimate:
    nothing = math.nan
    why = reason or DIFFERENCING
    return Estimate(
        group=row.group,
        estimate=nothing,
        std_error=nothing,
        conf_low=nothing,
        conf_high=nothing,
        df=None,
        n_valid=None,
        n_missing=None,
        weight_sum=nothing,
        deff=nothing,
        flag=Flag.SUPPRESSED,
        reason=f"suppressed: {why}",
        disclosure=Disclosure.PRIMARY if reason else Disclosure.SECONDARY,
        disclosure_reason=why,
    )


def _footnote(table: Estimates, rows: Sequence[Estimate], profile: DisclosureProfile) -> Footnote:
    counts = {kind: sum(row.disclosure is kind for row in rows) for kind in _HIDDEN}
    words = (
        f"{profile.describe()}; {counts[Disclosure.PRIMARY]} of {len(rows)} estimates suppressed, "
        f"{counts[Disclosure.SECONDARY]} more against subtraction"
    )
    return replace(table.footnote, disclosure=words)
