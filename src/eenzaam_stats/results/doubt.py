"""How doubt travels: what a number inherits from the numbers that it is computed from.

One rule for every verb, in :func:`inherit_flag`; ``docs/decisions/0016-doubt-travels.md`` says why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from eenzaam_stats.numerics.survey.rounding import is_no_error
from eenzaam_stats.output_check import worst
from eenzaam_stats.results.estimates import Estimate
from eenzaam_stats.vocabulary import Disclosure, Flag

ErrorsFrom = Literal["inputs", "model"]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Doubt:
    """Whether a number can be used as it stands, and whether it has an error at all.

    Attributes
    ----------
    flag : Flag
        ``reliable``, or not.
    reason : str
        Why not; empty otherwise.
    no_error : bool
        Whether no sampling error is known: no degrees of freedom, no variance or rounding of none,
        or an error that lacks a part, so that its number has no interval either.
    disclosure : Disclosure
        Whether the number may leave; it is inherited like a doubt, by the worst.
    """

    flag: Flag = Flag.RELIABLE
    reason: str = ""
    no_error: bool = False
    disclosure: Disclosure = field(default=Disclosure.PUBLIC, compare=False, repr=False)

    def __bool__(self) -> bool:
        return self.flag is not Flag.RELIABLE


def read_doubt(row: Estimate) -> Doubt:
    """Doubt of an estimate.

    Parameters
    ----------
    row : Estimate
        Flagged or not. A row without degrees of freedom or without a variance is in doubt whatever
        its flag says; a flagged row without an interval has no whole error.

    Returns
    -------
    Doubt

    Examples
    --------
    >>> one = Estimate(("85+",), 1.0, 0.0, 0.0, 1.0, 0, 1, 0, 1.0, 1.0)
    >>> read_doubt(one)
    Doubt(flag=<Flag.UNCERTAIN: 'uncertain'>, reason='no degrees of freedom', no_error=True)
    """
    return find_doubt(
        row.flag,
        row.std_error,
        row.df,
        size=row.estimate,
        reason=row.reason,
        interval=row.conf_low == row.conf_low,
        disclosure=row.disclosure,
    )


def find_doubt(
    flag: str,
    std_error: float,
    df: float | None,
    *,
    size: float,
    reason: str = "",
    interval: bool = True,
    disclosure: Disclosure = Disclosure.PUBLIC,
) -> Doubt:
    """Doubt of a number by what stands beside it.

    Parameters
    ----------
    flag : str
        Its flag.
    std_error : float
        Its standard error.
    df : float or None
        Its degrees of freedom; infinite where they are unknown, ``None`` where they are hidden.
    size : float
        The number itself, beside which an error may be rounding.
    reason : str
        Why it is flagged, where that is known.
    interval : bool
        Whether it has an interval, where that is known.
    disclosure : Disclosure
        Whether it may leave.

    Returns
    -------
    Doubt

    Examples
    --------
    >>> find_doubt("reliable", 3e-17, 5, size=0.4).reason
    'no variance'
    """
    without_df = df is None or not df > 0
    no_error = without_df or bool(is_no_error(std_error, size))
    words = reason or _words(std_error, without_df=without_df) * no_error
    if flag == Flag.RELIABLE:
        found = Doubt(Flag.UNCERTAIN, words, no_error) if no_error else Doubt()
    else:
        found = Doubt(Flag.UNCERTAIN, words or f"flagged {flag}", no_error or not interval)
    return replace(found, disclosure=disclosure)


def _words(std_error: float, *, without_df: bool) -> str:
    """Why a number has no error."""
    if without_df:
        return "no degrees of freedom"
    return "no standard error" if math.isnan(std_error) else "no variance"


def inherit_flag(
    inputs: Iterable[tuple[str, Doubt]], *, own: str = "", errors_from: ErrorsFrom = "inputs"
) -> Doubt:
    """Doubt of a number that is computed from others: the one rule.

    Parameters
    ----------
    inputs : iterable of (str, Doubt)
        Name and doubt of every number that has a part in it.
    own : str
        What is wrong with the computed number itself; empty when nothing is.
    errors_from : {"inputs", "model"}
        Where the error of the computed number comes from: it is made of the errors of the inputs,
        or a model has its own, from the spread between respondents or waves.

    Returns
    -------
    Doubt
        In doubt when an input is, or by itself; the reason names the inputs, at most five. An
        error that is made of errors lacks a part of unknown size when one of them does: the number
        then has no interval, no test and no p value (``no_error``). Where the error is that of a
        model, or an input is doubted for another reason, they stay and are marked by the flag.
        Its disclosure is the worst of all inputs.

    Examples
    --------
    >>> oldest = Doubt(Flag.UNCERTAIN, "no degrees of freedom", no_error=True)
    >>> found = inherit_flag([("18-64", Doubt()), ("85+", oldest)])
    >>> found.reason, found.no_error
    ('rests on 85+ (no degrees of freedom)', True)
    >>> inherit_flag([("2020", oldest)], errors_from="model").no_error
    False
    """
    given = list(inputs)
    disclosure = worst(doubt.disclosure for _, doubt in given)
    doubted = [(name, doubt) for name, doubt in given if doubt]
    if not doubted and not own:
        return Doubt(disclosure=disclosure)
    named = ", ".join(f"{name} ({doubt.reason})" for name, doubt in doubted[:_SHOWN])
    more = f" and {len(doubted) - _SHOWN} more" if len(doubted) > _SHOWN else ""
    words = [own] if own else []
    if doubted:
        words.append(f"rests on {named}{more}")
    no_error = errors_from == "inputs" and any(doubt.no_error for _, doubt in doubted)
    return Doubt(Flag.UNCERTAIN, "; ".join(words), no_error, disclosure)
