"""Rows that are shown and break a rule: what a reader need not work out, since it is printed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eenzaam_stats.disclosure.profiles import DisclosureProfile
from eenzaam_stats.disclosure.reading import COUNT, SHARES, Published, find_decimals
from eenzaam_stats.disclosure.rules import OF_NUMBERS, disclosive
from eenzaam_stats.results.estimates import Estimate
from eenzaam_stats.vocabulary import Flag

ROUNDED = "counts rounded to multiples of"  # how the footnote of rounded tables begins
_HALF, _NEAR = 0.5, 1e-9


@dataclass(frozen=True, slots=True)
class Visible:
    """A row that is shown although it breaks a rule of the profile.

    Attributes
    ----------
    table : int
        Which table, from 1.
    group : tuple of str
        Group of the row.
    rule : str
        Rule that it breaks, in words.
    """

    table: int
    group: tuple[str, ...]
    rule: str

    def describe(self) -> str:
        """One sentence, as that of a hidden count that is found out."""
        return f"table {self.table}, {', '.join(self.group) or 'everyone'}: shown, {self.rule}"


def visible_rows(number: int, published: Published, profile: DisclosureProfile) -> list[Visible]:
    """Shown rows of a table of counts that break a rule.

    Parameters
    ----------
    number : int
        Number of the table, from 1.
    published : Published
        Table as it is printed.
    profile : DisclosureProfile
        Rules.

    Returns
    -------
    list of Visible

    Examples
    --------
    >>> from eenzaam_stats.disclosure.profiles import PROFILES
    >>> from eenzaam_stats.results.estimates import Estimates, Footnote
    >>> note = Footnote("lonely", "", "", "", "", "", "", 0.95, "", "", 0, "0")
    >>> row = Estimate(("a",), 0.5, *[math.nan] * 3, None, 8, 0, *[math.nan] * 2, n_outcome=4)
    >>> found = visible_rows(1, Published(Estimates(("region",), (row,), note)),
    ...                      PROFILES["strict10"])
    >>> found[0].describe()
    'table 1, a: shown, fewer than 10 people answered'
    """
    if published.table.footnote.disclosure.startswith(ROUNDED):
        return []  # its counts are multiples of a base, and no numbers of people
    found = []
    for row in published.table.rows:
        if row.flag is Flag.SUPPRESSED:
            continue
        words = next((said for said in _name_broken_rules(row, published, profile) if said), "")
        if words:
            found.append(Visible(number, row.group, words))
    return found


def _name_broken_rules(
    row: Estimate, published: Published, profile: DisclosureProfile
) -> Iterator[str]:
    statistic = published.table.footnote.statistic
    if row.n_valid is not None:
        yield disclosive(_leave_out_share(row), profile, statistic=statistic)
    elif row.n_outcome is not None:
        # who answered is hidden: only the class itself can be judged
        alone = replace(_leave_out_share(row), n_valid=row.n_outcome + max(profile.least_n, 1) * 2)
        if row.n_outcome < max(profile.least_cell, int(profile.group_disclosure)):
            yield disclosive(alone, profile, statistic=statistic)
    if statistic in SHARES and row.n_outcome is None and math.isfinite(row.estimate):
        yield _of_share(row, published, profile)


def _leave_out_share(row: Estimate) -> Estimate:
    """Row whose share is not asked for where its table prints counts alone."""
    counts_alone = math.isnan(row.weight_sum) and math.isnan(row.std_error)
    return replace(row, estimate=0.5) if counts_alone and math.isnan(row.estimate) else row


def _of_share(row: Estimate, published: Published, profile: DisclosureProfile) -> str:
    """What a share without its number tells of the people with and without the outcome."""
    half = _HALF * 10.0 ** -find_decimals(published)
    edge = min(row.estimate, 1.0 - row.estimate)
    if row.n_valid is None or published.table.footnote.weight:
        few = row.n_valid is None or half * row.n_valid < max(profile.least_cell, 1)
        nobody = profile.group_disclosure and edge < _NEAR and few
        return "the share is that of nobody or everybody" * nobody
    low = math.ceil((edge - half) * row.n_valid - _NEAR)
    high = math.floor((edge + half) * row.n_valid + _NEAR)
    least = max(profile.least_cell, int(profile.group_disclosure))
    narrow = high - max(low, 0) < profile.of_people().width
    if high < least or (low < least and narrow):
        return f"the share of these people is that of fewer than {least} with or without it"
    return ""


def not_looked_at(
    tables: Sequence[Published], profile: DisclosureProfile, *, skipped: int
) -> tuple[str, ...]:
    """What an audit of these tables says nothing about, in words.

    Parameters
    ----------
    tables : sequence of Published
        Tables that were looked at.
    profile : DisclosureProfile
        Rules that may ask for what no table prints.
    skipped : int
        Tables that are no counts.

    Returns
    -------
    tuple of str
    """
    rows = [
        (one.table.footnote, row)
        for one in tables
        for row in one.table.rows
        if row.flag is not Flag.SUPPRESSED
    ]
    of_numbers = [row for note, row in rows if note.statistic in OF_NUMBERS]
    shares = [
        row
        for note, row in rows
        if note.weight and note.statistic in (*SHARES, COUNT) and row.n_outcome is None
        and math.isfinite(row.estimate)
    ]  # fmt: skip
    asked = (
        (skipped > 0, f"{skipped} table(s) that are no counts"),
        (
            profile.most_two_largest < 1.0
            and any(math.isnan(row.largest_weight_share) for _, row in rows),
            "the largest weights",
        ),
        (
            profile.least_df > 0 and any(row.df is None for _, row in rows),
            "degrees of freedom",
        ),
        (
            bool(profile.dominance or profile.p_percent)
            and any(math.isnan(row.largest_share) for row in of_numbers),
            "the largest contributions",
        ),
        (
            any(one.table.footnote.disclosure.startswith(ROUNDED) for one in tables),
            "the base of rounded counts",
        ),
        (bool(shares), f"{len(shares)} weighted share(s) without their number of people"),
    )
    return (
        *(words for there, words in asked if there),
        "standard errors",
        "tables that were not given",
    )
