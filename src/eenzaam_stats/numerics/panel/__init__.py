"""Functions of arrays for panels: mixed models, population-averaged and standardised means."""
