"""People who will be lonely: populations of the future times prevalence, and its change."""

from eenzaam_stats.trend.projection import scenarios as scenarios
