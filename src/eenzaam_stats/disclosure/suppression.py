"""The verb ``suppress``: hide what would give a person away.

A hidden row is missing, never 0, and has one word whatever hid it. Why a row was hidden stays in
``check_disclosure``, which is for the place where the respondents are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar, overload

from eenzaam_stats.disclosure.apart import require_apart
from eenzaam_stats.disclosure.bands import require_nested_bands
from eenzaam_stats.disclosure.decision import BEFORE, reasons_of_estimates
from eenzaam_stats.disclosure.derived import (
    Released,
    bounding,
    find_hidden_cells,
    find_revealing_rows,
    is_counted,
    require_basis,
    require_released,
)
from eenzaam_stats.disclosure.mostly_hidden import warn_of_hidden
from eenzaam_stats.disclosure.overlap import FINE, hidden_parts
from eenzaam_stats.disclosure.profiles import DisclosureProfile, find_profile
from eenzaam_stats.disclosure.rounding import round_comparison, round_estimate
from eenzaam_stats.disclosure.rules import disclosive, unreliable
from eenzaam_stats.disclosure.ungrouped import LEFT_OVER, left_over, told
from eenzaam_stats.errors import DisclosureError, SchemaError
from eenzaam_stats.results.comparisons import Comparison, Comparisons
from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote
from eenzaam_stats.vocabulary import Disclosure, Flag

ReleasedType = TypeVar("ReleasedType", bound=Released)
DERIVED = "made of a group that is suppressed"
COARSE = "errors that suppressed groups are part of have one digit, or are left out"


@overload
def suppress(estimates: Estimates, profile: str | DisclosureProfile = ...) -> Estimates: ...
@overload
def suppress(
    estimates: Sequence[ReleasedType], profile: str | DisclosureProfile = ...
) -> tuple[ReleasedType, ...]: ...


def suppress(
    estimates: Estimates | Sequence[ReleasedType], profile: str | DisclosureProfile = "strict10"
) -> Estimates | tuple[ReleasedType, ...]:
    """Suppress estimates that could tell something about a person.

    Parameters
    ----------
    estimates : Estimates, or sequence of Estimates and Comparisons
        Tables that will be shown together, margins included: what one hides another could give
        away. Comparisons, standardised shares and ratios come with the estimates that they were
        made of. They are not changed.
    profile : str or DisclosureProfile, default "strict10"
        Name of a profile, or one of your own.

    Returns
    -------
    Estimates, or tuple of Estimates and Comparisons
        The same tables. A suppressed row has no number in any column and the word ``suppressed``
        as flag and as reason, whether it breaks a rule itself or would reveal another row: the
        difference would bound its count. Other rows are ``safe``. A result that is made of a
        suppressed group is suppressed too, and p values that were adjusted over suppressed
        comparisons are left out. The footnote says the profile and its source.

    Raises
    ------
    OptionError
        If no profile has that name.
    SchemaError
        If the rows lack the counts that the rules need, or something is no estimate.
    DisclosureError
        If a derived result comes without the estimates that it was made of, or tables of other
        people for the same cell can be subtracted.

    See Also
    --------
    check_disclosure : Which rows and why, for the place where the respondents are.
    require_checked : Raise when something was not checked.

    Notes
    -----
    Tables are linked when they hold the same outcome of the same source and one is a margin of
    another; the total of every table counts as known. After suppression the bounds that anyone can
    compute for the people, those with and those without the outcome of a row that breaks a rule lie
    at least ``max(least_n, least_cell, 2)`` apart. Tables that are shown elsewhere, or later, are
    not known here: give everything that is shown in one call.

    **Unit.** Unweighted people.

    **Missing data.** Rows that were suppressed before stay so.

    **Validated against.** An attack by linear programmes on 1,000 random tables, in
    ``tests/disclosure``.

    References
    ----------
    .. [1] Hundepool, A., et al. (2012). Statistical disclosure control. Wiley.

    Examples
    --------
    >>> from eenzaam_stats.results.estimates.estimates import Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "microdata", "Taylor", 0.95,
    ...                 "weight", "", 0, "0")
    >>> def row(name, n, yes):
    ...     return Estimate((name,), yes / n, 0.1, 0.1, 0.9, n - 1, n, 0, float(n), 1.0,
    ...                     n_outcome=yes, largest_weight_share=1 / n)
    >>> table = Estimates(("region",), (row("a", 40, 20), row("b", 8, 4), row("c", 60, 25)), note)
    >>> [str(one.disclosure) for one in suppress(table).rows]
    ['suppressed', 'suppressed', 'safe']
    """
    chosen = find_profile(profile)
    alone = not isinstance(estimates, Sequence)
    tables: tuple[Released, ...] = (estimates,) if alone else tuple(estimates)  # type: ignore[arg-type, assignment]
    reasons = find_reasons(tables, chosen)
    held = hidden_parts(tables, reasons)
    without = told(tables, chosen)
    result = tuple(
        _suppress_table(_telling(table, number), why, parts, chosen)
        for table, number, why, parts in zip(tables, without, reasons, held, strict=True)
    )
    return result[0] if alone else result  # type: ignore[return-value]


def find_reasons(tables: Sequence[Released], profile: DisclosureProfile) -> list[list[str]]:
    """Why each row of each table is hidden, in words; empty where it is shown.

    Parameters
    ----------
    tables : sequence of Estimates and Comparisons
        What will be shown together.
    profile : DisclosureProfile
        Rules.

    Returns
    -------
    list of list of str
    """
    require_released(tables)
    require_basis(tables)
    for table in tables:
        _require_counts(table)
    require_apart(tables, profile)
    require_nested_bands(tables, profile)
    counted = [
        (at, table)
        for at, table in enumerate(tables)
        if isinstance(table, Estimates) and is_counted(table)
    ]
    forced = [[""] * len(table.rows) for table in tables]
    new = any(row.disclosure is Disclosure.UNCHECKED for table in tables for row in table.rows)
    warned = False
    while True:
        reasons = [_own_reasons(table, forced[at], profile) for at, table in enumerate(tables)]
        warned = warned or warn_of_hidden(tables, reasons, profile)  # before the search
        for at, why in reasons_of_estimates(counted, forced, profile).items():
            reasons[at] = why
        hidden = find_hidden_cells(tables, reasons)
        news = [
            (at, row)
            for at, table in enumerate(tables)
            for row in find_revealing_rows(table, hidden)
            if not reasons[at][row]
        ]
        news += [(at, row) for at, row in bounding(tables, reasons) if not reasons[at][row]]
        over = [one for one in left_over(tables, reasons, profile) if not reasons[one[0]][one[1]]]
        news += over
        news = [(at, row) for at, row in news if not (new and _has_left(tables[at].rows[row]))]
        if not news:
            if not warned:
                warn_of_hidden(tables, reasons, profile)
            return reasons
        for at, row in news:
            forced[at][row] = LEFT_OVER if (at, row) in over else DERIVED


def _has_left(row: Estimate | Comparison) -> bool:
    return row.disclosure is Disclosure.SAFE


def require_checked(tables: Sequence[Released]) -> None:
    """Raise when a result was not checked for disclosure.

    Parameters
    ----------
    tables : sequence of Estimates and Comparisons
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


def _own_reasons(table: Released, forced: Sequence[str], profile: DisclosureProfile) -> list[str]:
    """Reasons of a result that is made of other estimates and adds up to nothing."""
    if isinstance(table, Comparisons):
        return list(forced)
    return [
        BEFORE
        if row.disclosure is Disclosure.SUPPRESSED
        else _find_broken_rule(row, table, profile) or why
        for row, why in zip(table.rows, forced, strict=True)
    ]


def _find_broken_rule(row: Estimate, table: Estimates, profile: DisclosureProfile) -> str:
    return disclosive(row, profile, statistic=table.footnote.statistic)


def _require_counts(table: Released) -> None:
    if isinstance(table, Comparisons):
        return
    broken = [
        row
        for row in table.rows
        if row.n_valid is None and row.disclosure is not Disclosure.SUPPRESSED
    ]
    if broken:
        raise SchemaError(
            f"suppress() needs the unweighted number of people in every group, and {len(broken)} "
            "row(s) have none. Use estimates from es.prevalence, es.mean or es.total."
        )


def _telling(table: Released, without: int | None) -> Released:
    """The table with the number of people without a group that may be told."""
    return replace(table, footnote=replace(table.footnote, n_without_group=without))


def _suppress_table(
    table: Released, why: Sequence[str], parts: Sequence[float], profile: DisclosureProfile
) -> Released:
    hidden = sum(map(bool, why))
    # what has left stays as it left
    rows: Sequence[Estimate | Comparison] = table.rows
    held = [
        FINE if reason or _has_left(row) or profile.decimals is None else part
        for row, reason, part in zip(rows, why, parts, strict=True)
    ]
    was = COARSE in table.footnote.disclosure
    coarse = f"; {COARSE}" if was or any(part > FINE for part in held) else ""
    words = f"{profile.describe()}{coarse}; {hidden} of {len(why)} estimates suppressed"
    note = replace(table.footnote, disclosure=words)
    if isinstance(table, Comparisons):
        return _suppress_comparisons(replace(table, footnote=note), why, held, profile.decimals)
    shown = tuple(
        row.hide() if reason else _safe(row, profile, note, part)
        for row, reason, part in zip(table.rows, why, held, strict=True)
    )
    return replace(table, rows=shown, footnote=note)


def _suppress_comparisons(
    table: Comparisons, why: Sequence[str], held: Sequence[float], decimals: int | None
) -> Comparisons:
    # an adjusted p value can be that of another row, multiplied
    adjusted_away = bool(table.adjustment) and (any(why) or any(part > FINE for part in held))
    safe = (
        replace(
            row,
            disclosure=Disclosure.SAFE,
            p_adjusted=math.nan if adjusted_away else row.p_adjusted,
        )
        for row in table.rows
    )
    rows = tuple(
        row.hide()
        if reason
        else row
        if decimals is None
        else round_comparison(row, table.footnote.statistic, decimals, part)
        for row, reason, part in zip(safe, why, held, strict=True)
    )
    return replace(table, rows=rows)


def _safe(row: Estimate, profile: DisclosureProfile, note: Footnote, part: float) -> Estimate:
    """Row that may be shown, with the doubts of the profile."""
    doubt = unreliable(row, level=note.level) if profile.reliability else ""
    reasons = "; ".join(filter(None, [row.reason, doubt]))
    if profile.decimals is not None:
        row = round_estimate(row, note.statistic, profile.decimals, part)
    return replace(
        row,
        disclosure=Disclosure.SAFE,
        disclosure_reason=f"meets {profile.name}",
        flag=Flag.UNCERTAIN if reasons else row.flag,
        reason=reasons,
    )
