"""Rules for what may leave a secure room, as named values with their source.

No threshold here is a law: each profile says where it was seen and whether that was confirmed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eenzaam_stats.errors import OptionError

_WHOLE = 2.0  # two people: a whole number is not found
_HALF = 0.5
_OF_SUM = 0.1  # least width of the bounds of a sum of numbers, as a part of it


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

    def width(self, total: float = math.inf) -> float:
        """Least distance between the bounds that anyone can compute for a hidden number of people.

        Parameters
        ----------
        total : float, default infinity
            Everyone in the class; of a rare class half of them are enough.

        Examples
        --------
        >>> PROFILES["strict10"].width(), PROFILES["strict10"].width(12.0)
        (10.0, 6.0)
        """
        people = float(max(self.least_n, self.least_cell, _WHOLE))
        return min(people, max(_WHOLE, _HALF * total))

    def width_of_sum(self, total: float) -> float:
        """The same for the sum of a number: a part of it."""
        return _OF_SUM * total

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


def profile_of(profile: str | DisclosureProfile) -> DisclosureProfile:
    """Profile by its name, or the one that was given.

    Raises
    ------
    OptionError
        If no profile has the name.

    Examples
    --------
    >>> profile_of("gm_report").least_n
    50
    """
    if isinstance(profile, DisclosureProfile):
        return profile
    if profile not in PROFILES:
        raise OptionError.among(profile, PROFILES, name="profile")
    return PROFILES[profile]
