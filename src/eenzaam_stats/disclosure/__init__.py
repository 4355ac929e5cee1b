"""What may leave the room where the respondents are: profiles, suppression, reports.

Small cells, dominance, groups that are all alike, and differencing. Suppressed is missing with a
reason, never 0.
"""

from eenzaam_stats.disclosure.audit import Bounds, audit
from eenzaam_stats.disclosure.profiles import PROFILES, DisclosureProfile
from eenzaam_stats.disclosure.report import DisclosureReport, Finding, check_disclosure
from eenzaam_stats.disclosure.suppression import require_checked, suppress
from eenzaam_stats.output_check import status_of

__all__ = [
    "PROFILES",
    "Bounds",
    "DisclosureProfile",
    "DisclosureReport",
    "Finding",
    "audit",
    "check_disclosure",
    "require_checked",
    "status_of",
    "suppress",
]
