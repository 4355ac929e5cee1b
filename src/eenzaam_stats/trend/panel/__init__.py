"""Models of a panel over its waves, and who took part."""
