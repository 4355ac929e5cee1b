"""Functions of arrays for scales: summated scales, item response, correlations."""
