"""The verb ``check_disclosure``: what a release would give away, in words and as JSON.

The report names rows and reasons, so it stays where the respondents are: a reason bounds the count
of the row that it hides. No writer puts it into a released file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from eenzaam_stats.disclosure.audit import audit
from eenzaam_stats.disclosure.decision import BEFORE, SUBTRACTION
from eenzaam_stats.disclosure.derived import Released
from eenzaam_stats.disclosure.profiles import DisclosureProfile, find_profile
from eenzaam_stats.disclosure.suppression import DERIVED, find_reasons
from eenzaam_stats.errors import SchemaError
from eenzaam_stats.results.estimates import CheckResult, Estimates
from eenzaam_stats.vocabulary import Disclosure

Status = Literal["pass", "review", "fail"]
_INDIRECT = (SUBTRACTION, DERIVED)
PERSONS = 2.0  # bounds that lie nearer tell the count or the next one
FOUND = "can be found from the rows that are shown"
STAYS = "for the place where the respondents are; reasons bound the counts that they hide"


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that may not be shown, and why.

    Attributes
    ----------
    table : int
        Which table, from 1.
    group : tuple of str
        Group of the row; of a comparison its block and its two groups.
    primary : bool
        Whether the row breaks a rule itself; otherwise it would reveal another row, or is made of
        one.
    reason : str
        Rule in words.
    """

    table: int
    group: tuple[str, ...]
    primary: bool
    reason: str


@dataclass(frozen=True, slots=True)
class DisclosureReport:
    """Findings of a check, for the place where the respondents are.

    Attributes
    ----------
    status : {"pass", "review", "fail"}
        ``fail`` when an estimate that is shown breaks a rule, or when released tables give each
        other's hidden rows away; ``review`` when the threshold of the profile is unconfirmed.
    profile : DisclosureProfile
        Rules.
    checks : tuple of CheckResult
        One per table: rows that break a rule, and rows that would have to go with them.
    findings : tuple of Finding
        Each of these rows with its reason.
    """

    status: Status
    profile: DisclosureProfile
    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> str:
        """Report as one JSON document; status words as in ACRO."""
        return json.dumps({"use": STAYS, **asdict(self)}, ensure_ascii=False, indent=2)

    def describe(self) -> str:
        """Report as text."""
        lines = [f"{self.status}: {self.profile.describe()} ({STAYS})"]
        lines += [f"- {check.name}: {check.message}" for check in self.checks]
        lines += [f"- {_name_finding(one)}: {one.reason}" for one in self.findings]
        return "\n".join(lines)


def _name_finding(one: Finding) -> str:
    return f"table {one.table}, {', '.join(one.group) or 'everyone'}"


def check_disclosure(
    estimates: Released | Sequence[Released], profile: str | DisclosureProfile = "strict10"
) -> DisclosureReport:
    """Check tables for disclosure without hiding anything.

    Parameters
    ----------
    estimates : Estimates, or sequence of Estimates and Comparisons
        Tables that will be shown together.
    profile : str or DisclosureProfile, default "strict10"
        Rules.

    Returns
    -------
    DisclosureReport
        A table that :func:`suppress` has treated passes. It holds reasons and is not for release.

    See Also
    --------
    suppress : Hide what this finds.

    Examples
    --------
    >>> from eenzaam_stats.results.estimates import Estimate, Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "microdata", "Taylor", 0.95,
    ...                 "weight", "", 0, "0")
    >>> few = Estimate(("a",), 0.5, 0.1, 0.1, 0.9, 7, 8, 0, 8.0, 1.0, n_outcome=4)
    >>> check_disclosure(Estimates(("region",), (few,), note)).status
    'fail'
    """
    chosen = find_profile(profile)
    tables = tuple(estimates) if isinstance(estimates, Sequence) else (estimates,)
    checks: list[CheckResult] = []
    findings: list[Finding] = []
    worst: Status = "pass" if chosen.confirmed else "review"
    reasons_why = find_reasons(tables, chosen)
    opened = _find_exposed(tables, chosen)
    for number, (table, reasons) in enumerate(zip(tables, reasons_why, strict=True), start=1):
        found = [
            (at, Finding(number, _group(table, at), why not in _INDIRECT, why))
            for at, why in enumerate(reasons)
            if why and why != BEFORE
        ]
        shown = [at + 1 for at, one in found if one.primary]
        more = [at + 1 for at, one in found if not one.primary]
        given_away = [one for one in opened if one.table == number]
        findings += [*(one for _, one in found), *given_away]
        worst = "fail" if shown or given_away else worst
        checks.append(
            CheckResult(
                name=f"{table.footnote.outcome} by {', '.join(table.by) or 'everyone'}",
                passed=not shown and not given_away,
                message=f"{len(shown)} of {len(table.rows)} estimates break a rule, {len(more)} "
                "more would have to be suppressed against subtraction"
                + (f", {len(given_away)} suppressed ones can be found" if given_away else ""),
                rows=tuple([*shown, *more][:10]),
            )
        )
    return DisclosureReport(worst, chosen, tuple(checks), tuple(findings))


def _find_exposed(tables: Sequence[Released], profile: DisclosureProfile) -> list[Finding]:
    """Hidden rows with a small count that is found, when everything has left already."""
    if any(row.disclosure is Disclosure.UNCHECKED for table in tables for row in table.rows):
        return []
    try:
        disclosed = audit(tables, profile).disclosures
    except SchemaError:  # rounded or weighted tables of others, of which nothing is found
        return []
    small = max(profile.least_n, profile.least_cell)
    rows = {
        (one.table, one.group): None for one in disclosed if one.width < PERSONS and one.low < small
    }
    return [Finding(number, group, primary=False, reason=FOUND) for number, group in rows]


def _group(table: Released, at: int) -> tuple[str, ...]:
    if isinstance(table, Estimates):
        return table.rows[at].group
    row = table.rows[at]
    return (*row.within, row.group, row.reference)
