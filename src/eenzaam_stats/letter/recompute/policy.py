"""Dates in the letter, and the time between them."""

from __future__ import annotations

import datetime as dt

from eenzaam_stats.letter.ledger import Claim, Recomputation
from eenzaam_stats.letter.recompute.lookup import read_date
from eenzaam_stats.letter.recompute.registry import alternative, answer_claim, recomputes, unread

DAYS_PER_YEAR = 365.2425


def years_between(start: dt.date, end: dt.date) -> float:
    """Time between two days in mean Gregorian years.

    Examples
    --------
    >>> round(years_between(dt.date(2019, 3, 7), dt.date(2025, 4, 10)), 1)
    6.1
    """
    return (end - start).days / DAYS_PER_YEAR


def _month(claim: Claim, short_name: str) -> Recomputation:
    day, origin = read_date(short_name)
    return answer_claim(claim, 100 * day.year + day.month, [origin])


def _years_until_letter(claim: Claim, short_name: str) -> Recomputation:
    start, first = read_date(short_name)
    end, last = read_date("letter")
    return answer_claim(claim, years_between(start, end), [first, last])


@recomputes("network-advice-december-2023")
def _network_advice(claim: Claim) -> Recomputation:
    return _month(claim, "advice on a network guideline")


@recomputes("quality-compass-july-2024")
def _quality_compass(claim: Claim) -> Recomputation:
    return _month(claim, "quality compass, document")


@recomputes("nurses-guideline-july-2021")
def _nurses_guideline(claim: Claim) -> Recomputation:
    return _month(claim, "guideline of nurses")


@recomputes("six-years-on")
def _six_years(claim: Claim) -> Recomputation:
    return _years_until_letter(claim, "first advice")


@recomputes("programme-seven-years")
def _seven_years(claim: Claim) -> Recomputation:
    return _years_until_letter(claim, "launch of the programme")


@recomputes("coalitie-erbij-2008")
def _coalition(claim: Claim) -> Recomputation:
    start, first = read_date("start of the coalition")
    end, last = read_date("end of the coalition")
    until_end = years_between(dt.date(start.year + 1, 1, 1), end)
    return answer_claim(
        claim,
        start.year,
        [first, last],
        alternatives=[alternative("years_until_the_end", until_end)],
    )


@recomputes("successor-from-2026")
def _successor(claim: Claim) -> Recomputation:
    return unread(claim)
