"""Which estimates are disclosive by themselves, and which are unreliable; each with its reason."""

from __future__ import annotations

import math

from eenzaam_stats.disclosure.profiles import DisclosureProfile
from eenzaam_stats.numerics.survey.beta_interval import beta_interval
from eenzaam_stats.results.estimates import Estimate
from eenzaam_stats.vocabulary import Disclosure

# Parker et al. 2017, as the presentation standard for proportions.
NCHS_N_EFFECTIVE = 30
NCHS_WIDTH, NCHS_SMALL_WIDTH, NCHS_RELATIVE = 0.30, 0.05, 1.30
NCHS_DF = 8
OF_NUMBERS = ("mean", "total")
_TWO = 2


def disclosive(row: Estimate, profile: DisclosureProfile, *, statistic: str = "proportion") -> str:
    """Rule that the estimate breaks, in words without its counts; empty when it breaks none.

    Parameters
    ----------
    row : Estimate
        Estimate with its unweighted counts.
    profile : DisclosureProfile
        Thresholds.
    statistic : str, default "proportion"
        As in the footnote; the mean and the total of a number have rules of their own.

    Returns
    -------
    str

    Examples
    --------
    >>> from eenzaam_stats.disclosure.profiles import PROFILES
    >>> row = Estimate(("a",), 0.5, 0.1, 0.3, 0.7, 40, 8, 0, 8.0, 1.0, n_outcome=4)
    >>> disclosive(row, PROFILES["strict10"])
    'fewer than 10 people answered'
    """
    n = row.n_valid or 0
    rules = (
        (n < profile.least_n, f"fewer than {profile.least_n} people answered"),
        *_outcome_rules(row, n, profile),
        (
            2.0 * row.largest_weight_share > profile.most_two_largest,  # false where unknown
            f"two people may carry more than {profile.most_two_largest:.0%} of the weight",
        ),
        (
            n > 0 and row.df is not None and row.df < profile.least_df,
            f"fewer than {profile.least_df} degrees of freedom",
        ),
        *(
            dominance_rules(row, profile)
            if statistic in OF_NUMBERS and row.n_outcome is None
            else ()
        ),
        (
            profile.least_n > 0 and not math.isfinite(row.estimate),
            "no estimate, and its reason tells about a class of people",
        ),
    )
    return next((words for broken, words in rules if broken), "")


def dominance_rules(row: Estimate, profile: DisclosureProfile) -> tuple[tuple[bool, str], ...]:
    r"""Rules on the largest contributions to the sum of a number.

    Parameters
    ----------
    row : Estimate
        Mean or total of a number.
    profile : DisclosureProfile
        Rules.

    Returns
    -------
    tuple of (bool, str)
        Whether each rule is broken, and it in words.

    Notes
    -----
    With contributions :math:`x_1 \ge x_2 \ge \cdots` that add up to :math:`X`, the (n,k) rule is
    broken when :math:`x_1 + \cdots + x_n > k X`, and the p % rule when
    :math:`X - x_1 - x_2 < p\, x_1`: the second could estimate the first within that part [1]_.
    Further contributions count as large as the second.

    References
    ----------
    .. [1] Hundepool, A., et al. (2012). Statistical disclosure control. Wiley, chapter 4.

    Examples
    --------
    Of 100, one person gives 70 and another 25:

    >>> row = Estimate(("a",), 100.0, 9.0, 80.0, 120.0, 40, 12, 0, 12.0, 1.0,
    ...                largest_share=0.70, two_largest_share=0.95)
    >>> rule = DisclosureProfile("own", least_n=10, dominance=(2, 0.9), p_percent=0.1)
    >>> [broken for broken, _ in dominance_rules(row, rule)]
    [False, True, True]
    """
    if profile.dominance is None and not profile.p_percent:
        return ()
    if row.disclosure is not Disclosure.UNCHECKED:
        return ()  # it passed with its contributions, which do not leave
    one, two = row.largest_share, row.two_largest_share
    unknown = bool(row.n_valid) and not math.isfinite(one + two)
    many, most = profile.dominance or (1, math.inf)
    together = one if many == 1 else two + (many - _TWO) * (two - one)
    return (
        (unknown, "the largest contributions to the sum are not known"),
        (together > most, f"the {many} largest contributions may be more than {most:.0%} of it"),
        (
            1.0 - two < profile.p_percent * one,
            f"one contribution could be estimated within {profile.p_percent:.0%}",
        ),
    )


def _outcome_rules(
    row: Estimate, n: int, profile: DisclosureProfile
) -> tuple[tuple[bool, str], ...]:
    """Rules on the people with and without the outcome; of a number, on its spread."""
    if row.n_outcome is None:
        alike = profile.group_disclosure and n > 0 and row.std_error == 0.0
        return ((alike, "everybody in the group may have the same value"),)
    least = min(row.n_outcome, n - row.n_outcome)
    return (
        (
            profile.group_disclosure and n > 0 and least == 0,
            "nobody or everybody in the group has the outcome",
        ),
        (
            least < profile.least_cell,
            f"fewer than {profile.least_cell} people with or without the outcome",
        ),
    )


def unreliable(row: Estimate, *, level: float) -> str:
    """Why the NCHS presentation standard for proportions would not show the estimate plainly.

    Parameters
    ----------
    row : Estimate
        A proportion.
    level : float
        Coverage of the Korn-Graubard interval, 0.95 in the standard.

    Returns
    -------
    str
        Empty when the standard is met, or the estimate is no proportion.

    Notes
    -----
    An effective size below 30 (not above the number of people), an absolute width of 0.30 or more,
    or a width above 0.05 that is more than 1.30 of the proportion, are reasons to hide it; more
    than 1.30 of the complement, fewer than 8 degrees of freedom, and nobody or everybody, reasons
    to look again. Here all of them flag and none hides.

    Examples
    --------
    >>> few = Estimate(("a",), 0.5, 0.1, 0.3, 0.7, 40, 50, 0, 50.0, 1.0, n_effective=25.0,
    ...                n_outcome=25)
    >>> unreliable(few, level=0.95)
    'NCHS: effective size below 30; interval 0.30 wide or wider'
    """
    n, p = row.n_valid or 0, row.estimate
    if row.n_outcome is None or not n or row.df is None or not math.isfinite(p):
        return ""
    low, high = beta_interval(p, row.std_error, df=row.df, n=n, level=level, truncated=True)
    width = float(high - low)
    edge = p in (0.0, 1.0)
    n_effective = min(row.n_effective if math.isfinite(row.n_effective) else n, n)
    findings = (
        (n_effective < NCHS_N_EFFECTIVE, "effective size below 30"),
        (not width < NCHS_WIDTH, "interval 0.30 wide or wider"),
        (
            width > NCHS_SMALL_WIDTH and not edge and width > NCHS_RELATIVE * p,
            "interval wide beside the estimate",
        ),
        (
            width > NCHS_SMALL_WIDTH and not edge and width > NCHS_RELATIVE * (1.0 - p),
            "interval wide beside the complement",
        ),
        (row.df < NCHS_DF, "fewer than 8 degrees of freedom"),
        (edge, "nobody or everybody has the outcome"),
    )
    found = "; ".join(words for there, words in findings if there)
    return f"NCHS: {found}" if found else ""
