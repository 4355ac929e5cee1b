"""Functions of arrays for series: regressions with autocorrelated and known errors."""
