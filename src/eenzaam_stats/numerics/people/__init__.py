"""Functions of arrays for numbers of people: projection, decomposition, change."""
