"""Functions of arrays for surveys: variance, intervals, calibration, replicates."""
