"""The verb ``suppress``: hide what would give a person away.

A hidden row is missing, never 0, and has one word whatever hid it. Why a row was hidden stays in
``check_disclosure``, which is for the place where the respondents are.
"""

from __future__ import annotations

import math
import re
import warnings
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
    require_groups,
    require_released,
)
from eenzaam_stats.disclosure.overlap import FINE, MOST_HIDDEN, measure_hidden_parts
from eenzaam_stats.disclosure.profiles import DisclosureProfile, find_profile
from eenzaam_stats.disclosure.rules import disclosive, unreliable
from eenzaam_stats.disclosure.ungrouped import LEFT_OVER, count_without_group, find_left_over
from eenzaam_stats.errors import DisclosureError, EenzaamStatsWarning, SchemaError, users_level
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
    >>> from eenzaam_stats.results.estimates import Footnote
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
    held = measure_hidden_parts(tables, reasons)
    without = count_without_group(tables, chosen)
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
    require_groups(tables)
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
        over = [
            one for one in find_left_over(tables, reasons, profile) if not reasons[one[0]][one[1]]
        ]
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


# Tables of which most is hidden: said before the search where the rules alone say so.

MANY = 20  # rows; of a shorter table it is seen at once


def warn_of_hidden(
    tables: Sequence[Released], reasons: Sequence[Sequence[str]], profile: DisclosureProfile
) -> bool:
    """Say that more than half of a table is hidden, and what helps.

    Parameters
    ----------
    tables : sequence of Estimates and Comparisons
        What will be shown together; what has left before is not counted.
    reasons : sequence of sequence of str
        Why each row is hidden; empty where it is shown.
    profile : DisclosureProfile
        Rules.

    Returns
    -------
    bool
        Whether it was said.
    """
    told = [
        (table, all(why))
        for table, why in zip(tables, reasons, strict=True)
        if len(why) >= MANY
        and 2 * sum(map(bool, why)) > len(why)
        and any(row.disclosure is Disclosure.UNCHECKED for row in table.rows)
    ]
    if told:
        table, everything = max(told, key=lambda one: one[1])
        columns = f"by={list(table.by)!r}" if table.by else "without by"
        more = f" and of {len(told) - 1} other table(s)" if len(told) > 1 else ""
        warnings.warn(
            f"suppress() hides {'every row' if everything else 'more than half of the rows'} of "
            f"{table.footnote.outcome!r} {columns}{more} with profile {profile.name!r}: their "
            "groups are too small for its rules. Take coarser groups, fewer columns in by, or a "
            "profile with lower thresholds where the owner of the data allows it.",
            EenzaamStatsWarning,
            stacklevel=users_level(),
        )
    return bool(told)


# Numbers as they leave: no more digits than a reader needs, and no sum of weights. A weighted
# share with sixteen digits, the number of people and the sum of their weights are an equation
# with one whole-number solution; with three decimals and without the sum it has many.

_SHARES = ("proportion", "standardised proportion", "difference", "trend")
_EFFECT = 1  # decimals of design effects, significant digits of degrees of freedom
_TEST = 2  # decimals of test statistics, significant digits of the effective number
_P = 4
_HUNDRED = 100
_ABOVE = 1.0 + 1e-9  # 0.1 is a little less or more than a power of ten
_ONE = 1  # significant digits of an error that is one of hidden people too
_NUMBER = re.compile(r"\d+\.\d+(e-?\d+)?")  # an error in words is an error with more digits


def round_estimate(row: Estimate, statistic: str, decimals: int, hidden: float = FINE) -> Estimate:
    """Row of a release.

    Parameters
    ----------
    row : Estimate
        Row that may be shown.
    statistic : str
        As in the footnote.
    decimals : int
        Decimals of a share; of other numbers, significant digits.
    hidden : float, default 0
        Part of its people who are in groups that the release hides.

    Returns
    -------
    Estimate
        Without the sum of weights and the largest weight; degrees of freedom, design effects and
        numbers in the reason so coarse that strata and clusters are not counted by them. Where
        hidden people are part of it, the error has one digit, the limits are those of that error
        at its last digit, and design effects and the effective number are left out; where they
        are more than a quarter, the error and the limits are left out too.

    Examples
    --------
    >>> row = Estimate(("a",), 0.123456, 0.0123456, 0.1, 0.15, 99, 100, 0, 12345.6, 1.23456)
    >>> safe = round_estimate(row, "proportion", 3)
    >>> safe.estimate, safe.std_error, safe.deff, safe.weight_sum
    (0.123, 0.012, 1.2, nan)
    >>> margin = round_estimate(row, "proportion", 3, hidden=0.2)
    >>> margin.estimate, margin.std_error, margin.conf_low, margin.conf_high, margin.deff
    (0.123, 0.01, 0.1, 0.14, nan)
    """
    if hidden > FINE:
        error, low, high = _coarse(row, hidden)
        row = replace(row, std_error=error, conf_low=low, conf_high=high)
        row = replace(row, deff=math.nan, deff_wor=math.nan, n_effective=math.nan)
    return replace(
        row,
        estimate=_near(row.estimate, statistic, decimals),
        std_error=_near(row.std_error, statistic, decimals),
        conf_low=_near(row.conf_low, statistic, decimals),
        conf_high=_near(row.conf_high, statistic, decimals),
        weight_sum=math.nan,
        deff=_decimal(row.deff, _EFFECT),
        deff_wor=_decimal(row.deff_wor, _EFFECT),
        n_effective=_significant(row.n_effective, _TEST),
        df=_degrees(row.df),
        reason=_NUMBER.sub("…", row.reason),
        largest_weight_share=math.nan,
        largest_share=math.nan,
        two_largest_share=math.nan,
    )


def round_comparison(
    row: Comparison, statistic: str, decimals: int, hidden: float = FINE
) -> Comparison:
    """Row of a released comparison, its test with two and its p values with four decimals.

    A test and its p value are the error in other words, so they go where the error is coarse.
    """
    if hidden > FINE:
        error, low, high = _coarse(row, hidden)
        row = replace(row, std_error=error, conf_low=low, conf_high=high)
        row = replace(row, statistic=math.nan, p_value=math.nan, p_adjusted=math.nan)
    return replace(
        row,
        estimate=_near(row.estimate, statistic, decimals),
        std_error=_near(row.std_error, statistic, decimals),
        conf_low=_near(row.conf_low, statistic, decimals),
        conf_high=_near(row.conf_high, statistic, decimals),
        statistic=_decimal(row.statistic, _TEST),
        p_value=_decimal(row.p_value, _P),
        p_adjusted=_decimal(row.p_adjusted, _P),
    )


def _coarse(row: Estimate | Comparison, hidden: float) -> tuple[float, float, float]:
    """Error of one digit and its limits, which tell nothing more; nothing beyond a quarter.

    The limits lie as many errors away as before, so that those of a logit or beta interval stay on
    their own scale, and are rounded to the step of the error, which hides how many.
    """
    error = row.std_error
    if hidden > MOST_HIDDEN or not (math.isfinite(error) and error > 0.0):
        return (math.nan, math.nan, math.nan)
    coarse = _significant(error, _ONE)
    places = -math.floor(math.log10(coarse * _ABOVE))
    low, high = (
        _decimal(row.estimate + (limit - row.estimate) * coarse / error, places)
        for limit in (row.conf_low, row.conf_high)
    )
    return (coarse, low, high)


def _degrees(df: int | None) -> int | None:
    """Degrees of freedom without the strata and clusters that they count."""
    if df is None:
        return None
    return int(_significant(float(df), _EFFECT if df < _HUNDRED else _TEST))


def _near(value: float, statistic: str, decimals: int) -> float:
    if statistic in _SHARES:
        return _decimal(value, decimals)
    return _significant(value, decimals)


def _decimal(value: float, decimals: int) -> float:
    return round(value, decimals) if math.isfinite(value) else value


def _significant(value: float, digits: int) -> float:
    if not math.isfinite(value) or value == 0.0:
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))
