"""Rules for what may leave a secure environment, as named values with their source.

No threshold here is a law: each profile says where it was seen and whether that was confirmed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eenzaam_stats.errors import OptionError
from eenzaam_stats.results.estimates import Estimate

_WHOLE = 2.0  # two people: a whole number is not found
_HALF = 0.5
_OF_SUM = 0.1  # least width of the bounds of a sum of numbers, as a part of it
_THRESHOLD = "as many people as the rule asks for: Hundepool et al. 2012, chapter 4"
_OF_NUMBERS = (
    "upper protection levels of Hundepool et al. 2012, chapter 4; a tenth by decision 0008"
)


@dataclass(frozen=True, slots=True)
class Protection:
    """How far the bounds that anyone can compute for a hidden value have to lie from it.

    Attributes
    ----------
    lower, upper : float
        Least distance of the bounds below and above the value.
    width : float
        Least distance between them (sliding protection); with bounds that are no negative number
        it holds the two others of a number of people.
    source : str
        Where the rule comes from.
    """

    lower: float
    upper: float
    width: float
    source: str


@dataclass(frozen=True, slots=True)
class DisclosureProfile:
    """Thresholds below which an estimate is suppressed.

    Attributes
    ----------
    name : str
        Name, printed with every result.
    least_n : int
        Fewest people, unweighted, who answered in a group.
    least_cell : int
        Fewest people who have the outcome, and fewest who have not; 0 for no such rule.
    group_disclosure : bool
        Whether a group in which nobody or everybody has the outcome is suppressed.
    most_two_largest : float
        Largest share of the weight that the two heaviest people may have; only the heaviest is
        known, so twice its share is taken. 1 for no such rule.
    least_df : int
        Fewest degrees of freedom; 0 for no such rule.
    reliability : bool
        Whether estimates are flagged (never suppressed) by the NCHS presentation standard.
    source : str
        Where the thresholds come from.
    confirmed : bool
        Whether that source was read.
    dominance : tuple of (int, float) or None
        The (n, k) rule for means and totals of a number: the n largest weighted contributions are
        at most the part k of the sum.
    p_percent : float
        The p % rule for the same: nobody can estimate the largest contribution nearer than this
        part of it; 0 for no such rule.
    decimals : int or None
        Decimals of a released share (0.123), significant digits of another number; sums of weights
        are left out. ``None`` leaves every digit, where nothing leaves.
    """

    name: str
    least_n: int
    least_cell: int = 0
    group_disclosure: bool = False
    most_two_largest: float = 1.0
    least_df: int = 0
    reliability: bool = False
    source: str = "made by the user"
    confirmed: bool = True
    decimals: int | None = 3
    dominance: tuple[int, float] | None = None
    p_percent: float = 0.0

    def of_people(self, count: float = 0.0, *, total: float = math.inf) -> Protection:
        """Protection of a hidden number of people: of a rare class, half of all who are in it.

        Parameters
        ----------
        count : float, default 0
            The number itself.
        total : float, default infinity
            Everyone in the class.

        Returns
        -------
        Protection

        Examples
        --------
        >>> few = PROFILES["strict10"].of_people(4)
        >>> few.lower, few.upper, few.width
        (0.0, 6.0, 10.0)
        >>> PROFILES["strict10"].of_people(4, total=12).width
        6.0
        """
        people = float(max(self.least_n, self.least_cell, _WHOLE))
        half = math.ceil(_HALF * total) if math.isfinite(total) else total
        width = min(people, max(_WHOLE, float(half)))
        return Protection(0.0, max(width - count, 0.0), width, _THRESHOLD)

    def of_sum(self, total: float, row: Estimate | None = None) -> Protection:
        r"""Protection of a hidden sum of a number.

        Parameters
        ----------
        total : float
            The sum.
        row : Estimate or None, default None
            With the shares of its largest contributions, for the rules on them.

        Returns
        -------
        Protection
            For (n,k) :math:`(x_1 + \cdots + x_n) / k - X` and for p %
            :math:`p\,x_1 - (X - x_1 - x_2)` on either side, the larger of both [1]_; at least a
            tenth of the sum in all.

        References
        ----------
        .. [1] Hundepool, A., et al. (2012). Statistical disclosure control. Wiley, chapter 4.

        Examples
        --------
        >>> from eenzaam_stats.results.estimates import Estimate
        >>> row = Estimate(("a",), 100.0, 9.0, 80.0, 120.0, 40, 12, 0, 12.0, 1.0,
        ...                largest_share=0.70, two_largest_share=0.95)
        >>> rule = DisclosureProfile("own", least_n=10, dominance=(2, 0.8), p_percent=0.1)
        >>> round(rule.of_sum(100.0, row).upper, 9)  # 95 / 0.8 - 100; 7 - 5 is less
        18.75
        """
        side = 0.0
        if row is not None and math.isfinite(row.largest_share + row.two_largest_share):
            one, two = row.largest_share, row.two_largest_share
            many, most = self.dominance or (1, math.inf)
            together = one if many == 1 else two + (many - 2) * (two - one)
            side = max(0.0, together / most - 1.0, self.p_percent * one - (1.0 - two))
        return Protection(side * total, side * total, max(_OF_SUM, 2.0 * side) * total, _OF_NUMBERS)

    def describe(self) -> str:
        """Thresholds in one line."""
        rules = [
            f"at least {self.least_n} people" if self.least_n else "",
            f"{self.least_cell} with and without the outcome" if self.least_cell else "",
            "nobody and everybody hidden" if self.group_disclosure else "",
            f"two heaviest at most {self.most_two_largest:.0%}"
            if self.most_two_largest < 1
            else "",
            f"{self.least_df} degrees of freedom" if self.least_df else "",
            f"{self.dominance[0]} largest contributions at most {self.dominance[1]:.0%}"
            if self.dominance
            else "",
            f"no contribution within {self.p_percent:.0%}" if self.p_percent else "",
            "reliability flagged" if self.reliability else "",
            f"shares with {self.decimals} decimals" if self.decimals is not None else "",
        ]
        status = self.source if self.confirmed else f"{self.source}; UNCONFIRMED threshold"
        return f"{self.name}: {', '.join(filter(None, rules))} ({status})"


PROFILES: Mapping[str, DisclosureProfile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            DisclosureProfile(
                "strict10",
                least_n=10,
                least_cell=10,
                group_disclosure=True,
                most_two_largest=0.9,
                least_df=10,
                dominance=(2, 0.9),
                p_percent=0.1,
                source="defaults of ACRO (AI-SDC/ACRO, acro/default.yaml)",
            ),
            DisclosureProfile(
                "ggd30",
                least_n=30,
                group_disclosure=True,
                source="quoted for GGDs, no document read",
                confirmed=False,
            ),
            DisclosureProfile(
                "ggd50",
                least_n=50,
                group_disclosure=True,
                source="quoted for GGDs, no document read",
                confirmed=False,
            ),
            DisclosureProfile(
                "gm_report",
                least_n=50,
                source="national report of the Gezondheidsmonitor 2022 "
                "(ggdatascience/rapportage_monitor_vo)",
            ),
            DisclosureProfile(
                "gmjv_report",
                least_n=100,
                least_cell=10,
                source="report of the Gezondheidsmonitor Jongvolwassenen "
                "(ggdatascience/gmjv-landelijk-format)",
            ),
            DisclosureProfile(
                "tabellenboek",
                least_n=10,
                least_cell=1,
                source="default of the GGD table book (ggdatascience/GGData_tabellenboek)",
            ),
            DisclosureProfile(
                "nchs2017",
                least_n=0,
                reliability=True,
                source="Parker et al. 2017, Vital and Health Statistics 2(175)",
            ),
        )
    }
)


def find_profile(profile: str | DisclosureProfile) -> DisclosureProfile:
    """Profile by its name, or the one that was given.

    Raises
    ------
    OptionError
        If no profile has the name.

    Examples
    --------
    >>> find_profile("gm_report").least_n
    50
    """
    if isinstance(profile, DisclosureProfile):
        return profile
    if profile not in PROFILES:
        raise OptionError.among(profile, PROFILES, name="profile")
    return PROFILES[profile]
