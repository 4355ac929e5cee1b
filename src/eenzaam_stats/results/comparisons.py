"""Frozen results of comparisons: differences, ratios, trends and tests, each with its evidence.

Nothing here computes a statistic, opens a file or draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from eenzaam_stats.output_check import read_status, remembering
from eenzaam_stats.results.estimates import Footnote, comparable, without_hidden_numbers
from eenzaam_stats.vocabulary import Disclosure, Flag

COMPARISON_COLUMNS = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "df",
    "statistic",
    "p_value",
    "p_adjusted",
    "n_valid",
    "n_reference",
    "flag",
    "reason",
)
COUNTS = ("df", "n_valid", "n_reference")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group against another.

    Attributes
    ----------
    within : tuple of str
        Values of the columns within which groups are compared.
    group, reference : str
        The two groups in words; of a trend the first and the last wave.
    estimate, std_error, conf_low, conf_high : float
        Of the measure that the footnote names; a ratio has its standard error on the ratio scale
        and its limits from the log scale.
    df : int or None
        Sampling units with an answer in either group minus strata with one; ``None`` when
        suppressed.
    statistic, p_value : float
        t statistic and its two-sided p value.
    p_adjusted : float
        p value after adjustment for the number of comparisons; equal to ``p_value`` without one.
    n_valid, n_reference : int or None
        People with an answer in the two groups; ``None`` when suppressed.
    flag : Flag
        Whether the comparison can be used as it stands.
    reason : str
        Why not; empty otherwise.
    disclosure : Disclosure
        Whether the comparison may be released, by ``eenzaam_stats.disclosure``.
    """

    within: tuple[str, ...]
    group: str
    reference: str
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    df: int | None
    statistic: float
    p_value: float
    p_adjusted: float
    n_valid: int | None
    n_reference: int | None
    flag: Flag = Flag.RELIABLE
    reason: str = ""
    disclosure: Disclosure = Disclosure.UNCHECKED

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Comparison):
            return NotImplemented
        return comparable(self) == comparable(other)

    def __hash__(self) -> int:
        return hash(comparable(self))

    def hide(self) -> Comparison:
        """Row of the same groups without a number."""
        nothing = math.nan
        return Comparison(
            *(self.within, self.group, self.reference, nothing, nothing, nothing, nothing, None),
            *(nothing, nothing, nothing, None, None),
            flag=Flag.SUPPRESSED,
            reason=str(Flag.SUPPRESSED),
            disclosure=Disclosure.SUPPRESSED,
        )


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Comparisons of groups, with their footnote.

    Attributes
    ----------
    within : tuple of str
        Columns within which groups are compared.
    by : tuple of str
        Columns whose groups are compared.
    measure : str
        ``difference``, ``ratio`` or ``trend``.
    adjustment : str
        Name of the adjustment of p values; empty without one.
    rows : tuple of Comparison
        One per comparison.
    footnote : Footnote
        Outcome, source, design, method and level.
    """

    within: tuple[str, ...]
    by: tuple[str, ...]
    measure: str
    adjustment: str
    rows: tuple[Comparison, ...]
    footnote: Footnote

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", without_hidden_numbers(self.rows))

    def tidy(self) -> pd.DataFrame:
        """Fresh frame, one row per comparison.

        Returns
        -------
        pandas.DataFrame
            Columns of ``within``, then ``group, reference, estimate, std_error, conf_low,
            conf_high, df, statistic, p_value, p_adjusted, n_valid, n_reference, flag, reason``.
        """
        columns = ("group", "reference", *COMPARISON_COLUMNS)
        records = [
            {
                **dict(zip(self.within, row.within, strict=True)),
                **{name: getattr(row, name) for name in columns},
            }
            for row in self.rows
        ]
        frame = pd.DataFrame(records, columns=[*self.within, *columns])
        hidden = {name: "Int64" for name in COUNTS if any(one[name] is None for one in records)}
        frame = frame.astype({"flag": "str", "reason": "str", **hidden})
        return remembering(frame, read_status(self))

    def describe(self) -> str:
        """One English sentence that says what the numbers are."""
        note = self.footnote
        adjusted = f", p values adjusted ({self.adjustment})" if self.adjustment else ""
        return (
            f"{self.measure.capitalize()} in {note.outcome} ({note.scale}) by "
            f"{', '.join(self.by)} in {note.population}, {note.source} {note.wave} "
            f"({note.origin}); {note.method}, {note.level:.0%} interval{adjusted}; "
            f"eenzaam_stats {note.version}."
        )


@dataclass(frozen=True, slots=True)
class IndependenceTest:
    """Rao-Scott test of the independence of two columns of classes.

    Attributes
    ----------
    rows, columns : tuple of str
        Classes of both, in their order.
    proportions : tuple of tuple of float
        Estimated shares of the table, row by row; they add up to 1.
    pearson : float
        Pearson's chi-square of the table scaled to the number of people.
    df : int
        (rows - 1) (columns - 1).
    mean_effect : float
        Mean of the generalised design effects; 1 for a simple random sample.
    p_chi_square : float
        p value of the first-order correction, ``pearson / mean_effect`` on ``df``.
    f_statistic, f_df1, f_df2, p_value : float
        Second-order correction of Rao and Scott as an F test; the one to report.
    n_valid, n_missing : int
        People with both answers, and without one.
    footnote : Footnote
        Outcome, source, design and method.
    flag : Flag
        Whether the test can be used as it stands.
    reason : str
        Which rows of the table are doubted, and why; empty otherwise.
    disclosure : Disclosure
        Whether it may leave: the worst of what it is made of, by ``output_check``.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    proportions: tuple[tuple[float, ...], ...]
    pearson: float
    df: int
    mean_effect: float
    p_chi_square: float
    f_statistic: float
    f_df1: float
    f_df2: float
    p_value: float
    n_valid: int
    n_missing: int
    footnote: Footnote
    flag: Flag = Flag.RELIABLE
    reason: str = ""
    disclosure: Disclosure = Disclosure.UNCHECKED

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IndependenceTest):
            return NotImplemented
        return comparable(self) == comparable(other)

    def __hash__(self) -> int:
        return hash(comparable(self))

    def tidy(self) -> pd.DataFrame:
        """Fresh frame with one row: statistics, degrees of freedom, p values, counts, flag."""
        names = (
            *("pearson", "df", "mean_effect", "p_chi_square"),
            *("f_statistic", "f_df1", "f_df2", "p_value", "n_valid", "n_missing", "flag", "reason"),
        )
        frame = pd.DataFrame([{name: getattr(self, name) for name in names}])
        return remembering(frame.astype({"flag": "str"}), self.disclosure)
