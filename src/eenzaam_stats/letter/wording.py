"""Numbers of the ledger in the terms of their readers.

One place that knows how a unit is written in Dutch and in English; it computes nothing.
"""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Unit
from eenzaam_stats.vocabulary import Language, add_percent, format_number, label


def quantity(value: float, *, unit: Unit, decimals: int, language: Language) -> str:
    """Value with its unit, as readers write it.

    Parameters
    ----------
    value : float
        In the unit given; a month is a number such as 202104.
    unit : Unit
        Unit of the value.
    decimals : int
        Decimals to print; years and months have none.
    language : {"nl", "en"}
        Language of words and number format.

    Returns
    -------
    str

    Examples
    --------
    >>> quantity(14.2, unit=Unit.PERCENT, decimals=1, language="nl")
    '14,2%'
    >>> quantity(854084, unit=Unit.PERSONS, decimals=0, language="en")
    '854,084 people'
    >>> quantity(202104, unit=Unit.MONTH, decimals=0, language="nl")
    'april 2021'
    """
    if unit is Unit.YEAR:
        return f"{value:.0f}"
    if unit is Unit.MONTH:
        year, month = divmod(round(value), 100)
        return f"{label(f'month.m{month:02d}', language)} {year}"
    number = format_number(value, decimals=decimals, language=language)
    return number + label(f"unit.{unit.value}", language)


def percent_range(*limits: float, decimals: int = 1, language: Language) -> str:
    """One percentage or a range of two, lowest first.

    Examples
    --------
    >>> percent_range(4.9, 15.8, language="nl")
    '4,9–15,8%'
    >>> percent_range(11.76, language="en")
    '11.8%'
    """
    numbers = [format_number(limit, decimals=decimals, language=language) for limit in limits]
    return add_percent("–".join(numbers), language)
