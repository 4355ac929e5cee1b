"""Is frequent loneliness the minority? The check for sources whose only question is a direct one.

A reversed direct question passes every range check and correlates with nothing that could show it.
In every survey of the population fewer than half of the people are often lonely.
"""

from __future__ import annotations

import pandas as pd

from eenzaam_stats.respondents import UCLA_ITEMS
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.direction import CHECK_NAME, LEAST_ROWS
from eenzaam_stats.vocabulary import Frequency

OFTEN = (Frequency.OFTEN.value, Frequency.ALWAYS.value)
MOST = 0.5


def often_lonely(frame: pd.DataFrame) -> CheckResult:
    """Check that at most half of the people who answered a question are often or always lonely.

    Parameters
    ----------
    frame : pandas.DataFrame
        Respondents with the direct question, the UCLA items, or both.

    Returns
    -------
    CheckResult
        ``passed`` is ``None`` when no question has 50 answers.

    Notes
    -----
    **Missing data.** Left out of the shares.

    Examples
    --------
    >>> often_lonely(pd.DataFrame({"direct": ["never"] * 45 + ["often"] * 5})).message
    'often or always: direct 10% of 50'
    """
    shares = {}
    for name in ("direct", *UCLA_ITEMS):
        answers = frame[name].dropna() if name in frame else pd.Series(dtype="str")
        if len(answers) >= LEAST_ROWS:
            shares[name] = (float(answers.isin(OFTEN).mean()), len(answers))
    if not shares:
        return CheckResult(
            CHECK_NAME, None, f"no question on loneliness has {LEAST_ROWS} answers or more"
        )
    said = ", ".join(f"{name} {share:.0%} of {n:,}" for name, (share, n) in shares.items())
    turned = [name for name, (share, _) in shares.items() if share > MOST]
    if not turned:
        return CheckResult(CHECK_NAME, True, f"often or always: {said}")
    return CheckResult(
        CHECK_NAME,
        False,
        f"often or always: {said}. More than half in {', '.join(turned)}: codes are read in the "
        "wrong direction, or these people were selected on their loneliness.",
    )
