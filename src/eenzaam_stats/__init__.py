"""Loneliness prevalence statistics for the Netherlands.

The names that users learn once: a file goes in with ``read_*``, ``score`` adds the scale,
``prevalence`` gives ``Estimates``, and ``reference`` gives the packaged published figures.
"""

from eenzaam_stats import plots
from eenzaam_stats.design import Design
from eenzaam_stats.disclosure import audit, suppress
from eenzaam_stats.estimation import (
    Comparing,
    Standard,
    calibrate,
    cells,
    compare,
    distribution,
    mean,
    model,
    prevalence,
    ratio,
    standardise,
    total,
)
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.loaders.pooling.combine import combine
from eenzaam_stats.loaders.sources.eu_survey import read_eu_survey
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.loaders.sources.gmjv import read_gmjv
from eenzaam_stats.loaders.sources.lasa import read_lasa
from eenzaam_stats.loaders.sources.liss.read import read_liss
from eenzaam_stats.loaders.sources.ssw import read_ssw
from eenzaam_stats.published.population_margins import population_margins
from eenzaam_stats.published.reference import reference
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.scoring import DIRECT, DJG6, DJG11, UCLA3, Scale, score
from eenzaam_stats.survey import Survey
from eenzaam_stats.synthetic.sources import synthesise
from eenzaam_stats.trend.projection import scenarios
from eenzaam_stats.trend.projection.project import project
from eenzaam_stats.trend.projection.projected_change import decompose
from eenzaam_stats.trend.series.forecast import forecast_gap
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.version import VERSION

__version__ = VERSION

__all__ = [
    "DIRECT",
    "DJG6",
    "DJG11",
    "UCLA3",
    "Comparing",
    "Design",
    "Estimates",
    "Interruption",
    "Scale",
    "Standard",
    "Survey",
    "__version__",
    "audit",
    "calibrate",
    "cells",
    "combine",
    "compare",
    "decompose",
    "distribution",
    "forecast_gap",
    "interrupted_time_series",
    "mean",
    "model",
    "plots",
    "population_margins",
    "prevalence",
    "project",
    "ratio",
    "read_eu_survey",
    "read_gezondheidsmonitor",
    "read_gmjv",
    "read_lasa",
    "read_liss",
    "read_mapped",
    "read_ssw",
    "reference",
    "scenarios",
    "score",
    "standardise",
    "suppress",
    "synthesise",
    "total",
]
