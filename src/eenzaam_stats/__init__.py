"""Loneliness prevalence statistics for the Netherlands.

The names that users learn once: a file goes in with ``read_*``, ``score`` adds the scale,
``prevalence`` gives ``Estimates``, and ``reference`` gives the packaged published figures.
"""

from eenzaam_stats import plots
from eenzaam_stats.estimation.cells import Cells, cells
from eenzaam_stats.estimation.compare import Comparing, compare
from eenzaam_stats.estimation.distribution import distribution
from eenzaam_stats.estimation.independence import rao_scott
from eenzaam_stats.estimation.linear_trend import linear_trend
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.estimation.quantities import mean, ratio, total
from eenzaam_stats.estimation.standardise import standardise
from eenzaam_stats.estimation.targets import Standard
from eenzaam_stats.loaders.combine import combine
from eenzaam_stats.loaders.eu_survey import read_eu_survey
from eenzaam_stats.loaders.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.loaders.gmjv import read_gmjv
from eenzaam_stats.loaders.lasa import read_lasa
from eenzaam_stats.loaders.liss import read_liss
from eenzaam_stats.loaders.mapping import read_mapped
from eenzaam_stats.loaders.ssw import read_ssw
from eenzaam_stats.loaders.synthetic import synthesise_gezondheidsmonitor
from eenzaam_stats.loaders.synthetic.sources import synthesise
from eenzaam_stats.opendata.reference import reference
from eenzaam_stats.results import CheckResult, Estimate, Estimates
from eenzaam_stats.scoring import (
    DIRECT,
    DJG6,
    DJG11,
    UCLA3,
    Item,
    Scale,
    check_direction,
    score,
    score_polytomous,
    ucla3_with_threshold,
)
from eenzaam_stats.survey import Design, HarmonisationReport, Survey
from eenzaam_stats.version import VERSION

__version__ = VERSION

__all__ = [
    "DIRECT",
    "DJG6",
    "DJG11",
    "UCLA3",
    "Cells",
    "CheckResult",
    "Comparing",
    "Design",
    "Estimate",
    "Estimates",
    "HarmonisationReport",
    "Item",
    "Scale",
    "Standard",
    "Survey",
    "__version__",
    "cells",
    "check_direction",
    "combine",
    "compare",
    "distribution",
    "linear_trend",
    "mean",
    "plots",
    "prevalence",
    "rao_scott",
    "ratio",
    "read_eu_survey",
    "read_gezondheidsmonitor",
    "read_gmjv",
    "read_lasa",
    "read_liss",
    "read_mapped",
    "read_ssw",
    "reference",
    "score",
    "score_polytomous",
    "standardise",
    "synthesise",
    "synthesise_gezondheidsmonitor",
    "total",
    "ucla3_with_threshold",
]
