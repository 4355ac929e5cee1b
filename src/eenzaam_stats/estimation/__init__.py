"""From scored respondents to estimates: one pass of group sums, then arithmetic on a small table.

Frames of any engine enter through ``sufficient``; formulas live in ``numerics``, never here. The
verbs that everyone uses are on the top level; what fewer need is named here.
"""

from eenzaam_stats.estimation.age_bands import with_age_bands
from eenzaam_stats.estimation.aggregates.cells import Cells, cells
from eenzaam_stats.estimation.aggregates.columns import Outcome
from eenzaam_stats.estimation.calibration.calibrate import calibrate
from eenzaam_stats.estimation.compare import Comparing, compare
from eenzaam_stats.estimation.distribution import distribution
from eenzaam_stats.estimation.independence import rao_scott
from eenzaam_stats.estimation.linear_trend import linear_trend
from eenzaam_stats.estimation.model import model
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.estimation.quantities import mean, ratio, total
from eenzaam_stats.estimation.standardise import standardise
from eenzaam_stats.estimation.variance.targets import Standard
from eenzaam_stats.estimation.variance.variance_method import Jackknife, RaoWu

__all__ = [
    "Cells",
    "Comparing",
    "Jackknife",
    "Outcome",
    "RaoWu",
    "Standard",
    "calibrate",
    "cells",
    "compare",
    "distribution",
    "linear_trend",
    "mean",
    "model",
    "prevalence",
    "rao_scott",
    "ratio",
    "standardise",
    "total",
    "with_age_bands",
]
