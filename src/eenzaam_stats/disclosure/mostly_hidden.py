"""Tables of which most is hidden: said before the search where the rules alone say so."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from eenzaam_stats.disclosure.derived import Released
from eenzaam_stats.disclosure.profiles import DisclosureProfile
from eenzaam_stats.errors import EenzaamStatsWarning, users_level
from eenzaam_stats.vocabulary import Disclosure

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
