"""Every frozen result of the package, and how doubt travels from one to the next."""

from eenzaam_stats.results.change import CountChange
from eenzaam_stats.results.checks import PowerResult, SeriesCheck
from eenzaam_stats.results.comparisons import Comparison, Comparisons, IndependenceTest
from eenzaam_stats.results.estimates import CheckResult, Estimate, Estimates, Footnote
from eenzaam_stats.results.gap import ForecastGap, Gap
from eenzaam_stats.results.hindcast import Hindcast
from eenzaam_stats.results.model import RegressionFit
from eenzaam_stats.results.panel import PanelFit
from eenzaam_stats.results.projection import Projection
from eenzaam_stats.results.series import Effect, InterruptedFit, SeriesPoint

__all__ = [
    "CheckResult",
    "Comparison",
    "Comparisons",
    "CountChange",
    "Effect",
    "Estimate",
    "Estimates",
    "Footnote",
    "ForecastGap",
    "Gap",
    "Hindcast",
    "IndependenceTest",
    "InterruptedFit",
    "PanelFit",
    "PowerResult",
    "Projection",
    "RegressionFit",
    "SeriesCheck",
    "SeriesPoint",
]
