"""The frozen results that verbs give back: tuples, strings and floats, with ``tidy()`` on top.

Nothing here computes a statistic, opens a file or draws. ``tidy()`` makes a fresh frame each time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

import pandas as pd

from eenzaam_stats.made_of import MadeOf
from eenzaam_stats.output_check import read_status, remembering
from eenzaam_stats.vocabulary import Disclosure, Flag

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

TIDY_COLUMNS = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "df",
    "n_valid",
    "n_missing",
    "weight_sum",
    "deff",
    "flag",
)
COUNTS = ("df", "n_valid", "n_missing")
DETAIL_COLUMNS = (
    "deff_wor",
    "n_effective",
    "n_outcome",
    "largest_weight_share",
    "reason",
    "disclosure",
    "disclosure_reason",
)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Outcome of one check.

    Attributes
    ----------
    name : str
        What was checked, in a word or two.
    passed : bool or None
        ``None`` when the check does not apply to these data.
    message : str
        One sentence with the finding, in counts and codes, never a record.
    rows : tuple of int
        First row numbers (from 1) that failed; at most ten.
    """

    name: str
    passed: bool | None
    message: str
    rows: tuple[int, ...] = ()

    def mark(self) -> str:
        """Sign in front of the check in a report: passed, failed or not applicable."""
        return {True: "[ok]", False: "[!!]", None: "[--]"}[self.passed]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimate: a proportion, or the mean, total or ratio that the footnote names.

    Attributes
    ----------
    group : tuple of str
        Values of the grouping columns, in the order of ``Estimates.by``.
    estimate, std_error, conf_low, conf_high : float
        On the scale of the statistic, for a proportion 0-1; NaN where undefined or suppressed.
    df : int or None
        Sampling units with an answer in the group minus strata with one; ``None`` when suppressed.
    n_valid, n_missing : int or None
        People with and without a usable outcome; ``None`` when suppressed.
    weight_sum : float
        Sum of the weights of the people with an outcome.
    deff : float
        Variance over that of a simple random sample with replacement of the same size.
    flag : Flag
        Whether the estimate can be used as it stands.
    reason : str
        Why the flag is not ``reliable``; empty otherwise.
    deff_wor : float
        The same over a sample without replacement from a population of ``weight_sum``; NaN where
        the weights do not add up to more than ``n_valid``.
    n_effective : float
        Size of a simple random sample with the same variance, ``p (1 - p) / variance``; NaN where
        the statistic is no proportion.
    n_outcome : int or None
        People, unweighted, who have the outcome; ``None`` where the statistic is no proportion.
    largest_weight_share : float
        Largest weight over ``weight_sum``: how much of the estimate rests on one person.
    missing : tuple of (str, int)
        People without a usable outcome per kind of missing, as far as the file tells kinds apart;
        adds up to ``n_missing``.
    largest_share, two_largest_share : float
        Largest contribution, and at most the two largest, to the sum of a number, over that sum;
        NaN where the statistic is no mean or total of a number. For the rules of disclosure only:
        no table prints them.
    disclosure : Disclosure
        Whether the estimate may be published, by ``eenzaam_stats.disclosure``.
    disclosure_reason : str
        Profile that was met, or ``suppressed`` and nothing else; empty while unchecked.
    """

    group: tuple[str, ...]
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    df: int | None
    n_valid: int | None
    n_missing: int | None
    weight_sum: float
    deff: float
    flag: Flag = Flag.RELIABLE
    reason: str = ""
    deff_wor: float = math.nan
    n_effective: float = math.nan
    n_outcome: int | None = None
    largest_weight_share: float = math.nan
    missing: tuple[tuple[str, int], ...] = ()
    disclosure: Disclosure = Disclosure.UNCHECKED
    disclosure_reason: str = ""
    largest_share: float = math.nan
    two_largest_share: float = math.nan

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Estimate):
            return NotImplemented
        return comparable(self) == comparable(other)

    def __hash__(self) -> int:
        return hash(comparable(self))

    def hide(self) -> Estimate:
        """Row of the same group without a number, with one word whatever the rule was."""
        word, nothing = str(Flag.SUPPRESSED), math.nan
        return Estimate(
            *(self.group, nothing, nothing, nothing, nothing, None, None, None, nothing, nothing),
            flag=Flag.SUPPRESSED,
            reason=word,
            disclosure=Disclosure.SUPPRESSED,
            disclosure_reason=word,
        )


def comparable(row: DataclassInstance) -> tuple[object, ...]:
    """Fields with NaN as ``None``: two results that are both undefined there are the same."""
    values = (getattr(row, field.name) for field in fields(row))
    return tuple(None if isinstance(v, float) and math.isnan(v) else v for v in values)


class _Row(Protocol):
    @property
    def flag(self) -> Flag: ...
    @property
    def disclosure(self) -> Disclosure: ...
    def hide(self) -> Self: ...


RowType = TypeVar("RowType", bound=_Row)


def without_hidden_numbers(rows: tuple[RowType, ...]) -> tuple[RowType, ...]:
    """Rows as they are, the suppressed ones without any number or reason."""
    if not any(map(_is_hidden, rows)):
        return rows
    return tuple(row.hide() if _is_hidden(row) else row for row in rows)


def _is_hidden(row: _Row) -> bool:
    return row.flag is Flag.SUPPRESSED or row.disclosure is Disclosure.SUPPRESSED


@dataclass(frozen=True, slots=True)
class Footnote:
    """What a reader must know beside a number.

    Attributes
    ----------
    outcome, scale, source, wave, population : str
        What was estimated, with which instrument, from which file and for whom.
    origin : str
        ``microdata`` or ``synthetic``; printed wherever the numbers are shown.
    method : str
        Variance method and interval in words.
    level : float
        Coverage of the interval, 0-1.
    weight, stratum : str
        Columns of the design; empty when there is none.
    n_without_group : int or None
        People left out because a grouping column was missing; ``None`` for a few, whose number a
        release does not tell.
    version : str
        Version of the package.
    statistic : str
        ``proportion``, ``mean``, ``total``, ``ratio`` or ``standardised proportion``.
    cluster : str
        Column with the sampling clusters, both columns of two stages; empty when each person is a
        sampling unit.
    disclosure : str
        Profile and outcome of the disclosure check, in words.
    over : tuple of str
        Columns whose composition was held fixed; empty unless the statistic is standardised.
    """

    outcome: str
    scale: str
    source: str
    wave: str
    population: str
    origin: str
    method: str
    level: float
    weight: str
    stratum: str
    n_without_group: int | None
    version: str
    statistic: str = "proportion"
    cluster: str = ""
    disclosure: str = "not checked for disclosure"
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimates(MadeOf):
    """Estimates per group, with their footnote.

    Attributes
    ----------
    by : tuple of str
        Grouping columns; empty for one overall estimate.
    rows : tuple of Estimate
        One per group that occurs in the data, sorted by group.
    footnote : Footnote
        Outcome, source, design, method and level.
    """

    by: tuple[str, ...]
    rows: tuple[Estimate, ...]
    footnote: Footnote

    def __post_init__(self) -> None:
        # a suppressed row holds no number, whoever made it
        object.__setattr__(self, "rows", without_hidden_numbers(self.rows))

    def tidy(self) -> pd.DataFrame:
        """Fresh frame, one row per group.

        Returns
        -------
        pandas.DataFrame
            Grouping columns in the order of ``by``, then ``estimate, std_error, conf_low,
            conf_high, df, n_valid, n_missing, weight_sum, deff, flag``.
        """
        records = [
            {
                **dict(zip(self.by, row.group, strict=True)),
                **{name: getattr(row, name) for name in TIDY_COLUMNS},
            }
            for row in self.rows
        ]
        frame = pd.DataFrame(records, columns=[*self.by, *TIDY_COLUMNS])
        hidden = {name: "Int64" for name in COUNTS if any(one[name] is None for one in records)}
        return remembering(frame.astype({"flag": "str", **hidden}), read_status(self))

    def details(self) -> pd.DataFrame:
        """Fresh frame like :meth:`tidy`, with everything else that is known per group.

        Returns
        -------
        pandas.DataFrame
            Columns of :meth:`tidy`, then ``deff_wor, n_effective, n_outcome, largest_weight_share,
            reason, disclosure, disclosure_reason`` and one ``n_missing_<kind>`` per kind of missing
            that occurs: 0 where a row has none of it, empty where the row is suppressed.
        """
        kinds = list(dict.fromkeys(kind for row in self.rows for kind, _ in row.missing))
        columns = {
            **{name: [getattr(row, name) for row in self.rows] for name in DETAIL_COLUMNS},
            **{
                f"n_missing_{kind}": [
                    dict(row.missing).get(kind, None if row.n_missing is None else 0)
                    for row in self.rows
                ]
                for kind in kinds
            },
        }
        frame = self.tidy().assign(**columns)
        words = dict.fromkeys(("reason", "disclosure", "disclosure_reason"), "str")
        counts = [
            name for name in columns if name.startswith("n_missing_") and None in columns[name]
        ]
        return frame.astype({**words, **dict.fromkeys(["n_outcome", *counts], "Int64")})

    def describe(self) -> str:
        """One English sentence that says what the numbers are."""
        note = self.footnote
        groups = f"{len(self.rows)} group(s) by {', '.join(self.by)}" if self.by else "everyone"
        return (
            f"{note.statistic.capitalize()} {note.outcome} ({note.scale}) in {note.population}, "
            f"{note.source} {note.wave} ({note.origin}), for {groups}; {note.method}, "
            f"{note.level:.0%} interval; eenzaam_stats {note.version}."
        )
