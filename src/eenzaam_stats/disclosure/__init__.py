"""What may leave the environment where the respondents are: profiles, suppression, reports.

Small cells, dominance, groups that are all alike, and differencing. Suppressed is missing with a
reason, never 0.
"""

from eenzaam_stats.disclosure.argus import export_to_argus
from eenzaam_stats.disclosure.audit import AuditReport, Bounds, audit
from eenzaam_stats.disclosure.controlled import round_release
from eenzaam_stats.disclosure.profiles import PROFILES, DisclosureProfile
from eenzaam_stats.disclosure.report import DisclosureReport, Finding, check_disclosure
from eenzaam_stats.disclosure.suppression import require_checked, suppress
from eenzaam_stats.output_check import read_status

__all__ = [
    "PROFILES",
    "AuditReport",
    "Bounds",
    "DisclosureProfile",
    "DisclosureReport",
    "Finding",
    "audit",
    "check_disclosure",
    "export_to_argus",
    "read_status",
    "require_checked",
    "round_release",
    "suppress",
]
