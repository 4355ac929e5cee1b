"""Standard errors of domains, with their degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.numerics.survey.linearise import Linearised
from eenzaam_stats.numerics.survey.variance import domain_variance


@dataclass(frozen=True, slots=True, eq=False)
class StandardErrors:
    """Standard errors of the domains, with their degrees of freedom.

    Attributes
    ----------
    std_error : ndarray of float, shape (d,)
    df : ndarray of int, shape (d,)
    """

    std_error: FloatArray
    df: IntArray


def linear_errors(domains: Domains, found: Linearised) -> StandardErrors:
    """Errors by Taylor linearisation, weights taken as fixed."""
    result = domain_variance(domains.moments, found.score, strata=domains.strata)
    return StandardErrors(np.sqrt(result.variance), result.df)
