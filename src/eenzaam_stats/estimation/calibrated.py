"""Standard errors under calibrated weights, by the residuals of the calibration."""

from __future__ import annotations

from collections.abc import Sequence

from eenzaam_stats.errors import DesignError
from eenzaam_stats.estimation.columns import Outcome
from eenzaam_stats.estimation.domains import Domains
from eenzaam_stats.estimation.rows import Errors
from eenzaam_stats.numerics.linearise import Linearised
from eenzaam_stats.survey import Survey


def calibrated_errors(
    survey: Survey, domains: Domains, outcome: Outcome, *, by: Sequence[str], found: Linearised
) -> Errors:
    """Errors of the domains, the calibration of the weights counted."""
    raise DesignError(f"{survey} {domains} {outcome} {by} {found}")
