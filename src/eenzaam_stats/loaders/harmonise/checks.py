"""Checks that every reading runs: rows, repeated respondents, weights, direction of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from eenzaam_stats.loaders.harmonise.column import VALID, Harmonised
from eenzaam_stats.loaders.harmonise.duplicates import check_duplicates
from eenzaam_stats.loaders.harmonise.findings import header_check
from eenzaam_stats.loaders.harmonise.item_direction import with_single_items
from eenzaam_stats.loaders.harmonise.one_file import Reading
from eenzaam_stats.loaders.harmonise.weighting import weight_total
from eenzaam_stats.respondents import DJG_ITEMS, UCLA_ITEMS
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.asked import LEAST_PEOPLE, is_not_asked
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direction import CHECK_NAME, LEAST_ROWS, check_direction
from eenzaam_stats.scoring.instrument import Scale
from eenzaam_stats.scoring.ucla import UCLA3
from eenzaam_stats.vocabulary import Frequency

_SCALES: tuple[Scale, ...] = (DJG11, DJG6, UCLA3)
_FREQUENCY = frozenset({"direct", *UCLA_ITEMS})


def direction_checks(frame: pd.DataFrame) -> tuple[CheckResult, ...]:
    """Direction of every scale whose items are all in the frame, the longer De Jong scale first.

    Without a De Jong Gierveld scale there are no two blocks to compare; then the share of people
    who are often lonely says whether the direct question and the UCLA items are turned round.
    """
    whole = [scale for scale in _SCALES if all(item.column in frame for item in scale.items)]
    checks: list[CheckResult] = []
    for scale in whole:
        # The six are six of the eleven: one finding is enough.
        if not (scale is DJG6 and DJG11 in whole):
            check = with_single_items(check_direction(frame, scale), frame, scale)
            checks.append(replace(check, message=f"{scale.name}: {check.message}"))
    if DJG11 not in whole and DJG6 not in whole and _FREQUENCY.intersection(frame.columns):
        checks.append(often_lonely(frame))
    return tuple(checks)


def check_asked(columns: Mapping[str, Harmonised], *, place: str) -> tuple[CheckResult, ...]:
    """Questions on loneliness that were not asked in a file or wave; nothing where all were.

    Scoring refuses such an item; here it is told when the file is read.
    """
    valid = {
        name: columns[name].kinds == VALID
        for name in (*DJG_ITEMS, *UCLA_ITEMS, "direct")
        if name in columns
    }
    n = max((len(answers) for answers in valid.values()), default=0)
    if n < LEAST_PEOPLE:
        return ()
    counts = np.array([answers.sum() for answers in valid.values()])
    people = np.array(np.logical_or.reduce(list(valid.values())).sum())
    lacking = (counts == 0) | is_not_asked(counts, people)
    said = [
        f"{name} ({columns[name].source_name}) {count:,} answer(s)"
        for name, count, lacks in zip(valid, counts, lacking, strict=True)
        if lacks
    ]
    if not said:
        return ()
    message = (
        f"{', '.join(said)} in {n:,} row(s) of {place}: not asked, or the column is blank, the "
        "wrong one, or one missing code for all"
    )
    return (CheckResult("items asked", False, message),)


def file_checks(reading: Reading) -> tuple[CheckResult, ...]:
    """Number of rows, repeated respondents, sum of the weights and questions without an answer."""
    columns = reading.columns
    person = columns.get("person_id")
    again = (
        check_duplicates(person.values, reading.rows, name=person.source_name)
        if person is not None
        else CheckResult("duplicates", None, "the file has no key of the respondent")
    )
    weight = columns.get("weight")
    total = (
        (weight_total(weight.source_name, weight.values.to_numpy(np.float64)),)
        if weight is not None
        else ()
    )
    asked = check_asked(columns, place=reading.selection.file.path.name)
    return (*header_check(reading.selection), again, *total, *asked)


# Is frequent loneliness the minority? The check for sources whose only question is a direct one.
# A reversed direct question passes every range check and correlates with nothing that could show
# it. In every survey of the population fewer than half of the people are often lonely.

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
