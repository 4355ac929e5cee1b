"""Loneliness prevalence statistics for the Netherlands.

The names that users learn once: a file goes in with ``read_*``, ``score`` adds the scale,
``prevalence`` gives ``Estimates``, and ``reference`` gives the packaged published figures.

A name is imported when it is first asked for, so that importing the package costs nothing; the
list of names and where they live is ``__init__.pyi``, which editors and type checkers read too.
"""

import lazy_loader

from eenzaam_stats.version import VERSION

__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)

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
