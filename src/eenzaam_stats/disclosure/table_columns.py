"""Which columns of a released table hold groups, counts and shares, and which groups are everyone.

What the user did not name is found by usual names; what is not certain is asked.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from eenzaam_stats.cell_text import UNSAID, NumberFormat, looks_like_number, says_nothing
from eenzaam_stats.errors import EenzaamStatsWarning, SchemaError, UnknownColumnError, list_all
from eenzaam_stats.results.estimates import DETAIL_COLUMNS, TIDY_COLUMNS, Footnote
from eenzaam_stats.table_labels import is_status, may_be_country, means_total

OWN = ("outcome", "estimate", "n_valid", "n_missing", "flag")
_COUNTS = ("n", "n_valid", "count", "aantal", "number", "n_unweighted", "people")
_OUTCOMES = ("n_outcome", "n_yes", "yes")
_SHARES = ("share", "estimate", "percentage", "percent", "pct", "proportion", "prevalence", "%")
_BOUNDS = ("<", ">", "\N{LESS-THAN OR EQUAL TO}")
_STATISTICS = (*TIDY_COLUMNS, *DETAIL_COLUMNS, "method", "origin")
PERCENT = re.compile(r"%|perc|pct|procent", re.IGNORECASE)
_FEW = 2


@dataclass(frozen=True, slots=True)
class TableColumns:
    """What the columns of a table that others made hold.

    Attributes
    ----------
    by : tuple of str
        Grouping columns; empty for all that are no number of the table.
    count, outcome_count, share : str or None
        Columns of the people, of those who have the outcome, and of their share; ``None`` for the
        one with a usual name.
    hidden : tuple of str
        Words of a hidden cell, beside the usual ones.
    total : tuple of str
        Words of a grouping column that mean everyone, beside the usual ones.
    weighted : bool
        Whether shares are weighted, so that they say nothing about whole people.
    form : NumberFormat
        How numbers are written.
    status : str or None
        Column with the status of τ-ARGUS: rows that it hides are hidden, whatever number they hold.
    """

    by: tuple[str, ...] = ()
    count: str | None = None
    outcome_count: str | None = None
    share: str | None = None
    hidden: tuple[str, ...] = ()
    total: tuple[str, ...] = ()
    weighted: bool = False
    form: NumberFormat = UNSAID
    status: str | None = None


@dataclass(frozen=True, slots=True)
class NamedColumns:
    """Columns of a table that were found."""

    by: tuple[str, ...]
    count: str
    yes: str | None
    share: str | None
    missing: str | None
    outcome: str | None
    status: str | None

    def name(self, note: Footnote) -> str:
        """Name of the outcome: that of its column, where it is not a usual word."""
        usual = {*_OUTCOMES, *_SHARES}
        own = [name for name in (self.yes, self.share) if name and name.casefold() not in usual]
        return own[0] if own else note.outcome


def find_columns(text: pd.DataFrame, columns: TableColumns, *, where: str) -> NamedColumns:
    """Columns by what they hold; raise where one that was named is absent or none holds counts."""
    names = [str(name) for name in text.columns]
    said = [columns.count, columns.outcome_count, columns.share, columns.status, *columns.by]
    absent = [name for name in said if name and name not in names]
    if absent:
        raise UnknownColumnError.among(absent, names, needed_for=f"the audit of {where}")
    free = [name for name in names if name not in said]
    count = columns.count or _usual(free, _COUNTS)
    yes = columns.outcome_count or _usual(free, _OUTCOMES)
    if count is None:
        count, yes = yes, None
    if count is None:
        raise SchemaError(
            f"{where} cannot be audited: none of its columns [{list_all(names)}] has a "
            "usual name of "
            f"a count [{list_all(_COUNTS)}]. Name it with --count COLUMN, or the row with "
            "the names "
            "with --header-row. Percentages alone cannot be audited: add the people they are of."
        )
    share = columns.share or _usual(free, _SHARES) or _of_percent(free)
    missing = "n_missing" if "n_missing" in free else None
    outcome = "outcome" if "outcome" in free else None
    status = columns.status or _status_of_argus(text)
    rest = {count, yes, share, missing, outcome, status, *_STATISTICS}
    by = columns.by or tuple(
        name for name in names if name not in rest and not name.startswith("n_missing_")
    )
    for name in by if not columns.by and "flag" not in names else ():
        if _is_like_counts(text[name]):
            raise SchemaError(
                f"{where}, column {name!r}: it holds numbers, as counts do, and is no grouping "
                "column. Say which columns are the counts (--count, --outcome-count), or name the "
                "grouping columns with --by COLUMN, each one. A table with one column per group is "
                "written with one row per cell first."
            )
    return NamedColumns(by, count, yes, share, missing, outcome, status)


def _status_of_argus(text: pd.DataFrame) -> str | None:
    """Column named status with nothing but the letters that τ-ARGUS writes."""
    name = _usual([str(name) for name in text.columns], ("status",))
    return name if name and all(is_status(one) for one in text[name]) else None


def _of_percent(names: Sequence[str]) -> str | None:
    """The one column whose name says per cent."""
    found = [name for name in names if PERCENT.search(name)]
    return found[0] if len(found) == 1 else None


def _is_like_counts(texts: pd.Series[Any]) -> bool:
    """Numbers with decimals, or numbers beside cells that are hidden; a year is neither."""
    said = [one for one in texts if not says_nothing(one)]
    numbers = [one for one in said if looks_like_number(one)]
    bounded = [one for one in said if one.strip()[:1] in _BOUNDS]
    hidden = len(said) < len(texts) or bool(bounded)
    decimals = any(re.search("[.,]", one) for one in numbers)
    return bool(numbers) and len(numbers) + len(bounded) == len(said) and (hidden or decimals)


def _usual(names: Sequence[str], usual: Sequence[str]) -> str | None:
    by_word = {name.casefold().strip(): name for name in reversed(names)}
    return next((by_word[word] for word in usual if word in by_word), None)


def total_groups(
    groups: pd.Series[Any], counts: Sequence[int | None], columns: TableColumns, *, where: str
) -> set[str]:
    """Groups of a column that are everyone: by their name, or as the country of all others."""
    said = {word.casefold() for word in columns.total}
    found = {one for one in groups if one.casefold() in said or means_total(one)}
    countries = set() if any(found) else {one for one in groups if may_be_country(one)}
    for country in sorted(countries):
        others = sum(n or 0 for one, n in zip(groups, counts, strict=True) if one != country)
        own = [n for one, n in zip(groups, counts, strict=True) if one == country]
        everyone = None in own or sum(n or 0 for n in own) >= others
        if everyone:
            found.add(country)
            words = "is taken as everyone. Where it is a group among others, write another name"
        else:
            words = (
                "has fewer people than the other groups together and is taken as a group. When it "
                f"means everyone, say --total {country!r}"
            )
        warnings.warn(f"{where}: {country!r} {words}.", EenzaamStatsWarning, stacklevel=4)
    return found


def warn_of_totals(
    by: tuple[str, ...],
    rows: Mapping[tuple[str, ...], int],
    counts: Sequence[int | None],
    where: str,
) -> None:
    """Warn of a group that has as many people as all others: it may be the total."""
    for place, name in enumerate(by):
        people: dict[str, int] = {}
        for group, at in rows.items():
            if counts[at]:
                people[group[place]] = people.get(group[place], 0) + (counts[at] or 0)
        most = max(people, key=people.__getitem__, default="")
        if len(people) > _FEW and 2 * people[most] >= sum(people.values()) > 0:
            warnings.warn(
                f"{where}, column {name!r}: {most!r} has as many people as all other groups "
                f"together. When it means everyone, say --total {most!r}.",
                EenzaamStatsWarning,
                stacklevel=3,
            )
