"""The verb ``check_disclosure``: what a release would give away, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from eenzaam_stats.disclosure.profiles import DisclosureProfile, profile_of
from eenzaam_stats.disclosure.rules import disclosive
from eenzaam_stats.disclosure.suppression import suppress
from eenzaam_stats.results import CheckResult, Estimates
from eenzaam_stats.vocabulary import Disclosure

Status = Literal["pass", "review", "fail"]


@dataclass(frozen=True, slots=True)
class DisclosureReport:
    """Findings of a check.

    Attributes
    ----------
    status : {"pass", "review", "fail"}
        ``fail`` when an estimate that is shown breaks a rule; ``review`` when the threshold of the
        profile is unconfirmed, or suppression would be needed against subtraction only.
    profile : DisclosureProfile
        Rules.
    checks : tuple of CheckResult
        One per table: rows that break a rule, and rows that would have to go with them.
    """

    status: Status
    profile: DisclosureProfile
    checks: tuple[CheckResult, ...]

    def to_json(self) -> str:
        """Report as one JSON document; status words as in ACRO."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    def describe(self) -> str:
        """Report as text."""
        lines = [f"{self.status}: {self.profile.describe()}"]
        return "\n".join([*lines, *(f"- {check.name}: {check.message}" for check in self.checks)])


def check_disclosure(
    estimates: Estimates | Sequence[Estimates], profile: str | DisclosureProfile = "strict10"
) -> DisclosureReport:
    """Check tables for disclosure without hiding anything.

    Parameters
    ----------
    estimates : Estimates or sequence of Estimates
        Tables that will be shown together.
    profile : str or DisclosureProfile, default "strict10"
        Rules.

    Returns
    -------
    DisclosureReport
        A table that :func:`suppress` has treated passes.

    See Also
    --------
    suppress : Hide what this finds.

    Examples
    --------
    >>> from eenzaam_stats.results import Estimate, Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "microdata", "Taylor", 0.95,
    ...                 "weight", "", 0, "0")
    >>> few = Estimate(("a",), 0.5, 0.1, 0.1, 0.9, 7, 8, 0, 8.0, 1.0, n_outcome=4)
    >>> check_disclosure(Estimates(("region",), (few,), note)).status
    'fail'
    """
    chosen = profile_of(profile)
    tables = (estimates,) if isinstance(estimates, Estimates) else tuple(estimates)
    checks: list[CheckResult] = []
    worst: Status = "pass" if chosen.confirmed else "review"
    for table, safe in zip(tables, suppress(tables, chosen), strict=True):
        shown = [
            at
            for at, row in enumerate(table.rows, start=1)
            if row.n_valid is not None and disclosive(row, chosen)
        ]
        more = [
            at
            for at, (old, new) in enumerate(zip(table.rows, safe.rows, strict=True), start=1)
            if new.disclosure is Disclosure.SECONDARY and old.disclosure is not new.disclosure
        ]
        worst = "fail" if shown else worst
        checks.append(
            CheckResult(
                name=f"{table.footnote.outcome} by {', '.join(table.by) or 'everyone'}",
                passed=not shown,
                message=f"{len(shown)} of {len(table.rows)} estimates break a rule, {len(more)} "
                "more would have to be suppressed against subtraction",
                rows=tuple([*shown, *more][:10]),
            )
        )
    return DisclosureReport(worst, chosen, tuple(checks))
